"""What is known of a ticket because we did it, and not because a help desk says so."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from oncall_tui.domain.answer_events import AnswerEvent
from oncall_tui.domain.answering import NOTHING_ANSWERED, Answering
from oncall_tui.domain.care import NO_CARE, Care
from oncall_tui.domain.care_events import GoodwillSpent, RunbookStepTicked, TicketWorkedOn
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import (
    PromiseId,
    PromiseMade,
    PromiseOutcome,
    PromiseSettled,
    TicketEnded,
    TicketEvent,
    TicketReopened,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What a customer was told we would do, by when."""

    id: PromiseId
    ticket: TicketId
    due_at: datetime
    words: CleanText
    by: PersonId | None
    made_at: datetime
    waiting_since: datetime | None = None
    """Since when the customer had been waiting when it was made."""
    outcome: PromiseOutcome | None = None
    """None while it is open."""
    settled_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether it still has to be kept."""
        return self.outcome is None

    @property
    def is_owed(self) -> bool:
        """Tell whether it still has to be kept, in time or late."""
        return self.is_open or self.outcome is PromiseOutcome.BROKEN

    def is_late(self, now: datetime) -> bool:
        """Tell whether it is owed past its time."""
        return self.is_owed and self.due_at <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRecord:
    """Everything the journal says about one ticket, its escalations apart."""

    ticket: TicketId
    promises: tuple[Promise, ...] = ()
    """The oldest first."""
    answering: Answering = NOTHING_ANSWERED
    ended_at: datetime | None = None
    """When its source did not list it any more; None while it is open, as far as was seen."""
    touches: int | None = None
    """How many it had when it ended."""
    kinds: tuple[CleanText, ...] = ()
    customer: CleanText = NO_TEXT
    known_by: CleanText = NO_TEXT
    """The mail address by which whoever asked is recognised in other requests."""
    reopened: int = 0
    """How often it came back after it had ended."""
    care: Care = NO_CARE
    """Goodwill spent, steps ticked, time spent."""

    @property
    def next_promise(self) -> Promise | None:
        """Return the open promise that is due first."""
        return min((p for p in self.promises if p.is_open), key=lambda p: p.due_at, default=None)

    @property
    def owed_promise(self) -> Promise | None:
        """Return the promise the customer waits for: a broken one too, until another was made in its place."""
        latest = max((p.made_at for p in self.promises if p.outcome is not PromiseOutcome.TAKEN_BACK), default=None)
        owed = [p for p in self.promises if p.is_open or (p.is_owed and p.made_at == latest)]
        return min(owed, key=lambda p: p.due_at, default=None)

    @property
    def says_only_its_end(self) -> bool:
        """Tell whether nothing more is known than that it ended, and what it was like then."""
        has_none = not self.promises and not self.reopened and self.answering == NOTHING_ANSWERED
        return self.ended_at is not None and has_none and self.care == NO_CARE

    def after(self, event: TicketEvent, at: datetime) -> Self | None:
        """Return it as it stands after an event, or None where the event changes nothing."""
        match event:
            case PromiseMade():
                return self._promised(event, at)
            case PromiseSettled():
                return self._settled(event, at)
            case TicketEnded():
                return self._ended(event, at)
            case TicketReopened():
                return None if self.ended_at is None else replace(self, ended_at=None, reopened=self.reopened + 1)
            case GoodwillSpent() | RunbookStepTicked() | TicketWorkedOn():
                care = self.care.after(event, at)
                return None if care is None else replace(self, care=care)
            case _:
                return self._answered(event, at)

    def _answered(self, event: AnswerEvent, at: datetime) -> Self | None:
        answering = self.answering.after(event, at)
        return None if answering is None else replace(self, answering=answering)

    def _promised(self, event: PromiseMade, at: datetime) -> Self | None:
        if any(promise.id == event.promise for promise in self.promises):
            return None
        made = Promise(
            id=event.promise,
            ticket=event.ticket,
            due_at=event.due_at,
            words=event.words,
            by=event.by,
            made_at=at,
            waiting_since=event.waiting_since,
        )
        return replace(self, promises=(*self.promises, made))

    def _ended(self, event: TicketEnded, at: datetime) -> Self | None:
        if self.ended_at is not None:
            return None
        return replace(
            self,
            ended_at=at,
            touches=event.touches,
            kinds=event.kinds,
            customer=event.customer,
            known_by=event.known_by,
        )

    def _settled(self, event: PromiseSettled, at: datetime) -> Self | None:
        promise = next((promise for promise in self.promises if promise.id == event.promise), None)
        if promise is None or not promise.is_owed or promise.outcome is event.outcome:
            return None
        if promise.is_open is (event.outcome is PromiseOutcome.KEPT_LATE):
            return None  # late is only what broke before, and what broke is kept no other way
        settled = tuple(
            replace(promise, outcome=event.outcome, settled_at=at) if promise.id == event.promise else promise
            for promise in self.promises
        )
        return replace(self, promises=settled)
