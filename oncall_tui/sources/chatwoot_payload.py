"""What Chatwoot's JSON says, in the words of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, moment, readable, ticket_number
from oncall_tui.sources.fields import Payload, number, record, records, text, word, words
from oncall_tui.text_safety import clean

_STATUSES = {
    "open": Status.OPEN,
    "pending": Status.PENDING,
    "snoozed": Status.ON_HOLD,
    "resolved": Status.SOLVED,
}
_PRIORITIES = {
    "urgent": Priority.URGENT,
    "high": Priority.HIGH,
    "medium": Priority.NORMAL,
    "low": Priority.LOW,
}
_INCOMING, _ACTIVITY = 0, 2
_LAST_YEAR = 9000
MARK = "oncall_tui"
"""Under it a message's attributes keep which answer of ours it is, where the server lets them."""
_TOPIC = 100
"""Characters of the first words that stand in for a subject."""
_ATTACHMENT = CleanText("(attachment)")
_LONGEST_PROMISE = 10 * 365 * 24 * 3600
"""Seconds; a longer one is no promise but an odd field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all conversations of one account."""

    source: SourceId
    url: str
    """Of the account's pages for a browser."""
    time_zone_field: str = ""


def parse_ticket(payload: Payload, desk: Desk) -> Ticket:
    """Read a conversation of a list."""
    called = ticket_number(payload, desk.source)
    meta = record(payload, "meta")
    return Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=parse_subject(payload),
        requester=parse_requester(record(meta, "sender"), desk.time_zone_field),
        status=_STATUSES.get(word(payload, "status"), Status.OPEN),
        priority=_PRIORITIES.get(word(payload, "priority")),
        tags=words(payload, "labels"),
        assignee=text(record(meta, "assignee"), "name", "available_name"),
        created_at=moment(payload, "created_at"),
        updated_at=moment(payload, "last_activity_at") or moment(payload, "updated_at"),
        waiting_since=parse_waiting(payload),
        due_at=parse_due(payload),
        touches=parse_touches(payload),
        url=f"{desk.url}/conversations/{called}",
    )


def changed_since(payload: Payload, since: datetime) -> bool:
    """Tell whether a conversation changed since an instant, or whether that cannot be told."""
    stamps = (moment(payload, "updated_at"), moment(payload, "last_activity_at"))
    known = [at for at in stamps if at is not None]
    return not known or max(known) >= since


def parse_subject(payload: Payload) -> CleanText:
    """Read what it is about: the subject of a mail, else the latest words of a chat, which has none."""
    latest = record(payload, "last_non_activity_message")
    spoken = next(filter(None, (text(one, "content") for one in (latest, *records(payload, "messages")))), NO_TEXT)
    return text(record(payload, "additional_attributes"), "mail_subject") or clean(spoken, limit=_TOPIC) or NO_SUBJECT


def parse_requester(sender: Payload, time_zone_field: str) -> Requester:
    """Read the contact; Chatwoot knows no zone but one that somebody keeps in a custom attribute."""
    more = record(sender, "additional_attributes")
    return Requester(
        name=text(sender, "name"),
        email=text(sender, "email"),
        phone=text(sender, "phone_number"),
        organisation=text(more, "company_name"),
        time_zone=text(record(sender, "custom_attributes"), time_zone_field) or text(more, time_zone_field),
        country=text(more, "country_code", "country"),
    )


def parse_waiting(payload: Payload) -> datetime | None:
    """Read since when the customer waits; of a server too old to say so, when the customer had the last word."""
    if "waiting_since" in payload:
        return moment(payload, "waiting_since")
    latest = record(payload, "last_non_activity_message")
    return moment(latest, "created_at") if number(latest, "message_type") == _INCOMING else None


def parse_touches(payload: Payload) -> int | None:
    """Read how often we answered: only that it never happened is certain."""
    is_told = "first_reply_created_at" in payload
    return 0 if is_told and moment(payload, "first_reply_created_at") is None else None


def parse_due(payload: Payload) -> datetime | None:
    """Read when the next promise falls due, which the Enterprise edition names as lengths of time.

    Promises that count only in business hours cannot be reckoned from outside.
    """
    promised = record(payload, "applied_sla")
    if promised.get("sla_only_during_business_hours") is True:
        return None
    created = moment(payload, "created_at")
    is_answered = moment(payload, "first_reply_created_at") is not None
    dues = (
        None if is_answered else _after(created, promised, "sla_first_response_time_threshold"),
        _after(parse_waiting(payload), promised, "sla_next_response_time_threshold") if is_answered else None,
        _after(created, promised, "sla_resolution_time_threshold"),
    )
    return min((due for due in dues if due is not None), default=None)


def _after(start: datetime | None, promised: Payload, field: str) -> datetime | None:
    seconds = promised.get(field)
    if start is None or isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return start + timedelta(seconds=seconds) if 0 < seconds < _LONGEST_PROMISE and start.year < _LAST_YEAR else None


def parse_message(payload: Payload) -> Message | None:
    """Read a message; None for what nobody said, such as that a label was added."""
    at, kind = moment(payload, "created_at"), number(payload, "message_type")
    said = readable(payload, "content", is_html=word(payload, "content_type") == "incoming_email")
    said = said or (_ATTACHMENT if records(payload, "attachments") else NO_TEXT)
    if at is None or kind == _ACTIVITY or not said:
        return None
    is_inbound = kind == _INCOMING
    return Message(
        at=at,
        author=text(record(payload, "sender"), "name", "available_name", "email"),
        text=said,
        is_public=payload.get("private") is not True,
        is_inbound=is_inbound,
        reference=str(number(payload) or ""),
        mark="" if is_inbound else text(record(payload, "content_attributes"), MARK),
    )


def is_resolved(payload: Payload) -> bool:
    """Tell whether a conversation needs nothing more."""
    return word(payload, "status") == "resolved"


def is_assigned(payload: Payload, agent: int) -> bool:
    """Tell whether a conversation belongs to somebody."""
    return number(record(record(payload, "meta"), "assignee")) == agent


def parse_agent(agents: Sequence[Payload], mail: str) -> int | None:
    """Read the number of the agent of a mail address; None when there is none."""
    return next((number(agent) for agent in agents if word(agent, "email") == mail.casefold()), None)


def parse_thread(messages: Sequence[Payload]) -> Sequence[Message]:
    """Read a conversation, oldest first."""
    found = [message for one in messages if (message := parse_message(one)) is not None]
    return sorted(found, key=lambda message: message.at)
