"""What keys ask for about answering: each returns once it is stored, and none waits for the network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind, newest_inbound
from oncall_tui.domain.answer_events import (
    AnswerDropped,
    AnswerReleased,
    AnswerStored,
    DraftKept,
    SnoozeEnded,
    TicketSnoozed,
)
from oncall_tui.domain.events import stream_of
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.domain.tier import SavedAnswer
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.ports import AnswerableSource
from oncall_tui.services.board import Board
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.logbook import Logbook
from oncall_tui.text_safety import BODY_LIMIT, clean_body

DESK = "desk:"
"""Stands before a source's id where a message names what carries it: help desks and channels may share an id."""
_PURPOSES = {
    AnswerKind.REPLY: Purpose.REPLY,
    AnswerKind.NOTE: Purpose.NOTE,
    AnswerKind.TAKE: Purpose.TAKE,
    AnswerKind.SOLVE: Purpose.SOLVE,
}
_WHY_NOT = {
    AnswerKind.REPLY: "tickets of {} can be read here, and not answered",
    AnswerKind.TAKE: "{} knows nobody a ticket belongs to",
    AnswerKind.SOLVE: "tickets of {} cannot be solved from here",
}


USUAL_ANSWERS = (
    SavedAnswer(
        name="We have seen it",
        text="Hello {name},\n\nwe have seen this and are looking into it. I will write again soon.\n",
    ),
    SavedAnswer(
        name="We need more",
        text="Hello {name},\n\nI need a little more to find the cause: what did you do, and what did you see?\n",
    ),
    SavedAnswer(
        name="It is solved",
        text="Hello {name},\n\nthis works again now. If you see it once more, just answer this message.\n",
    ),
)
"""What can be answered to anybody whose tier saved nothing."""


def desk_channel(source: SourceId) -> ChannelId:
    """Return what a message to a help desk names as its channel."""
    return ChannelId(f"{DESK}{source}")


