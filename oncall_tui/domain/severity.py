"""How much a ticket needs the next person: rules that propose it, and say which of them did."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from oncall_tui.domain.episode import Escalation, EscalationState
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.ticket import Priority
from oncall_tui.domain.triage import Row

FOLLOWS_AT_ONCE = timedelta(hours=12)
"""A shift that starts this soon after another one is the next one of the same weekend."""
WATCHED_WITHOUT_SHIFT = timedelta(hours=24)
"""How far ahead is watched where no shift follows at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is judged, and what the next person will be there for."""

    at: datetime
    until: datetime
    """Whatever falls due before is hers."""
    is_shift: bool
    """It is the end of the next shift; else the stated rule for when none follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a rule proposes, and why."""

    severity: Severity
    because: str


def window(shift: Shift, following: Shift | None, now: datetime) -> Window:
    """Return what is judged at an instant: up to the next shift's end, or for a day where none follows at once."""
    if following is not None and following.starts_at <= shift.ends_at + FOLLOWS_AT_ONCE:
        return Window(at=now, until=following.ends_at, is_shift=True)
    return Window(at=now, until=max(shift.ends_at, now) + WATCHED_WITHOUT_SHIFT, is_shift=False)


def proposed(row: Row, escalation: Escalation | None, seen: Window) -> Verdict:
    """Return what the first rule that holds proposes."""
    for severity, because, holds in RULES:
        if holds(row, escalation, seen):
            return Verdict(severity=severity, because=because)
    return Verdict(severity=Severity.STEADY, because="no rule asks for more")


def _is_unanswered(_row: Row, escalation: Escalation | None, _seen: Window) -> bool:
    return escalation is not None and escalation.state.wants_acknowledgement


def _is_late(row: Row, _escalation: Escalation | None, seen: Window) -> bool:
    return row.is_late(seen.at)


def _is_acknowledged(_row: Row, escalation: Escalation | None, _seen: Window) -> bool:
    return escalation is not None and escalation.state is EscalationState.ACKNOWLEDGED


def _is_urgent(row: Row, _escalation: Escalation | None, _seen: Window) -> bool:
    return row.ticket.priority is Priority.URGENT


def _is_promised(row: Row, _escalation: Escalation | None, seen: Window) -> bool:
    promise = row.record.owed_promise if row.record else None
    return promise is not None and promise.due_at <= seen.until


def _is_due(row: Row, _escalation: Escalation | None, seen: Window) -> bool:
    return row.due_at is not None and row.due_at <= seen.until


LATE: Final = "late"
DUE: Final = "due in your time"
UNANSWERED: Final = "escalated and not acknowledged"
_Rule = tuple[Severity, str, Callable[[Row, Escalation | None, Window], bool]]

RULES: Final[Sequence[_Rule]] = (
    (Severity.RED, UNANSWERED, _is_unanswered),
    (Severity.RED, LATE, _is_late),
    (Severity.WATCH, "escalated and acknowledged", _is_acknowledged),
    (Severity.WATCH, "urgent", _is_urgent),
    (Severity.WATCH, "promised for your time", _is_promised),
    (Severity.WATCH, DUE, _is_due),
)
"""The first that holds decides; the words are shown beside what they propose."""


def rules_line() -> str:
    """Return the rules as one line that explains what is proposed."""
    named = {severity: [words for level, words, _ in RULES if level is severity] for severity in Severity}
    red, watch = (", ".join(named[severity]) for severity in (Severity.RED, Severity.WATCH))
    return f"Red: {red}. Watch: {watch}. Steady: the rest."
