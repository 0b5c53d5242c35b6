"""The tables of the rota as they are written, and what they mean to the domain."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Absence, Closure, Override, Rotation, WeekTime
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE, readable, shown

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"
_WEEK_TIME = re.compile(rf"([a-z]{{3,9}}) +{_TIME}", re.ASCII | re.IGNORECASE)
_WEEK_TIMES = re.compile(rf"([a-z]{{3,9}})(?: ?- ?([a-z]{{3,9}}))? +{_TIME}", re.ASCII | re.IGNORECASE)
_TIME_ALONE = re.compile(_TIME, re.ASCII)
_PACE = re.compile(r"(?:([1-9]\d?) +weeks?|week)", re.ASCII | re.IGNORECASE)
_WEEK_OF_DAYS = 7
_A_WEEK_TIME = 'a day and a time, such as "Fri 18:00"'
_A_START = f'{_A_WEEK_TIME}, or several days and a time, such as "Mon-Thu 18:00"'
_AN_END = f'{_A_WEEK_TIME}, or only a time, such as "09:00", for the first such time after each start'
_A_PACE = '"1 week", "2 weeks" and so on'


_NEEDED = {
    "token": 'a secret, such as { env = "PLAN_TOKEN" }',
    "schedule": "the id of the schedule, as its page's address shows it",
    "address": 'where the service is, such as "https://oncall.example"',
    "login": "the mail address of the token's owner",
    "site": "the cloud id, shown at https://YOUR-SITE.atlassian.net/_edge/tenant_info",
}
_NEEDS: Mapping[str, Sequence[str]] = {
    "pagerduty": ("token", "schedule"),
    "jsm-ops": ("token", "schedule", "login", "site"),
    "goalert": ("token", "address"),
    "grafana-irm": ("token", "schedule", "address"),
    "incident-io": ("token", "schedule"),
}


def week_time(text: str) -> WeekTime:
    """Return a moment of the week written like ``Fri 18:00``, or raise ``ValueError``."""
    match = _WEEK_TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"write {_A_WEEK_TIME}")
    return WeekTime(weekday=_weekday(match[1]), at=time(int(match[2]), int(match[3])))


def week_times(text: str) -> tuple[WeekTime, ...]:
    """Return the moments of the week written like ``Mon-Thu 18:00``, or raise ``ValueError``."""
    match = _WEEK_TIMES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"write {_A_START}")
    first, last = _weekday(match[1]), _weekday(match[2] or match[1])
    at = time(int(match[3]), int(match[4]))
    days = range(first, first + (last - first) % _WEEK_OF_DAYS + 1)
    return tuple(WeekTime(weekday=day % _WEEK_OF_DAYS, at=at) for day in days)


def pace(text: str) -> int:
    """Return the number of weeks written like ``2 weeks``, or raise ``ValueError``."""
    match = _PACE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"write {_A_PACE}")
    return int(match[1] or 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationTable:
    """One of ``[[rota.rotations]]``."""

    name: str
    starts: str = field(metadata=readable(week_times, _A_START))
    ends: str
    from_: date
    people: tuple[PersonId, ...]
    every: str = field(default="1 week", metadata=readable(pace, _A_PACE))
    time_zone: str = ""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse an end that does not go with the start."""
        is_time_alone = _TIME_ALONE.fullmatch(self.ends.strip()) is not None
        if not _can_read(week_time, self.ends) and not is_time_alone:
            return [("ends", _AN_END)]
        if len(week_times(self.starts)) > 1 and not is_time_alone:
            return [("ends", 'only a time, such as "09:00", because there are several starts')]
        return []

    def rotations(self) -> Iterator[Rotation]:
        """Yield what it means: one rotation for each day of the week on which a turn starts."""
        for starts in week_times(self.starts):
            yield Rotation(
                name=self.name,
                starts=starts,
                ends=_end(self.ends, starts),
                first_on=self.from_,
                people=self.people,
                every=pace(self.every),
                zone=ZoneInfo(self.time_zone) if zone_info(self.time_zone) else None,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverrideTable:
    """One of ``[[rota.overrides]]``."""

    starts: datetime
    ends: datetime
    person: PersonId
    reason: str = ""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse an end that is not after the start."""
        return [] if self.ends > self.starts else [("ends", f"a time after {self.starts.isoformat()}")]

    def override(self) -> Override:
        """Return what it means."""
        return Override(starts=self.starts, ends=self.ends, person=self.person, reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceTable:
    """One of ``[[rota.absences]]``."""

    person: PersonId
    from_: date | datetime
    until: date | datetime
    reason: str = ""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse an end that is not after the start."""
        return _backwards(self.from_, self.until)

    def absence(self) -> Absence:
        """Return what it means."""
        return Absence(person=self.person, starts=_first(self.from_), ends=_last(self.until), reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureTable:
    """One of ``[[rota.closures]]``."""

    from_: date | datetime
    until: date | datetime
    reason: str = ""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse an end that is not after the start."""
        return _backwards(self.from_, self.until)

    def closure(self) -> Closure:
        """Return what it means."""
        return Closure(starts=_first(self.from_), ends=_last(self.until), reason=self.reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchTable:
    """One of ``[[rota.calendars.match]]``: what stands for a person in the events of a calendar."""

    text: str
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTable:
    """One of ``[[rota.calendars]]``: iCalendar, or the schedule of an on-call service."""

    name: str
    kind: Literal["ical", "pagerduty", "jsm-ops", "goalert", "grafana-irm", "incident-io"] = "ical"
    path: Path | None = None
    url: Secret | None = None
    """A secret, because whoever knows the address of a calendar can read it."""
    schedule: str = ""
    """The schedule's id at the service."""
    token: Secret | None = None
    address: str = ""
    """Where the service is; empty for where it usually is."""
    login: str = ""
    site: str = ""
    refresh: timedelta = field(default=timedelta(minutes=15), metadata=POSITIVE)
    match: tuple[MatchTable, ...] = ()

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse a calendar that is nowhere, or in two places, and a schedule that cannot be asked for."""
        if self.refresh < timedelta(minutes=1):
            return [("refresh", '"1m" or more')]
        return self._places() if self.kind == "ical" else [*self._missing(), *self._unused()]

    def _places(self) -> Sequence[tuple[str, str]]:
        if (self.path is None) == (self.url is None):
            return [("path", "either path or url, and not both")]
        services = ("schedule", "token", "address", "login", "site")
        return [(key, 'a kind of its own, such as kind = "pagerduty", or nothing') for key in self._given(services)]

    def _missing(self) -> Iterator[tuple[str, str]]:
        needed = {key: remedy for key, remedy in _NEEDED.items() if key in _NEEDS[self.kind]}
        given = self._given(tuple(needed))
        yield from ((key, remedy) for key, remedy in needed.items() if key not in given)
        from oncall_tui.http_client import url_problem  # noqa: PLC0415 - it brings a library that a start need not wait for

        if self.address and (remedy := url_problem(self.address)) is not None:
            yield "address", remedy

    def _unused(self) -> Iterator[tuple[str, str]]:
        for key in self._given(("path", "url")):
            yield key, f"nothing: kind = {shown(self.kind)} is asked for its schedule"

    def _given(self, keys: Sequence[str]) -> Sequence[str]:
        written = {
            "path": self.path,
            "url": self.url,
            "schedule": self.schedule,
            "token": self.token,
            "address": self.address,
            "login": self.login,
            "site": self.site,
        }
        return [key for key in keys if written[key]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaTable:
    """``[rota]``."""

    rotations: tuple[RotationTable, ...] = ()
    overrides: tuple[OverrideTable, ...] = ()
    absences: tuple[AbsenceTable, ...] = ()
    closures: tuple[ClosureTable, ...] = ()
    calendars: tuple[CalendarTable, ...] = ()


def _weekday(word: str) -> int:
    for weekday, name in enumerate(_DAYS):
        if word.lower() in {name, name[:3]}:
            return weekday
    raise ValueError(f"write {_A_WEEK_TIME}")


def _end(text: str, starts: WeekTime) -> WeekTime:
    match = _TIME_ALONE.fullmatch(text.strip())
    if match is None:
        return week_time(text)
    at = time(int(match[1]), int(match[2]))
    return WeekTime(weekday=starts.weekday if at > starts.at else (starts.weekday + 1) % _WEEK_OF_DAYS, at=at)


def _first(written: date | datetime) -> datetime:
    return written if isinstance(written, datetime) else datetime.combine(written, time.min)


def _last(written: date | datetime) -> datetime:
    """Return the end: a date means the whole of that day."""
    if isinstance(written, datetime):
        return written
    return datetime.combine(date.fromordinal(min(written.toordinal() + 1, date.max.toordinal())), time.min)


def _backwards(start: date | datetime, end: date | datetime) -> Sequence[tuple[str, str]]:
    return [] if _last(end) > _first(start) else [("until", f"a day or time after {start.isoformat()}")]


def _can_read(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True
