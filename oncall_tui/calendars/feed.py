"""Fetches calendars: a file is read as it is, an address keeps its last good copy on this machine."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from oncall_tui.beside import by_disk
from oncall_tui.calendars.copies import Copy, content, copy_of, or_older
from oncall_tui.calendars.ical import Reader
from oncall_tui.clock import Clock
from oncall_tui.errors import SecretUnavailable, SourceError, SourceRefused
from oncall_tui.http_client import Remote, client, fetch, url_problem
from oncall_tui.ports import CalendarReading
from oncall_tui.secrets import Secret

TABLE = "[[rota.calendars]]"
LIMIT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFeed:
    """A calendar in a file of this machine."""

    path: Path
    reader: Reader

    @property
    def name(self) -> str:
        """Return the name of its table."""
        return self.reader.name

    async def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return what the file says, or raise a ``SourceError``."""
        return await asyncio.to_thread(self._read, start, end)

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        """Return what the file says, or None where it cannot be read, or not at once."""
        with suppress(SourceError, TimeoutError):
            return await by_disk(self._read, start, end)
        return None

    def _read(self, start: datetime, end: datetime) -> CalendarReading:
        return self.reader.read(content(self.path, self.name), start, end)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlFeed:
    """A calendar at an address that is as secret as a password: whoever knows it can read it."""

    url: Secret
    reader: Reader
    folder: Path
    """Where copies are kept, beside the journal."""
    clock: Clock

    @property
    def name(self) -> str:
        """Return the name of its table."""
        return self.reader.name

    async def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return what the calendar says now, or what its last good copy says, with the reason; or raise."""
        return await or_older(self._fresh(start, end), lambda: self.last_good(start, end))

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        """Return what the last good copy says, with its age, or None where there is none, or not at once."""
        with suppress(SourceError, SecretUnavailable, TimeoutError):
            return await by_disk(self._copy().read, self.reader, start, end)
        return None

    async def _fresh(self, start: datetime, end: datetime) -> CalendarReading:
        text = await self._fetched()
        reading = await asyncio.to_thread(self.reader.read, text, start, end)
        now = self.clock()
        trouble = await self._copy().keep(text, now)
        return replace(reading, as_of=now, trouble=trouble)

    async def _fetched(self) -> bytes:
        url = self.url.reveal().strip()
        if url.lower().startswith("webcal://"):
            url = f"https://{url[len('webcal://') :]}"
        remedy = url_problem(url)
        if remedy is not None:
            raise SourceRefused(f"the address of the calendar {self.name} cannot be used: write {remedy}")
        remote = Remote(name=self.name, table=TABLE, clock=self.clock, total=LIMIT)
        # PagerDuty, GoAlert and others answer with what is asked for: JSON, unless iCalendar is.
        async with client(headers={"Accept": "text/calendar, */*;q=0.1"}) as http:
            return (await fetch(http, remote, url)).body

    def _copy(self) -> Copy:
        return copy_of(self.url.reveal(), self.name, self.folder, ".ics")
