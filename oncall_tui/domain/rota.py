"""Who is on call when: rotations and overrides made into one final schedule.

Every source of turns is a layer of spans, the topmost first: the overrides, the last written on top, then the rotations
in their order. Laid over one another they leave at most one person at any instant. What is seen of a turn is a shift
where the team knows its person and a gap where it does not; time that no layer names is neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.spans import Span, join, lay
from oncall_tui.domain.wall_time import LATEST, instant, local

_WEEK = timedelta(weeks=1)
_DAYS_OF_WEEK = 7
_LOOK_AHEAD = 56
"""Weeks in which the next shift is looked for."""
_STRIDE = 8
"""Weeks of them that are worked out at a time."""


class ShiftOrigin(StrEnum):
    """Where a shift of the final schedule comes from."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTime:
    """A moment of the week on the rota's wall clock."""

    weekday: int
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns, a week apart.

    A turn ends at the first ``ends`` after its start; the same moment for both is a whole week. A repeated hour between
    two turns belongs to the earlier one.
    """

    name: str
    starts: WeekTime
    ends: WeekTime
    first_on: date
    """A date in the week of the first person's first shift."""
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person instead of whoever the rotations name; wall times of the rota's clock, naive."""

    starts: datetime
    ends: datetime
    person: PersonId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's turn; its start included, its end not. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    person: PersonId
    origin: ShiftOrigin

    @property
    def length(self) -> timedelta:
        """Return its real length, clock changes included."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nobody is on call although a rotation or override wants somebody. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """Who wants a span of time; neighbouring spans of one claim are one shift."""

    person: PersonId | None
    origin: ShiftOrigin
    week: int | None = None
    """The week of a rotation's turn: somebody who is always on call still has a shift for each week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """The full plan of who is on call."""

    zone: ZoneInfo
    """The wall clock that rotations and overrides are written in."""
    people: Mapping[PersonId, Person]
    """The team; a turn of anybody else is a gap."""
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()

    def shifts(self, start: datetime, end: datetime) -> tuple[Shift, ...]:
        """Return every shift that shares time with a span, whole, in order; no two of them overlap."""
        return tuple(
            Shift(starts_at=span.starts_at, ends_at=span.ends_at, person=span.of.person, origin=span.of.origin)
            for span in self._schedule(start, end)
            if span.of.person is not None and span.of.person in self.people
        )

    def gaps(self, start: datetime, end: datetime) -> tuple[Gap, ...]:
        """Return every gap that shares time with a span, whole, in order."""
        return tuple(
            Gap(starts_at=span.starts_at, ends_at=span.ends_at)
            for span in self._schedule(start, end)
            if span.of.person not in self.people
        )

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

    def _schedule(self, start: datetime, end: datetime) -> list[Span[_Claim]]:
        """Return what is seen of every layer and shares time with a span."""
        # What is seen in a week belongs to turns that start in it or in the week before, and turns of the weeks beside
        # those may cover parts of them: with these margins the answer is the same whatever span is asked for.
        weeks = range(_week_of(local(start, self.zone)) - 2, _week_of(local(end, self.zone)) + 2)
        return [span for span in join(lay(self._layers(weeks))) if span.overlaps(start, end)]

    def _layers(self, weeks: range) -> Iterator[Span[_Claim]]:
        for override in reversed(self.overrides):
            yield _span_of(override, self.zone)
        for rotation in self.rotations:
            yield from _turns(rotation, weeks, self.zone)


def _span_of(override: Override, zone: ZoneInfo) -> Span[_Claim]:
    return Span(
        starts_at=instant(override.starts.date(), override.starts.time(), zone),
        ends_at=instant(override.ends.date(), override.ends.time(), zone, is_end=True),
        of=_Claim(person=override.person, origin=ShiftOrigin.OVERRIDE),
    )


def _turns(rotation: Rotation, weeks: range, zone: ZoneInfo) -> Iterator[Span[_Claim]]:
    """Yield the turns of a rotation that start in these weeks."""
    first = _week_of(rotation.first_on)
    starts, ends, people = rotation.starts, rotation.ends, rotation.people
    days = (ends.weekday - starts.weekday) % _DAYS_OF_WEEK
    if days == 0 and ends.at <= starts.at:
        days = _DAYS_OF_WEEK
    for week in range(max(first, weeks.start), weeks.stop):
        day = week * _DAYS_OF_WEEK + 1 + starts.weekday
        person = people[(week - first) % len(people)] if people else None
        yield Span(
            starts_at=instant(date.fromordinal(day), starts.at, zone),
            ends_at=instant(date.fromordinal(day + days), ends.at, zone, is_end=True),
            of=_Claim(person=person, origin=ShiftOrigin.ROTATION, week=week),
        )


def _week_of(on: date) -> int:
    """Return how many whole weeks, Monday to Sunday, went before a date; the calendar's first day is a Monday."""
    return (on.toordinal() - 1) // _DAYS_OF_WEEK


def _later(at: datetime, by: timedelta) -> datetime:
    return min(at, LATEST - by) + by
