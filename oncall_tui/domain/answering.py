"""Everything the journal says about answering one ticket."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind, AnswerState
from oncall_tui.domain.answer_events import (
    AnswerConfirmed,
    AnswerDelayed,
    AnswerDropped,
    AnswerEvent,
    AnswerHeld,
    AnswerRefused,
    AnswerReleased,
    AnswerStored,
    DraftKept,
    SnoozeEnded,
    TicketSnoozed,
)
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A ticket that may wait."""

    at: datetime
    """When it was put aside."""
    until: datetime | None
    """None until the customer writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The answers to one ticket, what is being written, and whether it may wait."""

    answers: tuple[Answer, ...] = ()
    """The oldest first."""
    drafts: tuple[tuple[AnswerKind, CleanText], ...] = ()
    snooze: Snooze | None = None

    def answer(self, identity: AnswerId) -> Answer | None:
        """Return an answer by its id."""
        return next((answer for answer in self.answers if answer.id == identity), None)

    def draft(self, kind: AnswerKind) -> CleanText:
        """Return what was written so far; empty when nothing was."""
        return next((text for drafted, text in self.drafts if drafted is kind), NO_TEXT)

    def undecided(self, kind: AnswerKind) -> Answer | None:
        """Return the latest answer of a kind that waits for a person, or None."""
        return next((a for a in reversed(self.answers) if a.kind is kind and a.state.needs_a_person), None)

    @property
    def needs_a_person(self) -> tuple[Answer, ...]:
        """Return the answers about which somebody has to decide."""
        return tuple(answer for answer in self.answers if answer.state.needs_a_person)

    def before(self, answer: Answer) -> Answer | None:
        """Return the answer that has to arrive before this one, or None."""
        earlier = self.answers[: self.answers.index(answer)] if answer in self.answers else ()
        return next((one for one in earlier if one.state.is_on_its_way), None)

    def claimed(self, answer: Answer) -> frozenset[str]:
        """Return what the help desk calls all answers but this one."""
        return frozenset(one.reference for one in self.answers if one.id != answer.id and one.reference)

    def is_snoozed(self, ticket: Ticket, now: datetime) -> bool:
        """Tell whether a ticket may still wait: not past its time, and not once something new came to it."""
        snooze = self.snooze
        if snooze is None or (snooze.until is not None and snooze.until <= now):
            return False
        ours = max((a.since for a in self.answers if a.state is AnswerState.CONFIRMED), default=snooze.at)
        is_changed = ticket.updated_at is not None and ticket.updated_at > max(snooze.at, ours)
        waits_again = ticket.waiting_since is not None and ticket.waiting_since > snooze.at
        wrote = any(message.is_inbound and message.at > snooze.at for message in ticket.messages)
        return not (is_changed or waits_again or wrote)

    def after(self, event: AnswerEvent, at: datetime) -> Self | None:
        """Return it as it stands after an event, or None where the event changes nothing."""
        match event:
            case AnswerStored():
                return self._stored(event, at)
            case DraftKept(kind=kind, text=text):
                return None if self.draft(kind) == text else self._drafted(kind, text)
            case TicketSnoozed(until=until):
                return replace(self, snooze=Snooze(at=at, until=until))
            case SnoozeEnded():
                return replace(self, snooze=None) if self.snooze else None
            case _:
                return self._changed(event.answer, _CHANGES[type(event)], event, at)

    def _stored(self, event: AnswerStored, at: datetime) -> Self | None:
        if self.answer(event.answer) is not None:
            return None
        answer = Answer(
            id=event.answer,
            ticket=event.ticket,
            kind=event.kind,
            text=event.text,
            by=event.by,
            account=event.account,
            seen_until=event.seen_until,
            stored_at=at,
            state=AnswerState.KEPT if event.is_kept_here else AnswerState.STORED,
            since=at,
        )
        return replace(self._drafted(event.kind, NO_TEXT), answers=(*self.answers, answer))

    def _drafted(self, kind: AnswerKind, text: CleanText) -> Self:
        others = tuple(draft for draft in self.drafts if draft[0] is not kind)
        return replace(self, drafts=(*others, (kind, text)) if text else others)

    def _changed(self, identity: AnswerId, change: "_Change", event: AnswerEvent, at: datetime) -> Self | None:
        known = self.answer(identity)
        changed = change(known, event) if known is not None else None
        if known is None or changed is None:
            return None
        moved = replace(changed, since=at) if changed.state is not known.state else changed
        kept = tuple(moved if answer.id == identity else answer for answer in self.answers)
        is_sent_again = isinstance(event, AnswerReleased | AnswerDropped)
        return replace(self._drafted(known.kind, NO_TEXT) if is_sent_again else self, answers=kept)


_Change = Callable[[Answer, AnswerEvent], Answer | None]


def _released(answer: Answer, event: AnswerEvent) -> Answer | None:
    if not isinstance(event, AnswerReleased) or not answer.state.needs_a_person:
        return None
    return replace(
        answer,
        text=event.text or answer.text,
        seen_until=event.seen_until,
        by=event.by or answer.by,
        sends=answer.sends + 1,
        state=AnswerState.STORED,
        detail=NO_TEXT,
    )


def _dropped(answer: Answer, event: AnswerEvent) -> Answer | None:
    is_open = answer.state.is_on_its_way or answer.state.needs_a_person
    if not isinstance(event, AnswerDropped) or not is_open:
        return None
    return replace(answer, state=AnswerState.DROPPED, detail=NO_TEXT)


def _confirmed(answer: Answer, event: AnswerEvent) -> Answer | None:
    # Whatever was thought of it before: what the help desk has is there.
    if not isinstance(event, AnswerConfirmed) or answer.state is AnswerState.CONFIRMED:
        return None
    return replace(answer, state=AnswerState.CONFIRMED, detail=NO_TEXT, reference=event.reference)


def _waits_for_somebody(answer: Answer, event: AnswerEvent) -> Answer | None:
    if not isinstance(event, AnswerRefused | AnswerHeld) or not answer.state.is_on_its_way:
        return None
    state = AnswerState.HELD if isinstance(event, AnswerHeld) else AnswerState.REFUSED
    return replace(answer, state=state, detail=event.detail)


def _delayed(answer: Answer, event: AnswerEvent) -> Answer | None:
    if not isinstance(event, AnswerDelayed) or not answer.state.is_on_its_way:
        return None
    is_doubtful = event.may_have_arrived or answer.state is AnswerState.UNKNOWN
    delayed = replace(answer, state=AnswerState.UNKNOWN if is_doubtful else AnswerState.DELAYED, detail=event.detail)
    return None if delayed == answer else delayed


_CHANGES: dict[type, _Change] = {
    AnswerReleased: _released,
    AnswerDropped: _dropped,
    AnswerConfirmed: _confirmed,
    AnswerRefused: _waits_for_somebody,
    AnswerHeld: _waits_for_somebody,
    AnswerDelayed: _delayed,
}


NOTHING_ANSWERED = Answering()
"""Of a ticket nobody has answered from here."""
