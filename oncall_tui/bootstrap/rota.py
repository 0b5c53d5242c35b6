"""The rota of a config, and the calendars it is read from."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from oncall_tui import config as configs
from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.calendars import SERVICES
from oncall_tui.calendars.naming import Naming
from oncall_tui.clock import Clock
from oncall_tui.config import Config
from oncall_tui.domain.local_day import default_hours
from oncall_tui.domain.office_days import OfficeDays
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Rota
from oncall_tui.errors import StoreFailed
from oncall_tui.places import ATLAS
from oncall_tui.ports import CalendarFeed
from oncall_tui.secrets import Secret, resolve
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.rota_keeping import KeptCalendar, RotaKeeping
from oncall_tui.services.troubles import Troubles
from oncall_tui.settings import secrets_of


def rota_of(config: Config) -> Rota:
    """Return the rota of a config, without what its calendars say."""
    return Rota(
        zone=ZoneInfo(config.team.time_zone),
        people=by_id(config.people),
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

    people = by_id(config.people)
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


def by_id(people: Sequence[Person]) -> Mapping[PersonId, Person]:
    """Return people by their ids."""
    return {person.id: person for person in people}
