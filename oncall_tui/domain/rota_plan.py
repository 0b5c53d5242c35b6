"""What is written about who is on call, and the claims on time that follow from it.

Every source of turns is a layer of spans, the topmost first: overrides, the last written on top, then calendars,
then the rotations in their order. Where a closure or an absence takes a turn away, an empty claim lies right above it,
so that only what is written higher, an override, covers it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.spans import Span
from oncall_tui.domain.wall_time import instant, local

_DAYS_OF_WEEK = 7


class ShiftOrigin(StrEnum):
    """Where a shift of the final schedule comes from."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTime:
    """A moment of the week on a rotation's wall clock."""

    weekday: int
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns, a week or several apart.

    A turn ends at the first ``ends`` after its start; the same moment for both is a whole week. A repeated hour between
    two turns belongs to the earlier one.
    """

    name: str
    starts: WeekTime
    ends: WeekTime
    first_on: date
    """A date in the week of the first person's first shift."""
    people: tuple[PersonId, ...]
    every: int = 1
    """Weeks from one turn to the next; in the weeks between, this rotation wants nobody."""
    zone: ZoneInfo | None = None
    """The wall clock it is written in; the rota's when None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person instead of whoever calendars and rotations name."""

    starts: datetime
    """A wall time of the rota's clock, naive; or an instant, aware, as a swap writes it. ``ends`` is the same."""
    ends: datetime
    person: PersonId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody cannot be on call; turns of theirs become gaps. Wall times of the rota's clock, naive."""

    person: PersonId
    starts: datetime
    ends: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Nobody has to be on call, and turns do not take place. Wall times of the rota's clock, naive."""

    starts: datetime
    ends: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTurn:
    """One person's turn as a calendar names it; instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    person: PersonId
    calendar: str = ""
    """What the calendar is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who wants a span of time; neighbouring spans of one claim are one shift."""

    person: PersonId | None
    origin: ShiftOrigin
    week: int | None = None
    """The week in which a turn starts: somebody who is always on call still has a shift for each week."""
    is_intended: bool = False
    """Nobody is meant to be there."""
    reason: str = field(default="", compare=False)
    name: str = field(default="", compare=False)
    """What a rotation or a calendar is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """All that is written, ready to be laid over one another."""

    zone: ZoneInfo
    rotations: Sequence[Rotation]
    calendar_turns: Sequence[CalendarTurn]
    overrides: Sequence[Override]
    absences: Sequence[Absence]
    closures: Sequence[Closure]

    def claims(self, weeks: range) -> Iterator[Span[Claim]]:
        """Yield the claims of these weeks and of everything that is written by date, the topmost first."""
        for override in reversed(self.overrides):
            yield override_span(override, self.zone)
        closed = closed_spans(self.closures, self.zone)
        absent = absent_spans(self.absences, self.zone)
        for turn in self._turns(weeks):
            yield from _taken_away(turn, closed, is_intended=True)
            if turn.of.person is not None:
                yield from _taken_away(turn, absent.get(turn.of.person, ()), is_intended=False)
            yield turn

    def _turns(self, weeks: range) -> Iterator[Span[Claim]]:
        for turn in self.calendar_turns:
            week = week_of(local(turn.starts_at, self.zone))
            if week in weeks or week_of(local(turn.ends_at, self.zone)) >= weeks.start > week:
                yield Span(
                    starts_at=turn.starts_at,
                    ends_at=turn.ends_at,
                    of=Claim(person=turn.person, origin=ShiftOrigin.CALENDAR, week=week, name=turn.calendar),
                )
        for rotation in self.rotations:
            yield from rotation_turns(rotation, weeks, self.zone)


def override_span(override: Override, zone: ZoneInfo) -> Span[Claim]:
    """Return the claim of an override."""
    return Span(
        starts_at=_instant(override.starts, zone, is_end=False),
        ends_at=_instant(override.ends, zone, is_end=True),
        of=Claim(person=override.person, origin=ShiftOrigin.OVERRIDE, reason=override.reason),
    )


def rotation_turns(rotation: Rotation, weeks: range, zone: ZoneInfo) -> Iterator[Span[Claim]]:
    """Yield the turns of a rotation that start in these weeks; ``zone`` is the rota's."""
    zone = rotation.zone or zone
    first = week_of(rotation.first_on)
    starts, ends, people = rotation.starts, rotation.ends, rotation.people
    days = (ends.weekday - starts.weekday) % _DAYS_OF_WEEK
    if days == 0 and ends.at <= starts.at:
        days = _DAYS_OF_WEEK
    for week in range(max(first, weeks.start), weeks.stop):
        turn, is_between = divmod(week - first, rotation.every)
        if is_between:
            continue
        day = week * _DAYS_OF_WEEK + 1 + starts.weekday
        yield Span(
            starts_at=_moment(day, starts.at, zone, is_end=False),
            ends_at=_moment(day + days, ends.at, zone, is_end=True),
            of=Claim(
                person=people[turn % len(people)] if people else None,
                origin=ShiftOrigin.ROTATION,
                week=week,
                name=rotation.name,
            ),
        )


@lru_cache(maxsize=1 << 13)
def _moment(day: int, at: time, zone: ZoneInfo, *, is_end: bool) -> datetime:
    """Return an instant of a turn: every desk, list and countdown asks for the same ones again."""
    return instant(date.fromordinal(day), at, zone, is_end=is_end)


def week_of(on: date) -> int:
    """Return how many whole weeks, Monday to Sunday, went before a date; the calendar's first day is a Monday."""
    return (on.toordinal() - 1) // _DAYS_OF_WEEK


def closed_spans(closures: Iterable[Closure], zone: ZoneInfo) -> Sequence[Span[str]]:
    """Return when nobody has to be on call, and why."""
    return [_off(closure, zone) for closure in closures]


def absent_spans(absences: Iterable[Absence], zone: ZoneInfo) -> Mapping[PersonId, Sequence[Span[str]]]:
    """Return when each person is absent, and why."""
    found: dict[PersonId, list[Span[str]]] = {}
    for absence in absences:
        found.setdefault(absence.person, []).append(_off(absence, zone))
    return found


def _off(written: Absence | Closure, zone: ZoneInfo) -> Span[str]:
    return Span(
        starts_at=_instant(written.starts, zone, is_end=False),
        ends_at=_instant(written.ends, zone, is_end=True),
        of=written.reason,
    )


def _taken_away(turn: Span[Claim], off: Iterable[Span[str]], *, is_intended: bool) -> Iterator[Span[Claim]]:
    for span in off:
        if span.overlaps(turn.starts_at, turn.ends_at):
            yield Span(
                starts_at=max(span.starts_at, turn.starts_at),
                ends_at=min(span.ends_at, turn.ends_at),
                of=Claim(
                    person=None,
                    origin=turn.of.origin,
                    week=turn.of.week,
                    is_intended=is_intended,
                    reason=span.of if is_intended else f"{turn.of.person} is absent",
                ),
            )


def _instant(written: datetime, zone: ZoneInfo, *, is_end: bool) -> datetime:
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    return instant(written.date(), written.time(), zone, is_end=is_end)
