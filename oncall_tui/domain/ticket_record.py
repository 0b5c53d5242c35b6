"""What is known of a ticket because we did it, and not because a help desk says so."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, PromiseOutcome, PromiseSettled, TicketEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a customer was told we would do, by when."""

    id: PromiseId
    ticket: TicketId
    due_at: datetime
    words: CleanText
    by: PersonId | None
    made_at: datetime
    outcome: PromiseOutcome | None = None
    """None while it is open."""
    settled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it still has to be kept."""
        return self.outcome is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether it is open past its time."""
        return self.is_open and self.due_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    """Everything the journal says about one ticket, its escalations apart."""

    ticket: TicketId
    promises: tuple[Promise, ...] = ()
    """The oldest first."""

    @property
    def next_promise(self) -> Promise | None:
        """Return the open promise that is due first."""
        return min((p for p in self.promises if p.is_open), key=lambda p: p.due_at, default=None)

    def after(self, event: TicketEvent, at: datetime) -> Self | None:
        """Return it as it stands after an event, or None where the event changes nothing."""
        match event:
            case PromiseMade():
                return self._promised(event, at)
            case PromiseSettled():
                return self._settled(event, at)

    def _promised(self, event: PromiseMade, at: datetime) -> Self | None:
        if any(promise.id == event.promise for promise in self.promises):
            return None
        made = Promise(
            id=event.promise, ticket=event.ticket, due_at=event.due_at, words=event.words, by=event.by, made_at=at
        )
        return replace(self, promises=(*self.promises, made))

    def _settled(self, event: PromiseSettled, at: datetime) -> Self | None:
        if not any(promise.id == event.promise and promise.is_open for promise in self.promises):
            return None
        settled = tuple(
            replace(promise, outcome=event.outcome, settled_at=at) if promise.id == event.promise else promise
            for promise in self.promises
        )
        return replace(self, promises=settled)
