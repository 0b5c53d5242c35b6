"""How the parts are put together: the only module that names concrete adapters."""

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from oncall_tui import config as configs
from oncall_tui.calendars import SERVICES
from oncall_tui.calendars.naming import Naming
from oncall_tui.channels import CHANNELS
from oncall_tui.clock import Clock, clock_started_at, stopwatch, stopwatch_since_boot, utc_now
from oncall_tui.config import Config
from oncall_tui.crash import CrashFile
from oncall_tui.domain.local_day import default_hours
from oncall_tui.domain.office_days import OfficeDays
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import BadUse, StoreFailed
from oncall_tui.places import ATLAS
from oncall_tui.ports import CalendarFeed, Channel, Journal, Store, TicketSource
from oncall_tui.secrets import Secret, resolve
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.board import Team
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Feed
from oncall_tui.services.rota_keeping import KeptCalendar, RotaKeeping
from oncall_tui.services.station import Station
from oncall_tui.services.token_ends import Token
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.settings import secrets_of
from oncall_tui.sources import SOURCES
from oncall_tui.store import parcels
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.disk_thread import DiskThread
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.store.last_known import LastKnownFile
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.store.steadfast import SteadfastStore


class LateKinds(Mapping[str, type]):
    """The settings class of each kind, its module imported when it is asked for."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, kind: str) -> type:
        """Return the settings class of a kind."""
        settings: type = import_module(self._modules[kind]).Settings
        return settings

    def __iter__(self) -> Iterator[str]:
        """Return every kind there is."""
        return iter(self._modules)

    def __len__(self) -> int:
        """Return how many kinds there are."""
        return len(self._modules)


@runtime_checkable
class _Refreshed(Protocol):
    """The settings of a source, all of which say how often it is read."""

    @property
    def refresh(self) -> timedelta: ...


def load_config(explicit: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the config with every connector's table, or raise ``ConfigInvalid`` or ``BadUse``."""
    return configs.load(
        _config_path(explicit, environ),
        sources=LateKinds(SOURCES),
        channels=LateKinds(CHANNELS),
        environ=environ,
    )


