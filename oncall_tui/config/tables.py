"""The tables of a config as they are written, and what they mean to the domain.

``config.example.toml`` explains every key; a test sees to it that none is missing there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Override, Rotation, WeekTime
from oncall_tui.settings import NOT_EMPTY, POSITIVE

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK_TIME = re.compile(r"([a-z]{3,9}) +([01]?\d|2[0-3]):([0-5]\d)", re.ASCII | re.IGNORECASE)
_A_WEEK_TIME = 'a day and a time, such as "Fri 18:00"'


def week_time(text: str) -> WeekTime:
    """Return a moment of the week written like ``Fri 18:00``, or raise ``ValueError``."""
    match = _WEEK_TIME.fullmatch(text.strip())
    day = match[1].lower() if match else ""
    for weekday, name in enumerate(_DAYS):
        if match and day in {name, name[:3]}:
            return WeekTime(weekday=weekday, at=time(int(match[2]), int(match[3])))
    raise ValueError(f"write {_A_WEEK_TIME}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTable:
    """``[team]``."""

    name: str
    time_zone: str
    store: str = "sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationTable:
    """One of ``[[rota.rotations]]``."""

    name: str
    starts: str
    ends: str
    from_: date
    people: tuple[PersonId, ...]

    def problems(self) -> Sequence[tuple[str, str]]:
        """Refuse moments that are none."""
        moments = {"starts": self.starts, "ends": self.ends}
        return [(key, _A_WEEK_TIME) for key, text in moments.items() if not _is_week_time(text)]

    def rotation(self) -> Rotation:
        """Return what it means."""
        starts, ends = week_time(self.starts), week_time(self.ends)
        return Rotation(name=self.name, starts=starts, ends=ends, first_on=self.from_, people=self.people)


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
class RotaTable:
    """``[rota]``."""

    rotations: tuple[RotationTable, ...] = ()
    overrides: tuple[OverrideTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelTable:
    """One of ``[[escalation.levels]]``."""

    people: tuple[PersonId, ...]
    wait: timedelta = field(default=timedelta(minutes=5), metadata=POSITIVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationTable:
    """``[escalation]``."""

    undo: timedelta = timedelta(seconds=5)
    rounds: int = field(default=3, metadata=POSITIVE)
    levels: tuple[LevelTable, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverTable:
    """``[handover]``."""

    to: tuple[str, ...] = field(default=("next",), metadata=NOT_EMPTY)
    good_news_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorTable:
    """What every one of ``[[channels]]`` and ``[[sources]]`` has; its kind knows its other keys."""

    id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RootTable:
    """The whole file."""

    me: str = ""
    team: TeamTable
    people: tuple[Person, ...] = ()
    rota: RotaTable = field(default_factory=RotaTable)
    escalation: EscalationTable = field(default_factory=EscalationTable)
    channels: tuple[Mapping[str, object], ...] = ()
    sources: tuple[Mapping[str, object], ...] = ()
    customers: tuple[Customer, ...] = ()
    handover: HandoverTable = field(default_factory=HandoverTable)


TABLES: Mapping[str, type] = {
    "": RootTable,
    "team": TeamTable,
    "people": Person,
    "rota": RotaTable,
    "rota.rotations": RotationTable,
    "rota.overrides": OverrideTable,
    "escalation": EscalationTable,
    "escalation.levels": LevelTable,
    "channels": ConnectorTable,
    "sources": ConnectorTable,
    "customers": Customer,
    "handover": HandoverTable,
}
"""Every table by its name in the file."""


def _is_week_time(text: str) -> bool:
    try:
        week_time(text)
    except ValueError:
        return False
    return True
