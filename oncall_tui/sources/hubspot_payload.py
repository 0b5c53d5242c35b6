"""What HubSpot's JSON says, in the words of the domain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, moment, readable, ticket_number
from oncall_tui.sources.fields import Payload, number, record, records, text, word
from oncall_tui.text_safety import clean

TICKET_PROPERTIES = (
    "subject",
    "content",
    "hs_pipeline",
    "hs_pipeline_stage",
    "hs_ticket_priority",
    "hubspot_owner_id",
    "createdate",
    "hs_lastmodifieddate",
    "hs_last_message_from_visitor",
    "hs_last_message_received_at",
    "hs_last_message_sent_at",
    "first_agent_reply_date",
    "hs_time_to_first_response_sla_at",
    "hs_time_to_close_sla_at",
)
CONTACT_PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "mobilephone",
    "company",
    "country",
    "hs_timezone",
)
_PRIORITIES = {
    "urgent": Priority.URGENT,
    "high": Priority.HIGH,
    "medium": Priority.NORMAL,
    "low": Priority.LOW,
}
_SPOKEN = frozenset({"message", "comment"})
_VISITOR = "v-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step of a pipeline."""

    id: str
    pipeline: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody of ours, who has one number as an owner and another as a user."""

    id: int
    user: int | None
    email: str
    name: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all tickets of one portal."""

    source: SourceId
    url: str = ""
    """Of its tickets for a browser; empty where it is not known."""
    stages: Mapping[str, Stage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whoever asked."""

    requester: Requester = field(default_factory=Requester)
    tier: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket, its number, and the number of its owner."""

    ticket: Ticket
    number: int
    owner: int | None

    def told(self, contact: Contact | None, owner: Owner | None) -> Ticket:
        """Return the ticket with whoever asked and whose it is."""
        known = contact or Contact()
        return replace(
            self.ticket, requester=known.requester, tier=known.tier, assignee=owner.name if owner else NO_TEXT
        )


def parse_stages(found: Payload, pending: frozenset[str]) -> Mapping[str, Stage]:
    """Read every step of every pipeline, by its id, which differs in every portal."""
    stages = (
        Stage(
            id=str(stage.get("id")),
            pipeline=str(pipeline.get("id")),
            status=parse_status(stage, pending),
        )
        for pipeline in records(found, "results")
        for stage in records(pipeline, "stages")
    )
    return {stage.id: stage for stage in stages}


def parse_status(stage: Payload, pending: frozenset[str]) -> Status:
    """Read what a step means; only its name says more than open or closed."""
    name = word(stage, "label").strip()
    if word(record(stage, "metadata"), "ticketState") == "closed":
        return Status.CLOSED
    if name in pending:
        return Status.PENDING
    return Status.NEW if name == "new" else Status.OPEN


def parse_ticket(payload: Payload, desk: Desk) -> Listed:
    """Read a ticket of a search; all its values are texts."""
    called = ticket_number(payload, desk.source)
    said = record(payload, "properties")
    stage = desk.stages.get(str(said.get("hs_pipeline_stage")))
    ticket = Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=text(said, "subject") or NO_SUBJECT,
        status=stage.status if stage is not None else Status.OPEN,
        priority=_PRIORITIES.get(word(said, "hs_ticket_priority")),
        created_at=moment(said, "createdate") or moment(payload, "createdAt"),
        updated_at=moment(said, "hs_lastmodifieddate") or moment(payload, "updatedAt"),
        waiting_since=parse_waiting(said),
        due_at=parse_due(said),
        touches=0 if "first_agent_reply_date" in said and moment(said, "first_agent_reply_date") is None else None,
        url=f"{desk.url}{called}" if desk.url else "",
    )
    return Listed(ticket=ticket, number=called, owner=number(said, "hubspot_owner_id"))


def parse_waiting(said: Payload) -> datetime | None:
    """Read since when the customer waits: since the latest message, where the customer wrote it.

    A ticket without any message is said to have none of a visitor's either; there the beginning asks for an answer.
    """
    if word(said, "hs_last_message_from_visitor") == "true":
        return moment(said, "hs_last_message_received_at") or moment(said, "createdate")
    answers = (moment(said, name) for name in ("first_agent_reply_date", "hs_last_message_sent_at"))
    return moment(said, "createdate") if all(at is None for at in answers) else None


