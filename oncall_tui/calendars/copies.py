"""The last good copy of what was fetched, kept on this machine with its age."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from oncall_tui.beside import by_disk
from oncall_tui.calendars.ical import SIZE_LIMIT
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import SourceError, SourceUnreachable
from oncall_tui.ports import CalendarReading
from oncall_tui.private_file import replace_whole
from oncall_tui.text_safety import clean

_FOLDER = "calendars"


class TextReader(Protocol):
    """Reads turns from what was fetched or copied."""

    def read(self, text: bytes, start: datetime, end: datetime) -> CalendarReading:
        """Return the turns of a span, or raise ``SourceGarbled``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Where the copy of one calendar lies."""

    name: str
    """Of the calendar, for sentences."""
    path: Path

    async def keep(self, text: bytes, now: datetime) -> CleanText:
        """Keep a copy; return what went wrong with that."""
        try:
            await by_disk(replace_whole, self.path, text, written_at=now)
        except OSError as error:
            why = error.strerror or "the disk does not answer"
            return clean(f"no copy of the calendar {self.name} could be kept ({why})")
        return CleanText("")

    def read(self, reader: TextReader, start: datetime, end: datetime) -> CalendarReading:
        """Return what the copy says, with its age, or raise a ``SourceError``."""
        reading = reader.read(content(self.path, self.name), start, end)
        return replace(reading, as_of=datetime.fromtimestamp(self.path.stat().st_mtime, UTC))


def copy_of(identity: str, name: str, folder: Path, suffix: str) -> Copy:
    """Return where the copy lies: what is fetched from elsewhere is another calendar, and never stands in for it."""
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    return Copy(name=name, path=folder / _FOLDER / f"{digest}{suffix}")


async def or_older(
    fresh: Awaitable[CalendarReading], older: Callable[[], Awaitable[CalendarReading | None]]
) -> CalendarReading:
    """Return what is said now, or what the last good copy says, with the reason; or raise a ``SourceError``."""
    try:
        return await fresh
    except SourceError as error:
        known = await older()
        if known is None:
            raise
        return replace(known, trouble=clean(str(error)))


def content(path: Path, name: str) -> bytes:
    """Return what a file holds, or raise a ``SourceError``."""
    try:
        with path.open("rb") as file:
            return file.read(SIZE_LIMIT + 1)
    except OSError as error:
        where = clean(str(path))
        raise SourceUnreachable(f"the calendar {name} cannot be read from {where} ({error.strerror})") from None
