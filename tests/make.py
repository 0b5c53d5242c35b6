"""Domain values for tests: everything has a sensible default, a test names only what it is about."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.atlas import EMPTY_ATLAS, Atlas
from oncall_tui.domain.customer import Customer
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.grouping import group
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.rota import Shift, ShiftOrigin
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.triage import Group

FRIDAY_NIGHT = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
"""Fri 22:05 in New York, Sat 12:05 in Tokyo: the evening the design's picture shows."""
FRIDAY_EVENING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
"""Fri 18:00 in New York, when that weekend's shift starts."""
MONDAY_MORNING = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
"""Mon 09:00 in New York, when it ends."""


def at(text: str) -> datetime:
    """Return the UTC instant written as ``2026-11-21 03:05``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def requester(
    name: str = "Kim Customer",
    *,
    email: str = "kim@customer.example",
    phone: str = "",
    organisation: str = "",
    time_zone: str = "",
    country: str = "",
    mail_offset: timedelta | None = None,
) -> Requester:
    """Return somebody who asked for help, from nowhere in particular."""
    return Requester(
        name=CleanText(name),
        email=CleanText(email),
        phone=CleanText(phone),
        organisation=CleanText(organisation),
        time_zone=CleanText(time_zone),
        country=CleanText(country),
        mail_offset=mail_offset,
    )


def ticket(
    number: str = "4312",
    *,
    source: str = "helpdesk",
    subject: str = "Login fails for every user",
    asked_by: Requester | None = None,
    status: Status = Status.OPEN,
    priority: Priority | None = None,
    tier: str = "",
    tags: Sequence[str] = (),
    waiting_since: datetime | None = None,
    due_at: datetime | None = None,
    touches: int | None = None,
    url: str = "",
) -> Ticket:
    """Return an open ticket that waits since nobody knows when."""
    return Ticket(
        id=ticket_id(SourceId(source), number),
        subject=CleanText(subject),
        requester=asked_by or requester(),
        status=status,
        priority=priority,
        tier=CleanText(tier),
        tags=tuple(CleanText(tag) for tag in tags),
        created_at=waiting_since,
        updated_at=waiting_since,
        waiting_since=waiting_since,
        due_at=due_at,
        touches=touches,
        url=url,
    )


def customer(
    name: str = "Acme KK",
    *,
    match: Sequence[str] = ("acme.example",),
    time_zone: str = "",
    country: str = "",
    hours: str = "",
    tier: str = "",
    notes: str = "",
) -> Customer:
    """Return a row of the customers table that says nothing but whose it is."""
    return Customer(
        name=name, match=tuple(match), time_zone=time_zone, country=country, hours=hours, tier=tier, notes=notes
    )


def person(
    id: str = "ana",  # noqa: A002 - the field's own name
    name: str = "",
    *,
    time_zone: str = "America/New_York",
    phone: str = "",
    channels: Sequence[str] | None = None,
) -> Person:
    """Return somebody of ours who can be reached by push."""
    wanted = (f"{id}-push",) if channels is None else channels
    return Person(
        id=PersonId(id),
        name=name or id.title(),
        time_zone=time_zone,
        phone=phone,
        channels=tuple(ChannelId(channel) for channel in wanted),
    )


def people(*ids: str) -> dict[PersonId, Person]:
    """Return a team of people with these ids."""
    return {PersonId(id_): person(id_) for id_ in ids}


def shift(
    who: str = "ana",
    *,
    starts_at: datetime = FRIDAY_EVENING,
    ends_at: datetime = MONDAY_MORNING,
    origin: ShiftOrigin = ShiftOrigin.ROTATION,
) -> Shift:
    """Return the weekend of ``FRIDAY_NIGHT``, Friday 18:00 to Monday 09:00 in New York."""
    return Shift(starts_at=starts_at, ends_at=ends_at, person=PersonId(who), origin=origin)


def grouped(
    tickets: Iterable[Ticket],
    customers: Sequence[Customer],
    now: datetime,
    *,
    corrections: Sequence[Customer] = (),
    account_default: str = "",
    atlas: Atlas = EMPTY_ATLAS,
    tiers: Sequence[Tier] = (),
) -> tuple[Group, ...]:
    """Return tickets as the desk groups them for a team that has these customers."""
    book = CustomerBook(
        customers=customers, corrections=corrections, account_default=account_default, atlas=atlas, tiers=tiers
    )
    return group(tuple(tickets), book, now)
