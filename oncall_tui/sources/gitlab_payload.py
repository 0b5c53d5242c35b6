"""What GitLab's JSON says, in the words of the domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from oncall_tui.domain.text import NO_TEXT
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.entries import NO_SUBJECT, readable
from oncall_tui.sources.fields import Payload, instant, number, record, records, text, word, words
from oncall_tui.sources.forge import Labels, Turn, end_of_day, parse_priority, parse_status

_SEVERITIES = {
    "critical": Priority.URGENT,
    "high": Priority.HIGH,
    "medium": Priority.NORMAL,
    "low": Priority.LOW,
}
_BOT = "support-bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An issue, and what tells whether somebody spoke in it since."""

    ticket: Ticket
    notes: int | None
    """How many were written; None where the list does not say."""


def parse_ticket(payload: Payload, source: SourceId, known: Labels) -> Listed:
    """Read an issue of a list; whose turn it is stands elsewhere, once anybody spoke."""
    called = number(payload, "iid")
    if called is None:
        raise SourceGarbled(f"{source} sent a ticket without a number")
    labels = words(payload, "labels")
    notes = number(payload, "user_notes_count")
    created_at = instant(payload, "created_at")
    url = text(payload, "web_url")
    ticket = Ticket(
        id=ticket_id(source, str(called)),
        subject=text(payload, "title") or NO_SUBJECT,
        requester=parse_requester(payload),
        status=parse_status(labels, known, is_open=word(payload, "state") != "closed"),
        priority=parse_priority(labels, known) or _SEVERITIES.get(word(payload, "severity")),
        tags=labels,
        assignee=next((name for one in records(payload, "assignees") if (name := text(one, "name"))), NO_TEXT),
        created_at=created_at,
        updated_at=instant(payload, "updated_at"),
        waiting_since=created_at if notes == 0 else None,
        due_at=end_of_day(payload, "due_date"),
        touches=0 if notes == 0 else None,
        url=url if url.startswith(("https://", "http://")) else "",
    )
    return Listed(ticket=ticket, notes=notes)


def parse_requester(payload: Payload) -> Requester:
    """Read who asked: of a mail to the Service Desk only the address is known, and a bot is its author."""
    author = record(payload, "author")
    is_bot = word(author, "username").endswith(_BOT)
    return Requester(
        name=NO_TEXT if is_bot else text(author, "name", "username"),
        email=text(payload, "service_desk_reply_to"),
    )


def parse_turn(ticket: Ticket, author: int | None, notes: Sequence[Payload], *, is_all: bool) -> Turn:
    """Read whose turn it is from an issue's notes, oldest first: whoever opened it waits until somebody answers.

    What a customer answers to the Service Desk by mail is written by the bot that opened the issue.
    """
    waiting_since = ticket.created_at if is_all else None
    touches = 0
    for note in notes:
        if note.get("system") is True:
            continue
        if number(record(note, "author")) == author:
            waiting_since = waiting_since or instant(note, "created_at")
        else:
            touches += 1
            waiting_since = waiting_since if is_internal(note) else None
    is_ours = ticket.status.is_open and ticket.status.value != "pending"
    return Turn(waiting_since=waiting_since if is_ours else None, touches=touches if is_all else None)


def is_internal(note: Payload) -> bool:
    """Tell whether the customer cannot read a note; it was called confidential once."""
    return note.get("internal") is True or note.get("confidential") is True


def parse_thread(issue: Payload, notes: Sequence[Payload]) -> Sequence[Message]:
    """Read an issue's description and notes, oldest first."""
    author = number(record(issue, "author"))
    opening = {"body": issue.get("description"), "author": issue.get("author"), "created_at": issue.get("created_at")}
    found = [parse_message(note, author) for note in (opening, *notes)]
    return sorted((message for message in found if message is not None), key=lambda message: message.at)


def parse_message(note: Payload, customer: int | None) -> Message | None:
    """Read a note; None for what GitLab itself wrote, such as that a label was added."""
    at, said = instant(note, "created_at"), readable(note, "body", is_html=False)
    if at is None or not said or note.get("system") is True:
        return None
    author = record(note, "author")
    called = number(note)
    return Message(
        at=at,
        author=text(author, "name", "username"),
        text=said,
        is_public=not is_internal(note),
        is_inbound=not is_internal(note) and number(author) == customer,
        reference=str(called) if called is not None else "",
    )


def parse_last_day(payload: Payload) -> date | None:
    """Read the last whole day on which a token works: it ends when the day it names begins, in UTC."""
    ends_at = instant(payload, "expires_at")
    return (ends_at - timedelta(days=1)).date() if ends_at is not None and ends_at.year > 1 else None


def is_assigned(issue: Payload, user: int) -> bool:
    """Tell whether an issue belongs to somebody."""
    return user in {number(one) for one in records(issue, "assignees")}


def is_closed(issue: Payload) -> bool:
    """Tell whether an issue is closed."""
    return word(issue, "state") == "closed"
