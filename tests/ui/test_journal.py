"""L: what happened in this shift."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.answer_events import AnswerStored, DraftKept, TicketSnoozed
from oncall_tui.domain.breathing import Breathing
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.events import (
    SHIFT_STREAM,
    EscalationRetimed,
    Event,
    MachineSlept,
    NotificationAccepted,
    NotificationDropped,
    Recorded,
    SourceLost,
)
from oncall_tui.domain.handover_events import HandoverNoteWritten, SeverityChosen, ShiftFigured
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.services.desk import Desk
from oncall_tui.ui.journal_text import AT_MOST, NOTHING, JournalPage
from oncall_tui.ui.journal_words import Said, words
from tests import desk_make
from tests.desk_make import HOUR, MINUTE, NOW
from tests.fakes import RecordingActions, Unattended
from tests.rig import Rig, ticket
from tests.store.make import KINDS, filled
from tests.ui.rig import Rig as UiRig
from tests.ui.rig import running

pytestmark = pytest.mark.anyio
SAYS_NOTHING_NEW = {
    EscalationRetimed,
    NotificationDropped,
    DraftKept,
    HandoverNoteWritten,
    SeverityChosen,
    ShiftFigured,
}
LOST = SourceLost(source=SourceId("helpdesk"), why=CleanText("no answer"))


def recorded(at: datetime, event: Event, seq: int = 1) -> Recorded:
    return Recorded(seq=seq, stream=SHIFT_STREAM, version=seq, at=at, event=event)


def journal_page(lines: Iterable[Recorded], desk: Desk, now: datetime) -> str:
    page = JournalPage(desk, now)
    page.hear(lines)
    return page.text()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_event_is_told_or_left_out_on_purpose(kind: type[Event]) -> None:
    page = journal_page([recorded(NOW, filled(kind))], desk_make.live(), NOW)
    assert (page == NOTHING) is (kind in SAYS_NOTHING_NEW)
    assert "  " not in page.partition("Fri 22:05  ")[2].partition("\n")[0]


def test_the_newest_stands_first_on_the_readers_clock_and_nothing_of_an_earlier_shift() -> None:
    desk = desk_make.live()
    slept = MachineSlept(fell_asleep_at=NOW - 40 * MINUTE, woke_at=NOW - 10 * MINUTE)
    page = journal_page(
        [recorded(NOW - 100 * HOUR, LOST), recorded(NOW - 3 * MINUTE, LOST), recorded(NOW, slept)], desk, NOW
    )
    assert page.splitlines() == [
        "Fri 22:05  this machine slept from 21:25 to 21:55: nobody was",
        "           watching",
        "Fri 22:02  helpdesk stopped answering: no answer",
    ]
    assert journal_page([], desk, NOW) == NOTHING
    without = replace(desk, shift=None)
    assert "helpdesk stopped" in journal_page([recorded(NOW - 23 * HOUR, LOST)], without, NOW)
    assert journal_page([recorded(NOW - 25 * HOUR, LOST)], without, NOW) == NOTHING


def test_very_many_lines_say_that_there_are_more() -> None:
    page = journal_page([recorded(NOW, LOST)] * (AT_MOST + 7), desk_make.live(), NOW)
    assert page.endswith("\n7 earlier ones are not shown.")


def test_an_accepted_message_says_by_what_it_was_accepted() -> None:
    said = Said(people={}, zone="UTC", now=NOW, escalated={EscalationId("e1"): "4312"}, answers={})
    accepted = NotificationAccepted(escalation=EscalationId("e1"), key=MessageKey("e1/1/1/dana/dana-push"))
    assert words(accepted, said) == "4312: a message was accepted by dana-push"


async def test_l_shows_the_journal_and_l_closes_it() -> None:
    stored = AnswerStored(
        ticket=TicketId("helpdesk:4312"), answer=AnswerId("a"), kind=AnswerKind.NOTE, by=PersonId("ana")
    )
    async with running(desk_make.live()) as rig:
        rig.actions.lines = [recorded(NOW, stored)]
        await rig.press("l")
        assert "Journal of this shift" in rig.text
        assert "Fri 22:05  4312: note by Ana Ruiz stored" in rig.text
        await rig.press("l")
        assert "Journal of this shift" not in rig.text


async def test_what_was_done_stands_in_the_journal() -> None:
    rig = Rig()
    await rig.read()
    await rig.escalate(why="all users")
    await rig.pass_time(seconds=7)
    rig.answer("dana-push", "On it.")
    await rig.pass_time(seconds=10)
    await rig.station.logbook.did(TicketSnoozed(ticket=ticket().id, until=rig.clock.now + HOUR, by=PersonId("ana")))
    lines = [line async for some in rig.station.actions.journal() for line in some]
    page = journal_page(lines, rig.station.board.desk(), rig.clock.now)
    assert page.splitlines() == [
        "Fri 22:05  4312: snoozed by Ana Ruiz until 23:05",
        "Fri 22:05  4312: acknowledged by Dana Lee through dana-push: On it.",
        "Fri 22:05  4312: a message was accepted by dana-push",
        "Fri 22:05  4312 escalated to Dana Lee by Ana Ruiz: all users",
    ]


async def test_the_load_of_the_shift_and_interrupted_nights_stand_above_the_journal() -> None:
    async with running(desk_make.live()) as rig:
        known = Breathing(busy=65 * MINUTE, share=0.26, recent_share=0.5, interruptions=2)
        rig.actions.unattended.known = known
        await rig.press("L")
        assert "Busy for about 1 h 5 m of this shift (26%), and 2 times at work in" in rig.text
        assert "your night (22:00 to 07:00)." in rig.text


class Resting(Unattended):
    """Remembers on which tickets the cursor rested."""

    def __init__(self) -> None:
        super().__init__()
        self.rested: list[str | None] = []

    def rests(self, ticket: TicketId | None) -> None:
        self.rested.append(ticket)


@pytest.mark.parametrize(("columns", "rested"), [(140, [None, "helpdesk:4312", "helpdesk:4321"]), (80, [None])])
async def test_the_ticket_beside_the_list_is_taken_note_of_and_none_where_none_is_there(
    columns: int, rested: list[str | None]
) -> None:
    rig = UiRig(RecordingActions())
    rig.actions.attending = resting = Resting()
    async with running(desk_make.live(), size=(columns, 40), rig=rig):
        await rig.press("down")
        assert list(dict.fromkeys(resting.rested)) == rested


async def test_a_page_wraps_where_the_terminal_is_narrower_than_it() -> None:
    async with running(desk_make.live(), size=(50, 20)) as rig:
        rig.actions.lines = [recorded(NOW, LOST)]
        await rig.press("l")
        assert "helpdesk stopped answering: no     │\n│  answer" in rig.text