@dataclass(slots=True, kw_only=True)
class Answers:
    """Everything that can be said or done about one ticket."""

    logbook: Logbook
    board: Board
    delivery: Delivery
    desks: Mapping[SourceId, AnswerableSource]
    new_id: Callable[[], str]

    def why_not(self, ticket: Ticket, kind: AnswerKind) -> str:
        """Return why something cannot be done to a ticket; empty when it can. A note always can."""
        if kind is AnswerKind.NOTE or kind in self._can(ticket.source_id):
            return ""
        return _WHY_NOT[kind].format(ticket.source_id)

    def is_kept_here(self, ticket: Ticket) -> bool:
        """Tell whether a note stays in our own journal because the help desk has no place for it."""
        return AnswerKind.NOTE not in self._can(ticket.source_id)

    def saved_for(self, row: Row) -> Sequence[tuple[str, str]]:
        """Return the answers its tier saved for a ticket, else the usual ones, with the customer's name filled in."""
        name = row.ticket.requester.name.partition(" ")[0] or "all"
        saved = row.tier.answers if row.tier else ()
        return [(answer.name, answer.text.replace("{name}", name)) for answer in saved or USUAL_ANSWERS]

    async def store(self, ticket: Ticket, kind: AnswerKind, text: str = "", *, seen: Sequence[Message] = ()) -> None:
        """Store an answer and let it leave.

        Args:
            ticket: Which ticket, as the person saw it.
            kind: What to do.
            text: The words of a reply or note.
            seen: The conversation as the person saw it.

        Raises:
            BadUse: It has no words, too many, or cannot be done there.
        """
        if reason := self.why_not(ticket, kind):
            raise BadUse(reason)
        known = self.logbook.record(ticket.id).answering
        if not kind.has_words and any(a.kind is kind and a.state.is_on_its_way for a in known.answers):
            raise BadUse(f"{ticket.number}: {kind} is on its way already")
        me = self.board.me
        event = AnswerStored(
            ticket=ticket.id,
            answer=AnswerId(self.new_id()),
            kind=kind,
            text=_words(text) if kind.has_words else NO_TEXT,
            by=me,
            account=self._account(ticket.source_id),
            seen_until=seen_until(ticket, seen),
            is_kept_here=kind is AnswerKind.NOTE and self.is_kept_here(ticket),
        )
        message = _message(ticket, MessageKey(event.answer), kind, event.text)
        send = [] if event.is_kept_here else [message]
        await self.logbook.did(event, send=send)
        self.delivery.poke()

    async def annotate(self, ticket: Ticket, text: str) -> None:
        """Leave an internal note in the help desk for whoever meets the ticket there, where there is a place for it."""
        if not self.is_kept_here(ticket):
            await self.store(ticket, AnswerKind.NOTE, text)

    async def release(self, ticket: Ticket, answer: Answer, text: str = "", *, seen: Sequence[Message] = ()) -> None:
        """Send a held or refused answer after all, changed or as it was; raise ``BadUse`` when it does not wait."""
        words = _words(text) if answer.kind.has_words else NO_TEXT
        event = AnswerReleased(
            ticket=ticket.id,
            answer=answer.id,
            text=words,
            seen_until=max(filter(None, (seen_until(ticket, seen), answer.seen_until)), default=None),
            by=self.board.me,
        )
        again = replace(answer, sends=answer.sends + 1)
        message = _message(ticket, again.message_key, answer.kind, words)
        if not await self.logbook.did(event, send=[message]):
            raise BadUse(f"{ticket.number}: this {answer.kind} does not wait for anybody")
        self.delivery.poke()

    async def drop(self, answer: Answer) -> None:
        """Decide not to send an answer; raise ``BadUse`` when it is too late."""
        if not await self.logbook.did(AnswerDropped(ticket=answer.ticket, answer=answer.id, by=self.board.me)):
            raise BadUse(f"it is too late: the {answer.kind} is {answer.state}")

    async def keep_draft(self, ticket: TicketId, kind: AnswerKind, text: str) -> None:
        """Keep what was written so far, as it was typed."""
        await self.logbook.did(DraftKept(ticket=ticket, kind=kind, text=clean_body(text)))

    async def snooze(self, ticket: TicketId, until: datetime | None) -> None:
        """Let a ticket wait until an instant, or until the customer writes."""
        await self.logbook.did(TicketSnoozed(ticket=ticket, until=until, by=self.board.me))

    async def wake(self, ticket: TicketId) -> None:
        """Bring a snoozed ticket back."""
        await self.logbook.did(SnoozeEnded(ticket=ticket, by=self.board.me))

    def _can(self, source: SourceId) -> frozenset[AnswerKind]:
        desk = self.desks.get(source)
        return desk.can if desk is not None else frozenset()

    def _account(self, source: SourceId) -> str:
        me = self.board.team.people.get(self.board.me) if self.board.me else None
        return me.account_in(source) if me is not None else ""


def seen_until(ticket: Ticket, seen: Sequence[Message]) -> datetime | None:
    """Return when the newest words of the customer were written that somebody who saw this has seen."""
    return newest_inbound(seen or ticket.messages) or ticket.updated_at or ticket.waiting_since or ticket.created_at


def _words(text: str) -> CleanText:
    if not text.strip():
        raise BadUse("there is nothing to send: write something first")
    if len(text) > BODY_LIMIT:
        raise BadUse(f"an answer has at most {BODY_LIMIT:,} characters; this one has {len(text):,}")
    return CleanText(clean_body(text).strip())


def _message(ticket: Ticket, key: MessageKey, kind: AnswerKind, text: CleanText) -> OutgoingMessage:
    return OutgoingMessage(
        key=key,
        purpose=_PURPOSES[kind],
        channel=desk_channel(ticket.source_id),
        person=None,
        title=CleanText(f"{ticket.number} {kind}"),
        body=text,
        stream=stream_of(ticket.id),
        url=ticket.url,
    )
