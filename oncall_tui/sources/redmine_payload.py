"""What Redmine's JSON says, in the words of the domain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, datetime, timedelta

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.entries import NO_SUBJECT, readable, ticket_number
from oncall_tui.sources.fields import Payload, instant, number, record, records, text, word
from oncall_tui.text_safety import clean

_ABOVE_NORMAL = (Priority.HIGH, Priority.URGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """How the custom fields are called that tell of the customer; empty for those there are not."""

    email: str = ""
    phone: str = ""
    organisation: str = ""
    time_zone: str = ""
    country: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all tickets of one Redmine."""

    source: SourceId
    url: str
    fields: Fields = Fields()
    pending: frozenset[str] = frozenset()
    """Statuses, in small letters, in which the turn is the customer's."""
    priorities: Mapping[int | None, Priority]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Whose turn it is in a ticket; None where that has not been looked up yet."""

    waiting_since: datetime | None = None
    touches: int | None = None

    def told_of(self, ticket: Ticket) -> Ticket:
        """Return a ticket that says so."""
        return replace(ticket, waiting_since=self.waiting_since, touches=self.touches)


def parse_priorities(found: Payload) -> Mapping[int | None, Priority]:
    """Read the priorities, lowest first, around the default one, which is normal whatever it is called."""
    entries = records(found, "issue_priorities")
    middle = next((place for place, entry in enumerate(entries) if entry.get("is_default") is True), None)
    if middle is None:
        return {}
    above = {place: _ABOVE_NORMAL[min(place - middle, 2) - 1] for place in range(middle + 1, len(entries))}
    steps = {**dict.fromkeys(range(middle), Priority.LOW), middle: Priority.NORMAL, **above}
    return {number(entry): steps[place] for place, entry in enumerate(entries)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """What the record of whoever opened an issue tells."""

    requester: Requester = field(default_factory=Requester)
    tier: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An issue of a list, and what has to be looked up to complete it."""

    ticket: Ticket
    author: int | None
    untouched: Exchange | None
    """Whose turn it is where nothing has happened to it yet; None when something has."""

    def told(self, author: Author, exchange: Exchange) -> Ticket:
        """Return the ticket with what was looked up; what stands in the issue itself counts first."""
        own, record = self.ticket.requester, author.requester
        requester = Requester(
            name=own.name or record.name,
            email=own.email or record.email,
            phone=own.phone or record.phone,
            organisation=own.organisation or record.organisation,
            time_zone=own.time_zone or record.time_zone,
            country=own.country or record.country,
        )
        ticket = replace(self.ticket, requester=requester, tier=self.ticket.tier or author.tier)
        return exchange.told_of(ticket)


def parse_ticket(payload: Payload, desk: Desk) -> Listed:
    """Read an issue of a list; who asked is told in part, and whose turn it is stands elsewhere."""
    called = ticket_number(payload, desk.source)
    project = text(record(payload, "project"), "name")
    ticket = Ticket(
        id=ticket_id(desk.source, str(called)),
        subject=text(payload, "subject") or NO_SUBJECT,
        requester=replace(parse_requester(payload, desk.fields), name=text(record(payload, "author"), "name")),
        status=parse_status(record(payload, "status"), desk.pending),
        priority=desk.priorities.get(number(record(payload, "priority"))),
        tier=custom(desk.fields.tier, payload),
        tags=(project,) if project else (),
        assignee=text(record(payload, "assigned_to"), "name"),
        created_at=instant(payload, "created_on"),
        updated_at=instant(payload, "updated_on"),
        due_at=parse_due(payload),
        url=f"{desk.url}/issues/{called}",
    )
    # An issue mailed in by a stranger is Anonymous's, like that of a deleted user.
    author = number(record(payload, "author"))
    return Listed(ticket=ticket, author=author, untouched=parse_untouched(payload))


def parse_author(user: Payload, fields: Fields) -> Author:
    """Read the record of whoever opened an issue."""
    name = clean(f"{text(user, 'firstname')} {text(user, 'lastname')}".strip())
    own = parse_requester(user, fields)
    return Author(
        requester=replace(own, name=name, email=own.email or text(user, "mail")), tier=custom(fields.tier, user)
    )


def parse_status(status: Payload, pending: frozenset[str]) -> Status:
    """Read a status: each Redmine has its own, and only their names say more than open or closed."""
    name = word(status, "name").strip()
    if status.get("is_closed") is True:
        return Status.CLOSED
    if name in pending:
        return Status.PENDING
    return Status.NEW if name == "new" else Status.OPEN


def parse_due(payload: Payload) -> datetime | None:
    """Read a due date: Redmine names only the day, so that it passes when the day has passed, in UTC."""
    day = instant(payload, "due_date")
    return day + timedelta(days=1) if day is not None and day.year < MAXYEAR else None


