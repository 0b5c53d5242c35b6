"""Open tickets in the order in which somebody should look at them."""

from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.domain.customer import Customer
from oncall_tui.domain.local_day import LocalDay
from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.zone_guess import CustomerZone


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A ticket, and the clock its customer sees."""

    ticket: Ticket
    zone: CustomerZone
    day: LocalDay
    customer: Customer | None = None


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
