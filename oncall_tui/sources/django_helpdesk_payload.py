"""What django-helpdesk's JSON says, in the words of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, readable, ticket_number
from oncall_tui.sources.fields import Payload, instant, number, records, text
from oncall_tui.text_safety import clean

OPEN, REOPENED, RESOLVED = 1, 2, 3
_CLOSED = frozenset({4, 5})
_PRIORITIES = {1: Priority.URGENT, 2: Priority.HIGH, 3: Priority.NORMAL, 4: Priority.LOW, 5: Priority.LOW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """How the custom fields are called that tell of the customer; empty for those there are not."""

    name: str = ""
    phone: str = ""
    organisation: str = ""
    time_zone: str = ""
    country: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all tickets of one helpdesk."""

    source: SourceId
    url: str
    fields: Fields = Fields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What the follow-ups of a ticket tell of it, which the ticket itself does not."""

    created_at: datetime | None
    updated_at: datetime | None
    waiting_since: datetime | None
    touches: int


def parse_ticket(payload: Payload, desk: Desk) -> Ticket:
    """Read a ticket of a list, which brings all its follow-ups along."""
    called = ticket_number(payload, desk.source)
    exchange = parse_exchange(payload)
    assignee = number(payload, "assigned_to")
    return Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=text(payload, "title") or NO_SUBJECT,
        requester=Requester(
            name=custom(payload, desk.fields.name),
            email=text(payload, "submitter_email"),
            phone=custom(payload, desk.fields.phone),
            organisation=custom(payload, desk.fields.organisation),
            time_zone=custom(payload, desk.fields.time_zone),
            country=custom(payload, desk.fields.country),
        ),
        status=parse_status(payload),
        priority=_PRIORITIES.get(number(payload, "priority") or 0),
        tier=custom(payload, desk.fields.tier),
        assignee=clean(f"user {assignee}") if assignee is not None else NO_TEXT,
        created_at=exchange.created_at,
        updated_at=exchange.updated_at,
        waiting_since=exchange.waiting_since,
        due_at=instant(payload, "due_date"),
        touches=exchange.touches,
        url=f"{desk.url}/tickets/{called}/",
    )


def custom(payload: Payload, name: str) -> CleanText:
    """Read a custom field."""
    return text(payload, f"custom_{name}") if name else NO_TEXT


def parse_status(payload: Payload) -> Status:
    """Read where a ticket stands; one that was merged into another is a duplicate there, and closed."""
    status = number(payload, "status")
    if status in _CLOSED:
        return Status.CLOSED
    if status == RESOLVED:
        return Status.SOLVED
    return Status.ON_HOLD if payload.get("on_hold") is True else Status.OPEN


def parse_exchange(payload: Payload) -> Exchange:
    """Read whose turn it is: whoever asked waits from the first word that nobody answered in public.

    Follow-ups of nobody are the customer's mails. The first one of a ticket often repeats its description.
    """
    entries = [(at, one) for one in records(payload, "followup_set") if (at := instant(one, "date")) is not None]
    entries.sort(key=lambda entry: entry[0])
    created_at = entries[0][0] if entries else None
    waiting_since = created_at
    touches = 0
    for at, entry in entries:
        if is_opening(entry, payload):
            continue
        if number(entry, "user") is None:
            waiting_since = waiting_since or at
        else:
            touches += 1
            is_answer = entry.get("public") is True and bool(text(entry, "comment"))
            waiting_since = None if is_answer else waiting_since
    return Exchange(
        created_at=created_at,
        updated_at=entries[-1][0] if entries else None,
        waiting_since=waiting_since,
        touches=touches,
    )


def is_opening(entry: Payload, ticket: Payload) -> bool:
    """Tell whether a follow-up only repeats what the ticket began with."""
    return bool(text(entry, "comment")) and text(entry, "comment") == text(ticket, "description")


def parse_thread(payload: Payload) -> Sequence[Message]:
    """Read a ticket's description and follow-ups, oldest first."""
    exchange = parse_exchange(payload)
    entries = [one for one in records(payload, "followup_set") if not is_opening(one, payload)]
    found = [message for one in entries if (message := parse_message(one)) is not None]
    words = readable(payload, "description", is_html=False)
    if words and exchange.created_at is not None:
        author = text(payload, "submitter_email")
        found.append(Message(at=exchange.created_at, author=author, text=words, is_inbound=True))
    return sorted(found, key=lambda message: message.at)


def parse_message(entry: Payload) -> Message | None:
    """Read a follow-up; None for a mere change. Who of us wrote it is told by number only."""
    at, said = instant(entry, "date"), readable(entry, "comment", is_html=False)
    files = tuple(name for file in records(entry, "followupattachment_set") if (name := text(file, "filename")))
    if at is None or not (said or files):
        return None
    user, called = number(entry, "user"), number(entry)
    is_public = entry.get("public") is True
    return Message(
        at=at,
        author=clean(f"user {user}") if user is not None else NO_TEXT,
        text=said,
        is_public=is_public,
        is_inbound=is_public and user is None,
        attachments=files,
        reference=str(called) if called is not None else "",
    )


def literal(words: str) -> str:
    """Return words in which django-helpdesk finds no template: it fills in whatever stands between two braces."""
    return words.replace("{{", "{ {").replace("}}", "} }").replace("{#", "{ #").replace("#}", "# }")
