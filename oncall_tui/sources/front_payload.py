"""What Front's JSON says, in the words of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from urllib.parse import parse_qsl, urlsplit

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.entries import NO_SUBJECT, moment, readable
from oncall_tui.sources.fields import Payload, record, records, text, word
from oncall_tui.text_safety import clean

CONVERSATION = "cnv_"
_CATEGORIES = {"open": Status.OPEN, "waiting": Status.PENDING, "resolved": Status.SOLVED}
_STATUSES = {
    "unassigned": Status.NEW,
    "assigned": Status.OPEN,
    "archived": Status.CLOSED,
    "deleted": Status.CLOSED,
}
_TELEPHONES = frozenset({"phone", "sms", "whatsapp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """How the custom fields of contacts are called that tell of the customer; empty for those there are not."""

    organisation: str = ""
    time_zone: str = ""
    country: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """What is known of whoever wrote."""

    requester: Requester = field(default_factory=Requester)
    tier: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation, and which contact it is with."""

    ticket: Ticket
    contact: str
    """Empty for a handle that is nobody's."""

    def told(self, contact: Contact | None) -> Ticket:
        """Return the ticket with what is known of the contact."""
        if contact is None:
            return self.ticket
        own, more = self.ticket.requester, contact.requester
        requester = replace(
            own,
            name=more.name or own.name,
            email=own.email or more.email,
            phone=own.phone or more.phone,
            organisation=more.organisation,
            time_zone=more.time_zone,
            country=more.country,
        )
        return replace(self.ticket, requester=requester, tier=contact.tier)


def parse_ticket(payload: Payload, source: SourceId) -> Listed:
    """Read a conversation of a list."""
    found = payload.get("id")
    called = found.removeprefix(CONVERSATION) if isinstance(found, str) else ""
    if not (called.isascii() and called.isalnum()):
        raise SourceGarbled(f"{source} sent a ticket without a number")
    recipient = record(payload, "recipient")
    handle = text(recipient, "handle")
    is_mail = "@" in handle
    ticket = Ticket(
        id=ticket_id(source, called),
        subject=text(payload, "subject") or NO_SUBJECT,
        requester=Requester(
            name=text(recipient, "name"),
            email=handle if is_mail else NO_TEXT,
            phone=handle if not is_mail and any(map(str.isdigit, handle)) else NO_TEXT,
        ),
        status=parse_status(payload),
        tags=tuple(name for tag in records(payload, "tags") if (name := text(tag, "name"))),
        assignee=parse_name(record(payload, "assignee")),
        created_at=moment(payload, "created_at"),
        updated_at=moment(payload, "updated_at"),
        waiting_since=moment(payload, "waiting_since"),
        due_at=moment(payload, "due_at"),
        url=f"https://app.frontapp.com/open/{CONVERSATION}{called}",
    )
    return Listed(ticket=ticket, contact=parse_contact_id(recipient))


def parse_status(payload: Payload) -> Status:
    """Read where a conversation stands: by its category where ticketing is switched on, else by its status."""
    status = _STATUSES.get(word(payload, "status"), Status.OPEN)
    category = _CATEGORIES.get(word(payload, "status_category"))
    return category if category is not None and status.is_open else status


def parse_name(teammate: Payload) -> CleanText:
    """Read how somebody of ours is called."""
    return clean(f"{text(teammate, 'first_name')} {text(teammate, 'last_name')}".strip()) or text(teammate, "email")


def parse_contact_id(recipient: Payload) -> str:
    """Read the id of a contact from the link to it."""
    link = record(record(recipient, "_links"), "related").get("contact")
    called = link.rpartition("/")[2] if isinstance(link, str) else ""
    return called if called.isascii() and called.replace("_", "").isalnum() else ""


def parse_contact(payload: Payload, fields: Fields) -> Contact:
    """Read a contact; Front has no zone but one that somebody keeps in a custom field."""
    handles = [(word(handle, "source"), text(handle, "handle")) for handle in records(payload, "handles")]
    custom = record(payload, "custom_fields")
    return Contact(
        requester=Requester(
            name=text(payload, "name"),
            email=next((handle for source, handle in handles if source == "email"), NO_TEXT),
            phone=next((handle for source, handle in handles if source in _TELEPHONES), NO_TEXT),
            organisation=text(custom, fields.organisation),
            time_zone=text(custom, fields.time_zone),
            country=text(custom, fields.country),
        ),
        tier=text(custom, fields.tier),
    )


def parse_token(page: Payload) -> str:
    """Read where the next page begins; the link itself is not followed, because it may lead anywhere."""
    link = record(page, "_pagination").get("next")
    if not isinstance(link, str):
        return ""
    try:
        return dict(parse_qsl(urlsplit(link).query)).get("page_token", "")
    except ValueError:
        return ""


def parse_thread(messages: Sequence[Payload], comments: Sequence[Payload]) -> Sequence[Message]:
    """Read messages and comments, which come in two lists, oldest first."""
    found = [*(parse_message(message) for message in messages), *(parse_comment(comment) for comment in comments)]
    return sorted((message for message in found if message is not None), key=lambda message: message.at)


def parse_message(payload: Payload) -> Message | None:
    """Read a message; None for a draft, which nobody has sent."""
    at = moment(payload, "created_at")
    said = readable(payload, "body") or readable(payload, "text", is_html=False)
    files = _file_names(payload)
    if at is None or not (said or files) or payload.get("draft_mode"):
        return None
    is_inbound = payload.get("is_inbound") is True
    sender: Mapping[str, object] = next(
        (one for one in records(payload, "recipients") if word(one, "role") == "from"), {}
    )
    author = parse_name(record(payload, "author")) if not is_inbound else NO_TEXT
    return Message(
        at=at,
        author=author or text(sender, "name", "handle"),
        text=said,
        is_inbound=is_inbound,
        attachments=files,
        reference=_reference(payload, "message_uid") or _reference(payload, "id"),
    )


def parse_comment(payload: Payload) -> Message | None:
    """Read a comment, which only we can read."""
    at, said = moment(payload, "posted_at"), readable(payload, "body", is_html=False)
    if at is None or not said:
        return None
    return Message(
        at=at,
        author=parse_name(record(payload, "author")),
        text=said,
        is_public=False,
        attachments=_file_names(payload),
        reference=_reference(payload, "id"),
    )


def _file_names(payload: Payload) -> tuple[CleanText, ...]:
    return tuple(name for file in records(payload, "attachments") if (name := text(file, "filename")))


def _reference(payload: Payload, field: str) -> str:
    found = payload.get(field)
    return found if isinstance(found, str) else ""


def as_html(words: str) -> str:
    """Return plain words as Front takes them: a line end after a break would come back as a second one."""
    return escape(words, quote=False).replace("\n", "<br>")


def is_assigned(conversation: Payload, teammate: str) -> bool:
    """Tell whether a conversation belongs to somebody, by id or mail address."""
    assignee = record(conversation, "assignee")
    return teammate.casefold() in {word(assignee, "id"), word(assignee, "email")} - {""}
