"""When turns start and end, found without a line of the domain: by walking over UTC and reading a zone's clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Stretch:
    """A stretch of UTC, its end excluded, in which a clock is ahead by the same amount."""

    start: datetime
    end: datetime
    ahead: timedelta


def walk(zone: ZoneInfo, start: datetime, end: datetime) -> list[Stretch]:
    """Read the clock every hour, and every minute of an hour in which it was changed."""
    stretches: list[Stretch] = []
    began, ahead = start, _ahead(zone, start)
    at = start
    while at < end:
        if _ahead(zone, at + HOUR) != ahead:
            minute = at
            while _ahead(zone, minute) == ahead:
                minute += MINUTE
            stretches.append(Stretch(began, minute, ahead))
            began, ahead = minute, _ahead(zone, minute)
        at += HOUR
    return [*stretches, Stretch(began, end, ahead)]


def start_of(wall: datetime, stretches: Sequence[Stretch]) -> datetime:
    """Return the first instant at which the clock shows this time or, where it never does, a later one."""
    return min(max(each.start, (wall - each.ahead).replace(tzinfo=UTC)) for each in _reaching(wall, stretches))


def end_of(wall: datetime, stretches: Sequence[Stretch]) -> datetime:
    """Return the last instant at which the clock shows this time or, where it never does, the first of a later one."""
    shown = [(wall - each.ahead).replace(tzinfo=UTC) for each in stretches]
    exact = [at for at, each in zip(shown, stretches, strict=True) if each.start <= at < each.end]
    return max(exact) if exact else start_of(wall, stretches)


def turns(
    first: date, days: int, starts: time, ends: time, stretches: Sequence[Stretch]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the instants of a turn each week, from the day of the first one on."""
    last = stretches[-1].end - timedelta(days=10)
    week = 0
    while True:
        day = first + timedelta(weeks=week)
        if datetime.combine(day, starts, UTC) > last:
            return
        near = _near(day, days, stretches)
        yield (
            start_of(datetime.combine(day, starts), near),
            end_of(datetime.combine(day + timedelta(days=days), ends), near),
        )
        week += 1


def _near(day: date, days: int, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches a turn can touch; no clock is further from UTC than a day."""
    low = datetime.combine(day, time(), UTC) - timedelta(days=2)
    high = low + timedelta(days=days + 5)
    return [each for each in stretches if each.start < high and low < each.end]


def _reaching(wall: datetime, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches whose clock shows this time or a later one at some instant, but for days later ones."""
    return [each for each in stretches if (each.end + each.ahead).replace(tzinfo=None) > wall]


def _ahead(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()
