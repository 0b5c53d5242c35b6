"""What Freshdesk's JSON says, in the words of the domain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.sources.fields import Payload, instant, number, record, records, required_number, text, word, words
from oncall_tui.text_safety import clean, clean_body

STATUSES: Mapping[int, Status] = {2: Status.OPEN, 3: Status.PENDING, 4: Status.SOLVED, 5: Status.CLOSED}
"""The ids every account has; those of an account's own begin with 6."""
_PRIORITIES: Mapping[int | None, Priority] = {
    1: Priority.LOW,
    2: Priority.NORMAL,
    3: Priority.HIGH,
    4: Priority.URGENT,
}
_WAITS_FOR_US = frozenset({Status.NEW, Status.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What a company's record tells."""

    name: CleanText = NO_TEXT
    tier: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A ticket of a list, and which records complete it."""

    ticket: Ticket
    contact: int | None
    company: int | None
    agent: int | None

    def told(self, contact: Requester | None, company: Company | None, agent: CleanText | None) -> Ticket:
        """Return the ticket with what is known beyond the list."""
        listed, known = self.ticket.requester, contact or Requester()
        company = company or Company()
        requester = Requester(
            name=listed.name or known.name,
            email=listed.email or known.email,
            phone=listed.phone or known.phone,
            organisation=company.name,
            time_zone=known.time_zone,
        )
        return replace(self.ticket, requester=requester, tier=company.tier, assignee=agent or self.ticket.assignee)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNames:
    """How an account calls statuses of its own, in small letters."""

    pending: frozenset[str]
    on_hold: frozenset[str]
    solved: frozenset[str]

    def status(self, names: Iterable[str]) -> Status:
        """Return what a status of their own means; one that nobody named is open."""
        called = {name.strip().casefold() for name in names}
        ours = ((self.solved, Status.SOLVED), (self.pending, Status.PENDING), (self.on_hold, Status.ON_HOLD))
        return next((status for wanted, status in ours if wanted & called), Status.OPEN)


def parse_statuses(fields: Sequence[Payload], own: OwnNames) -> Mapping[int, Status]:
    """Read which status ids there are and what each means."""
    choices = next((field.get("choices") for field in fields if word(field, "name") == "status"), None)
    named = {identity: own.status(names) for identity, names in _choices(choices)}
    return {**named, **STATUSES}


def _choices(found: object) -> Iterator[tuple[int, Sequence[str]]]:
    """Read ids with their names, for agents and for customers: an object of lists, or a list of objects."""
    if isinstance(found, Mapping):
        for identity, names in found.items():
            if isinstance(identity, str) and identity.isascii() and identity.isdigit():
                yield int(identity), _names(names)
    elif isinstance(found, list):
        for choice in found:
            if isinstance(choice, Mapping) and (identity := number(choice)) is not None:
                yield identity, _names(list(choice.values()))


def _names(found: object) -> Sequence[str]:
    if isinstance(found, str):
        return (found,)
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else ()


def parse_ticket(payload: Payload, source: SourceId, url: str, statuses: Mapping[int, Status]) -> Listed:
    """Read a ticket of a list."""
    identity = required_number(payload)
    status = statuses.get(number(payload, "status") or 0, Status.OPEN)
    if payload.get("deleted") is True or payload.get("spam") is True:
        status = Status.CLOSED
    agent = number(payload, "responder_id")
    ticket = Ticket(
        id=ticket_id(source, str(identity)),
        subject=text(payload, "subject"),
        requester=parse_contact(record(payload, "requester")),
        status=status,
        priority=_PRIORITIES.get(number(payload, "priority")),
        tags=words(payload, "tags"),
        assignee=clean(f"agent {agent}") if agent is not None else NO_TEXT,
        created_at=instant(payload, "created_at"),
        updated_at=instant(payload, "updated_at"),
        waiting_since=parse_waiting(payload) if status in _WAITS_FOR_US else None,
        due_at=parse_due(payload) if status in _WAITS_FOR_US else None,
        url=f"{url}/a/tickets/{identity}",
    )
    return Listed(
        ticket=ticket, contact=number(payload, "requester_id"), company=number(payload, "company_id"), agent=agent
    )


def parse_waiting(payload: Payload) -> datetime | None:
    """Read since when the customer waits in a ticket that is open.

    Who spoke last is not documented, though many accounts tell it. Where they do not, an answered ticket that is open
    counts from its last change, which is too late rather than never.
    """
    stats = record(payload, "stats")
    ours = instant(stats, "agent_responded_at") or instant(stats, "first_responded_at")
    theirs = instant(stats, "requester_responded_at")
    if ours is None:
        return instant(payload, "created_at")
    if theirs is not None:
        return theirs if theirs > ours else None
    if instant(stats, "agent_responded_at") is not None and "requester_responded_at" in stats:
        return None
    return instant(stats, "status_updated_at") or instant(payload, "updated_at")


def parse_due(payload: Payload) -> datetime | None:
    """Read what falls due next: the first response while there is none, then the next one, then the solution."""
    if instant(record(payload, "stats"), "first_responded_at") is None:
        return instant(payload, "fr_due_by") or instant(payload, "due_by")
    return instant(payload, "nr_due_by") or instant(payload, "due_by")


def parse_contact(payload: Payload) -> Requester:
    """Read a contact; its zone is a name of Rails, and the account's own where nobody chose one."""
    return Requester(
        name=text(payload, "name"),
        email=text(payload, "email"),
        phone=text(payload, "phone", "mobile"),
        time_zone=text(payload, "time_zone"),
    )


def parse_company(payload: Payload) -> Company:
    """Read a company."""
    return Company(name=text(payload, "name"), tier=text(payload, "account_tier"))


def parse_agent(payload: Payload) -> CleanText:
    """Read how an agent is called."""
    return text(record(payload, "contact"), "name") or text(payload, "name")


def parse_opening(payload: Payload) -> Message | None:
    """Read the first words, which stand in the ticket itself."""
    at = instant(payload, "created_at")
    if at is None:
        return None
    asker = parse_contact(record(payload, "requester"))
    return Message(at=at, author=asker.name or asker.email, text=_body(payload, "description_text"), is_inbound=True)


def parse_message(payload: Payload, ticket: Payload, agents: Mapping[int, CleanText]) -> Message | None:
    """Read an entry of a ticket's conversation; None when it does not say when it was written."""
    at = instant(payload, "created_at")
    if at is None:
        return None
    is_inbound = payload.get("incoming") is True
    author = number(payload, "user_id")
    name = agents.get(author or 0, NO_TEXT)
    if is_inbound and author == number(ticket, "requester_id"):
        name = text(record(ticket, "requester"), "name", "email")
    return Message(
        at=at,
        author=name or text(payload, "from_email"),
        text=_body(payload, "body_text"),
        is_public=payload.get("private") is not True,
        is_inbound=is_inbound,
        attachments=tuple(name for entry in records(payload, "attachments") if (name := text(entry, "name"))),
        reference=str(number(payload) or ""),
    )


def is_solved(payload: Payload, statuses: Mapping[int, Status]) -> bool:
    """Tell whether a ticket needs nothing more."""
    return not statuses.get(number(payload, "status") or 0, Status.OPEN).is_open


def is_assigned(payload: Payload, agent: int) -> bool:
    """Tell whether a ticket belongs to somebody."""
    return number(payload, "responder_id") == agent


def parse_member(agents: Sequence[Payload], mail: str) -> int | None:
    """Read the number of the agent of a mail address; None when there is none."""
    wanted = mail.casefold()
    return next((number(agent) for agent in agents if word(record(agent, "contact"), "email") == wanted), None)


def _body(payload: Payload, field: str) -> CleanText:
    found = payload.get(field)
    return clean_body(found.strip()) if isinstance(found, str) else NO_TEXT
