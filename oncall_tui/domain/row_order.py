"""The order of tickets within a group, and what is worked out of all of them, a step at a time."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import merge
from itertools import chain
from typing import Final, TypeVar

from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.triage import NEVER, Group, Row, Sums, sums_of

T = TypeVar("T")

STEP: Final = 256
"""Tickets worked through in one step: about a millisecond."""
FEW: Final = 64
"""Tickets that are placed in one step, which takes longer."""
_LAST_DIGITS: Final = re.compile(r"[0-9]+$")
_NINES: Final = str.maketrans("0123456789", "9876543210")
_MINUTES_OF_HOUR: Final = 60


def batched(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return rows in pieces that are worked through in one step."""
    return (rows[start : start + STEP] for start in range(0, len(rows), STEP))


def merged(kept: list[Row], fresh: Sequence[Row]) -> Generator[None, None, tuple[Row, ...]]:
    """Return rows that are in order already together with others that are in none."""
    pieces = []  # each is let go of when it is run through: all of them at once, at the end, would take half a frame
    for some in batched(fresh):
        pieces.append(iter(sorted([(order(row), row) for row in some], key=_first)))
        yield
    merged: list[Row] = []
    start = 0
    for number, (rank, row) in enumerate(merge(*pieces, key=_first), start=1):
        end = bisect_left(kept, rank, lo=start, key=order)
        merged += kept[start:end]
        merged.append(row)
        start = end
        if number % FEW == 0:
            yield
    return (*merged, *kept[start:])


def _first(pair: tuple[T, object]) -> T:
    return pair[0]


def group_of(offset: timedelta | None, rows: tuple[Row, ...]) -> Generator[None, None, Group]:
    """Return the group of some rows that are in order."""
    tally: Counter[str] = Counter()
    for some in batched(rows):
        tally.update([row.zone.zone for row in some])
        yield
    places: Counter[str] = Counter()
    for zone, count in tally.items():
        if place := _place(zone, offset):
            places[place] += count
    busiest_first = sorted(places, key=lambda place: (-places[place], place))
    return Group(
        utc_offset=offset,
        places=tuple(busiest_first),
        zones=tuple(sorted(tally.keys() - {""}, key=lambda zone: (busiest_first.index(_place(zone, offset)), zone))),
        rows=rows,
        worked_out=(yield from _sums(rows)),
    )


def _sums(rows: Sequence[Row]) -> Generator[None, None, Sums]:
    parts = []
    for some in batched(rows):
        parts.append((len(some), sums_of(some)))
        yield
    days: Counter[LocalDay] = Counter()
    for size, part in parts:
        days[part.day] += size
    return Sums(
        day=days.most_common(1)[0][0] if days else LocalDay(day=Day.UNKNOWN),
        longest=max((part.longest for _, part in parts), key=len, default=""),
        new=sum(part.new for _, part in parts),
        snoozed=tuple(chain.from_iterable(part.snoozed for _, part in parts)),
    )


class _Descending(str):
    """Text that comes before what it would come after."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def order(row: Row) -> tuple[datetime, datetime, int, str, str]:
    """Return what rows are in the order of; what is late is also what was due first, and the newest number is first.

    It orders 9 before 10 and ``OPS-9`` before ``OPS-10``, without trusting that a number is small.
    """
    ticket = row.ticket
    digits = _LAST_DIGITS.search(ticket.id)
    counted = digits[0].lstrip("0") if digits else ""
    return (
        row.due_at or NEVER,
        ticket.waiting_since or NEVER,
        -len(counted),
        counted.translate(_NINES),
        _Descending(ticket.id),
    )


def _place(zone: str, offset: timedelta | None) -> str:
    """Return the city a zone is called after, or the offset where it is called after none."""
    if zone and not zone.startswith("Etc/"):  # whose signs are the wrong way round: Etc/GMT+5 is UTC-5
        return zone.rpartition("/")[2].replace("_", " ")
    return "" if offset is None else _offset_words(offset)


def _offset_words(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), _MINUTES_OF_HOUR)
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}" if hours else "UTC"
