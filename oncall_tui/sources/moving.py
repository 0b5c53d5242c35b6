"""Lists whose entries move while their pages are read.

A ticket that changes jumps to the front, and one that is closed pulls those behind it forward, over the edge of a page
that was read already. What gives it away: an entry comes twice, the desk counts another number on each page, or fewer
come than it counts. Then the list is read again, and what any reading saw counts: of a ticket that was closed meanwhile
the next round says so.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_READINGS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """What the pages of a list held, from the first to the last, by number."""

    entries: Sequence[tuple[int, T]]
    counts: frozenset[int]
    """How many there are, as the pages said; empty where the desk does not count."""

    @property
    def has_moved(self) -> bool:
        """Tell whether an entry came twice, or left, or is missing."""
        numbers = {number for number, _ in self.entries}
        return len(self.counts) > 1 or len(numbers) < max(len(self.entries), *self.counts, 0)


async def everything(read: Callable[[], Awaitable[Reading[T]]]) -> dict[int, T]:
    """Read a list until nothing has moved in it, three times at most, and return all that was ever seen in it."""
    found: dict[int, T] = {}
    for _ in range(_READINGS):
        reading = await read()
        found |= dict(reading.entries)
        if not reading.has_moved:
            break
    return found
