"""Open tickets in the order in which somebody should look at them.

Groups come in the order of who feels the wait now: at work, awake, unknown, days off, asleep; of equals the easternmost
clock first. What most customers of a group do counts, which is also what its heading says. Within a group the late come
first, then whatever is due next, then whoever has been waiting longest, then the newest number; a ticket that is not
due, or that nobody waits for, comes after those that are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, partial
from types import MappingProxyType
from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.due import Due, DueOrigin
from oncall_tui.domain.experience import NO_EXPERIENCE, Experience, customer_key
from oncall_tui.domain.local_day import Day, LocalDay, WorkingHours, default_hours, local_day, working_hours, works_on
from oncall_tui.domain.runbook import Runbook, find_runbook
from oncall_tui.domain.targets import Workplace
from oncall_tui.domain.ticket import Requester, SourceId, Ticket, TicketId
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.tier import Tier, target
from oncall_tui.domain.wall_time import local, utc_offset
from oncall_tui.domain.zone_guess import CustomerZone, Hints, guess_zone

_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_MINUTES_OF_HOUR: Final = 60
_FEELS_IT: Final = {Day.AT_WORK: 0, Day.AWAKE: 1, Day.UNKNOWN: 2, Day.WEEKEND: 3, Day.HOLIDAY: 3, Day.ASLEEP: 4}
_NO_RECORDS: Final[Mapping[TicketId, TicketRecord]] = MappingProxyType({})
_LAST_DIGITS: Final = re.compile(r"[0-9]+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket, and the clock its customer sees."""

    ticket: Ticket
    zone: CustomerZone
    day: LocalDay
    customer: Customer | None = None
    works_today: WorkingHours | None = None
    """The customer's hours on the present date there; None on a day off, or where nobody knows."""
    record: TicketRecord | None = None
    """What we did to it, where the journal says anything."""
    tier: Tier | None = None
    """How its customer is served, where the config declares it."""
    target: Due | None = None
    """When the tier wants an answer."""
    usual_touches: int | None = None
    """How many touches tickets of its kind take; None where too few were seen."""
    same_trouble: int = 0
    """How many customers report the same at once; 0 where it is the only one."""
    is_back_again: bool = False
    """Another ticket of the same customer ended a few days before."""
    goodwill_spent: float = 0.0
    """What was spent on its customer in this shift."""
    runbook: Runbook | None = None
    """The written procedure for it."""

    @property
    def due(self) -> Due | None:
        """Return the next thing that is due, because we promised it or somebody wants it; None where nothing is.

        The help desk's own time counts instead of the tier's target.
        """
        promise = self.record.owed_promise if self.record else None
        promised = Due(at=promise.due_at, origin=DueOrigin.PROMISE) if promise else None
        wanted = Due(at=self.ticket.due_at, origin=DueOrigin.HELP_DESK) if self.ticket.due_at else self.target
        if promised is None or wanted is None:
            return promised or wanted
        return min(promised, wanted, key=lambda due: due.at)

    @property
    def due_at(self) -> datetime | None:
        """Return when the next thing is due; None where nothing is."""
        due = self.due
        return due.at if due else None

    def is_late(self, now: datetime) -> bool:
        """Tell whether its due time has passed."""
        return self.due_at is not None and self.due_at <= now

    def is_due_soon(self, now: datetime) -> bool:
        """Tell whether something is due within the hour."""
        return self.due is not None and self.due.is_soon(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Tickets of customers who see the same clock now."""

    utc_offset: timedelta | None
    """None for customers whose clock is unknown."""
    places: tuple[str, ...]
    """Names of the zones' cities, the busiest first; for a bare offset ``UTC+9``."""
    zones: tuple[str, ...]
    """IANA names, in the order of ``places``."""
    rows: tuple[Row, ...]

    @property
    def day(self) -> LocalDay:
        """Return the part of the day it is for most of its customers."""
        commonest = Counter(row.day for row in self.rows).most_common(1)
        return commonest[0][0] if commonest else LocalDay(day=Day.UNKNOWN)


def group(
    tickets: Iterable[Ticket],
    book: CustomerBook,
    now: datetime,
    *,
    records: Mapping[TicketId, TicketRecord] = _NO_RECORDS,
    experience: Experience = NO_EXPERIENCE,
) -> tuple[Group, ...]:
    """Return tickets by the clock their customers see now, in the order of this module."""
    clock = cache(partial(_clock, now, book.atlas))

    @cache
    def place(requester: Requester, source: SourceId) -> tuple[Customer | None, CustomerZone, _Clock]:
        customer = book.find(requester)
        hints = Hints(
            requester=requester,
            customer=customer,
            corrected=book.corrected_zone(requester),
            account_default=book.default_of(source),
            atlas=book.atlas,
        )
        zone = guess_zone(hints, now)
        return customer, zone, clock(zone, customer.hours if customer else "", *_country(hints, zone))

    by_offset: dict[timedelta | None, list[Row]] = {}
    for ticket in tickets:
        customer, zone, seen = place(ticket.requester, ticket.source_id)
        tier_name = (customer.tier if customer else "") or ticket.tier
        tier = book.tier(tier_name)
        row = Row(
            ticket=ticket,
            zone=zone,
            day=seen.day,
            customer=customer,
            works_today=seen.works_today,
            record=records.get(ticket.id),
            tier=tier,
            target=target(ticket, tier, seen.place) if tier else None,
            usual_touches=experience.usual_touches(ticket) if experience.usual else None,
            same_trouble=experience.same_trouble.get(ticket.id, 0),
            is_back_again=experience.is_back_again(ticket),
            goodwill_spent=experience.goodwill.get(customer_key(ticket), 0.0) if experience.goodwill else 0.0,
            runbook=find_runbook(book.runbooks, ticket, tier_name),
        )
        by_offset.setdefault(seen.offset, []).append(row)
    return by_who_feels_it(_group(offset, rows) for offset, rows in by_offset.items())


def by_who_feels_it(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups so that those come first to whom a minute of waiting matters most now."""
    return tuple(sorted(by_clock(groups), key=lambda group: _FEELS_IT[group.day.day]))


def by_clock(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups as the sun goes: the easternmost clock first, unknown clocks last."""
    return tuple(sorted(groups, key=lambda group: _from_the_east(group.utc_offset)))


def by_lateness(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Return the groups so that the one whose next due time is nearest comes first."""
    return tuple(sorted(groups, key=lambda group: min((row.due_at or _NEVER for row in group.rows), default=_NEVER)))


def clock_of(group: Group, now: datetime) -> datetime | None:
    """Return what the customers of a group see on their clocks, or None where nobody knows."""
    return None if group.utc_offset is None else local(now, timezone(group.utc_offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """What somebody in a zone sees."""

    offset: timedelta | None
    day: LocalDay
    works_today: WorkingHours | None
    place: Workplace | None = None


def _country(hints: Hints, zone: CustomerZone) -> tuple[str, str]:
    """Return the country and the region whose days off count."""
    if hints.customer is not None and hints.customer.country:
        return hints.customer.country_code, hints.customer.region
    return hints.atlas.country_of_zone(zone.zone) or hints.atlas.country_called(hints.requester.country), ""


def _clock(now: datetime, atlas: Atlas, zone: CustomerZone, hours: str, country: str, region: str) -> _Clock:
    tz = zone.clock
    if tz is None:
        return _Clock(offset=None, day=LocalDay(day=Day.UNKNOWN), works_today=None)

    usual = _hours(hours, country)
    place = Workplace(zone=tz, hours=usual, country=country, region=region, atlas=atlas)
    return _Clock(
        offset=utc_offset(now, tz),
        day=local_day(now, tz, usual, place.holiday_on),
        works_today=usual if works_on(local(now, tz).date(), usual, place.holiday_on) else None,
        place=place,
    )


def _hours(text: str, country: str) -> WorkingHours:
    try:
        return working_hours(text)
    except ValueError:  # not given; what cannot be read was an error of the config
        return default_hours(country)


def _from_the_east(offset: timedelta | None) -> tuple[bool, timedelta]:
    return offset is None, -(offset or timedelta())


def _group(offset: timedelta | None, rows: Sequence[Row]) -> Group:
    newest_first = sorted(rows, key=lambda row: _number(row.ticket), reverse=True)
    places = Counter(place for row in rows if (place := _place(row.zone.zone, offset)))
    busiest_first = sorted(places, key=lambda place: (-places[place], place))
    zones = {row.zone.zone for row in rows} - {""}
    return Group(
        utc_offset=offset,
        places=tuple(busiest_first),
        zones=tuple(sorted(zones, key=lambda zone: (busiest_first.index(_place(zone, offset)), zone))),
        rows=tuple(sorted(newest_first, key=_urgency)),
    )


def _urgency(row: Row) -> tuple[datetime, datetime]:
    """Return what tickets are taken in the order of; what is late is also what was due first."""
    return row.due_at or _NEVER, row.ticket.waiting_since or _NEVER


def _number(ticket: Ticket) -> tuple[int, str, str]:
    """Return what orders 9 before 10 and ``OPS-9`` before ``OPS-10``, without trusting that a number is small."""
    digits = _LAST_DIGITS.findall(ticket.number)
    counted = digits[0].lstrip("0") if digits else ""
    return len(counted), counted, ticket.id


def _place(zone: str, offset: timedelta | None) -> str:
    """Return the city a zone is called after, or the offset where it is called after none."""
    if zone and not zone.startswith("Etc/"):  # whose signs are the wrong way round: Etc/GMT+5 is UTC-5
        return zone.rpartition("/")[2].replace("_", " ")
    return "" if offset is None else _offset_words(offset)


def _offset_words(offset: timedelta) -> str:
    sign = "-" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), _MINUTES_OF_HOUR)
    return f"UTC{sign}{hours}:{minutes:02}" if minutes else f"UTC{sign}{hours}" if hours else "UTC"
