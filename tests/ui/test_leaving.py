"""Leaving: asked about while an escalation waits for somebody, and about nothing else."""

import pytest

from oncall_tui.domain.escalation import EscalationState
from tests import desk_make
from tests.ui.rig import running

pytestmark = pytest.mark.anyio

ASKED = "nobody will go on with it"


@pytest.mark.parametrize("key", ["q", "Q", "ctrl+q", "ctrl+c"])
async def test_an_escalation_that_waits_for_somebody_is_asked_about_and_the_same_key_again_leaves(key: str) -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press(key)
        assert ASKED in rig.text
        assert rig.app.is_running
        await rig.press(key)
        assert rig.app._exit


async def test_escape_stays() -> None:
    async with running(desk_make.armed()) as rig:
        await rig.press("q")
        await rig.press("escape")
        assert ASKED not in rig.text
        assert not rig.app._exit


@pytest.mark.parametrize("state", [EscalationState.ACKNOWLEDGED, EscalationState.RESOLVED])
async def test_an_escalation_that_somebody_has_is_not_asked_about(state: EscalationState) -> None:
    desk = desk_make.acknowledged() if state is EscalationState.ACKNOWLEDGED else desk_make.with_escalation(state)
    async with running(desk) as rig:
        await rig.press("q")
        assert rig.app._exit
