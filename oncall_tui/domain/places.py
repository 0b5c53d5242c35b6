"""Where everybody who asked for help is, and what the clock there shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.local_day import Day, LocalDay, WorkingHours, default_hours, local_day, working_hours, works_on
from oncall_tui.domain.targets import Workplace
from oncall_tui.domain.ticket import Fact, Requester, SourceId, Ticket
from oncall_tui.domain.wall_time import local, utc_offset
from oncall_tui.domain.zone_guess import CustomerZone, Hints, guess_zone

_QUARTER: Final = 15
"""Minutes: clocks change on the quarters of an hour, and a hint may name several zones that agree only until then."""
ClockKey = tuple[CustomerZone, str, str, str]
"""All that decides what a clock shows: the zone, the hours that were given, country and region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenClock:
    """What somebody in a zone sees."""

    offset: timedelta | None
    day: LocalDay
    works_today: WorkingHours | None
    place: Workplace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody who asked for help is, and what the clock there goes by."""

    customer: Customer | None
    zone: CustomerZone
    hours: str
    country: str
    region: str

    @property
    def clock_key(self) -> ClockKey:
        """Return all that decides what its clock shows."""
        return self.zone, self.hours, self.country, self.region


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCache:
    """Places by who asked, for as long as nothing can have changed about them."""

    book: CustomerBook | None = None
    quarter: datetime | None = None
    """The quarter of an hour it was found out in."""
    places: dict[tuple[Requester, SourceId], Place] = field(default_factory=dict)
    each_once: dict[Place, Place] = field(default_factory=dict)
    """One object for all places that are the same, so that they need not be compared again."""


class Places:
    """Where everybody is at one instant."""

    def __init__(
        self, book: CustomerBook, now: datetime, before: PlaceCache, clocks: Mapping[ClockKey, SeenClock]
    ) -> None:
        quarter = now.replace(minute=now.minute // _QUARTER * _QUARTER, second=0, microsecond=0)
        self.is_same_epoch = before.quarter == quarter and before.book == book
        self.cache = before if self.is_same_epoch else PlaceCache(book=book, quarter=quarter)
        self.clocks: dict[ClockKey, SeenClock] = {}
        self._seen: dict[int, SeenClock] = {}
        self._before = clocks
        self.book, self._now = book, now

    def are_as_before(self) -> bool:
        """Tell whether everybody is where they were, and every clock shows the same part of the same day."""
        return self.is_same_epoch and all(self._look(key) is clock for key, clock in self._before.items())

    def of(self, ticket: Ticket) -> Place:
        """Return where somebody who asked is."""
        key = (ticket.requester, ticket.source_id)
        known = self.cache.places.get(key)
        if known is None:
            found = self._find(*key)
            known = self.cache.places[key] = self.cache.each_once.setdefault(found, found)
        return known

    def clock(self, place: Place) -> SeenClock:
        """Return what the clock of a place shows: the object of before, where it shows the same."""
        known = self._seen.get(id(place))
        if known is None:
            known = self._seen[id(place)] = self._look(place.clock_key)
        return known

    def _look(self, key: ClockKey) -> SeenClock:
        known = self.clocks.get(key)
        if known is None:
            seen, before = _clock(self._now, self.book.atlas, *key), self._before.get(key)
            known = self.clocks[key] = before if before == seen and before is not None else seen
        return known

    def _find(self, requester: Requester, source: SourceId) -> Place:
        book = self.book
        customer = book.find(requester)
        hints = Hints(
            requester=requester,
            customer=customer,
            corrected=book.corrected_zone(requester),
            account_default=book.default_of(requester.source_of(Fact.TIME_ZONE) or source),
            atlas=book.atlas,
        )
        zone = guess_zone(hints, self._now)
        country, region = _country(hints, zone)
        return Place(
            customer=customer, zone=zone, hours=customer.hours if customer else "", country=country, region=region
        )


def _country(hints: Hints, zone: CustomerZone) -> tuple[str, str]:
    """Return the country and the region whose days off count."""
    if hints.customer is not None and hints.customer.country:
        return hints.customer.country_code, hints.customer.region
    return hints.atlas.country_of_zone(zone.zone) or hints.atlas.country_called(hints.requester.country), ""


def _clock(now: datetime, atlas: Atlas, zone: CustomerZone, hours: str, country: str, region: str) -> SeenClock:
    tz = zone.clock
    if tz is None:
        return SeenClock(offset=None, day=LocalDay(day=Day.UNKNOWN), works_today=None)

    usual = _hours(hours, country)
    place = Workplace(zone=tz, hours=usual, country=country, region=region, atlas=atlas)
    return SeenClock(
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
