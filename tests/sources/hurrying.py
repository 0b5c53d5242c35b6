"""Sources whose waits are over at once, for tests of what they read and not of when."""

import asyncio
from datetime import datetime, timedelta
from typing import TypeVar

from oncall_tui.http_client import Pace
from oncall_tui.ports import Paced
from tests.rig import FRIDAY_NIGHT

S = TypeVar("S")


class Skipped:
    """A clock that sleeping moves."""

    def __init__(self) -> None:
        self.now = FRIDAY_NIGHT

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def hurried(source: S) -> S:
    """Return a source that waits by a clock of its own."""
    if isinstance(source, Paced) and isinstance(source.pace, Pace):
        skipped = Skipped()
        source.pace.clock, source.pace.sleep = skipped, skipped.sleep
    return source
