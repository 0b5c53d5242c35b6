"""What the screen is told of a source that fails."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled, SourceRefused, SourceUnreachable
from oncall_tui.services.desk import Sight, SourceState
from tests.rig import FRIDAY_NIGHT, HELPDESK, Rig, ScriptedSource, ticket

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


async def test_what_has_not_changed_stays_the_very_object_it_was(rig: Rig) -> None:
    rig.source.tickets = [ticket(str(number)) for number in range(300)]
    await rig.read()
    before = rig.station.polling.tickets
    rig.source.tickets = [replace(known, requester=replace(known.requester)) for known in before]
    await rig.read()
    assert rig.station.polling.tickets is before
    rig.source.tickets = [replace(known, touches=9) if known.number == "7" else replace(known) for known in before]
    await rig.read()
    after = rig.station.polling.tickets
    assert [one.number for one, known in zip(after, before, strict=True) if one is not known] == ["7"]


@dataclass
class SilentSource(ScriptedSource):
    """A help desk that answers once, and then never again."""

    has_answered: bool = False
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def open_tickets(self) -> Sequence[Ticket]:
        if self.has_answered:
            self.is_asked.set()
            await asyncio.Event().wait()
        self.has_answered = True
        return await super().open_tickets()


async def test_nothing_waits_for_a_source_that_does_not_answer() -> None:
    rig = Rig(source=SilentSource(tickets=(ticket(),)))
    await rig.station.open()
    await rig.read()
    assert isinstance(rig.source, SilentSource)
    reading = asyncio.create_task(rig.read())
    await rig.source.is_asked.wait()
    assert rig.station.board.desk().row(TicketId(f"{HELPDESK}:4312")) is not None
    await rig.station.actions.refresh()
    await rig.escalate()
    await rig.pass_time(seconds=6)
    assert rig.received() == ["dana-push"]
    reading.cancel()
    await asyncio.wait({reading})
