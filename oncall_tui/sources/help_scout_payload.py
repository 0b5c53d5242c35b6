"""What Help Scout's JSON says, in the words of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.mail.readable import text_of_html
from oncall_tui.sources.fields import Payload, instant, number, record, records, required_number, text, word
from oncall_tui.text_safety import clean, clean_body

_STATUSES = {"active": Status.OPEN, "pending": Status.PENDING, "closed": Status.CLOSED, "spam": Status.CLOSED}
_SPOKEN = frozenset({"customer", "message", "note", "chat", "phone", "reply"})
"""Types of thread that carry words; a line item says what was done."""
_UNSEEN = frozenset({"draft", "hidden"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket of a list, and who has to be asked for to complete it."""

    ticket: Ticket
    customer: int | None

    def told(self, customer: Requester | None) -> Ticket:
        """Return the ticket with what is known of its customer beyond the list."""
        if customer is None:
            return self.ticket
        listed = self.ticket.requester
        return replace(
            self.ticket,
            requester=replace(customer, name=listed.name or customer.name, email=listed.email or customer.email),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list."""

    entries: Sequence[Payload]
    pages: int


def parse_page(payload: Payload, kind: str) -> Page:
    """Read a page; one that neither lists anything nor says that there is nothing is no empty desk."""
    pages = number(record(payload, "page"), "totalPages")
    if pages is None:
        raise SourceGarbled("Help Scout sent a page that does not say how many there are")
    listed = record(payload, "_embedded").get(kind)
    if not isinstance(listed, list) and number(record(payload, "page"), "totalElements") != 0:
        raise SourceGarbled(f"Help Scout sent a page without its {kind}")
    return Page(entries=records(record(payload, "_embedded"), kind), pages=pages)


def parse_conversation(payload: Payload, source: SourceId) -> Listed:
    """Read a conversation of a list; its number is what people call it."""
    called = required_number(payload, "number")
    customer = record(payload, "primaryCustomer") or record(payload, "customer")
    identity = number(payload)
    ticket = Ticket(
        id=ticket_id(source, str(called)),
        subject=text(payload, "subject", "preview"),
        requester=Requester(name=parse_name(customer), email=text(customer, "email")),
        status=_STATUSES.get(word(payload, "status"), Status.OPEN) if _is_published(payload) else Status.CLOSED,
        tags=tuple(tag for tag in (text(entry, "tag", "name") for entry in records(payload, "tags")) if tag),
        assignee=parse_name(record(payload, "assignee")),
        created_at=instant(payload, "createdAt"),
        updated_at=instant(payload, "userUpdatedAt"),
        waiting_since=parse_waiting(payload),
        url=f"https://secure.helpscout.net/conversation/{identity}/{called}/" if identity is not None else "",
    )
    return Listed(ticket=ticket, customer=number(customer) or None)


def _is_published(payload: Payload) -> bool:
    """Tell whether it is a conversation at all: drafts and deleted ones come along with the changes."""
    return word(payload, "state") in {"", "published"}


def parse_waiting(payload: Payload) -> datetime | None:
    """Read since when the customer waits; None when our side spoke last, or when it is the customer's turn."""
    waiting = record(payload, "customerWaitingSince")
    if word(waiting, "latestReplyFrom") == "user" or word(payload, "status") == "pending":
        return None
    return instant(waiting, "time") or instant(payload, "createdAt")


def parse_name(person: Payload) -> CleanText:
    """Read how somebody is called; the placeholder of nobody in particular has no name."""
    first, last = (text(person, short, long) for short, long in (("first", "firstName"), ("last", "lastName")))
    return clean(f"{first} {last}".strip()) if number(person) != 1 else NO_TEXT


def parse_customer(payload: Payload) -> Requester:
    """Read a customer's record; Help Scout knows no zone, but perhaps a country and a telephone."""
    embedded = record(payload, "_embedded")
    phones = (text(entry, "value") for entry in records(embedded, "phones"))
    emails = (text(entry, "value") for entry in records(embedded, "emails"))
    address = record(embedded, "address") or record(payload, "address")
    return Requester(
        name=parse_name(payload),
        email=next(filter(None, emails), NO_TEXT),
        phone=next(filter(None, phones), NO_TEXT),
        organisation=text(payload, "organization"),
        country=text(address, "country"),
    )


def parse_message(payload: Payload) -> Message | None:
    """Read an entry of a conversation; None when it carries no words or was not sent."""
    at = instant(payload, "createdAt")
    kind = word(payload, "type")
    body = payload.get("body")
    if at is None or not isinstance(body, str) or kind not in _SPOKEN or word(payload, "state") in _UNSEEN:
        return None
    author: Mapping[str, object] = record(payload, "createdBy")
    return Message(
        at=at,
        author=parse_name(author) or text(author, "email"),
        text=clean_body(text_of_html(body)),
        is_public=kind != "note",
        is_inbound=word(author, "type") == "customer",
        reference=str(number(payload) or ""),
    )


def parse_status(payload: Payload) -> str:
    """Read where a conversation stands, in Help Scout's own word; "" where it names none that could be set."""
    status = word(payload, "status")
    return status if status in _STATUSES else ""


def parse_recipient(payload: Payload) -> int | None:
    """Read whom a reply goes to."""
    return number(record(payload, "primaryCustomer")) or number(record(payload, "customer"))


def is_closed(payload: Payload) -> bool:
    """Tell whether a conversation needs nothing more."""
    return word(payload, "status") == "closed"


def is_assigned(payload: Payload, user: int) -> bool:
    """Tell whether a conversation belongs to somebody."""
    return number(record(payload, "assignee")) == user


def parse_user(users: Sequence[Payload], mail: str) -> int | None:
    """Read the number of the user of a mail address; None when there is none."""
    return next((number(user) for user in users if word(user, "email") == mail.casefold()), None)
