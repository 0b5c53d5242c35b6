"""What Request Tracker's JSON says, in the words of the domain."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.text_safety import clean, clean_body

Payload = Mapping[str, object]

NOBODY = "Nobody"
CONVERSATION = frozenset({"Create", "Correspond", "Comment"})
"""Types of transaction that carry words; the others are mails, changes of status and the like."""

_HTML_LIMIT = 100_000
"""Five times what is shown: the rest of a stranger's HTML is not worth the time."""
_TAG = re.compile(r"/?[a-z][a-z0-9:]*|[/!?]")
_SPACE = re.compile(r"\s+")
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote"})
_SILENT = frozenset({"script", "style", "head", "title"})

_STATUSES = {
    "new": Status.NEW,
    "open": Status.OPEN,
    "stalled": Status.PENDING,
    "resolved": Status.SOLVED,
    "rejected": Status.CLOSED,
    "deleted": Status.CLOSED,
}
"""A status of a lifecycle of their own is open: it came out of a query for open tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Whose turn it is in a ticket."""

    waiting_since: datetime | None
    replies: int

    def told_of(self, ticket: Ticket) -> Ticket:
        """Return a ticket that says so."""
        return replace(ticket, waiting_since=self.waiting_since, touches=self.replies)


def parse_ticket(payload: Payload, source: SourceId, url: str) -> Ticket:
    """Read a ticket of a list, naming any field it lacks; whose turn it is stands elsewhere."""
    number = parse_number(payload)
    queue = parse_name(payload.get("Queue"))
    return Ticket(
        id=ticket_id(source, str(number)),
        subject=clean(_required(payload, "Subject")),
        requester=parse_requester(payload.get("Requestor")),
        status=_STATUSES.get(_required(payload, "Status"), Status.OPEN),
        priority=parse_priority(payload.get("Priority")),
        tags=(queue,) if queue else (),
        assignee=parse_name(payload.get("Owner")),
        created_at=parse_instant(payload, "Created"),
        updated_at=parse_instant(payload, "LastUpdated"),
        due_at=parse_instant(payload, "Due"),
        url=f"{url}/Ticket/Display.html?id={number}",
    )


def parse_number(payload: Payload) -> int:
    """Read an id, which is a number here and a string of digits there."""
    found = str(payload.get("id"))
    if not (found.isascii() and found.isdigit()):
        raise SourceGarbled("Request Tracker sent an entry without a number")
    return int(found)


def _required(payload: Payload, field: str) -> str:
    found = payload.get(field)
    if not isinstance(found, str):
        raise SourceGarbled(f"Request Tracker sent {parse_number(payload)} without {field}")
    return found


def _text(payload: Payload, *fields: str) -> CleanText:
    """Return the first of the fields that says something: RT writes "" for what is unset or not ours to see."""
    found = (payload.get(field) for field in fields)
    return next((clean(text) for text in found if isinstance(text, str) and text.strip()), NO_TEXT)


def parse_instant(payload: Payload, field: str) -> datetime | None:
    """Read an instant; RT writes 1970 for one that is unset."""
    found = payload.get(field)
    if not isinstance(found, str) or not found or found.startswith("1970-01-01"):
        return None
    try:
        instant = datetime.fromisoformat(found)
    except ValueError:
        raise SourceGarbled(f"Request Tracker sent {parse_number(payload)} with a {field} that is no time") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def parse_priority(found: object) -> Priority | None:
    """Read RT's number, whose own names are 0 low, 50 medium, 100 high."""
    try:
        number = int(str(found))
    except ValueError:
        return None
    steps = ((25, Priority.LOW), (75, Priority.NORMAL), (101, Priority.HIGH))
    return next((priority for limit, priority in steps if number < limit), Priority.URGENT)


def _people(found: object) -> Iterable[Payload]:
    return (person for person in found if isinstance(person, Mapping)) if isinstance(found, list) else ()


def parse_requester(found: object) -> Requester:
    """Read the first requestor with a mail address, with every hint of the person's clock that may be seen."""
    people = list(_people(found))
    person: Payload = next((p for p in people if _text(p, "EmailAddress")), people[0] if people else {})
    return Requester(
        name=_text(person, "RealName", "Name", "id"),
        email=_text(person, "EmailAddress"),
        phone=_text(person, "WorkPhone", "MobilePhone", "HomePhone"),
        organisation=_text(person, "Organization"),
        time_zone=_text(person, "Timezone"),
        country=_text(person, "Country"),
    )


