"""Keeps the rota as it is now: what the config says, what calendars last said, and which shifts changed hands."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from oncall_tui.clock import Clock
from oncall_tui.domain.covers import covers, overrides
from oncall_tui.domain.reach import Reach, reach
from oncall_tui.domain.rota import Override, Rota
from oncall_tui.domain.rota_problems import gaps, open_holidays
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import local
from oncall_tui.errors import SecretUnavailable, SourceError, StoreFailed
from oncall_tui.ports import CalendarFeed, CalendarReading
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.troubles import Troubles

BEHIND = timedelta(days=60)
AHEAD = timedelta(days=400)
"""How much of a calendar is read: enough to look a year ahead, and back to shifts that still ask for their handover."""
WARNED = timedelta(days=7)
"""From when on a coming gap is a line on the screen."""
_LOOKED_AT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCalendar:
    """A calendar, and how often it is read."""

    feed: CalendarFeed
    refresh: timedelta = timedelta(minutes=15)


class RotaKeeping:
    """The rota, and the loops that keep it true."""

    def __init__(self, written: Rota, calendars: Sequence[KeptCalendar], clock: Clock, troubles: Troubles) -> None:
        self._written = written
        self._calendars = {calendar.feed.name: calendar for calendar in calendars}
        self._readings: dict[str, CalendarReading] = {}
        self._failures: dict[str, CleanText] = {}
        self._taken: tuple[Override, ...] = ()
        self._unknown: tuple[CleanText, ...] = ()
        self.reached: Reach | None = None
        """What tests have proved; None where no journal says so."""
        self._clock = clock
        self._troubles = troubles
        self._listeners: list[Callable[[Rota], None]] = []
        self._news = asyncio.Event()

    @property
    def rota(self) -> Rota:
        """Return the rota as it is now; calendars lie above one another in the order of the config."""
        readings = [self._readings[name] for name in self._calendars if name in self._readings]
        return replace(
            self._written,
            overrides=(*self._written.overrides, *self._taken),
            calendar_turns=tuple(turn for reading in readings for turn in reading.turns),
        )

    @property
    def problems(self) -> Sequence[CleanText]:
        """Return a sentence for everything in calendars that could not be read or understood."""
        of_calendars = (sentence for name in self._calendars for sentence in self._sentences(name))
        return (*self._unknown, *of_calendars)

    def on_change(self, listener: Callable[[Rota], None]) -> None:
        """Hand each new rota to ``listener``."""
        self._listeners.append(listener)

    def follow(self, logbook: Logbook) -> None:
        """Lay what the journal says of covers and swaps over the rest."""
        self.reached = reach(logbook.shift_events, logbook.escalations)
        taken = overrides(covers(logbook.shift_events))
        if taken != self._taken:
            self._taken = taken
            self._tell()

    def without_journal(self, error: StoreFailed) -> None:
        """Say that nobody knows of covers and swaps."""
        self._unknown = (CleanText(f"The journal cannot be read, so covers and swaps are not known: {error}"),)

    async def open(self) -> None:
        """Take every calendar's last good copy, so that the first screen knows who is on call."""
        for name, calendar in self._calendars.items():
            reading = await calendar.feed.last_good(*self._span())
            if reading is not None:
                self._readings[name] = reading
        self._tell()

    async def read_all(self) -> None:
        """Read every calendar once."""
        await asyncio.gather(*(self.read(name) for name in self._calendars))

    async def read(self, name: str) -> None:
        """Read one calendar; what cannot be read is said and leaves the rota as it was."""
        before = self._readings.get(name)
        try:
            reading = await self._calendars[name].feed.read(*self._span())
        except (SourceError, SecretUnavailable) as error:
            known = "what it said before still counts" if before else "nobody knows whom it names"
            self._failures[name] = CleanText(f"{error}; {known}.")
        else:
            self._failures.pop(name, None)
            self._readings[name] = reading
            if before is None or before.turns != reading.turns:
                self._tell()
        self._say(name)

    def loops(self) -> Sequence[tuple[str, Callable[[], Coroutine[None, None, None]]]]:
        """Return one loop for each calendar, and one that looks for gaps to come."""
        reading = [(f"calendar {name}", partial(self._read_for_ever, name)) for name in self._calendars]
        return [*reading, ("rota", self._watch_gaps)]

    def look_ahead(self) -> None:
        """Say which gap is next, from a week before; what public holidays open is looked up at leisure."""
        now = self._clock()
        self._warn("rota", next(gaps(self.rota, now, now + WARNED), None))
        self._news.set()

    async def look_at_holidays(self) -> None:
        """Say what the next public holiday opens, from a week before."""
        now = self._clock()
        # The books of holidays take a while to open, and no frame waits for them.
        found = await asyncio.to_thread(lambda rota: next(open_holidays(rota, now, now + WARNED), None), self.rota)
        self._warn("holiday", found)

    def _warn(self, subject: str, sentence: str | None) -> None:
        if sentence is None:
            self._troubles.clear(subject)
        else:
            self._troubles.say(subject, CleanText(sentence))

    def _say(self, name: str) -> None:
        sentences = self._sentences(name)
        if not sentences:
            self._troubles.clear(f"calendar {name}")
            return
        more = f" {len(sentences) - 1} more: oncall-tui check." if sentences[1:] else ""
        self._troubles.say(f"calendar {name}", CleanText(f"{sentences[0]}{more}"))

    def _sentences(self, name: str) -> Sequence[CleanText]:
        failure, reading = self._failures.get(name), self._readings.get(name)
        said = [] if failure is None else [failure]
        if reading is not None and reading.trouble:
            copy = f" The copy of {self._wall(reading.as_of)} counts." if reading.as_of else ""
            said.append(CleanText(f"{reading.trouble}.{copy}"))
        return (*said, *(reading.problems if reading is not None else ()))

    def _wall(self, at: datetime) -> str:
        return f"{local(at, self._written.zone):%a %d %b %H:%M}"

    def _span(self) -> tuple[datetime, datetime]:
        now = self._clock()
        return now - BEHIND, now + AHEAD

    def _tell(self) -> None:
        rota = self.rota
        for listener in self._listeners:
            listener(rota)
        self.look_ahead()

    async def _read_for_ever(self, name: str) -> None:
        while True:
            await self.read(name)
            await asyncio.sleep(self._calendars[name].refresh.total_seconds())

    async def _watch_gaps(self) -> None:
        while True:
            self.look_ahead()
            self._news.clear()
            await self.look_at_holidays()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOKED_AT.total_seconds()):
                    await self._news.wait()
