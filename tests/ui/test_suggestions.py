"""E suggested: on the line, in the strip, in the ticket."""

from dataclasses import replace

import pytest

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.suggestion import rule
from oncall_tui.domain.tier import Tier
from oncall_tui.services.desk import Desk
from oncall_tui.ui.text import TIMES
from tests import desk_make
from tests.ui.rig import running

pytestmark = pytest.mark.anyio
GOLD = Tier(name="gold", strategy="They run their shops on us.", rules=(rule("late"), rule("touches > 4")))


def suggesting() -> Desk:
    tokyo, *others = desk_make.groups()
    first = replace(tokyo.rows[0], tier=GOLD, usual_touches=2)
    return replace(desk_make.live(), groups=(replace(tokyo, rows=(first, *tokyo.rows[1:])), *others))


async def test_the_line_suggests_e_and_the_strip_says_why() -> None:
    async with running(suggesting()) as rig:
        lines = await rig.still()
        assert lines[4].startswith("❯E 4312")  # noqa: RUF001 - the cursor of the design
        assert lines[21].startswith(" E is suggested for 4312 Acme KK; you decide.")
        assert lines[22].startswith("   Late 8 m, 5 touches where 2 are usual, gold.")
        assert lines[22].endswith("E escalates it")
        await rig.press("down")
        assert "go to 4312 for E" in rig.text


async def test_what_is_escalated_is_suggested_no_more() -> None:
    desk = replace(suggesting(), escalations=desk_make.with_escalation(EscalationState.ACKNOWLEDGED).escalations)
    async with running(desk, size=(140, 40)) as rig:
        assert "suggested" not in rig.text
        assert "gold: They run their shops on us." in rig.text
        assert f"5{TIMES}, 2 usual" in rig.text
