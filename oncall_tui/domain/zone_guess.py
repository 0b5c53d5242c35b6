"""Where a customer's clock is, and how we know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.ticket import Requester
from oncall_tui.domain.wall_time import zone_info

_WESTMOST: Final = timedelta(hours=-12)
_EASTMOST: Final = timedelta(hours=14)


class ZoneOrigin(StrEnum):
    """How a customer's zone was learnt, best first."""

    CUSTOMERS_TABLE = "customers table"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """Everything that may tell where somebody who asked for help is."""

    requester: Requester
    customer: Customer | None
    account_default: str
    """The zone the help desk fills in for contacts it knows nothing about; empty when it does not say."""


def guess_zone(requester: Requester, customer: Customer | None, *, account_default: str = "") -> CustomerZone:
    """Return a requester's clock from the best hint there is, and which hint that was."""
    hints = Hints(requester=requester, customer=customer, account_default=account_default)
    found = (rung(hints) for rung in _LADDER)
    return next((zone for zone in found if zone is not None), CustomerZone())


def _from_customers_table(hints: Hints) -> CustomerZone | None:
    if hints.customer is None or zone_info(hints.customer.time_zone) is None:
        return None
    return CustomerZone(zone=hints.customer.time_zone, origin=ZoneOrigin.CUSTOMERS_TABLE)


def _from_contact(hints: Hints) -> CustomerZone | None:
    zone = hints.requester.time_zone.strip()
    # A zone that only repeats the account's default says where the help desk is, not where its contact is.
    if zone == hints.account_default or zone_info(zone) is None:
        return None
    return CustomerZone(zone=zone, origin=ZoneOrigin.CONTACT)


def _from_mail_date(hints: Hints) -> CustomerZone | None:
    offset = hints.requester.mail_offset
    if offset is None or not _WESTMOST <= offset <= _EASTMOST:  # no clock on earth shows anything beyond
        return None
    return CustomerZone(offset=offset, origin=ZoneOrigin.MAIL_DATE)


_LADDER: Final[tuple[Callable[[Hints], CustomerZone | None], ...]] = (
    _from_customers_table,
    _from_contact,
    _from_mail_date,
)
"""The rungs, the most trustworthy hint first, in the order of ``ZoneOrigin``."""
