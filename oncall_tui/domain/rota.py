"""Who is on call when: everything that is written made into one final schedule.

The claims of ``rota_plan``, laid over one another, leave at most one person at any instant. What is seen of a turn is a
shift where the team knows its person and a gap where it does not, or where nobody can come; time that no layer names is
neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncall_tui.domain.office_days import HolidayGap, OfficeDays, holiday_gaps
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota_plan import (
    Absence,
    CalendarTurn,
    Claim,
    Closure,
    Layers,
    Override,
    Rotation,
    ShiftOrigin,
    WeekTime,
    closed_spans,
    week_of,
)
from oncall_tui.domain.spans import Span, join, lay
from oncall_tui.domain.wall_time import LATEST, local

__all__ = [
    "Absence",
    "CalendarTurn",
    "Closure",
    "Gap",
    "Override",
    "Rota",
    "Rotation",
    "Shift",
    "ShiftOrigin",
    "WeekTime",
    "swap",
]

_WEEK = timedelta(weeks=1)
_LOOK_AHEAD = 56
"""Weeks in which the next shift is looked for."""
_STRIDE = 8
"""Weeks of them that are worked out at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's turn; its start included, its end not. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    person: PersonId
    origin: ShiftOrigin
    reason: str = ""
    """Why an override was written; empty for other shifts."""

    @property
    def length(self) -> timedelta:
        """Return its real length, clock changes included."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nobody is on call although somebody is wanted, or nobody is meant to be. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    is_intended: bool = False
    """A closure says that nobody has to be there."""
    reason: str = ""

    @property
    def length(self) -> timedelta:
        """Return its real length, clock changes included."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The full plan of who is on call."""

    zone: ZoneInfo
    """The wall clock in which everything is written that names no other."""
    people: Mapping[PersonId, Person]
    """The team; a turn of anybody else is a gap."""
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()
    absences: tuple[Absence, ...] = ()
    closures: tuple[Closure, ...] = ()
    calendar_turns: tuple[CalendarTurn, ...] = ()
    """What calendars say, the topmost first; they lie between overrides and rotations."""
    office: OfficeDays = field(default_factory=OfficeDays)
    """When the team is at work without being on call."""

    def shifts(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        """Return every shift that shares time with a span, whole, in order; no two of them overlap."""
        return tuple(
            Shift(
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                person=span.of.person,
                origin=span.of.origin,
                reason=span.of.reason,
            )
            for span in self._schedule(start, end)
            if span.of.person is not None and span.of.person in self.people
        )

    def gaps(self, start: datetime, end: datetime) -> tuple[Gap, ...]:
        """Return every gap that shares time with a span, whole, in order."""
        return tuple(
            Gap(
                starts_at=span.starts_at,
                ends_at=span.ends_at,
                is_intended=span.of.is_intended,
                reason=span.of.reason or (f"{span.of.person} is not among the people" if span.of.person else ""),
            )
            for span in self._schedule(start, end)
            if span.of.person not in self.people
        )

    def holiday_gaps(self, start: datetime, end: datetime) -> tuple[HolidayGap, ...]:
        """Return what a public holiday leaves open in a span: nobody is on call, and nobody is at work either."""
        claims = [(span.starts_at, span.ends_at) for span in self.claims(start, end)]
        if not claims:
            return ()
        closed = [(span.starts_at, span.ends_at) for span in closed_spans(self.closures, self.zone)]
        return tuple(holiday_gaps([*claims, *closed], self.office, self.zone, start, end))

    def on_call(self, at: datetime) -> Shift | None:
        """Return the shift under way at an instant."""
        return next(iter(self.shifts(at, _later(at, datetime.resolution))), None)

    def next_shift(self, after: datetime) -> Shift | None:
        """Return the first shift that starts later than an instant, looking a little over a year ahead."""
        for weeks in range(0, _LOOK_AHEAD, _STRIDE):
            start = _later(after, weeks * _WEEK)
            for shift in self.shifts(start, _later(start, _STRIDE * _WEEK)):
                if shift.starts_at > after:
                    return shift
        return None

    def last_shift_of(self, person: PersonId, before: datetime, within: timedelta) -> Shift | None:
        """Return the latest shift of a person that was over at an instant, and not for longer than ``within``."""
        return next(
            (
                shift
                for shift in reversed(self.shifts(before - within, before))
                if shift.person == person and shift.ends_at <= before
            ),
            None,
        )

    def claims(self, start: datetime, end: datetime) -> tuple[Span[Claim], ...]:
        """Return every claim that shares time with a span, also those that lie under others, the topmost first."""
        return tuple(span for span in self._layers(start, end) if span.overlaps(start, end))

    def _schedule(self, start: datetime, end: datetime) -> list[Span[Claim]]:
        """Return what is seen of every layer and shares time with a span."""
        return [span for span in join(lay(self._layers(start, end))) if span.overlaps(start, end)]

    def _layers(self, start: datetime, end: datetime) -> list[Span[Claim]]:
        # What is seen in a week belongs to turns that start in it or in the week before, and turns of the weeks beside
        # those may cover parts of them; a rotation's own clock may stand in the next week already. With these margins
        # the answer is the same whatever span is asked for.
        weeks = range(week_of(local(start, self.zone)) - 3, week_of(local(end, self.zone)) + 3)
        layers = Layers(
            zone=self.zone,
            rotations=self.rotations,
            calendar_turns=self.calendar_turns,
            overrides=self.overrides,
            absences=self.absences,
            closures=self.closures,
        )
        return list(layers.claims(weeks))


def swap(one: Shift, other: Shift, reason: str) -> tuple[Override, Override]:
    """Return the two overrides by which two people trade their shifts; they count together or not at all."""
    return (
        Override(starts=one.starts_at, ends=one.ends_at, person=other.person, reason=reason),
        Override(starts=other.starts_at, ends=other.ends_at, person=one.person, reason=reason),
    )


def _later(at: datetime, by: timedelta) -> datetime:
    return min(at, LATEST - by) + by
