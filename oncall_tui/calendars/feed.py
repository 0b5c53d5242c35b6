"""Fetches calendars: a file is read as it is, an address keeps its last good copy on this machine."""

import asyncio
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oncall_tui.calendars.ical import SIZE_LIMIT, Reader
from oncall_tui.clock import Clock
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import SecretUnavailable, SourceError, SourceRefused, SourceUnreachable
from oncall_tui.http_client import Remote, client, fetch, url_problem
from oncall_tui.ports import CalendarReading
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

TABLE = "[[rota.calendars]]"
_LIMIT = timedelta(seconds=30)
_COPIES = "calendars"


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
        """Return what the file says, or None where it cannot be read."""
        try:
            return await self.read(start, end)
        except SourceError:
            return None

    def _read(self, start: datetime, end: datetime) -> CalendarReading:
        return self.reader.read(_content(self.path, self.name), start, end)


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
        try:
            text = await self._fetched()
            reading = await asyncio.to_thread(self.reader.read, text, start, end)
        except SourceError as error:
            older = await self.last_good(start, end)
            if older is None:
                raise
            return CalendarReading(
                turns=older.turns, problems=older.problems, as_of=older.as_of, trouble=clean(str(error))
            )
        now = self.clock()
        trouble = await asyncio.to_thread(self._keep, text, now)
        return CalendarReading(turns=reading.turns, problems=reading.problems, as_of=now, trouble=trouble)

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        """Return what the last good copy says, with its age, or None where there is none."""
        try:
            return await asyncio.to_thread(self._read_copy, start, end)
        except (SourceError, SecretUnavailable):
            return None

    async def _fetched(self) -> bytes:
        url = self.url.reveal().strip()
        if url.lower().startswith("webcal://"):
            url = f"https://{url[len('webcal://') :]}"
        remedy = url_problem(url)
        if remedy is not None:
            raise SourceRefused(f"the address of the calendar {self.name} cannot be used: write {remedy}")
        remote = Remote(name=self.name, table=TABLE, clock=self.clock, total=_LIMIT)
        # PagerDuty, GoAlert and others answer with what is asked for: JSON, unless iCalendar is.
        async with client(headers={"Accept": "text/calendar, */*;q=0.1"}) as http:
            return (await fetch(http, remote, url)).body

    def _read_copy(self, start: datetime, end: datetime) -> CalendarReading:
        copy = self._copy()
        reading = self.reader.read(_content(copy, self.name), start, end)
        as_of = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        return CalendarReading(turns=reading.turns, problems=reading.problems, as_of=as_of)

    def _keep(self, text: bytes, now: datetime) -> CleanText:
        """Keep a copy; return what went wrong with that."""
        copy = self._copy()
        draft = copy.with_suffix(".part")
        try:
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.touch(mode=0o600)
            draft.write_bytes(text)
            os.utime(draft, (now.timestamp(), now.timestamp()))
            draft.replace(copy)
        except OSError as error:
            return clean(f"no copy of the calendar {self.name} could be kept ({error.strerror})")
        return CleanText("")

    def _copy(self) -> Path:
        # Another address is another calendar: its copy must never stand in for this one.
        digest = hashlib.sha256(self.url.reveal().encode()).hexdigest()[:16]
        return self.folder / _COPIES / f"{digest}.ics"


def _content(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except OSError as error:
        where = clean(str(path))
        raise SourceUnreachable(f"the calendar {name} cannot be read from {where} ({error.strerror})") from None
