"""What issues of GitLab and of GitHub have alike: labels that mean something, and days on which they are due."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

from oncall_tui.domain.ticket import Priority, Status
from oncall_tui.sources.fields import Payload, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Labels, in small letters, that say something else than what an issue is about."""

    pending: frozenset[str]
    """Those under which the turn is the customer's."""
    priorities: dict[str, Priority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is in an issue; None where that has not been looked up yet."""

    waiting_since: datetime | None = None
    touches: int | None = None


def labels_of(pending: Sequence[str], urgent: Sequence[str], high: Sequence[str], low: Sequence[str]) -> Labels:
    """Return the labels a config names."""
    steps = ((low, Priority.LOW), (high, Priority.HIGH), (urgent, Priority.URGENT))
    return Labels(
        pending=frozenset(name.strip().casefold() for name in pending),
        priorities={name.strip().casefold(): priority for names, priority in steps for name in names},
    )


def parse_status(labels: Iterable[str], known: Labels, *, is_open: bool) -> Status:
    """Read where an issue stands."""
    if not is_open:
        return Status.CLOSED
    return Status.PENDING if known.pending & {label.casefold() for label in labels} else Status.OPEN


def parse_priority(labels: Iterable[str], known: Labels) -> Priority | None:
    """Read how much an issue matters: the most that one of its labels says."""
    found = (known.priorities.get(label.casefold()) for label in labels)
    return max((priority for priority in found if priority is not None), default=None)


def end_of_day(payload: Payload, field: str) -> datetime | None:
    """Read a day as the instant in which it has passed, in UTC."""
    day = instant(payload, field)
    return day + timedelta(days=1) if day is not None and day.year < MAXYEAR else None
