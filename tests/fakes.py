"""Fakes of ports and actions: they do nothing and remember what they were asked."""

from collections.abc import Sequence
from datetime import datetime

from oncall_tui.domain.handover_events import NotePart, Severity
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.rota import Gap, Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.handing_over import Role, Sheet
from tests import handover_make


class RecordingActions(Actions):
    """Remembers every call as its name and what it was about."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.stops_in_time = True
        self.entries: Sequence[Shift | Gap] = ()
        self.notes: dict[NotePart, CleanText] = {}
        self.role = Role.OUTGOING
        self.flow: Flow | None = None
        self.error: OnCallError | None = None

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
        return ()

    async def note_good_news(self, text: str, ticket: TicketId | None = None) -> None:
        self._note("good news", text, ticket or "")

    async def correct_zone(self, row: Row, text: str) -> None:
        self._note("zone", row.ticket.id, text)

    async def handover_sheet(self) -> Sheet:
        self._note("sheet")
        return handover_make.sheet(self.notes, role=self.role, flow=self.flow)

    async def save_handover_notes(self, text: str, part: NotePart = NotePart.NOT_DONE) -> None:
        self._note("save", part.value, text)
        self.notes[part] = CleanText(text)

    async def choose_severity(self, ticket: TicketId) -> Severity:
        self._note("severity", ticket)
        return Severity.RED

    async def accept_handover(self, reds: str, first_action: str) -> None:
        self._note("accept", reds, first_action)

    async def decline_handover(self, reason: str) -> None:
        self._note("decline", reason)

    async def ask_about_handover(self, words: str) -> None:
        self._note("ask", words)

    async def answer_handover(self, words: str) -> None:
        self._note("answer", words)

    async def deliver_handover(self) -> str:
        self._note("deliver")
        return "It goes to Ben Okafor by ben-push; saved as handover.md."

    async def shifts_between(self, start: datetime, end: datetime) -> Sequence[Shift | Gap]:
        self._note("shifts")
        return self.entries


def words(text: str) -> CleanText:
    return CleanText(text)
