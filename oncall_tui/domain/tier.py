"""How customers are served, and why: differently, and on purpose."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from oncall_tui.domain.due import Due, DueOrigin
from oncall_tui.domain.money import NO_MONEY
from oncall_tui.domain.suggestion import Rule
from oncall_tui.domain.targets import Workplace, working_time_after
from oncall_tui.domain.ticket import Status, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedAnswer:
    """Something that is often answered."""

    name: str
    text: str
    """May hold ``{name}`` for the customer's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A table ``[tiers.NAME]``."""

    name: str
    strategy: str = ""
    """Why these customers are served so."""
    first_reply: timedelta | None = None
    next_reply: timedelta | None = None
    is_around_the_clock: bool = False
    """Targets run at night too; else in the customer's working hours."""
    goodwill: Decimal = NO_MONEY
    """What may be spent on one customer in one shift without asking."""
    rules: tuple[Rule, ...] = ()
    """Each suggests an escalation."""
    answers: tuple[SavedAnswer, ...] = ()


def target(ticket: Ticket, tier: Tier, place: Workplace | None) -> Due | None:
    """Return when a tier wants its customer answered; None while nobody waits or where it wants nothing.

    Where nobody knows the customer's working hours the target runs around the clock: nothing is put off on a guess.
    """
    is_first = not has_been_answered(ticket)
    within = tier.first_reply if is_first else tier.next_reply
    if within is None or ticket.waiting_since is None:
        return None
    at: datetime | None = ticket.waiting_since + within
    if place is not None and not tier.is_around_the_clock:
        at = working_time_after(ticket.waiting_since, within, place)
    origin = DueOrigin.FIRST_REPLY if is_first else DueOrigin.NEXT_REPLY
    return None if at is None else Due(at=at, origin=origin, tier=tier.name)


def has_been_answered(ticket: Ticket) -> bool:
    """Tell whether our side has answered in public, as far as the ticket shows."""
    if any(message.is_public and not message.is_inbound for message in ticket.messages):
        return True
    if ticket.messages or ticket.touches == 0 or ticket.status is Status.NEW:
        return False
    return ticket.created_at is None or ticket.waiting_since != ticket.created_at
