"""Lists whose entries move while their pages are read.

A ticket that changes jumps to the front, and one that is closed pulls those behind it forward, over the edge of a page
that was read already. What gives it away: an entry comes twice, the desk counts another number on each page, or fewer
come than it counts. Then the list is read again, and what any reading saw counts: of a ticket that was closed meanwhile
the next round says so.
"""

from collections.abc import Sequence

_READINGS = 3


class Readings:
    """A list that is read from its first page to its last, until nothing has moved in it, three times at most."""

    def __init__(self) -> None:
        """Begin the first reading."""
        self.times = 1
        self._seen: set[int] = set()
        self._entries = 0
        self._counts: set[int] = set()

    def take(self, numbers: Sequence[int], count: int | None) -> bool:
        """Take a page and tell whether it had anything that this reading had not seen.

        Args:
            numbers: What its entries are called.
            count: How many there are in the whole list, as the page says; None where the desk does not count.
        """
        known = len(self._seen)
        self._seen.update(numbers)
        self._entries += len(numbers)
        self._counts |= {count} if count is not None else set()
        return len(self._seen) > known

    @property
    def has_all(self) -> bool:
        """Tell whether as many were seen as any page counted."""
        return bool(self._counts) and max(self._counts) <= len(self._seen)

    def again(self) -> bool:
        """End a reading, and tell whether another one has to follow."""
        has_moved = len(self._counts) > 1 or len(self._seen) < max(self._entries, *self._counts, 0)
        self._seen, self._entries, self._counts = set(), 0, set()
        self.times += 1
        return has_moved and self.times <= _READINGS
