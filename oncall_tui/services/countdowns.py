"""When the next step of each escalation is due, whatever is done to the wall clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.clock import Clock, Stopwatch
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.ladder import longest_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class _Countdown:
    planned_at: datetime
    ends: float
    """On the stopwatch."""


class Countdowns:
    """Measures the wait for each step by a stopwatch beside the wall clock.

    A step is due as soon as either says so: the stopwatch may stand still while the machine sleeps, and the wall clock
    may be set back. Nothing of the stopwatch is stored: a process that starts takes the plan at its word, but never
    for longer than such a step can be planned ahead.
    """

    def __init__(self, clock: Clock, stopwatch: Stopwatch) -> None:
        self._clock = clock
        self._stopwatch = stopwatch
        self._known: dict[EscalationId, _Countdown] = {}

    def due_at(self, escalation: Escalation) -> datetime | None:
        """Return when the next step is due by the wall clock as it goes now; None when nothing is planned."""
        planned_at = escalation.next_action_at
        if planned_at is None:
            self._known.pop(escalation.id, None)
            return None
        now, passed = self._clock(), self._stopwatch()
        known = self._known.get(escalation.id)
        if known is None or known.planned_at != planned_at:
            left = min(planned_at - now, longest_wait(escalation))
            known = _Countdown(planned_at=planned_at, ends=passed + left.total_seconds())
            self._known[escalation.id] = known
        return min(planned_at, now + timedelta(seconds=known.ends - passed))
