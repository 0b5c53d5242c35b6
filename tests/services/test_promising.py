"""A promise is kept, broken or taken back once, by hand or by what the ticket shows."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.answer_events import AnswerConfirmed, AnswerStored
from oncall_tui.domain.due import Due, DueOrigin
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Ticket
from oncall_tui.domain.ticket_events import PromiseOutcome, PromiseSettled
from oncall_tui.domain.ticket_record import Promise
from oncall_tui.errors import BadUse, SourceUnreachable
from tests.rig import FRIDAY_NIGHT as NOW
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
WAITING = replace(ticket(), due_at=None)


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    rig.source.tickets = (WAITING,)
    await rig.read()
    return rig


async def promise(rig: Rig, text: str = "in 2 h, a first fix") -> None:
    promising = rig.station.actions.promising
    await promising.promise(rig.row(), promising.understood(rig.row(), text))


async def later(rig: Rig, by: timedelta, listed: Ticket | None = WAITING) -> Promise:
    """Let time pass and the source list the ticket like this; return what became of the promise."""
    rig.clock.now = NOW + by
    rig.source.tickets = () if listed is None else (listed,)
    await rig.read()
    await rig.station.witnessing.look()
    return rig.station.logbook.record(WAITING.id).promises[-1]


def answered(at: datetime, *, is_public: bool = True) -> Ticket:
    said = Message(at=at, author=CleanText("Ana"), text=CleanText("Here."), is_public=is_public)
    return replace(WAITING, messages=(said,))


async def test_a_promise_is_what_is_due_on_the_clock_that_was_meant(rig: Rig) -> None:
    await promise(rig, "by 14:00 their time")
    assert rig.row().due_at == NOW + 115 * timedelta(minutes=1)
    assert rig.row().due == Due(at=rig.clock() + 115 * timedelta(minutes=1), origin=DueOrigin.PROMISE)


async def test_an_answer_in_public_in_time_keeps_it(rig: Rig) -> None:
    await promise(rig)
    assert (await later(rig, HOUR, answered(NOW + HOUR))).outcome is PromiseOutcome.KEPT


async def test_a_note_and_the_answer_that_tells_of_it_keep_nothing(rig: Rig) -> None:
    await promise(rig)
    told = (await later(rig, timedelta(minutes=5), answered(NOW + timedelta(minutes=4)))).outcome
    noted = (await later(rig, HOUR, answered(NOW + HOUR, is_public=False))).outcome
    assert (told, noted) == (None, None)


async def test_where_no_conversation_is_listed_the_turn_shows_the_answer(rig: Rig) -> None:
    await promise(rig)
    await later(rig, timedelta(minutes=20))
    turned = replace(WAITING, waiting_since=None, updated_at=NOW + HOUR)
    assert (await later(rig, HOUR, turned)).outcome is PromiseOutcome.KEPT


async def test_an_answer_while_nobody_watched_counts_after_a_restart(rig: Rig) -> None:
    await promise(rig)
    rig.source.tickets = (replace(WAITING, waiting_since=NOW + HOUR * 1.5, updated_at=NOW + HOUR),)
    rig.clock.now = NOW + 3 * HOUR
    await rig.restart()
    await rig.station.witnessing.look()
    assert rig.station.logbook.record(WAITING.id).promises[0].outcome is PromiseOutcome.KEPT


async def test_its_time_passes_and_it_breaks_once_and_is_still_owed(rig: Rig) -> None:
    await promise(rig)
    assert (await later(rig, 2 * HOUR)).outcome is PromiseOutcome.BROKEN
    await later(rig, 3 * HOUR)
    broken = [e.event for e in await rig.store.read() if isinstance(e.event, PromiseSettled)]
    assert len(broken) == 1
    assert rig.row().is_late(rig.clock())
    assert (await later(rig, 4 * HOUR, answered(NOW + 3.5 * HOUR))).outcome is PromiseOutcome.KEPT_LATE
    assert rig.row().due is None


async def test_while_the_source_cannot_be_seen_nothing_breaks(rig: Rig) -> None:
    await promise(rig)
    rig.source.error = SourceUnreachable("helpdesk did not answer")
    assert (await later(rig, 3 * HOUR)).outcome is None
    rig.source.error = None
    assert (await later(rig, 3 * HOUR, answered(NOW + HOUR))).outcome is PromiseOutcome.KEPT


async def test_a_ticket_that_ends_in_time_keeps_its_promise(rig: Rig) -> None:
    await promise(rig)
    assert (await later(rig, HOUR, None)).outcome is PromiseOutcome.KEPT


async def test_it_is_settled_by_hand(rig: Rig) -> None:
    promising = rig.station.actions.promising
    await promise(rig)
    await promising.settle(rig.row(), PromiseOutcome.TAKEN_BACK)
    with pytest.raises(BadUse, match="nothing is promised for 4312"):
        await promising.settle(rig.row(), PromiseOutcome.KEPT)
    await promise(rig)
    await later(rig, 2 * HOUR)
    await promising.settle(rig.row(), PromiseOutcome.KEPT)
    outcomes = [p.outcome for p in rig.station.logbook.record(WAITING.id).promises]
    assert outcomes == [PromiseOutcome.TAKEN_BACK, PromiseOutcome.KEPT_LATE]


async def test_what_was_broken_is_owed_until_something_else_is_promised(rig: Rig) -> None:
    await promise(rig)
    await later(rig, 2 * HOUR)
    await promise(rig, "in 1 h")
    assert rig.row().due_at == NOW + 3 * HOUR
    assert not rig.row().is_late(rig.clock())


async def test_what_cannot_be_read_is_said(rig: Rig) -> None:
    with pytest.raises(BadUse, match="write a time"):
        rig.station.actions.promising.understood(rig.row(), "soon")


async def test_a_reply_of_ours_that_the_help_desk_confirmed_keeps_it_at_once(rig: Rig) -> None:
    await promise(rig)
    answer, key = AnswerId("a1"), MessageKey("answer/a1")
    rig.clock.now = NOW + HOUR
    stored = AnswerStored(ticket=WAITING.id, answer=answer, kind=AnswerKind.REPLY, text=CleanText("It works again."))
    await rig.station.logbook.did(stored)
    assert (await later(rig, HOUR)).outcome is None
    await rig.station.logbook.did(AnswerConfirmed(ticket=WAITING.id, answer=answer, key=key))
    assert (await later(rig, HOUR * 1.5)).outcome is PromiseOutcome.KEPT
