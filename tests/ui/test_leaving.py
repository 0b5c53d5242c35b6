"""Leaving: asked about while an escalation waits for somebody, and about nothing else."""

from dataclasses import replace

import pytest

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.services.desk import Desk
from oncall_tui.services.unrecorded import Unrecorded
from oncall_tui.ui.leaving_text import farewell
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


def unknown(desk: Desk) -> Desk:
    return replace(desk, unrecorded=Unrecorded(unknown=frozenset(e.id for e in desk.escalations)))


def outdated(desk: Desk) -> Desk:
    return replace(desk, unrecorded=Unrecorded(outdated=frozenset(e.id for e in desk.escalations)))


async def test_what_could_not_be_recorded_is_said_to_be_lost_and_no_watch_is_offered() -> None:
    async with running(unknown(desk_make.notifying()), leave_watch=lambda: None) as rig:
        await rig.pilot.press("q")
        await rig.pilot.pause()
        said = " ".join(rig.text.replace("│", " ").split())
        assert "Escalation of 4312 is live and NOT RECORDED: leaving forgets it" in said
        assert "Before you leave: Ring Dana Lee: +1 212 555 0142." in said
        assert "W to leave a watch running" not in said
        await rig.pilot.press("w")
        await rig.pilot.pause()
        assert not rig.app._exit


def test_what_was_recorded_only_in_part_may_go_out_again() -> None:
    said = farewell(outdated(desk_make.notifying()))
    assert said is not None
    assert said.sentences[1] == "What was sent for 4312 lately is NOT RECORDED: the next start may send it again."
    assert said.may_be_watched


def test_an_acknowledgement_that_is_not_recorded_is_asked_about() -> None:
    said = farewell(outdated(desk_make.acknowledged()))
    assert said is not None
    assert said.sentences == ["That Dana Lee has 4312 is NOT RECORDED: the next start asks for it again."]


def test_what_somebody_has_and_no_disk_knows_is_not_asked_about() -> None:
    assert farewell(unknown(desk_make.acknowledged())) is None