def parse_requester(payload: Payload, fields: Fields) -> Requester:
    """Read what custom fields tell of who asked."""
    return Requester(
        email=custom(fields.email, payload),
        phone=custom(fields.phone, payload),
        organisation=custom(fields.organisation, payload),
        time_zone=custom(fields.time_zone, payload),
        country=custom(fields.country, payload),
    )


def custom(name: str, payload: Payload) -> CleanText:
    """Read a custom field by its name."""
    wanted = name.strip().casefold()
    entries = records(payload, "custom_fields")
    found = (text(entry, "value") for entry in entries if wanted and word(entry, "name").strip() == wanted)
    return next((value for value in found if value), NO_TEXT)


def parse_untouched(payload: Payload) -> Exchange | None:
    """Read whose turn it is in an issue to which nothing has happened yet; None when something has."""
    created = instant(payload, "created_on")
    if created is None or created != instant(payload, "updated_on"):
        return None
    return Exchange(waiting_since=created, touches=0)


def parse_exchange(payload: Payload) -> Exchange:
    """Read whose turn it is from an issue's journals: the customer waits from the first word that nobody answered.

    The customer is whoever opened it. A change or a private note of ours is a touch, and only public words an answer.
    """
    customer = number(record(payload, "author"))
    waiting_since = instant(payload, "created_on")
    touches = 0
    for journal in records(payload, "journals"):
        is_spoken = bool(text(journal, "notes")) and _is_public(journal)
        if number(record(journal, "user")) != customer:
            touches += 1
            waiting_since = None if is_spoken else waiting_since
        elif is_spoken:
            waiting_since = waiting_since or instant(journal, "created_on")
    return Exchange(waiting_since=waiting_since, touches=touches)


def _is_public(journal: Payload) -> bool:
    return journal.get("private_notes") is not True


def parse_thread(payload: Payload) -> Sequence[Message]:
    """Read an issue's description and the notes under it, oldest first."""
    customer = number(record(payload, "author"))
    opening = {"user": "author", "notes": "description", "created_on": "created_on"}
    journals = [{ours: payload.get(theirs) for ours, theirs in opening.items()}, *records(payload, "journals")]
    return [message for journal in journals if (message := parse_message(journal, customer)) is not None]


def parse_message(journal: Payload, customer: int | None) -> Message | None:
    """Read a journal; None when nobody wrote anything in it."""
    at, words = instant(journal, "created_on"), readable(journal, "notes", is_html=False)
    if at is None or not words:
        return None
    user = record(journal, "user")
    return Message(
        at=at,
        author=text(user, "name"),
        text=words,
        is_public=_is_public(journal),
        is_inbound=_is_public(journal) and number(user) == customer,
        attachments=parse_file_names(journal),
        reference=str(number(journal) or ""),
    )


def parse_file_names(journal: Payload) -> tuple[CleanText, ...]:
    """Read the names of the files that came with a note."""
    added = (entry for entry in records(journal, "details") if word(entry, "property") == "attachment")
    return tuple(name for entry in added if (name := text(entry, "new_value")))


def parse_number(payload: Payload) -> int | None:
    """Read the number of a record."""
    return number(payload)


def parse_closed_status(found: Payload, name: str) -> int | None:
    """Read the number of the status of this name, or of the first that closes an issue; None when there is none."""
    entries = records(found, "issue_statuses")
    wanted = name.strip().casefold()
    fits = (e for e in entries if (word(e, "name").strip() == wanted if wanted else e.get("is_closed") is True))
    return next((number(entry) for entry in fits), None)


def is_closed(issue: Payload) -> bool:
    """Tell whether an issue needs nothing more."""
    return record(issue, "status").get("is_closed") is True


def is_assigned(issue: Payload, user: int) -> bool:
    """Tell whether an issue belongs to somebody."""
    return number(record(issue, "assigned_to")) == user


def parse_roles(me: Payload, issue: Payload, roles: Payload) -> frozenset[int]:
    """Read which roles an account has in the project of an issue, of those there are."""
    project = number(record(issue, "project"))
    known = {number(role) for role in records(roles, "roles")}
    own = (m for m in records(me, "memberships") if number(record(m, "project")) == project)
    found = (number(role) for membership in own for role in records(membership, "roles"))
    return frozenset(role for role in found if role is not None and role in known)


def may_write_privately(me: Payload, roles: Iterable[Payload]) -> bool:
    """Tell whether an account may write notes that customers do not see: an administrator may."""
    granted = (record(role, "role").get("permissions") for role in roles)
    return me.get("admin") is True or any(isinstance(own, list) and "set_notes_private" in own for own in granted)
