"""The tables of a config as they are written, and what they mean to the domain.

``config.example.toml`` explains every key; a test sees to it that none is missing there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from oncall_tui.config.rota_tables import (
    AbsenceTable,
    CalendarTable,
    ClosureTable,
    MatchTable,
    OverrideTable,
    RotaTable,
    RotationTable,
    week_time,
)
from oncall_tui.config.tier_tables import RunbookTable, TierTable
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.tier import SavedAnswer
from oncall_tui.settings import NOT_EMPTY, POSITIVE, readable


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTable:
    """``[team]``."""

    name: str
    time_zone: str
    country: str = ""
    store: str = "sqlite"


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
    good_news_at: str = field(default="", metadata=readable(week_time, 'a day and a time, such as "Mon 09:00"'))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorTable:
    """What every one of ``[[channels]]`` and ``[[sources]]`` has; its kind knows its other keys."""

    id: str
    kind: str
    token_ends: date | None = None


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
    tiers: Mapping[str, TierTable] = field(default_factory=dict)
    runbooks: tuple[RunbookTable, ...] = ()
    handover: HandoverTable = field(default_factory=HandoverTable)


TABLES: Mapping[str, type] = {
    "": RootTable,
    "team": TeamTable,
    "people": Person,
    "rota": RotaTable,
    "rota.rotations": RotationTable,
    "rota.overrides": OverrideTable,
    "rota.absences": AbsenceTable,
    "rota.closures": ClosureTable,
    "rota.calendars": CalendarTable,
    "rota.calendars.match": MatchTable,
    "escalation": EscalationTable,
    "escalation.levels": LevelTable,
    "channels": ConnectorTable,
    "sources": ConnectorTable,
    "customers": Customer,
    "runbooks": RunbookTable,
    "tiers.NAME": TierTable,
    "tiers.NAME.answers": SavedAnswer,
    "handover": HandoverTable,
}
"""Every table by its name in the file."""
