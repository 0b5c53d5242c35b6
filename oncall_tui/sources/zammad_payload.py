"""What Zammad's JSON says, in the words of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, readable, ticket_number
from oncall_tui.sources.fields import Payload, instant, number, record, records, text, word
from oncall_tui.text_safety import clean

_VIP = CleanText("VIP")
_NOBODY = 1
"""The number of the user whom tickets without an owner belong to."""
_ABOVE_NORMAL = (Priority.HIGH, Priority.URGENT)
_KINDS = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "pending reminder": Status.PENDING,
    "pending action": Status.PENDING,
    "closed": Status.CLOSED,
    "merged": Status.CLOSED,
    "removed": Status.CLOSED,
}
_KIND_NUMBERS = dict(enumerate(_KINDS.values(), start=1))
"""As every Zammad is set up; the names, where they are told, win."""
_CLOSED = 5
MARK = "oncall_tui"
"""Under it an article's preferences keep which answer of ours it is, where the server lets them."""
_BY_MAIL = frozenset({"", "email", "web", "phone", "note", "fax"})
"""Types of article that are answered by a letter; a chat is answered where it came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all tickets of one Zammad."""

    source: SourceId
    url: str
    statuses: Mapping[int, Status]
    priorities: Mapping[int | None, Priority]
    time_zone_field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """How a reply reaches the customer."""

    to: CleanText
    subject: CleanText
    in_reply_to: str = ""
    """The customer's letter it answers."""


def parse_statuses(found: Payload) -> Mapping[int, Status]:
    """Read what each state means; one of a kind that is not known is open."""
    return {
        called: _KINDS.get(
            word(entry, "state_type"), _KIND_NUMBERS.get(number(entry, "state_type_id") or 0, Status.OPEN)
        )
        for entry in records(found, "states")
        if (called := number(entry)) is not None
    }


def parse_priorities(found: Payload) -> Mapping[int | None, Priority]:
    """Read the priorities by their names, which begin with a digit, around the one that new tickets get."""
    entries = sorted(records(found, "priorities"), key=lambda entry: word(entry, "name"))
    middle = next((place for place, entry in enumerate(entries) if entry.get("default_create") is True), None)
    if middle is None:
        return {}
    above = {place: _ABOVE_NORMAL[min(place - middle, 2) - 1] for place in range(middle + 1, len(entries))}
    steps = {**dict.fromkeys(range(middle), Priority.LOW), middle: Priority.NORMAL, **above}
    return {number(entry): steps[place] for place, entry in enumerate(entries)}


def parse_ticket(payload: Payload, assets: Payload, desk: Desk) -> Ticket:
    """Read a ticket of a list, with the records of people and organisations that came along."""
    called = ticket_number(payload, desk.source)
    customer = asset(assets, "User", number(payload, "customer_id"))
    organisation = asset(assets, "Organization", number(payload, "organization_id"))
    group = text(asset(assets, "Group", number(payload, "group_id")), "name") or text(payload, "group")
    owner = number(payload, "owner_id")
    return Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=text(payload, "title") or NO_SUBJECT,
        requester=parse_requester(customer, organisation, desk.time_zone_field),
        status=desk.statuses.get(number(payload, "state_id") or 0, Status.OPEN),
        priority=desk.priorities.get(number(payload, "priority_id")),
        tier=_VIP if customer.get("vip") is True or organisation.get("vip") is True else NO_TEXT,
        tags=(group,) if group else (),
        assignee=parse_name(asset(assets, "User", owner)) if owner != _NOBODY else NO_TEXT,
        created_at=instant(payload, "created_at"),
        updated_at=instant(payload, "updated_at"),
        waiting_since=parse_waiting(payload),
        due_at=instant(payload, "escalation_at"),
        touches=parse_touches(payload),
        url=f"{desk.url}/#ticket/zoom/{called}",
    )


def asset(assets: Payload, kind: str, called: int | None) -> Payload:
    """Return a record that came along; empty for one that did not, such as a deleted user's."""
    return record(record(assets, kind), str(called))


