"""Open tickets in the order in which somebody should look at them.

Groups come in the order of who feels the wait now: at work, awake, unknown, days off, asleep; of equals the easternmost
clock first. What most customers of a group do counts, which is also what its heading says. Within a group the late come
first, then whatever is due next, then whoever has been waiting longest, then the newest number; a ticket that is not
due, or that nobody waits for, comes after those that are.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from oncall_tui.domain.acquaintance import Acquaintance
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.due import SOON, Due, DueOrigin
from oncall_tui.domain.local_day import Day, LocalDay, WorkingHours
from oncall_tui.domain.money import NO_MONEY
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.ticket import Status, Ticket
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.wall_time import local
from oncall_tui.domain.zone_guess import CustomerZone

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""When what has no time is due."""
_FEELS_IT: Final = {Day.AT_WORK: 0, Day.AWAKE: 1, Day.UNKNOWN: 2, Day.WEEKEND: 3, Day.HOLIDAY: 3, Day.ASLEEP: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket, and the clock its customer sees."""

    ticket: Ticket
    zone: CustomerZone
    day: LocalDay
    customer: Customer | None = None
    works_today: WorkingHours | None = None
    """The customer's hours on the present date there; None on a day off, or where nobody knows."""
    record: TicketRecord | None = None
    """What we did to it, where the journal says anything."""
    tier: Tier | None = None
    """How its customer is served, where the config declares it."""
    target: Due | None = None
    """When the tier wants an answer."""
    usual_touches: int | None = None
    """How many touches tickets of its kind take; None where too few were seen."""
    same_trouble: int = 0
    """How many customers report the same at once; 0 where it is the only one."""
    touches_elsewhere: int = 0
    """How often our side touched requests of the same person in other help desks that say the same."""
    is_back_again: bool = False
    """Another ticket of the same customer ended a few days before."""
    goodwill_spent: Decimal = NO_MONEY
    """What was spent on its customer in this shift."""
    runbook: Runbook | None = None
    """The written procedure for it."""
    acquaintance: Acquaintance | None = None
    """Whoever asked, with her other requests, where she is surely recognised in some."""

    @property
    def touches(self) -> int | None:
        """Return how often our side touched what the person asks here, wherever else she asks the same."""
        return None if self.ticket.touches is None else self.ticket.touches + self.touches_elsewhere

    @property
    def due(self) -> Due | None:
        """Return the next thing that is due, because we promised it or somebody wants it; None where nothing is.

        The help desk's own time counts instead of the tier's target.
        """
        promise = self.record.owed_promise if self.record else None
        promised = Due(at=promise.due_at, origin=DueOrigin.PROMISE) if promise else None
        wanted = Due(at=self.ticket.due_at, origin=DueOrigin.HELP_DESK) if self.ticket.due_at else self.target
        if promised is None or wanted is None:
            return promised or wanted
        return min(promised, wanted, key=lambda due: due.at)

    @property
    def due_at(self) -> datetime | None:
        """Return when the next thing is due; None where nothing is."""
        wanted = self.ticket.due_at or (self.target.at if self.target else None)
        promise = self.record.owed_promise if self.record else None
        return min(promise.due_at, wanted or NEVER) if promise else wanted

    def is_late(self, now: datetime) -> bool:
        """Tell whether its due time has passed."""
        return self.due_at is not None and self.due_at <= now

    def is_due_soon(self, now: datetime) -> bool:
        """Tell whether something is due within the hour."""
        return self.due is not None and self.due.is_soon(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What is known of all rows of a group together, worked out once and not at each look."""

    day: LocalDay
    """The part of the day it is for most of its customers."""
    longest: str = ""
    """The longest of the numbers."""
    new: int = 0
    """How many nobody has answered yet."""
    snoozed: tuple[Row, ...] = ()
    """Those that were put aside at some time, of which some may be so still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tickets of customers who see the same clock now."""

    utc_offset: timedelta | None
    """None for customers whose clock is unknown."""
    places: tuple[str, ...]
    """Names of the zones' cities, the busiest first; for a bare offset ``UTC+9``."""
    zones: tuple[str, ...]
    """IANA names, in the order of ``places``."""
    rows: tuple[Row, ...]
    """In the order of this module, which is that of their due times."""
    worked_out: Sums | None = None

    @property
    def sums(self) -> Sums:
        """Return what is known of all its rows together."""
        return self.worked_out or sums_of(self.rows)

    @property
    def day(self) -> LocalDay:
        """Return the part of the day it is for most of its customers."""
        return self.sums.day

    def narrowed(self, rows: tuple[Row, ...]) -> "Group":
        """Return the group with only some of its rows, in their order, and with what is known of them all."""
        return replace(self, rows=rows, worked_out=self.sums)

    def late(self, now: datetime) -> int:
        """Return how many of its tickets are late."""
        return bisect_right(self.rows, now, key=_due_at)

    def soon(self, now: datetime) -> int:
        """Return how many of its tickets are due soon."""
        return self._up_to_soon(now) - self.late(now)

    def counts_until(self, now: datetime) -> datetime:
        """Return the instant until which as many of its tickets stay late, and as many due soon."""
        late, soon = self.late(now), self._up_to_soon(now)
        next_late = min(map(_due_at, self.rows[late : late + 1]), default=NEVER)
        next_soon = min(map(_due_at, self.rows[soon : soon + 1]), default=NEVER)
        return min(next_late, next_soon - SOON + timedelta.resolution)

    def _up_to_soon(self, now: datetime) -> int:
        return bisect_left(self.rows, now + SOON, key=_due_at)


def _due_at(row: Row) -> datetime:
    return row.due_at or NEVER


def sums_of(rows: Sequence[Row]) -> Sums:
    """Return what is known of some rows together."""
    seen = Counter(id(row.day) for row in rows)  # most rows share theirs, and comparing them takes longer
    days: Counter[LocalDay] = Counter()
    for day in {id(row.day): row.day for row in rows}.values():
        days[day] += seen[id(day)]
    return Sums(
        day=days.most_common(1)[0][0] if days else LocalDay(day=Day.UNKNOWN),
        longest=max((row.ticket.number for row in rows), key=len, default=""),
        new=sum(row.ticket.status is Status.NEW for row in rows),
        snoozed=tuple(row for row in rows if row.record is not None and row.record.answering.snooze is not None),
    )


def by_who_feels_it(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups so that those come first to whom a minute of waiting matters most now."""
    return tuple(sorted(by_clock(groups), key=lambda group: _FEELS_IT[group.day.day]))


def by_clock(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups as the sun goes: the easternmost clock first, unknown clocks last."""
    return tuple(sorted(groups, key=lambda group: _from_the_east(group.utc_offset)))


def by_lateness(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups so that the one whose next due time is nearest comes first."""
    return tuple(sorted(groups, key=lambda group: (group.rows[0].due_at if group.rows else None) or NEVER))


def clock_of(group: Group, now: datetime) -> datetime | None:
    """Return what the customers of a group see on their clocks, or None where nobody knows."""
    return None if group.utc_offset is None else local(now, timezone(group.utc_offset))


def _from_the_east(offset: timedelta | None) -> tuple[bool, timedelta]:
    return offset is None, -(offset or timedelta())
