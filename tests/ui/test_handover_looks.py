"""The handover as both people see it, and the header while nobody has accepted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.handover_flow import Flow, Stage
from oncall_tui.services.handing_over import Role
from oncall_tui.ui.desk_text import countdown, who
from tests import desk_make
from tests.fakes import RecordingActions
from tests.screen import assert_golden
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_both_sides_look_as_agreed(role: Role, size: tuple[int, int]) -> None:
    rig = Rig(RecordingActions())
    rig.actions.handed.role = role
    async with running(desk_make.live(), size=size, rig=rig):
        await rig.press("h")
        lines = await rig.still()
        assert max(map(len, lines)) <= size[0]
        assert_golden(f"handover_{role.value}_{size[0]}x{size[1]}", lines)


def test_until_somebody_accepts_the_header_counts_up() -> None:
    end = desk_make.NOW - timedelta(minutes=12)
    shift = replace(desk_make.SHIFT, ends_at=end)
    flow = Flow(
        shift_starts_at=shift.starts_at,
        shift_ends_at=end,
        outgoing=desk_make.ANA.id,
        incoming=desk_make.BEN.id,
        stage=Stage.DELIVERED,
    )
    desk = replace(desk_make.live(), shift=shift, handover=flow)
    assert who(desk, desk_make.NOW) == "You are still on call"
    assert who(replace(desk, me=desk_make.BEN), desk_make.NOW) == "Ana Ruiz is still on call"
    assert countdown(desk, desk_make.NOW) == "over for 12 m, not accepted: H"
