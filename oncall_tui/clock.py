"""The only calls to the clocks of this machine; everything else takes a ``Clock``."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""

Stopwatch = Callable[[], float]
"""Returns seconds from an arbitrary start; never jumps, and stands still while the machine sleeps."""


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def stopwatch() -> float:
    """Return the seconds of the monotonic clock."""
    return time.monotonic()


def stopwatch_since_boot() -> Stopwatch | None:
    """Return a stopwatch that runs on while the machine sleeps, or None where there is none."""
    if sys.platform == "linux":
        return partial(time.clock_gettime, time.CLOCK_BOOTTIME)
    return None


def clock_started_at(start: datetime) -> Clock:
    """Return a clock that shows ``start`` now and runs on from there; the demo's night begins this way."""
    ahead: timedelta = start - utc_now()
    return lambda: utc_now() + ahead