def parse_waiting(payload: Payload) -> datetime | None:
    """Read since when the customer waits: Zammad keeps the first unanswered contact, unless it is told otherwise."""
    asked, answered = instant(payload, "last_contact_customer_at"), instant(payload, "last_contact_agent_at")
    return asked if asked is not None and (answered is None or asked > answered) else None


def parse_touches(payload: Payload) -> int | None:
    """Read how much was done: only of a ticket that holds nothing but its first article it is certain."""
    is_untouched = number(payload, "article_count") == 1 and instant(payload, "last_contact_agent_at") is None
    return 0 if is_untouched else None


def parse_name(user: Payload) -> CleanText:
    """Read how somebody is called."""
    name = f"{text(user, 'firstname')} {text(user, 'lastname')}".strip()
    return clean(name) or text(user, "email", "login")


def parse_requester(user: Payload, organisation: Payload, time_zone_field: str) -> Requester:
    """Read the customer; Zammad knows no zone but one that an administrator has added as an attribute."""
    return Requester(
        name=parse_name(user),
        email=text(user, "email"),
        phone=text(user, "phone", "mobile"),
        organisation=text(organisation, "name"),
        time_zone=text(user, time_zone_field) or text(organisation, time_zone_field),
        country=text(user, "country") or text(organisation, "country"),
    )


def parse_thread(articles: Sequence[Payload]) -> Sequence[Message]:
    """Read a ticket's articles, oldest first."""
    found = [message for article in articles if (message := parse_message(article)) is not None]
    return sorted(found, key=lambda message: message.at)


def parse_message(article: Payload) -> Message | None:
    """Read an article; None when there are no words in it."""
    at = instant(article, "created_at")
    words = readable(article, "body", is_html=word(article, "content_type") != "text/plain")
    if at is None or not words:
        return None
    is_inbound = word(article, "sender") == "customer"
    return Message(
        at=at,
        author=text(article, "from", "created_by"),
        text=words,
        is_public=article.get("internal") is not True,
        is_inbound=is_inbound,
        attachments=tuple(name for entry in records(article, "attachments") if (name := text(entry, "filename"))),
        reference=str(number(article) or ""),
        mark="" if is_inbound else text(record(article, "preferences"), MARK),
    )


def parse_letter(articles: Sequence[Payload], ticket: Payload, customer: Payload) -> Letter | None:
    """Read how a ticket is answered; None for one that came in by something that is no mail."""
    theirs = [article for article in articles if word(article, "sender") == "customer"]
    latest: Payload = theirs[-1] if theirs else {}
    if word(latest, "type") not in _BY_MAIL:
        return None
    is_letter = word(latest, "type") == "email"
    return Letter(
        to=(text(latest, "reply_to", "from") if is_letter else NO_TEXT) or text(customer, "email"),
        subject=text(latest, "subject") or text(ticket, "title"),
        in_reply_to=text(latest, "message_id") if is_letter else "",
    )


def parse_customer(ticket: Payload) -> int | None:
    """Read whose ticket it is."""
    return number(ticket, "customer_id")


def parse_user(users: Sequence[Payload], called: str) -> int | None:
    """Read the number of the user of a mail address or login; None when it is not among those found."""
    wanted = called.casefold()
    return next((number(user) for user in users if wanted in {word(user, "email"), word(user, "login")}), None)


def parse_closed_state(found: Payload) -> int | None:
    """Read the number of the first state in use that closes a ticket; merging and removing close it too."""
    return next(
        (
            number(entry)
            for entry in records(found, "states")
            if (word(entry, "state_type") == "closed" or number(entry, "state_type_id") == _CLOSED)
            and entry.get("active") is not False
        ),
        None,
    )


def is_owned(ticket: Payload, account: int) -> bool:
    """Tell whether a ticket belongs to somebody."""
    return number(ticket, "owner_id") == account


def is_closed(ticket: Payload, statuses: Mapping[int, Status]) -> bool:
    """Tell whether a ticket needs nothing more."""
    return not statuses.get(number(ticket, "state_id") or 0, Status.OPEN).is_open
