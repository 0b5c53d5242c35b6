"""What the screen is told of a source that fails."""

from datetime import timedelta

import pytest

from oncall_tui.errors import SourceBusy, SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.services.desk import Sight, SourceState
from tests.rig import FRIDAY_NIGHT, Rig

pytestmark = pytest.mark.anyio

FAULTS = [
    SourceUnreachable("helpdesk did not answer within 30 s"),
    SourceRefused("helpdesk refused the credentials (401)"),
    SourceBusy("helpdesk asks for a pause (429)", timedelta(minutes=2)),
    SourceGarbled("helpdesk answered with a login page"),
]
EVERY_FAULT = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    return rig


async def test_before_the_first_answer_it_says_that_it_is_loading(rig: Rig) -> None:
    desk = rig.station.board.desk()
    assert (desk.sight, desk.is_quiet) == (Sight.LOADING, False)


@EVERY_FAULT
async def test_a_source_that_fails_keeps_its_rows_and_says_since_when_and_why(
    rig: Rig, fault: SourceUnreachable
) -> None:
    await rig.read()
    rig.clock.now += timedelta(minutes=1)
    rig.source.error = fault
    await rig.read()
    rig.clock.now += timedelta(minutes=1)
    await rig.read()
    desk = rig.station.board.desk()
    (status,) = desk.sources
    assert (status.state, status.error) == (SourceState.STALE, str(fault))
    assert (status.as_of, status.failing_since) == (FRIDAY_NIGHT, FRIDAY_NIGHT + timedelta(minutes=1))
    assert [t.number for t in desk.tickets] == ["4312"]
    assert desk.sight is Sight.STALE


@EVERY_FAULT
async def test_a_source_that_never_answered_makes_the_desk_blind_and_never_quiet(
    rig: Rig, fault: SourceUnreachable
) -> None:
    rig.source.error = fault
    await rig.read()
    desk = rig.station.board.desk()
    assert (desk.sight, desk.is_quiet, desk.sources[0].state) == (Sight.BLIND, False, SourceState.FAILED)


async def test_when_it_answers_again_it_is_live(rig: Rig) -> None:
    rig.source.error = FAULTS[0]
    await rig.read()
    rig.source.error = None
    await rig.read()
    (status,) = rig.station.board.desk().sources
    assert (status.state, status.failing_since, status.error) == (SourceState.LIVE, None, "")


async def test_only_a_complete_and_empty_answer_is_quiet(rig: Rig) -> None:
    rig.source.tickets = ()
    await rig.read()
    assert rig.station.board.desk().is_quiet
