"""Notices that nobody was watching, or that somebody moved the clock."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from oncall_tui.clock import Clock, Stopwatch
from oncall_tui.domain.events import MachineSlept
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import local
from oncall_tui.errors import StoreError
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.troubles import Troubles

NOTICED = timedelta(seconds=30)
"""A shorter absence or a smaller jump is a busy machine, or its clock being corrected; nobody has to know."""
SAID_FOR = timedelta(hours=12)
"""Whoever slept as well reads it in the morning."""
_TICK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """The clocks of a machine, which differ in what they do while it sleeps."""

    wall: Clock
    """Shows the time of day, and may be set to any other."""
    awake: Stopwatch
    """Stands still while the machine sleeps."""
    since_boot: Stopwatch | None = None
    """Runs on while the machine sleeps; None where there is no such clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    wall: datetime
    awake: float
    since_boot: float | None


class Wakefulness:
    """Compares the clocks each second."""

    def __init__(
        self,
        clocks: Clocks,
        logbook: Logbook,
        troubles: Troubles,
        *,
        on_wake: Callable[[], None],
        here: Callable[[], tzinfo],
    ) -> None:
        self._clocks = clocks
        self._logbook = logbook
        self._troubles = troubles
        self._on_wake = on_wake
        self._here = here
        self._before = self._read()
        self._said_at: dict[str, float] = {}

    async def run(self) -> None:
        """Look for ever; what was before the first look is not judged."""
        self._before = self._read()
        while True:
            await asyncio.sleep(_TICK.total_seconds())
            await self.look()

    async def look(self) -> None:
        """Compare the clocks with the last look."""
        before, now = self._before, self._read()
        self._before = now
        passed = _passed(before, now)
        jump = now.wall - before.wall - passed
        self._forget(now)
        if abs(jump) > NOTICED:
            self._say("clock", self._jumped(jump, now), now)
        if passed > NOTICED + _TICK:
            has_slept = passed - timedelta(seconds=now.awake - before.awake) > NOTICED
            await self._was_away(now, passed, "This machine slept" if has_slept else "This program stood still")

    async def _was_away(self, now: _Reading, passed: timedelta, what: str) -> None:
        start, end = now.wall - passed, now.wall
        first, last = local(start, self._here()), local(end, self._here())
        day = "" if first.date() == last.date() else f"{first:%a} "
        self._say("sleep", f"{what} from {day}{first:%H:%M} to {last:%H:%M}: nobody was watching.", now)
        self._on_wake()
        try:
            await self._logbook.note(MachineSlept(fell_asleep_at=start, woke_at=end))
        except StoreError as error:
            self._troubles.say("journal", CleanText(str(error)))

    def _jumped(self, jump: timedelta, now: _Reading) -> str:
        way = "forward" if jump > timedelta() else "back"
        minutes, seconds = divmod(round(abs(jump).total_seconds()), 60)
        hours, minutes = divmod(minutes, 60)
        length = f"{hours} h {minutes} m" if hours else f"{minutes} m {seconds} s"
        at = local(now.wall, self._here())
        return (
            f"The clock of this machine was put {way} by {length} and shows {at:%H:%M} since; check that it is right."
        )

    def _say(self, about: str, sentence: str, now: _Reading) -> None:
        self._said_at[about] = now.awake
        self._troubles.say(about, CleanText(sentence))

    def _forget(self, now: _Reading) -> None:
        for about, at in list(self._said_at.items()):
            if now.awake - at > SAID_FOR.total_seconds():
                del self._said_at[about]
                self._troubles.clear(about)

    def _read(self) -> _Reading:
        boot = self._clocks.since_boot
        return _Reading(
            wall=self._clocks.wall(), awake=self._clocks.awake(), since_boot=boot() if boot is not None else None
        )


def _passed(before: _Reading, now: _Reading) -> timedelta:
    """Return how much time really passed between two looks.

    Without a clock that runs on during sleep, a wall clock that is ahead means sleep: a clock that is put forward by
    hand is rarer than a lid that is closed.
    """
    if before.since_boot is not None and now.since_boot is not None:
        return timedelta(seconds=now.since_boot - before.since_boot)
    awake = timedelta(seconds=now.awake - before.awake)
    ahead = now.wall - before.wall - awake
    return awake + ahead if ahead > NOTICED else awake
