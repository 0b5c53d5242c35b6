"""What Zendesk's JSON says, in the words of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.fields import (
    Payload,
    instant,
    number,
    record,
    records,
    required_number,
    required_records,
    text,
    word,
    words,
)
from oncall_tui.text_safety import clean, clean_body

_STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "hold": Status.ON_HOLD,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
    "deleted": Status.CLOSED,
}
"""Statuses of an account's own each belong to one of these, which stands in ``status``."""
_PRIORITIES = {"low": Priority.LOW, "normal": Priority.NORMAL, "high": Priority.HIGH, "urgent": Priority.URGENT}
MARK = "oncall_tui"
"""Under it the metadata of an update keep which answer of ours it is."""
_STOPPED = frozenset({"paused", "achieved", "fulfilled"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a user's record tells."""

    requester: Requester = field(default_factory=Requester)
    is_customer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """What an organisation's record tells."""

    name: CleanText = NO_TEXT
    tier: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket of a list, and which records complete it."""

    ticket: Ticket
    requester: int | None
    assignee: int | None
    organisation: int | None

    def told(self, requester: Person | None, assignee: Person | None, organisation: Organisation | None) -> Ticket:
        """Return the ticket with what is known beyond the list."""
        company = organisation or Organisation()
        asker = (requester or Person()).requester
        name = (assignee or Person()).requester.name
        return replace(
            self.ticket,
            requester=replace(asker, organisation=company.name),
            tier=company.tier,
            assignee=name or self.ticket.assignee,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list that is followed by cursors."""

    entries: Sequence[Payload]
    cursor: str
    """Where the next one begins, and in a stream the next round; "" where there is no such place."""
    is_last: bool


def parse_page(payload: Payload, kind: str) -> Page:
    """Read a page, which says itself whether it is the last."""
    meta = record(payload, "meta")
    cursor = meta.get("after_cursor") if meta else payload.get("after_cursor")
    has_more = meta.get("has_more") if meta else payload.get("end_of_stream") is False or bool(payload.get("next_page"))
    is_last = has_more not in {True, "true"}
    if not is_last and not (isinstance(cursor, str) and cursor):
        raise SourceGarbled("Zendesk sent a page that is not the last and does not say where the next begins")
    return Page(
        entries=required_records(payload, kind), cursor=cursor if isinstance(cursor, str) else "", is_last=is_last
    )


def parse_ticket(payload: Payload, source: SourceId, url: str) -> Listed:
    """Read a ticket; whose turn it is and what is due stand in it only where it was asked for by its number."""
    identity = required_number(payload)
    assignee = number(payload, "assignee_id")
    status = _STATUSES.get(word(payload, "status"), Status.OPEN)
    metrics = record(payload, "metric_set")
    ticket = Ticket(
        id=ticket_id(source, str(identity)),
        subject=text(payload, "subject", "raw_subject", "description"),
        status=status,
        priority=_PRIORITIES.get(word(payload, "priority")),
        tags=words(payload, "tags"),
        assignee=clean(f"agent {assignee}") if assignee is not None else NO_TEXT,
        created_at=instant(payload, "created_at"),
        updated_at=instant(payload, "updated_at"),
        waiting_since=parse_waiting(payload, status, metrics),
        due_at=parse_due(payload),
        touches=number(metrics, "replies"),
        url=f"{url}/agent/tickets/{identity}",
    )
    return Listed(
        ticket=ticket,
        requester=number(payload, "requester_id"),
        assignee=assignee,
        organisation=number(payload, "organization_id"),
    )


def parse_waiting(payload: Payload, status: Status, metrics: Payload) -> datetime | None:
    """Read since when the customer waits: in Zendesk an open ticket is one whose turn is ours.

    Without a reply of ours it is since the beginning; else since the customer's last word, as the first one that nobody
    answered is not told.
    """
    if status not in {Status.NEW, Status.OPEN}:
        return None
    if status is Status.NEW or number(metrics, "replies") == 0:
        return instant(payload, "created_at")
    return instant(metrics, "requester_updated_at") or instant(payload, "updated_at")


def parse_due(payload: Payload) -> datetime | None:
    """Read when the next target of the service agreement falls, or else when a task is due."""
    running = (
        instant(metric, "breach_at")
        for metric in records(record(payload, "slas"), "policy_metrics")
        if word(metric, "stage") not in _STOPPED
    )
    return min((at for at in running if at is not None), default=None) or instant(payload, "due_at")


def parse_person(payload: Payload) -> Person:
    """Read a user; the zone is IANA's name where there is one, else that of Rails."""
    requester = Requester(
        name=text(payload, "name"),
        email=text(payload, "email"),
        phone=text(payload, "phone"),
        time_zone=text(payload, "iana_time_zone", "time_zone"),
    )
    return Person(requester=requester, is_customer=word(payload, "role") == "end-user")


def parse_organisation(payload: Payload, tier_field: str) -> Organisation:
    """Read an organisation; how it is served stands in a field of the account's own."""
    tier = text(record(payload, "organization_fields"), tier_field) if tier_field else NO_TEXT
    return Organisation(name=text(payload, "name"), tier=tier)


def parse_message(payload: Payload, people: Mapping[int, Person]) -> Message | None:
    """Read a comment; None when it does not say when it was written."""
    at = instant(payload, "created_at")
    body = next((b for b in (payload.get("plain_body"), payload.get("body")) if isinstance(b, str)), None)
    if at is None or body is None:
        return None
    author = people.get(number(payload, "author_id") or 0, Person())
    return Message(
        at=at,
        author=author.requester.name or author.requester.email,
        text=clean_body(body.replace("&nbsp;", " ").strip()),
        is_public=payload.get("public") is not False,
        is_inbound=author.is_customer,
        attachments=tuple(name for one in records(payload, "attachments") if (name := text(one, "file_name"))),
        reference=str(number(payload) or ""),
        mark="" if author.is_customer else text(record(record(payload, "metadata"), "custom"), MARK),
    )


def parse_comment(payload: Payload) -> Payload:
    """Read the comment that an update made; empty where the update does not tell."""
    events = records(record(payload, "audit"), "events")
    return next((event for event in events if word(event, "type") == "comment"), {})


def is_solved(ticket: Payload) -> bool:
    """Tell whether a ticket needs nothing more."""
    return word(ticket, "status") in {"solved", "closed", "deleted"}


def is_assigned(ticket: Payload, agent: int) -> bool:
    """Tell whether a ticket belongs to somebody."""
    return number(ticket, "assignee_id") == agent


def parse_user(users: Sequence[Payload], mail: str) -> int | None:
    """Read the number of the user of a mail address; None when there is none."""
    return next((number(user) for user in users if word(user, "email") == mail.casefold()), None)
