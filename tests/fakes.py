"""Fakes of ports and actions: they do nothing and remember what they were asked."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.breathing import Breathing
from oncall_tui.domain.events import CoverId, Recorded
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.goodwill import SpokenGoodwill
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.promise import SpokenPromise, spoken_promise
from oncall_tui.domain.reach import LevelReach
from oncall_tui.domain.rota import Gap, Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Ticket, TicketId
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse, OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.answers import Answers
from oncall_tui.services.attending import Attending
from oncall_tui.services.caring import Caring
from oncall_tui.services.handing_over import Role, Sheet
from oncall_tui.services.handover_asking import HandoverAsking
from oncall_tui.services.promising import Promising
from oncall_tui.services.rota_asking import RotaAsking
from tests import handover_make

NOW: Final = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
OURS: Final = ZoneInfo("America/New_York")


class RecordingPromising(Promising):
    """Reads promises as the real one does, and remembers what it was asked to keep."""

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note

    def understood(self, row: Row, text: str) -> SpokenPromise:
        try:
            return spoken_promise(text, NOW, ours=OURS, theirs=row.zone.clock)
        except ValueError as error:
            raise BadUse(str(error)) from error

    async def promise(self, row: Row, spoken: SpokenPromise) -> None:
        self._note("promise", row.ticket.id, f"{spoken.due_at:%a %H:%M}", spoken.words)

    async def settle(self, row: Row, outcome: PromiseOutcome) -> None:
        self._note("settle", row.ticket.id, outcome)


class RecordingCaring(Caring):
    """Reads goodwill as the real one does, and remembers what it was asked to keep."""

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note

    async def spend(self, row: Row, spoken: SpokenGoodwill) -> None:
        self._note("spend", row.ticket.id, f"{spoken.amount:g}", spoken.words)

    async def tick(self, row: Row, step: str, *, is_ticked: bool) -> None:
        self._note("tick", row.ticket.id, step, str(is_ticked))


class Unattended(Attending):
    """Notes nothing of how long a ticket was open."""

    def __init__(self) -> None:
        self.known: Breathing | None = None

    async def opened(self, ticket: TicketId) -> None:
        pass

    async def stayed(self) -> None:
        pass

    async def closed(self) -> None:
        pass

    def pressed(self) -> None:
        pass

    def rests(self, ticket: TicketId | None) -> None:
        pass

    def breathing(self) -> Breathing | None:
        return self.known


class RecordingAnswers(Answers):
    """Remembers every call as its name and what it was about."""

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note
        self.cannot: Mapping[AnswerKind, str] = {}

    def why_not(self, ticket: Ticket, kind: AnswerKind) -> str:
        return self.cannot.get(kind, "")

    def is_kept_here(self, ticket: Ticket) -> bool:
        return AnswerKind.NOTE in self.cannot

    async def store(self, ticket: Ticket, kind: AnswerKind, text: str = "", *, seen: Sequence[Message] = ()) -> None:
        self._note(str(kind), ticket.id, text)

    async def release(self, ticket: Ticket, answer: Answer, text: str = "", *, seen: Sequence[Message] = ()) -> None:
        self._note("release", answer.id, text)

    async def drop(self, answer: Answer) -> None:
        self._note("drop", answer.id)

    async def keep_draft(self, ticket: TicketId, kind: AnswerKind, text: str) -> None:
        self._note("draft", kind, text)

    async def snooze(self, ticket: TicketId, until: datetime | None) -> None:
        self._note("snooze", ticket, until.isoformat() if until else "until they write")

    async def wake(self, ticket: TicketId) -> None:
        self._note("wake", ticket)


class RecordingHandover(HandoverAsking):
    """Remembers every call as its name and what it was about."""

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note
        self.notes: dict[NotePart, CleanText] = {}
        self.role = Role.OUTGOING
        self.flow: Flow | None = None

    async def sheet(self) -> Sheet:
        self._note("sheet")
        return handover_make.sheet(self.notes, role=self.role, flow=self.flow)

    async def save_notes(self, text: str, part: NotePart = NotePart.NOT_DONE) -> None:
        self._note("save", part.value, text)
        self.notes[part] = CleanText(text)

    async def choose_severity(self, ticket: TicketId) -> Severity:
        self._note("severity", ticket)
        return Severity.RED

    async def accept(self, reds: str, first_action: str) -> None:
        self._note("accept", reds, first_action)

    async def decline(self, reason: str) -> None:
        self._note("decline", reason)

    async def ask(self, words: str) -> None:
        self._note("ask", words)

    async def judge(self, *, is_yes: bool) -> None:
        self._note("judge", "yes" if is_yes else "no")

    async def answer(self, words: str) -> None:
        self._note("answer", words)

    async def deliver(self) -> str:
        self._note("deliver")
        return "It goes to Ben Okafor by ben-push; saved as handover.md."


class RecordingRota(RotaAsking):
    """Remembers every call as its name and what it was about."""

    def __init__(self, note: Callable[..., None]) -> None:
        self._note = note
        self.entries: Sequence[Shift | Gap] = ()
        self.problems: Sequence[str] = ()

    def holiday_at(self, zone: str, day: date) -> str:
        return "Thanksgiving" if (day.month, day.day) == (11, 22) and zone.startswith("America/") else ""

    async def rota_problems(self) -> Sequence[str]:
        return self.problems

    async def ask_cover(self, shift: Shift, reason: str) -> None:
        self._note("ask cover", shift.person, f"{shift.starts_at:%m-%d}", reason)

    async def ask_swap(self, mine: Shift, theirs: Shift, reason: str) -> None:
        self._note("ask swap", f"{mine.starts_at:%m-%d}", f"{theirs.starts_at:%m-%d}", reason)

    async def take_cover(self, cover: CoverId) -> None:
        self._note("take", cover)

    async def undo_cover(self, cover: CoverId) -> None:
        self._note("undo", cover)

    async def shifts_between(self, start: datetime, end: datetime) -> Sequence[Shift | Gap]:
        self._note("shifts")
        return self.entries

    def levels_reached(self) -> Sequence[LevelReach]:
        return (
            LevelReach(sentence="level 1 was last proved reachable 3 days ago", is_proved=True),
            LevelReach(sentence="nobody of level 2 was ever proved reachable", is_proved=False),
        )


class RecordingActions(Actions):
    """Remembers every call as its name and what it was about."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.stops_in_time = True
        self.error: OnCallError | None = None
        self.handover = self.handed = RecordingHandover(self._note)
        self.rota = self.asked_of_rota = RecordingRota(self._note)
        self.attending = self.unattended = Unattended()
        self.caring = RecordingCaring(self._note)
        self.messages: Sequence[Message] = ()
        self.lines: Sequence[Recorded] = ()
        self.answers = self.recorded = RecordingAnswers(self._note)
        self.promising = RecordingPromising(self._note)

    def _note(self, *call: str) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(call)

    async def escalate(self, row: Row, *, why: str = "") -> None:
        self._note("escalate", row.ticket.id)

    async def send_now(self, ticket: TicketId) -> None:
        self._note("send now", ticket)

    async def stop(self, ticket: TicketId) -> bool:
        self._note("stop", ticket)
        return self.stops_in_time

    async def escalate_further(self, ticket: TicketId) -> None:
        self._note("further", ticket)

    async def withdraw(self, ticket: TicketId, reason: str) -> None:
        self._note("withdraw", ticket, reason)

    async def reached_by_phone(self, ticket: TicketId, person: str, words: str) -> None:
        self._note("reached", ticket, person, words)

    async def refresh(self) -> None:
        self._note("refresh")

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        self._note("thread", ticket)
        return self.messages

    async def journal(self) -> AsyncIterator[Sequence[Recorded]]:
        self._note("journal")
        yield self.lines

    async def note_good_news(self, text: str, ticket: TicketId | None = None) -> None:
        self._note("good news", text, ticket or "")

    async def correct_zone(self, row: Row, text: str) -> None:
        self._note("zone", row.ticket.id, text)


def words(text: str) -> CleanText:
    return CleanText(text)
