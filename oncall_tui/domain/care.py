"""What was done for a ticket's customer beside answering: goodwill spent, steps of a runbook ticked, time spent."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Self

from oncall_tui.domain.care_events import CareEvent, GoodwillSpent, RunbookStepTicked, TicketWorkedOn
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class Goodwill:
    """What was spent on a ticket's customer."""

    amount: Decimal
    words: CleanText
    customer: CleanText
    by: PersonId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedStep:
    """A step of a runbook that was done."""

    runbook: CleanText
    step: CleanText
    by: PersonId | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A span in which somebody of us had a ticket open."""

    started_at: datetime
    ended_at: datetime
    by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """All of it for one ticket."""

    goodwill: tuple[Goodwill, ...] = ()
    """What was spent on it, the oldest first."""
    ticked: tuple[TickedStep, ...] = ()
    """Steps of runbooks that were done, in the order they were."""
    work: tuple[Work, ...] = ()
    """When somebody of us had it open, the oldest first."""

    def ticked_in(self, runbook: str) -> frozenset[str]:
        """Return the steps of a runbook that were done."""
        return frozenset(step.step for step in self.ticked if step.runbook == runbook)

    def after(self, event: CareEvent, at: datetime) -> Self | None:
        """Return it as it stands after an event, or None where the event changes nothing."""
        match event:
            case GoodwillSpent(amount=amount, words=words, customer=customer, by=by):
                spent = Goodwill(amount=amount, words=words, customer=customer, by=by, at=at)
                return replace(self, goodwill=(*self.goodwill, spent))
            case TicketWorkedOn(started_at=started_at, ended_at=ended_at, by=by):
                return replace(self, work=(*self.work, Work(started_at=started_at, ended_at=ended_at, by=by)))
            case RunbookStepTicked():
                return self._ticked(event, at)

    def _ticked(self, event: RunbookStepTicked, at: datetime) -> Self | None:
        others = tuple(step for step in self.ticked if (step.runbook, step.step) != (event.runbook, event.step))
        if (len(others) < len(self.ticked)) is event.is_ticked:
            return None
        step = TickedStep(runbook=event.runbook, step=event.step, by=event.by, at=at)
        return replace(self, ticked=(*others, step) if event.is_ticked else others)


NO_CARE: Final = Care()
