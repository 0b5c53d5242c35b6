"""Where a customer's clock is, and how we know."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from oncall_tui.domain.atlas import EMPTY_ATLAS, Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.ticket import Fact, Requester, SourceId
from oncall_tui.domain.wall_time import utc_offset, zone_info

_WESTMOST: Final = timedelta(hours=-12)
_EASTMOST: Final = timedelta(hours=14)
_COUNTRY_CODE_LENGTH: Final = 2
_CODES_SOLD_ABROAD: Final = (
    "ac ad ag ai am as bz cc cd cf co cx dj fm ga gd gg gl gq gs hn im io je la lc li ly me mg ml ms mu mx nf nu pm "
    "pn pw re sb sc sh so st sx tc tf tk tl to tv us vc vg vu wf ws"
)
_SOLD_ABROAD: Final = frozenset(_CODES_SOLD_ABROAD.split())
"""Countries whose mail domains are bought all over the world, and tell nothing."""
_DOMAIN_OF_ANOTHER_CODE: Final = {"uk": "gb"}


class ZoneOrigin(StrEnum):
    """How a customer's zone was learnt, best first."""

    CUSTOMERS_TABLE = "customers table"
    CORRECTION = "correction"
    CONTACT = "contact"
    PHONE = "phone number"
    COUNTRY = "country"
    MAIL_DATE = "mail date"
    MAIL_DOMAIN = "mail domain"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerZone:
    """A customer's clock: a zone, or only an offset, or nothing; and its origin."""

    zone: str = ""
    """IANA name; empty when only the offset is known, or nothing."""
    offset: timedelta | None = None
    """A fixed UTC offset, where no zone is known."""
    origin: ZoneOrigin = ZoneOrigin.UNKNOWN
    source: SourceId | None = None
    """The other source that knew what it was learnt from; None where the ticket's own did."""

    @property
    def clock(self) -> tzinfo | None:
        """Return what their wall clock goes by, or None where nobody knows."""
        return zone_info(self.zone) or (None if self.offset is None else timezone(self.offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Everything that may tell where somebody who asked for help is."""

    requester: Requester
    customer: Customer | None = None
    corrected: str = ""
    """The zone somebody of us has set in the dashboard; empty when nobody has."""
    account_default: str = ""
    """The zone the help desk fills in for contacts it knows nothing about; empty when it does not say."""
    atlas: Atlas = EMPTY_ATLAS


def guess_zone(hints: Hints, now: datetime) -> CustomerZone:
    """Return a requester's clock from the best hint there is, and which hint that was.

    Where a hint names several zones, it counts when all of them show the same clock now.
    """
    for origin, rung in _LADDER:
        if zone := _one_clock(rung(hints), now):
            fact = _FACTS.get(origin)
            return CustomerZone(zone=zone, origin=origin, source=hints.requester.source_of(fact) if fact else None)
        if origin is ZoneOrigin.COUNTRY and (offset := _mail_offset(hints.requester)) is not None:
            return CustomerZone(offset=offset, origin=ZoneOrigin.MAIL_DATE)
    return CustomerZone()


def _one_clock(zones: Iterable[str], now: datetime) -> str:
    """Return the first of some zones that all show the same clock, or nothing."""
    known = [(name, zone) for name in zones if (zone := zone_info(name)) is not None]
    return known[0][0] if len({utc_offset(now, zone) for _, zone in known}) == 1 else ""


def _from_customers_table(hints: Hints) -> Iterable[str]:
    customer = hints.customer
    if customer is None:
        return ()
    return [customer.time_zone] if customer.time_zone else hints.atlas.zones_of_country(customer.country_code)


def _from_correction(hints: Hints) -> Iterable[str]:
    return [hints.corrected]


def _from_contact(hints: Hints) -> Iterable[str]:
    zone = named_zone(hints.requester.time_zone, hints.atlas)
    # A zone that only repeats the account's default says where the help desk is, not where its contact is.
    return [zone] if zone != named_zone(hints.account_default, hints.atlas) else ()


def named_zone(name: str, atlas: Atlas) -> str:
    """Return the IANA name of a zone, whatever system named it; empty for what is none."""
    name = name.strip()
    return name if not name or zone_info(name) is not None else atlas.zone_called(name)


def _from_phone(hints: Hints) -> Iterable[str]:
    requester = hints.requester
    if not requester.phone:
        return ()
    return hints.atlas.zones_of_phone(requester.phone, hints.atlas.country_called(requester.country))


def _from_country(hints: Hints) -> Iterable[str]:
    country = hints.atlas.country_called(hints.requester.country)
    if country:
        return hints.atlas.zones_of_country(country)
    return [
        hints.atlas.zone_called(hints.requester.country)
    ]  # some desks ask for a city where others ask for a country


def _from_mail_domain(hints: Hints) -> Iterable[str]:
    top = hints.requester.email.rpartition("@")[2].rpartition(".")[2].casefold()
    top = _DOMAIN_OF_ANOTHER_CODE.get(top, top)
    if len(top) != _COUNTRY_CODE_LENGTH or top in _SOLD_ABROAD:
        return ()
    return hints.atlas.zones_of_country(top.upper())


def _mail_offset(requester: Requester) -> timedelta | None:
    offset = requester.mail_offset
    if offset is None or not _WESTMOST <= offset <= _EASTMOST:  # no clock on earth shows anything beyond
        return None
    return offset


_LADDER: Final[tuple[tuple[ZoneOrigin, Callable[[Hints], Iterable[str]]], ...]] = (
    (ZoneOrigin.CUSTOMERS_TABLE, _from_customers_table),
    (ZoneOrigin.CORRECTION, _from_correction),
    (ZoneOrigin.CONTACT, _from_contact),
    (ZoneOrigin.PHONE, _from_phone),
    (ZoneOrigin.COUNTRY, _from_country),
    (ZoneOrigin.MAIL_DOMAIN, _from_mail_domain),
)
"""The rungs that name zones, the most trustworthy hint first; what a mail's date tells is no zone."""
_FACTS: Final[Mapping[ZoneOrigin, Fact]] = MappingProxyType(
    {ZoneOrigin.CONTACT: Fact.TIME_ZONE, ZoneOrigin.PHONE: Fact.PHONE, ZoneOrigin.COUNTRY: Fact.COUNTRY}
)
"""What of a requester each rung goes by."""
