"""What the tickets seen so far teach: the usual touches of a kind, who was here days ago, what breaks."""

import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final

from oncall_tui.domain.acquaintance import Acquaintance, Ended
from oncall_tui.domain.lessons import BACK_WITHIN, SUBJECT
from oncall_tui.domain.mail_address import company_domain
from oncall_tui.domain.recognition import NOBODY_RECOGNISED, Recognised
from oncall_tui.domain.row_order import batched
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.ticket_record import TicketRecord

AT_ONCE: Final = timedelta(hours=6)
"""Tickets that began so recently may be the same trouble."""
SEVERAL: Final = 2
_STEP: Final = 64
"""Tickets whose trouble is compared in one step."""
_SHORT: Final = 4
"""Shorter words tell nothing about a trouble."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_FILLERS: Final = (
    "again cannot does doesn every from have help here into need please problem question since still than that "
    "their there they this ticket urgent very what when where with work works would your"
)
_SAYING_NOTHING: Final = frozenset(_FILLERS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """What was learnt; it knows nothing where nothing was seen."""

    usual: Mapping[str, int] = field(default_factory=dict)
    """How many touches a kind takes, of kinds of which enough tickets ended."""
    last_ended: Mapping[str, Ended] = field(default_factory=dict)
    """The ticket of each customer that ended last."""
    same_trouble: Mapping[TicketId, int] = field(default_factory=dict)
    """How many customers report at once what a ticket reports, where they are several."""
    goodwill: Mapping[str, Decimal] = field(default_factory=dict)
    """What was spent on each customer in this shift."""
    recognised: Recognised = NOBODY_RECOGNISED
    """Who is known by more than one request."""

    def usual_touches(self, ticket: Ticket) -> int | None:
        """Return how many touches the most special kind of a ticket takes that enough is known of."""
        return next((self.usual[kind] for kind in kinds_of(ticket) if kind in self.usual), None)

    def is_back_again(self, ticket: Ticket) -> bool:
        """Tell whether another ticket of the same customer ended a few days before this one began."""
        began_at = ticket.created_at or ticket.waiting_since
        other = self.last_ended.get(customer_key(ticket))
        if began_at is None or other is None or other.ticket == ticket.id:
            return False
        return timedelta() <= began_at - other.at <= BACK_WITHIN


NO_EXPERIENCE: Final = Experience()


def customer_key(ticket: Ticket) -> str:
    """Name whose ticket it is: the organisation's, else the mail address's."""
    return (ticket.requester.organisation or ticket.requester.email).casefold()


def kinds_of(ticket: Ticket) -> tuple[str, ...]:
    """Return what kinds a ticket is of, the most special first: its subject, its tags, its tier."""
    return _kinds(ticket.subject, ticket.tags, ticket.tier)


@lru_cache(maxsize=128)  # of forms and machines that write the same again and again
def _kinds(subject: str, tags: tuple[str, ...], tier: str) -> tuple[str, ...]:
    family = " ".join(_words(subject))
    return (
        *((f"{SUBJECT}{family}",) if family else ()),
        *(f"tag:{tag.casefold()}" for tag in tags),
        *((f"tier:{tier.casefold()}",) if tier else ()),
    )


def touches_elsewhere(ticket: Ticket, person: Acquaintance | None) -> int:
    """Return how often our side touched requests of the same person in other help desks that say the same."""
    others = [other for other in person.tickets if other.source_id != ticket.source_id] if person else []
    family = _family(ticket) if others else ""
    return sum(other.touches or 0 for other in others if family and _family(other) == family)


def _family(ticket: Ticket) -> str:
    return next((kind for kind in kinds_of(ticket) if kind.startswith(SUBJECT)), "")


def goodwill_spent(
    records: Sequence[TicketRecord], since: datetime | None
) -> Generator[None, None, Mapping[str, Decimal]]:
    """Return, after short steps, what was spent on each customer since a shift began; without one, ever."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for some in batched(records):
        for record in some:
            for entry in record.care.goodwill:
                if since is None or entry.at >= since:
                    spent[entry.customer] += entry.amount
        yield
    return spent


def same_trouble(tickets: Sequence[Ticket], now: datetime) -> Generator[None, None, Mapping[TicketId, int]]:
    """Return, after short steps, how many customers report at once what a ticket reports.

    Two tickets are the same trouble whose subjects say the same words, or that share a tag and a telling word.
    """
    reporters: dict[str, set[str]] = defaultdict(set)
    troubles: dict[TicketId, tuple[str, ...]] = {}
    for number, ticket in enumerate(tickets, start=1):
        if _is_fresh(ticket, now):
            troubles[ticket.id] = tuple(_troubles(ticket))
            for trouble in troubles[ticket.id]:
                reporters[trouble].add(_company(ticket))
        if number % _STEP == 0:
            yield
    together: dict[TicketId, int] = {}
    for number, (identity, told) in enumerate(troubles.items(), start=1):
        if (count := max((len(reporters[trouble]) for trouble in told), default=0)) >= SEVERAL:
            together[identity] = count
        if number % _STEP == 0:
            yield
    return together


def _company(ticket: Ticket) -> str:
    """Name whose people report something: those of one mail domain are one company's in whatever help desks."""
    return company_domain(ticket.requester.email) or customer_key(ticket)


def _is_fresh(ticket: Ticket, now: datetime) -> bool:
    began_at = ticket.created_at or ticket.waiting_since
    return began_at is not None and now - began_at <= AT_ONCE and bool(customer_key(ticket))


def _troubles(ticket: Ticket) -> Iterator[str]:
    words = _words(ticket.subject)
    if len(words) > 1:
        yield " ".join(words)
    for tag in ticket.tags:
        yield from (f"{tag.casefold()} {word}" for word in words)


def _words(subject: str) -> tuple[str, ...]:
    """Return the telling words of a subject, each once, in one order."""
    found = {word for word in _WORD.findall(subject.casefold()) if len(word) >= _SHORT}
    return tuple(sorted(found - _SAYING_NOTHING))[:12]
