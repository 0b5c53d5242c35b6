"""What the help desk made of our own answer is shown, whatever its list still says."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Status, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceUnreachable
from oncall_tui.services.own_writes import LASTS
from tests.rig import HELPDESK, AnsweredSource, Rig, ticket

pytestmark = pytest.mark.anyio

OTHER = "4400"
TAKEN = replace(ticket(), assignee=CleanText("Ana Ruiz"))
SOLVED = replace(ticket(), status=Status.SOLVED)


@dataclass
class LaggingSource(AnsweredSource):
    """A help desk whose list is behind its tickets."""

    alone: dict[TicketId, Ticket] = field(default_factory=dict)
    """What it says of a ticket that is asked for by itself."""
    reread: list[TicketId] = field(default_factory=list)
    lists: int = 0
    in_between: asyncio.Event | None = None
    """What a reading of the list waits for before it ends."""
    error_alone: SourceUnreachable | None = None

    async def open_tickets(self) -> tuple[Ticket, ...]:
        self.lists += 1
        listed = tuple(await super().open_tickets())
        if self.in_between is not None:
            await self.in_between.wait()
        return listed

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        self.reread.append(ticket)
        if self.error_alone is not None:
            raise self.error_alone
        return self.alone.get(ticket)


@dataclass
class WatchedSource(AnsweredSource):
    """A help desk without an answer for a single ticket."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def open_tickets(self) -> Sequence[Ticket]:
        self.asked.set()
        return await super().open_tickets()


@pytest.fixture
async def desk() -> LaggingSource:
    return LaggingSource(tickets=(ticket(), ticket(OTHER)))


@pytest.fixture
async def rig(desk: LaggingSource) -> Rig:
    rig = Rig(source=desk)
    await rig.read()
    return rig


async def written(rig: Rig, kind: AnswerKind) -> None:
    await rig.station.actions.answers.store(ticket(), kind)
    await rig.turn()
    await rig.station.polling.reread(HELPDESK)


def shown(rig: Rig) -> dict[str, str]:
    return {one.number: str(one.assignee) for one in rig.station.board.desk().tickets}


async def test_a_ticket_that_was_taken_says_so_before_the_list_does(rig: Rig, desk: LaggingSource) -> None:
    desk.alone[ticket().id] = TAKEN
    await written(rig, AnswerKind.TAKE)
    assert (shown(rig)["4312"], desk.lists) == ("Ana Ruiz", 1)
    await rig.read()
    assert shown(rig)["4312"] == "Ana Ruiz"
    assert set(desk.reread) == {ticket().id}


async def test_a_ticket_that_was_solved_leaves_the_list_before_the_list_says_so(rig: Rig, desk: LaggingSource) -> None:
    desk.alone[ticket().id] = SOLVED
    await written(rig, AnswerKind.SOLVE)
    assert shown(rig).keys() == {OTHER}
    await rig.read()
    assert shown(rig).keys() == {OTHER}


async def test_an_escalation_ends_when_its_ticket_is_seen_to_be_solved(rig: Rig, desk: LaggingSource) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=10)
    assert rig.escalation_line != "cleared"
    desk.alone[ticket().id] = SOLVED
    await written(rig, AnswerKind.SOLVE)
    assert rig.escalation_line == "cleared"


async def test_a_ticket_that_comes_back_to_life_is_shown_at_once(rig: Rig, desk: LaggingSource) -> None:
    desk.alone[ticket().id] = SOLVED
    await written(rig, AnswerKind.SOLVE)
    desk.alone[ticket().id] = replace(ticket(), subject=CleanText("Not solved at all"))
    await rig.read()
    assert [one.subject for one in rig.station.board.desk().tickets if one.id == ticket().id] == ["Not solved at all"]


async def test_after_a_while_the_list_counts_again(rig: Rig, desk: LaggingSource) -> None:
    desk.alone[ticket().id] = SOLVED
    await written(rig, AnswerKind.SOLVE)
    rig.clock.now += LASTS
    await rig.read()
    assert shown(rig).keys() == {"4312", OTHER}


@pytest.mark.parametrize("error", [SourceUnreachable("helpdesk did not answer"), SourceGarbled("helpdesk is odd")])
async def test_a_ticket_that_cannot_be_read_stays_as_it_is_listed(
    rig: Rig, desk: LaggingSource, error: SourceUnreachable
) -> None:
    desk.error_alone = error
    await written(rig, AnswerKind.SOLVE)
    await rig.read()
    assert shown(rig).keys() == {"4312", OTHER}
    assert rig.station.polling.statuses[0].failing_since is None


async def test_a_list_that_was_under_way_does_not_undo_what_was_confirmed(rig: Rig, desk: LaggingSource) -> None:
    desk.in_between = asyncio.Event()
    reading = asyncio.create_task(rig.station.polling.read(HELPDESK))
    await asyncio.sleep(0)
    desk.alone[ticket().id] = TAKEN
    await written(rig, AnswerKind.TAKE)
    desk.in_between.set()
    await reading
    assert shown(rig)["4312"] == "Ana Ruiz"


async def test_a_list_that_fails_solves_nobody_else_s_ticket(rig: Rig, desk: LaggingSource) -> None:
    await rig.escalate(OTHER)
    await rig.pass_time(seconds=10)
    desk.error = SourceUnreachable("helpdesk did not answer")
    await rig.read()
    desk.error = None
    desk.alone[ticket().id] = SOLVED
    await written(rig, AnswerKind.SOLVE)
    assert shown(rig).keys() == {OTHER}
    assert [escalation.state.is_live for escalation in rig.station.logbook.escalations] == [True]


async def test_where_single_tickets_cannot_be_read_the_list_is_asked_at_once() -> None:
    desk = WatchedSource(tickets=(ticket(),))
    polling = Rig(source=desk).station.polling
    ((_, loop),) = polling.loops()
    running = asyncio.create_task(loop())
    async with asyncio.timeout(30):
        await desk.asked.wait()
        desk.asked.clear()
        polling.wrote(ticket().id)
        await desk.asked.wait()
    running.cancel()


async def test_what_a_list_alone_tells_of_a_customer_stays_told(rig: Rig, desk: LaggingSource) -> None:
    desk.alone[ticket().id] = Ticket(
        id=ticket().id, subject=ticket().subject, created_at=rig.clock() - timedelta(days=1)
    )
    await written(rig, AnswerKind.TAKE)
    (told,) = [one for one in rig.station.board.desk().tickets if one.id == ticket().id]
    assert told.requester == ticket().requester