def load_team(explicit: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the config without its sources and channels, which is fast and needs no library of theirs."""
    return configs.load(_config_path(explicit, environ), sources=None, channels=None, environ=environ)


def _config_path(explicit: Path | None, environ: Mapping[str, str]) -> Path:
    path = configs.find(explicit, environ)
    if path is None:
        raise BadUse("there is no config yet: try “oncall-tui demo”, or set one up with “oncall-tui connect”")
    return path


def channel_of(entry: configs.ChannelEntry, clock: Clock) -> Channel:
    """Build the channel of a table."""
    channel: Channel = import_module(CHANNELS[entry.kind]).build(entry.id, entry.settings, clock)
    return channel


def source_of(entry: configs.SourceEntry, clock: Clock) -> TicketSource:
    """Build the source of a table."""
    source: TicketSource = import_module(SOURCES[entry.kind]).build(entry.id, entry.settings, clock)
    return source


def connector_of(table: str, kind: str, identity: str, settings: object, clock: Clock) -> TicketSource | Channel:
    """Build what stands, or will stand, in one of the ``[[sources]]`` or ``[[channels]]``."""
    modules = SOURCES if table == "sources" else CHANNELS
    part: TicketSource | Channel = import_module(modules[kind]).build(identity, settings, clock)
    return part


def kinds_of(table: str) -> Mapping[str, type]:
    """Return the settings class of every kind of the ``[[sources]]`` or ``[[channels]]``."""
    return LateKinds(SOURCES if table == "sources" else CHANNELS)


def rota_of(config: Config) -> Rota:
    """Return the rota of a config, without what its calendars say."""
    return Rota(
        zone=ZoneInfo(config.team.time_zone),
        people=_by_id(config.people),
        rotations=config.rotations,
        overrides=config.overrides,
        absences=config.absences,
        closures=config.closures,
        office=_office_days(config.team),
    )


def _office_days(team: configs.Team) -> OfficeDays:
    """Return when the team is at work; the library of holidays is loaded when the first day is asked about."""
    country, _, region = (team.country or ATLAS.country_of_zone(team.time_zone)).partition("-")
    country, region = country.upper(), region.upper()
    return OfficeDays(
        days=default_hours(country).days,
        holiday_on=lambda day: ATLAS.holidays(country, region, day.year).get(day, ""),
    )


def calendars_of(config: Config, clock: Clock) -> Sequence[KeptCalendar]:
    """Return the calendars of a config; the library that reads them is loaded only where there are any."""
    if not config.calendars:
        return ()
    from oncall_tui.calendars.feed import FileFeed, UrlFeed  # noqa: PLC0415 - see above
    from oncall_tui.calendars.ical import Reader  # noqa: PLC0415 - see above

    people = _by_id(config.people)
    kept = []
    for table in config.calendars:
        naming = Naming(people=people, match=tuple((entry.text, entry.person) for entry in table.match))
        if table.kind in SERVICES:
            schedule = _schedule_of(table, naming, config.team.store.parent, clock)
            kept.append(KeptCalendar(feed=schedule, refresh=table.refresh))
            continue
        reader = Reader(name=table.name, naming=naming, zone=ZoneInfo(config.team.time_zone))
        feed: CalendarFeed
        if table.url is not None:
            feed = UrlFeed(url=table.url, reader=reader, folder=config.team.store.parent, clock=clock)
        else:
            feed = FileFeed(path=table.path or Path(), reader=reader)
        kept.append(KeptCalendar(feed=feed, refresh=table.refresh))
    return kept


def _schedule_of(table: configs.CalendarTable, naming: Naming, folder: Path, clock: Clock) -> CalendarFeed:
    from oncall_tui.calendars.schedule import Account, EntryReader, ScheduleFeed  # noqa: PLC0415 - see above

    service = import_module(SERVICES[table.kind])
    account = Account(
        name=table.name,
        token=table.token or Secret(""),
        clock=clock,
        address=table.address or service.ADDRESS,
        schedule=quote(table.schedule, safe=""),
        login=table.login,
        site=table.site,
    )
    return ScheduleFeed(
        name=table.name,
        identity=f"{table.kind} {account.address} {account.site} {account.schedule}",
        schedule=service.build(account),
        reader=EntryReader(name=table.name, naming=naming),
        folder=folder,
        clock=clock,
    )


async def rota_keeping_of(config: Config, clock: Clock, logbook: Logbook | None = None) -> RotaKeeping:
    """Return the keeping of a rota whose calendars, their addresses fetched, were not read yet.

    Args:
        config: Whose rota.
        clock: What time it is.
        logbook: What the journal says, where it was read already.
    """
    resolve(secret for calendar in config.calendars for secret in secrets_of(calendar))
    keeping = RotaKeeping(rota_of(config), calendars_of(config, clock), clock, Troubles())
    try:
        keeping.follow(logbook or await logbook_of(config))
    except StoreFailed as error:
        keeping.without_journal(error)
    return keeping


def read_handover_file(path: Path) -> Parcel | AcceptanceReceipt:
    """Read what another machine wrote at a handover, or raise ``BadUse`` with one sentence that says why not."""
    return parcels.read(path)


async def open_store(config: Config, clock: Clock, troubles: Troubles) -> Store:
    """Open the team's journal; whatever is wrong with the disk is said, and stops nothing."""
    me = next((person for person in config.people if person.id == config.me), None)
    zone = ZoneInfo(me.time_zone if me else config.team.time_zone)
    store = SteadfastStore(config.team.store, DiskReport(troubles, clock, zone), clock=clock, stopwatch=stopwatch)
    await store.open()
    return store


async def logbook_of(config: Config, thread: DiskThread | None = None) -> Logbook:
    """Return what the team's journal says, or raise ``StoreFailed``; nothing where there is none yet.

    Args:
        config: Whose journal.
        thread: What asks the disk.
    """
    store = await _open_to_read(config.team.store, thread or DiskThread())
    logbook = Logbook(store, utc_now)
    try:
        await logbook.catch_up()
    finally:
        await store.close()
    return logbook


async def _open_to_read(path: Path, thread: DiskThread) -> Journal:
    is_there = True
    with suppress(OSError):  # opening it says what is wrong
        is_there = await thread.run(path.exists)
    if is_there:
        return await SqliteStore.open_to_read(path, thread=thread)
    thread.end()
    return MemoryStore()


async def station_of(config: Config, clock: Clock = utc_now) -> Station:
    """Put a station together from a config, its secrets fetched, or raise ``SecretUnavailable``."""
    resolve(config.secrets)
    folder = config.team.store.parent
    troubles = Troubles()
    if config.rota_problems:
        more = f" {len(config.rota_problems) - 1} more: oncall-tui check." if config.rota_problems[1:] else ""
        sentence = f"A part of the rota cannot be used, and nobody is on call by it. {config.rota_problems[0]}{more}"
        troubles.say("config", CleanText(sentence))
    sources = [(entry, source_of(entry, clock)) for entry in config.sources]
    channels = [(entry, channel_of(entry, clock)) for entry in config.channels]
    return put_together(
        Parts(
            team=_team(config),
            feeds=[Feed(source=source, kind=entry.kind, refresh=_refresh(entry.settings)) for entry, source in sources],
            channels={entry.id: channel for entry, channel in channels},
            store=await open_store(config, clock, troubles),
            shelf=HandoverFiles(folder / "handovers"),
            report=CrashFile(folder / "crashes", clock, config.secrets).write,
            troubles=troubles,
            clocks=_clocks(clock),
            holder=_holder(),
            new_id=_new_id,
            jitter=random.random,
            calendars=calendars_of(config, clock),
            tokens=[
                *(token_of("source", entry, source) for entry, source in sources),
                *(token_of("channel", entry, channel) for entry, channel in channels),
            ],
            last_known=LastKnownFile(folder / "last-known.json"),
        ),
    )


def token_of(what: str, entry: configs.SourceEntry | configs.ChannelEntry, part: TicketSource | Channel) -> Token:
    """Return what opens a source or a channel, as far as its end is concerned."""
    return Token(name=f"{what} {entry.id}", part=part, written_on=entry.token_ends_on)


def demo_station(
    *,
    starts_at: datetime | None,
    seed: int,
    tickets: int,
    folder: Path,
    clock: Clock | None = None,
) -> Station:
    """Put the made-up night together; nothing of it leaves the machine, and nothing is kept but a saved handover.

    Args:
        starts_at: When the night begins; None for the usual Friday.
        seed: Another seed is another night.
        tickets: How many are open at first.
        folder: Where a handover, or a crash, is saved.
        clock: The night's clock; without one it shows ``starts_at`` now and runs on.
    """
    from oncall_tui.channels import demo as demo_channel  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources import demo  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources.demo.past import past  # noqa: PLC0415 - only the demo needs them
    from oncall_tui.sources.demo.team import NIGHT_STARTS_AT, night  # noqa: PLC0415 - only the demo needs them

    began = starts_at or NIGHT_STARTS_AT
    clock = clock or clock_started_at(began)
    settings = demo.Settings(seed=seed, tickets=tickets, starts_at=began)
    made_up, source = night(), demo.build(SourceId("helpdesk"), settings, clock)
    people = _by_id(made_up.people)
    levels = tuple(
        Level(targets=tuple(map(target_of, map(people.__getitem__, level.people))), wait=level.wait)
        for level in made_up.levels
    )
    team = Team(
        name=made_up.name,
        time_zone=made_up.time_zone,
        people=people,
        rota=Rota(zone=ZoneInfo(made_up.time_zone), people=people, rotations=made_up.rotations),
        policy=Policy(levels=levels, rounds=made_up.rounds, undo=made_up.undo),
        customers=made_up.customers,
        tiers=made_up.tiers,
        runbooks=made_up.runbooks,
        me=made_up.me,
        is_demo=True,
        atlas=ATLAS,
    )
    return put_together(
        Parts(
            team=team,
            feeds=[
                Feed(source=source, kind="demo", refresh=settings.refresh),
            ],
            channels={
                identity: demo_channel.build(identity, demo_channel.Settings(), clock) for identity in made_up.channels
            },
            store=MemoryStore(Snapshot(lines=past(source.id, began))),
            shelf=HandoverFiles(folder / "handovers"),
            report=CrashFile(folder / "crashes", clock).write,
            troubles=Troubles(),
            clocks=_clocks(clock),
            holder=_holder(),
            new_id=_new_id,
            jitter=random.random,
        ),
    )


def _clocks(clock: Clock) -> Clocks:
    return Clocks(wall=clock, awake=stopwatch, since_boot=stopwatch_since_boot())


def _holder() -> str:
    return f"{os.getpid()}-{_new_id()}"


def _refresh(settings: object) -> timedelta:
    return settings.refresh if isinstance(settings, _Refreshed) else timedelta(seconds=60)


def _new_id() -> str:
    return uuid4().hex[:12]


def _team(config: Config) -> Team:
    return Team(
        name=config.team.name,
        time_zone=config.team.time_zone,
        people=_by_id(config.people),
        rota=rota_of(config),
        policy=config.policy,
        customers=config.customers,
        tiers=config.tiers,
        runbooks=config.runbooks,
        handover_to=config.handover.to,
        good_news_to=config.handover.good_news_to,
        good_news_at=config.handover.good_news_at,
        me=config.me,
        atlas=ATLAS,
    )


def _by_id(people: Sequence[Person]) -> Mapping[PersonId, Person]:
    return {person.id: person for person in people}


def target_of(person: Person) -> Target:
    """Return how a person is told something."""
    return Target(
        person=person.id,
        name=person.name,
        phone=person.phone,
        time_zone=person.time_zone,
        channels=person.channels,
    )
