"""What somebody who tries the demo answers: kept in memory, and part of the made-up night from then on."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Status, Ticket, TicketId

_ME = CleanText("Ana Ruiz")


class Answered:
    """The answers of one run of the demo."""

    def __init__(self) -> None:
        self._written: dict[AnswerId, tuple[Answer, datetime]] = {}
        self._of: dict[TicketId, list[AnswerId]] = defaultdict(list)

    def write(self, answer: Answer, now: datetime) -> Receipt:
        """Keep an answer."""
        if answer.id not in self._written:
            self._of[answer.ticket].append(answer.id)
        self._written[answer.id] = (answer, now)
        return Receipt(reference=answer.id)

    def find(self, answer: Answer) -> Receipt | None:
        """Return the proof that an answer was kept."""
        return Receipt(reference=answer.id) if answer.id in self._written else None

    def added_to(self, ticket: TicketId, messages: Sequence[Message]) -> Sequence[Message]:
        """Return a conversation with what was written here, oldest first."""
        own = (_message(*self._written[identity]) for identity in self._of.get(ticket, ()))
        return sorted((*messages, *(message for message in own if message.text)), key=lambda message: message.at)

    def seen_in(self, tickets: Iterable[Ticket], thread: Callable[[TicketId], Sequence[Message]]) -> Sequence[Ticket]:
        """Return the tickets as they stand after what was done to them here, without those that were solved."""
        if not self._of:
            return list(tickets)
        changed = (self._changed(ticket, thread) if ticket.id in self._of else ticket for ticket in tickets)
        return [ticket for ticket in changed if ticket.status.is_open]

    def _changed(self, ticket: Ticket, thread: Callable[[TicketId], Sequence[Message]]) -> Ticket:
        messages = thread(ticket.id)
        for answer, at in (self._written[identity] for identity in self._of[ticket.id]):
            wrote_again = next((m.at for m in messages if m.is_inbound and m.at > at), None)
            ticket = _after(ticket, answer, at, wrote_again)
        return ticket


def _message(answer: Answer, at: datetime) -> Message:
    is_public = answer.kind is AnswerKind.REPLY
    return Message(at=at, author=_ME, text=answer.text, is_public=is_public, reference=answer.id, mark=answer.id)


def _after(ticket: Ticket, answer: Answer, at: datetime, wrote_again: datetime | None) -> Ticket:
    if answer.kind is AnswerKind.SOLVE:
        # The made-up customers are content for good: a ticket that was solved stays solved.
        return replace(ticket, status=Status.SOLVED)
    is_reply = answer.kind is AnswerKind.REPLY
    is_answered = is_reply and wrote_again is None
    return replace(
        ticket,
        assignee=_ME,
        status=Status.PENDING if is_answered else ticket.status,
        waiting_since=wrote_again if is_reply else ticket.waiting_since,
        due_at=None if is_answered else ticket.due_at,
        touches=(ticket.touches or 0) + (answer.text != NO_TEXT),
        updated_at=max(ticket.updated_at or at, at),
    )