def parse_name(found: object) -> CleanText:
    """Read how a record is called; an unreadable one is "" instead of an object, and nobody has no name."""
    if not isinstance(found, Mapping) or found.get("id") == NOBODY:
        return NO_TEXT
    return _text(found, "RealName", "Name", "id")


def parse_customers(payload: Payload) -> frozenset[str]:
    """Read the ids of everybody on the customer's side: who asked, and who is copied."""
    sides = (payload.get("Requestor"), payload.get("Cc"))
    return frozenset(str(person.get("id")) for side in sides for person in _people(side))


def parse_exchange(transactions: Sequence[Payload], customers: frozenset[str]) -> Exchange:
    """Read whose turn it is from a ticket's beginning and its mails, oldest first.

    The customer waits from the first word that nobody answered. The beginning always asks for an answer, whoever typed
    it in. RT's own ``Told`` and ``LastUpdatedBy`` cannot tell: a note of ours after the customer's mail hides it.
    """
    waiting_since: datetime | None = None
    replies = 0
    for transaction in transactions:
        creator = transaction.get("Creator")
        author = creator.get("id") if isinstance(creator, Mapping) else None
        if transaction.get("Type") == "Create" or author in customers:
            waiting_since = waiting_since or parse_instant(transaction, "Created")
        else:
            waiting_since = None
            replies += 1
    return Exchange(waiting_since=waiting_since, replies=replies)


def parse_message(
    transaction: Payload,
    words: Mapping[int, Sequence[Payload]],
    files: Mapping[int, tuple[CleanText, ...]],
    customers: frozenset[str],
) -> Message | None:
    """Read a transaction with its words and the names of its files; None when it has neither."""
    at, number = parse_instant(transaction, "Created"), parse_number(transaction)
    text, attached = parse_words(words.get(number, ())), files.get(number, ())
    if at is None or not (text or attached):
        return None
    creator = transaction.get("Creator")
    return Message(
        at=at,
        author=parse_name(creator),
        text=text,
        is_public=transaction.get("Type") != "Comment",
        is_inbound=isinstance(creator, Mapping) and creator.get("id") in customers,
        attachments=attached,
        reference=str(number),
    )


def parse_file_names(parts: Mapping[int, Sequence[Payload]]) -> Mapping[int, tuple[CleanText, ...]]:
    """Read the names of the files of each transaction."""
    return {number: tuple(name for part in own if (name := _text(part, "Filename"))) for number, own in parts.items()}


def parse_transaction(location: str) -> str:
    """Read the number of a transaction from its address; empty when there is none."""
    number = location.rpartition("/")[2]
    return number if number.isascii() and number.isdigit() else ""


def is_done(ticket: Payload, owner: str) -> bool:
    """Tell whether a ticket belongs to somebody, or, without a name, whether it is solved."""
    if not owner:
        return not _STATUSES.get(str(ticket.get("Status")), Status.OPEN).is_open
    found = ticket.get("Owner")
    return isinstance(found, Mapping) and owner in {str(found.get("id")), str(found.get("Name"))}


def parse_words(attachments: Sequence[Payload]) -> CleanText:
    """Read what somebody wrote: the plain text where there is one, else the HTML without its tags; never a file."""
    written = [part for part in attachments if not part.get("Filename") and isinstance(part.get("Content"), str)]
    for kind, plain in (("text/plain", str), ("text/html", without_tags)):
        for part in written:
            if part.get("ContentType") == kind:
                return clean_body(plain(str(part["Content"])).strip())
    return NO_TEXT


def without_tags(page: str) -> str:
    """Return the words of a piece of HTML, a line for each of its paragraphs.

    Each character is looked at once: the standard parser takes minutes for 100,000 characters of ``<a``, and anybody
    may send us a mail.
    """
    before, *pieces = _without_comments(page[:_HTML_LIMIT]).split("<")
    words = [before]
    silent = ""
    for piece in pieces:
        tag, _, text = piece.partition(">")
        name = _TAG.match(tag.lower())
        if name is None:  # no tag at all, as in "1 < 2"
            text = "<" + piece
        elif silent:
            silent = "" if name[0] == "/" + silent or name[0] == "body" else silent
        elif name[0] in _SILENT:
            silent = name[0]
        elif name[0].strip("/") in _BREAKS:
            words.append("\n")
        if not silent:
            words.append(_SPACE.sub(" ", unescape(text)))
    return "\n".join(line for line in (line.strip() for line in "".join(words).split("\n")) if line)


def _without_comments(page: str) -> str:
    before, *comments = page.split("<!--")
    return before + "".join(comment.partition("-->")[2] for comment in comments)
