"""What Intercom's JSON says, in the words of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, moment, readable, ticket_number
from oncall_tui.sources.fields import Payload, number, record, records, text, word
from oncall_tui.text_safety import clean

_STATUSES = {"open": Status.OPEN, "snoozed": Status.ON_HOLD, "closed": Status.CLOSED}
_PRIORITIES = {"priority": Priority.HIGH, "not_priority": Priority.NORMAL}
_CUSTOMERS = frozenset({"user", "lead", "contact"})
_NOTES = frozenset({"note", "note_and_reopen"})
_TOPIC = 100
"""Characters of the first words that stand in for a subject."""
_MISSED = CleanText("SLA missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all conversations of one workspace."""

    source: SourceId
    workspace: str
    """Its id, as it stands in addresses; empty when the token may not know it."""
    admins: Mapping[int | None, CleanText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation of a list, and who has to be asked for to complete it."""

    ticket: Ticket
    contact: str
    """The id of the contact who began it; empty when there is none, or it was deleted."""

    def told(self, contact: Requester | None) -> Ticket:
        """Return the ticket with what is known of its contact beyond the list."""
        if contact is None:
            return self.ticket
        listed = self.ticket.requester
        whole = replace(
            contact,
            name=contact.name or listed.name,
            email=contact.email or listed.email,
            organisation=listed.organisation,
        )
        return replace(self.ticket, requester=whole)


def parse_ticket(payload: Payload, desk: Desk) -> Listed:
    """Read a conversation of a list."""
    called = ticket_number(payload, desk.source)
    company = record(payload, "company")
    author = record(record(payload, "source"), "author")
    author = author if word(author, "type") in _CUSTOMERS else {}
    ticket = Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=parse_subject(payload),
        requester=Requester(name=text(author, "name"), email=text(author, "email"), organisation=text(company, "name")),
        status=parse_status(payload),
        priority=_PRIORITIES.get(word(payload, "priority")),
        tier=text(record(company, "plan"), "name") or text(company, "plan"),
        tags=parse_tags(payload),
        assignee=desk.admins.get(number(payload, "admin_assignee_id"), NO_TEXT),
        created_at=moment(payload, "created_at"),
        updated_at=moment(payload, "updated_at"),
        waiting_since=moment(payload, "waiting_since"),
        touches=parse_touches(record(payload, "statistics")),
        url=parse_url(called, desk.workspace),
    )
    return Listed(ticket=ticket, contact=parse_contact(payload))


def parse_url(called: int, workspace: str) -> str:
    """Return the conversation's page for a browser, where the workspace is known."""
    is_known = workspace.isascii() and workspace.isalnum()
    return f"https://app.intercom.com/a/inbox/{workspace}/inbox/conversation/{called}" if is_known else ""


def parse_status(payload: Payload) -> Status:
    """Read where it stands; an unknown word leaves it to ``open``."""
    unnamed = Status.CLOSED if payload.get("open") is False else Status.OPEN
    return _STATUSES.get(word(payload, "state"), unnamed)


def parse_subject(payload: Payload) -> CleanText:
    """Read what it is about: a title, the subject of a mail, or else the first words of a chat."""
    source = record(payload, "source")
    # The subject of a mail may come in a paragraph of its own.
    named = text(payload, "title") or clean(_spoken(source, "subject"))
    return named or clean(_spoken(source, "body"), limit=_TOPIC) or NO_SUBJECT


def _spoken(payload: Payload, field: str) -> CleanText:
    written = payload.get(field)
    is_html = isinstance(written, str) and ("</" in written or "<br" in written or "<img" in written)
    return readable(payload, field, is_html=is_html)


def parse_tags(payload: Payload) -> tuple[CleanText, ...]:
    """Read its tags; a missed promise has no time in Intercom, so that it can only be told as a tag."""
    named = tuple(tag for one in records(record(payload, "tags"), "tags") if (tag := text(one, "name")))
    return (*named, _MISSED) if word(record(payload, "sla_applied"), "sla_status") == "missed" else named


def parse_touches(statistics: Payload) -> int | None:
    """Read how often we answered: only that it never happened is certain."""
    is_told = "last_admin_reply_at" in statistics
    return 0 if is_told and moment(statistics, "last_admin_reply_at") is None else None


def parse_contact(payload: Payload) -> str:
    """Read the id of the contact who began it; empty when there is none, or it was deleted."""
    author = record(payload, "source").get("author")
    began = [author] if isinstance(author, Mapping) and word(author, "type") in _CUSTOMERS else []
    people = [*began, *records(record(payload, "contacts"), "contacts")]
    return next((called for person in people if isinstance(called := person.get("id"), str) and called), "")


def parse_person(contact: Payload, time_zone_field: str) -> Requester:
    """Read a contact; the place is where the network address was last seen, and Intercom tells no zone."""
    return Requester(
        name=text(contact, "name"),
        email=text(contact, "email"),
        phone=text(contact, "phone"),
        time_zone=text(record(contact, "custom_attributes"), time_zone_field),
        country=text(record(contact, "location"), "country_code", "country"),
    )


def parse_admins(payload: Payload) -> Mapping[int | None, CleanText]:
    """Read how our own people are called."""
    return {called: text(one, "name", "email") for one in records(payload, "admins") if (called := number(one))}


def parse_thread(payload: Payload) -> Sequence[Message]:
    """Read a conversation: its first message, and its parts that carry words."""
    opening = {**record(payload, "source"), "created_at": payload.get("created_at")}
    parts = [opening, *records(record(payload, "conversation_parts"), "conversation_parts")]
    found = [message for part in parts if (message := parse_message(part)) is not None]
    return sorted(found, key=lambda message: message.at)


def parse_message(part: Payload) -> Message | None:
    """Read a part; None when nobody said anything in it."""
    at: datetime | None = moment(part, "created_at")
    said = _spoken(part, "body")
    if at is None or not said:
        return None
    author = record(part, "author")
    return Message(
        at=at,
        author=text(author, "name", "email"),
        text=said,
        is_public=word(part, "part_type") not in _NOTES,
        is_inbound=word(author, "type") in _CUSTOMERS,
        attachments=tuple(name for one in records(part, "attachments") if (name := text(one, "name"))),
        reference=str(number(part) or ""),
    )


def is_closed(payload: Payload) -> bool:
    """Tell whether a conversation needs nothing more."""
    return not parse_status(payload).is_open


def is_assigned(payload: Payload, admin: int) -> bool:
    """Tell whether a conversation belongs to somebody."""
    return number(payload, "admin_assignee_id") == admin


def parse_admin(payload: Payload, mail: str) -> int | None:
    """Read the number of the admin of a mail address; None when there is none."""
    wanted = mail.casefold()
    return next((number(one) for one in records(payload, "admins") if word(one, "email") == wanted), None)
