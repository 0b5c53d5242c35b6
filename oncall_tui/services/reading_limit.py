"""How long the reading of a source may take: as long as it goes on, and not for ever.

What it waits because its vendor allows no more does not count: that may be most of an hour for a long list.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import SourceUnreachable

STANDSTILL = timedelta(seconds=90)
"""For so long a reading may not go on."""
LONGEST = timedelta(minutes=45)
"""For a whole reading, however it goes on, because a server may answer for ever."""


class ReadingLimit:
    """When the reading under way has to have ended; it moves as long as the reading goes on."""

    def __init__(self, within: asyncio.Timeout) -> None:
        self._within, self._loop = within, asyncio.get_running_loop()
        self._latest = self._loop.time() + LONGEST.total_seconds()

    @property
    def sentence(self) -> str:
        """Return why a reading was given up."""
        if self._loop.time() >= self._latest:
            return f"did not come to an end within {LONGEST.total_seconds() / 60:.0f} min"
        return f"did not go on answering within {STANDSTILL.total_seconds():.0f} s"

    def move(self, wait: timedelta) -> None:
        """Count from now, or from the end of a wait."""
        self._latest += wait.total_seconds()
        if not self._within.expired():
            ends_at = self._loop.time() + (STANDSTILL + wait).total_seconds()
            self._within.reschedule(min(ends_at, self._latest))


@asynccontextmanager
async def limited(source: SourceId) -> AsyncIterator[ReadingLimit]:
    """Raise ``SourceUnreachable`` where what is done within stands still, or never ends."""
    within = asyncio.timeout(STANDSTILL.total_seconds())
    limit = ReadingLimit(within)
    try:
        async with within:
            yield limit
    except TimeoutError:
        raise SourceUnreachable(f"{source} {limit.sentence}") from None