def parse_due(said: Payload) -> datetime | None:
    """Read when the next promise falls due; that of a first answer is kept once there was one."""
    is_answered = moment(said, "first_agent_reply_date") is not None
    dues = (
        None if is_answered else moment(said, "hs_time_to_first_response_sla_at"),
        moment(said, "hs_time_to_close_sla_at"),
    )
    return min((due for due in dues if due is not None), default=None)


def parse_owners(found: Payload) -> Mapping[int, Owner]:
    """Read whom tickets may belong to."""
    return {
        called: Owner(
            id=called,
            user=number(owner, "userId"),
            email=word(owner, "email"),
            name=clean(f"{text(owner, 'firstName')} {text(owner, 'lastName')}".strip()) or text(owner, "email"),
        )
        for owner in records(found, "results")
        if (called := number(owner)) is not None
    }


def parse_associations(found: Payload) -> Mapping[int, int]:
    """Read the number of the first contact of each ticket."""
    pairs = ((number(record(one, "from")), records(one, "to")) for one in records(found, "results"))
    firsts = ((ticket, number(to[0], "toObjectId")) for ticket, to in pairs if to)
    return {ticket: contact for ticket, contact in firsts if ticket is not None and contact is not None}


def parse_contact(payload: Payload, tier: str) -> Contact:
    """Read a contact."""
    said = record(payload, "properties")
    return Contact(
        requester=Requester(
            name=clean(f"{text(said, 'firstname')} {text(said, 'lastname')}".strip()),
            email=text(said, "email"),
            phone=text(said, "phone", "mobilephone"),
            organisation=text(said, "company"),
            time_zone=parse_zone(said),
            country=text(said, "country"),
        ),
        tier=text(said, tier),
    )


def parse_zone(said: Payload) -> CleanText:
    """Read a zone, which is written without its signs and capitals: ``america_slash_new_york``."""
    name = word(said, "hs_timezone").replace("_slash_", "/").replace("_hyphen_", "-")
    return clean(_zones().get(name, "")) or text(said, "hs_timezone")


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def parse_message(payload: Payload) -> Message | None:
    """Read an item of a conversation; None for what nobody said, such as that a ticket changed hands."""
    at, kind = moment(payload, "createdAt"), word(payload, "type")
    said = readable(payload, "text", is_html=False) or readable(payload, "richText")
    files = tuple(name for file in records(payload, "attachments") if (name := text(file, "name")))
    if at is None or kind not in _SPOKEN or not (said or files):
        return None
    sender = next(iter(records(payload, "senders")), {})
    called = payload.get("id")
    return Message(
        at=at,
        author=text(sender, "name", "actorId"),
        text=said,
        is_public=kind == "message",
        is_inbound=is_inbound(payload),
        attachments=files,
        reference=called if isinstance(called, str) else "",
    )


def is_inbound(payload: Payload) -> bool:
    """Tell whether a visitor wrote a message."""
    return word(payload, "type") == "message" and (
        word(payload, "direction") == "incoming" or word(payload, "createdBy").startswith(_VISITOR)
    )


def parse_opening(payload: Payload) -> Message | None:
    """Read what stands in the ticket itself, for one without a conversation."""
    said = record(payload, "properties")
    at, words = moment(said, "createdate"), readable(said, "content")
    return Message(at=at, author=NO_TEXT, text=words, is_inbound=True) if at is not None and words else None


def latest_thread(threads: Iterable[Payload]) -> str | None:
    """Return the id of the conversation in which somebody spoke last."""
    found = [one for one in threads if isinstance(one.get("id"), str)]
    latest = max(found, key=lambda one: str(one.get("latestMessageTimestamp") or ""), default=None)
    return str(latest["id"]) if latest is not None else None


def addressed(items: Sequence[Payload]) -> Mapping[str, object] | None:
    """Return by what channel and to whom a reply goes: back where the customer's latest message came from."""
    spoken = [item for item in items if word(item, "type") == "message" and isinstance(item.get("channelId"), str)]
    incoming = [item for item in spoken if is_inbound(item)]
    latest = max(incoming, key=lambda item: str(item.get("createdAt")), default=None)
    if latest is None:
        return None
    senders = [
        {
            "actorId": sender.get("actorId"),
            "recipientField": "TO",
            "deliveryIdentifiers": [sender.get("deliveryIdentifier")] if sender.get("deliveryIdentifier") else [],
        }
        for sender in records(latest, "senders")
    ]
    return {
        "channelId": latest["channelId"],
        "channelAccountId": latest.get("channelAccountId"),
        "recipients": senders,
    }
