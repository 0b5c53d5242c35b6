"""On-call services: what every one of them is asked for, and how its answer becomes turns.

Each service has a module with ``ADDRESS``, where it usually is, and ``build(account)``, which returns a ``Schedule``:
the final schedule as the service works it out itself, overrides and all. A module only asks and names the fields; here
entries are read, one by one, so that one that is broken is named and takes no other with it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec

from oncall_tui.beside import by_disk
from oncall_tui.calendars.copies import Copy, copy_of, or_older
from oncall_tui.calendars.naming import Naming
from oncall_tui.clock import Clock
from oncall_tui.domain.rota import CalendarTurn
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import EARLIEST, LATEST
from oncall_tui.errors import SecretUnavailable, SourceError, SourceGarbled
from oncall_tui.http_client import Remote
from oncall_tui.ports import CalendarReading
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

TABLE = "[[rota.calendars]]"
LIMIT = timedelta(seconds=30)
PAGES = 60
"""More pages than any schedule of a year has: a service that never ends its list is not followed for ever."""

Json = Any
"""One entry as a service sends it; it does not leave the modules of this folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Which schedule is read, and what opens it."""

    name: str
    """The ``name`` of its table."""
    token: Secret
    clock: Clock
    address: str
    schedule: str = ""
    login: str = ""
    """Who the token belongs to, where a service wants to know."""
    site: str = ""
    """Which customer of the service we are, where it wants to know."""

    @property
    def remote(self) -> Remote:
        """Return what is spoken to."""
        return Remote(name=self.name, table=TABLE, clock=self.clock, total=LIMIT)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of a final schedule, as it was sent; also how a copy is kept."""

    starts: str
    ends: str | None
    """None where no end is planned."""
    labels: tuple[str, ...]
    """Everything the person is called there: mail address, name, id."""


class Schedule(Protocol):
    """The final schedule of one on-call service."""

    async def entries(self, start: datetime, end: datetime) -> Sequence[Entry]:
        """Return all that shares time with a span, or raise a ``SourceError``: never a part of it."""


def entry(starts: Json, ends: Json, *labels: Json) -> Entry:
    """Return an entry of whatever a service sent; what is no text is left out, and shows when it is read."""
    return Entry(
        starts=starts if isinstance(starts, str) else "",
        ends=ends if isinstance(ends, str) or ends is None else "",
        labels=tuple(label for label in labels if isinstance(label, str) and label.strip()),
    )


def field(found: Json, *path: str) -> Json:
    """Return what stands at a path of a sent object, or None."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def rows(found: Json, remote: Remote, *path: str) -> Sequence[Json]:
    """Return the list at a path of an answer, or raise ``SourceGarbled`` where there is none."""
    listed = field(found, *path)
    if not isinstance(listed, list):
        raise SourceGarbled(f"{remote.name} answered, but not as documented: there is no list {'.'.join(path)}")
    return listed


def rfc3339(at: datetime) -> str:
    """Return an instant as services take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReader:
    """Reads the entries of one table."""

    name: str
    naming: Naming

    def read(self, text: bytes, start: datetime, end: datetime) -> CalendarReading:
        """Return the turns that share time with a span, and a sentence for each entry that cannot be used."""
        try:
            found = msgspec.json.decode(text, type=list[Entry])
        except msgspec.MsgspecError:
            raise SourceGarbled(f"the copy of the calendar {self.name} is damaged") from None
        turns: list[CalendarTurn] = []
        problems: list[CleanText] = []
        for each in dict.fromkeys(found):
            self._read(each, (start, end), turns, problems)
        turns.sort(key=lambda turn: (-turn.starts_at.timestamp(), turn.ends_at, turn.person))
        return CalendarReading(turns=tuple(turns), problems=tuple(dict.fromkeys(problems)))

    def _read(
        self, each: Entry, span: tuple[datetime, datetime], turns: list[CalendarTurn], problems: list[CleanText]
    ) -> None:
        starts_at, ends_at = _instant(each.starts), LATEST if each.ends is None else _instant(each.ends)
        if starts_at is None or ends_at is None:
            problems.append(self._problem(each, "has a start or an end that cannot be read"))
            return
        if ends_at <= starts_at:
            problems.append(self._problem(each, "ends before it starts"))
            return
        if starts_at >= span[1] or ends_at <= span[0]:
            return
        people = self.naming.called(each.labels)
        if len(people) == 1:
            (person,) = people
            turns.append(CalendarTurn(starts_at=starts_at, ends_at=ends_at, person=person, calendar=clean(self.name)))
        elif people:
            problems.append(
                self._problem(each, f"means both {' and '.join(sorted(people))}; mend [[rota.calendars.match]]")
            )
        else:
            problems.append(
                self._problem(each, "names nobody of the team; write who that is into [[rota.calendars.match]]")
            )

    def _problem(self, each: Entry, what: str) -> CleanText:
        who = clean(", ".join(each.labels) or "nobody", limit=80)
        return clean(f"The shift of “{who}” on {each.starts[:10] or 'no day'} in the calendar {self.name} {what}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleFeed:
    """A schedule that is asked for, and its last good copy."""

    name: str
    identity: str
    """Another text is another schedule, whose copy never counts for this one."""
    schedule: Schedule
    reader: EntryReader
    folder: Path
    clock: Clock

    async def read(self, start: datetime, end: datetime) -> CalendarReading:
        """Return what the service says now, or what its last good copy says, with the reason; or raise."""
        return await or_older(self._fresh(start, end), lambda: self.last_good(start, end))

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        """Return what the last good copy says, with its age, or None where there is none, or not at once."""
        with suppress(SourceError, SecretUnavailable, TimeoutError):
            return await by_disk(self._copy().read, self.reader, start, end)
        return None

    async def _fresh(self, start: datetime, end: datetime) -> CalendarReading:
        text = msgspec.json.encode(list(await self.schedule.entries(start, end)))
        reading = self.reader.read(text, start, end)
        now = self.clock()
        trouble = await self._copy().keep(text, now)
        return replace(reading, as_of=now, trouble=trouble)

    def _copy(self) -> Copy:
        return copy_of(self.identity, self.name, self.folder, ".json")


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if at.tzinfo is None else min(max(at, EARLIEST), LATEST).astimezone(UTC)
