"""Records that a list names by number only, asked for a few at a time and remembered."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from oncall_tui.clock import Clock
from oncall_tui.errors import SourceError

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_REMEMBERED = timedelta(hours=24)


class Lookups(Generic[K, T]):
    """Remembers records for a day; what is not known yet is filled in over several rounds.

    They only adorn a ticket, so they never hold up a list: a desk with many new customers is shown at once, and where
    one cannot be had, it is asked for again in the next round.
    """

    def __init__(self, clock: Clock, *, at_once: int, room: Callable[[], bool] = lambda: True) -> None:
        """Begin with nothing; ``room`` tells whether the vendor can be asked without holding up the list."""
        self._clock, self._at_once, self._room = clock, at_once, room
        self._known: dict[K, tuple[datetime, T]] = {}

    def get(self, number: K | None) -> T | None:
        """Return what is known of a record."""
        found = self._known.get(number) if number is not None else None
        return found[1] if found is not None else None

    async def fill(self, numbers: Iterable[K | None], ask: Callable[[K], Awaitable[T]]) -> None:
        """Ask for the first few that are not known or known for too long, and forget those not named any more."""
        await asyncio.sleep(0)  # looking through many thousands takes half a frame
        for number in self._old(numbers)[: self._at_once]:
            if not self._room():
                return
            try:
                self._known[number] = self._clock(), await ask(number)
            except SourceError:
                return

    async def fill_many(
        self, numbers: Iterable[K | None], ask: Callable[[Sequence[K]], Awaitable[Mapping[K, T]]], unknown: T
    ) -> None:
        """Do the same where one request answers for many; what it does not answer for is ``unknown``."""
        await asyncio.sleep(0)
        old = self._old(numbers)
        for start in range(0, len(old), self._at_once):
            batch = old[start : start + self._at_once]
            if not self._room():
                return
            try:
                found = await ask(batch)
            except SourceError:
                return
            self._known |= {number: (self._clock(), found.get(number, unknown)) for number in batch}

    def _old(self, numbers: Iterable[K | None]) -> Sequence[K]:
        wanted = {number: None for number in numbers if number is not None}
        self._known = {number: kept for number, kept in self._known.items() if number in wanted}
        now = self._clock()
        return [n for n in wanted if n not in self._known or now - self._known[n][0] > _REMEMBERED]
