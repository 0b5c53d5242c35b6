"""Wall clocks into instants and back: the only module that builds aware local datetimes."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo

EARLIEST: Final = datetime(2, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9998, 12, 31, tzinfo=UTC)
"""What lies beyond these is taken for them, so that no clock's offset leaves the range of a ``datetime``."""

_FIRST, _LAST = EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)
_SECOND = timedelta(seconds=1)


def instant(on: date, at: time, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """Return the UTC instant at which a clock in ``zone`` shows a wall time.

    A wall time that does not exist is the first instant after the hole. One that exists twice is the earlier for a
    start and the later for an end, so that shifts overlap rather than leave a gap.
    """
    wall = min(max(datetime.combine(on, at, None), _FIRST), _LAST)
    # PEP 495: around a change of the clock, fold 0 is the offset before it and fold 1 the one after it.
    here = wall.replace(tzinfo=zone, fold=0)
    before, after = _offset(here), _offset(here.replace(fold=1))
    if before < after:
        return _end_of_hole(wall, zone, before, after)
    return (wall - (after if is_end else before)).replace(tzinfo=UTC, fold=0)


def local(at: datetime, zone: tzinfo) -> datetime:
    """Return what a clock in ``zone`` shows at an instant."""
    return min(max(at, EARLIEST), LATEST).astimezone(zone)


def utc_offset(at: datetime, zone: tzinfo) -> timedelta:
    """Return how far a clock in ``zone`` is ahead of UTC at an instant."""
    return _offset(local(at, zone))


@lru_cache(maxsize=1024)
def zone_info(name: str) -> ZoneInfo | None:
    """Return the zone with exactly this IANA name, or None when there is none."""
    # The list decides and not the disk: some file systems find "europe/berlin", and strangers write such names.
    return ZoneInfo(name) if name in zone_names() else None


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name there is."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(names) - {"Factory"}  # the database's own word for "nobody has set this clock"


def _end_of_hole(wall: datetime, zone: tzinfo, before: timedelta, after: timedelta) -> datetime:
    """Return the instant of the change that skips ``wall``, by halving the time between its two readings."""
    still_before = (wall - after).replace(tzinfo=UTC, microsecond=0)
    already_after = (wall - before).replace(tzinfo=UTC, microsecond=0)
    while already_after - still_before > _SECOND:
        between = still_before + (already_after - still_before) // 2 // _SECOND * _SECOND
        if _naive(between.astimezone(zone)) > wall:
            already_after = between
        else:
            still_before = between
    return already_after


def _offset(at: datetime) -> timedelta:
    return at.utcoffset() or timedelta()


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)
