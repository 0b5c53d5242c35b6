"""Where a customer's clock is, and how we know."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


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
