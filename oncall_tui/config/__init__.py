"""The config: one TOML file, read as a whole or refused with every problem it has."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tomli

from oncall_tui.config.checks import NEXT, cross_problems, known_person
from oncall_tui.config.connectors import ChannelEntry, Kinds, SourceEntry, read_connectors
from oncall_tui.config.mending import mended, without_rota
from oncall_tui.config.rota_tables import CalendarTable, week_time
from oncall_tui.config.tables import TABLES, RootTable
from oncall_tui.config_path import store_path
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.rota import Absence, Closure, Override, Rotation, WeekTime
from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.ticket import SourceId
from oncall_tui.domain.tier import Tier
from oncall_tui.errors import ConfigInvalid
from oncall_tui.secrets import Secret, chmod_line, is_open_to_others
from oncall_tui.settings import Where, read_table, secrets_of, shown
from oncall_tui.text_safety import clean

__all__ = [
    "NEXT",
    "TABLES",
    "CalendarTable",
    "ChannelEntry",
    "Config",
    "Handover",
    "Kinds",
    "SourceEntry",
    "Team",
    "load",
]

ME_VARIABLE = "ONCALL_TUI_ME"

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who we are."""

    name: str
    time_zone: str
    """IANA name of the rota's wall clock."""
    country: str
    """Whose public holidays are ours, by ISO 3166; empty for that of the zone."""
    store: Path
    """Where the journal lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who gets the handover, and the digest of good news: ids of people and of channels."""

    to: tuple[str, ...]
    """May hold ``next``."""
    good_news_to: tuple[str, ...]
    good_news_at: WeekTime | None = None
    """When the digest leaves, on the clock of its first reader; None for the end of each shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A config without any problem."""

    path: Path
    me: PersonId | None
    """Who sits here; None when it is whoever is on call."""
    team: Team
    people: tuple[Person, ...]
    rotations: tuple[Rotation, ...]
    overrides: tuple[Override, ...]
    absences: tuple[Absence, ...]
    closures: tuple[Closure, ...]
    calendars: tuple[CalendarTable, ...]
    policy: Policy
    """How an escalation goes; without a level when the file names none."""
    channels: tuple[ChannelEntry, ...]
    sources: tuple[SourceEntry, ...]
    customers: tuple[Customer, ...]
    tiers: tuple[Tier, ...]
    runbooks: tuple[Runbook, ...]
    handover: Handover
    rota_problems: tuple[str, ...] = ()
    """What is written in the rota and cannot be used."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Return every secret, to be resolved before the screen starts."""
        settings: list[object] = [*(e.settings for e in self.channels), *(e.settings for e in self.sources)]
        settings += self.calendars
        return tuple(secret for value in settings for secret in secrets_of(value))


def load(path: Path, *, sources: Kinds | None, channels: Kinds | None, environ: Mapping[str, str]) -> Config:
    """Read a config without fetching its secrets.

    Without kinds the tables of sources and channels are left unread, and the config has none of them. Where only the
    rota has mistakes, the config is what can be used of it, with a sentence for each of them.

    Raises:
        ConfigInvalid: With a sentence for every problem.
    """
    root, where = _parse(path)
    problems: list[str] = []
    tables = read_table(root, RootTable, where, problems, text=clean)
    fatal: list[str] = []
    channel_entries = read_connectors(root.get("channels"), where.inside("channels"), channels, ChannelId, fatal)
    source_entries = read_connectors(root.get("sources"), where.inside("sources"), sources, SourceId, fatal)
    connectors = _Connectors(channels=tuple(channel_entries), sources=tuple(source_entries))
    problems += [*fatal, *cross_problems(root, where)]
    told = len(fatal)
    me = _me(root, environ, fatal)
    problems += fatal[told:]
    if tables is not None and not problems:
        return _config(path, tables, connectors, me or tables.me)
    usable = read_table(mended(root, where), RootTable, where, fatal, text=clean)
    if usable is None or fatal or cross_problems(without_rota(root), where):
        raise ConfigInvalid(problems)
    return replace(_config(path, usable, connectors, me or usable.me), rota_problems=tuple(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connectors:
    channels: tuple[ChannelEntry, ...]
    sources: tuple[SourceEntry, ...]


def _parse(path: Path) -> tuple[Table, Where]:
    shown_path = clean(str(path))
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read().decode("utf-8-sig")
        root: Table = tomli.loads(text)
    except OSError as error:
        raise ConfigInvalid([f"{shown_path} cannot be read ({error.strerror}); name another with --config."]) from None
    except UnicodeDecodeError as error:
        raise ConfigInvalid([f"{shown_path} is not UTF-8 at byte {error.start}; save it as UTF-8."]) from None
    except tomli.TOMLDecodeError as error:
        place = f"{shown_path}, line {error.lineno}, column {error.colno}"
        raise ConfigInvalid([f"{place}: this is not TOML: {clean(error.msg)}."]) from None
    except (ValueError, RecursionError):
        raise ConfigInvalid([f"{shown_path} has a number too long, or brackets too deep; write it simpler."]) from None
    return root, Where(file=path, exposed=_exposed(path, status))


def _exposed(path: Path, status: os.stat_result) -> str:
    """Return what to do before a secret may stand in the config itself; empty when it may."""
    if status.st_uid != os.getuid():
        return "keep the config in a file that belongs to you"
    return f"run `{chmod_line(path)}`" if is_open_to_others(status.st_mode) else ""


def _me(root: Table, environ: Mapping[str, str], problems: list[str]) -> str:
    me = environ.get(ME_VARIABLE, "")
    if me and (remedy := known_person(root)(me)):
        problems.append(f"The environment variable {ME_VARIABLE}: found {shown(me)}; write {remedy}.")
    return me


def _config(path: Path, tables: RootTable, connectors: _Connectors, me: str) -> Config:
    team, rota, handover = tables.team, tables.rota, tables.handover
    return Config(
        path=path,
        me=PersonId(me) if me else None,
        team=Team(name=team.name, time_zone=team.time_zone, country=team.country, store=store_path(team.store)),
        people=tables.people,
        rotations=tuple(rotation for table in rota.rotations for rotation in table.rotations()),
        overrides=tuple(override.override() for override in rota.overrides),
        absences=tuple(absence.absence() for absence in rota.absences),
        closures=tuple(closure.closure() for closure in rota.closures),
        calendars=rota.calendars,
        policy=_policy(tables),
        channels=connectors.channels,
        sources=connectors.sources,
        customers=tables.customers,
        runbooks=tuple(table.runbook() for table in tables.runbooks),
        tiers=tuple(table.tier(name) for name, table in tables.tiers.items()),
        handover=Handover(
            to=handover.to,
            good_news_to=handover.good_news_to,
            good_news_at=week_time(handover.good_news_at) if handover.good_news_at else None,
        ),
    )


def _policy(tables: RootTable) -> Policy:
    targets = {
        person.id: Target(
            person=person.id,
            name=person.name,
            phone=person.phone,
            time_zone=person.time_zone,
            channels=person.channels,
        )
        for person in tables.people
    }
    return Policy(
        levels=tuple(
            Level(targets=tuple(targets[person] for person in level.people), wait=level.wait)
            for level in tables.escalation.levels
        ),
        rounds=tables.escalation.rounds,
        undo=tables.escalation.undo,
    )
