"""What GitHub's JSON says, in the words of the domain."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.entries import NO_SUBJECT, readable
from oncall_tui.sources.fields import Payload, instant, number, record, records, text, word
from oncall_tui.sources.forge import Labels, Turn, parse_priority, parse_status

_OURS = frozenset({"owner", "member", "collaborator"})
_MARK = re.compile(r"\s*<!-- oncall-tui ([0-9A-Za-z_-]{1,100}) -->\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An issue, who opened it, and what tells whether somebody spoke in it since."""

    ticket: Ticket
    login: str
    comments: int | None


def is_pull_request(payload: Payload) -> bool:
    """Tell whether an entry is a pull request, which lists of issues hold too."""
    return bool(payload.get("pull_request"))


def parse_ticket(payload: Payload, source: SourceId, known: Labels) -> Listed:
    """Read an issue of a list; whose turn it is stands elsewhere, once anybody spoke."""
    called = number(payload, "number")
    if called is None:
        raise SourceGarbled(f"{source} sent a ticket without a number")
    labels = parse_labels(payload)
    comments = number(payload, "comments")
    created_at = instant(payload, "created_at")
    author = record(payload, "user")
    login = author.get("login")
    url = text(payload, "html_url")
    ticket = Ticket(
        id=ticket_id(source, str(called)),
        subject=text(payload, "title") or NO_SUBJECT,
        requester=Requester(name=text(author, "login")),
        status=parse_status(labels, known, is_open=word(payload, "state") != "closed"),
        priority=parse_priority(labels, known),
        tags=labels,
        assignee=next((name for one in records(payload, "assignees") if (name := text(one, "login"))), NO_TEXT),
        created_at=created_at,
        updated_at=instant(payload, "updated_at"),
        waiting_since=created_at if comments == 0 else None,
        due_at=instant(record(payload, "milestone"), "due_on"),
        touches=0 if comments == 0 else None,
        url=url if url.startswith(("https://", "http://")) else "",
    )
    return Listed(ticket=ticket, login=login if isinstance(login, str) else "", comments=comments)


def parse_labels(payload: Payload) -> tuple[CleanText, ...]:
    """Read the names of labels, which are records or, in old answers, texts."""
    found = payload.get("labels")
    entries = found if isinstance(found, list) else []
    named = (text(entry if isinstance(entry, dict) else {"name": entry}, "name") for entry in entries)
    return tuple(name for name in named if name)


def parse_profile(payload: Payload) -> Requester:
    """Read what somebody shows of himself: where he is stands in words of his own, which no clock follows from."""
    return Requester(
        name=text(payload, "name", "login"),
        email=text(payload, "email"),
        organisation=text(payload, "company"),
    )


def told_of(ticket: Ticket, profile: Requester | None, turn: Turn | None) -> Ticket:
    """Return a ticket with what was looked up."""
    requester = ticket.requester if profile is None or not profile.name else profile
    if turn is None:
        return replace(ticket, requester=requester)
    return replace(ticket, requester=requester, waiting_since=turn.waiting_since, touches=turn.touches)


def parse_turn(ticket: Ticket, comments: Sequence[Payload], *, is_all: bool) -> Turn:
    """Read whose turn it is from an issue's comments, oldest first: people of the repository answer all others."""
    waiting_since = ticket.created_at if is_all else None
    touches = 0
    for comment in comments:
        if is_ours(comment):
            touches += 1
            waiting_since = None
        else:
            waiting_since = waiting_since or instant(comment, "created_at")
    is_theirs = ticket.status is Status.PENDING
    return Turn(waiting_since=None if is_theirs else waiting_since, touches=touches if is_all else None)


def is_ours(entry: Payload) -> bool:
    """Tell whether somebody of the repository wrote something."""
    return word(entry, "author_association") in _OURS


def parse_thread(issue: Payload, comments: Sequence[Payload]) -> Sequence[Message]:
    """Read what an issue began with, and its comments, oldest first."""
    opening = {name: value for name, value in issue.items() if name != "id"}
    found = [parse_message(opening), *(parse_message(comment) for comment in comments)]
    return sorted((message for message in found if message is not None), key=lambda message: message.at)


def parse_message(entry: Payload) -> Message | None:
    """Read a comment; all are public.

    A token of an app belongs to nobody of the repository, so that its own words are known by their mark only.
    """
    words = entry.get("body")
    mark = _MARK.search(words) if isinstance(words, str) else None
    spoken = words[: mark.start()] if isinstance(words, str) and mark is not None else words
    at, said = instant(entry, "created_at"), readable({"body": spoken}, "body", is_html=False)
    if at is None or not said:
        return None
    called = number(entry)
    return Message(
        at=at,
        author=text(record(entry, "user"), "login"),
        text=said,
        is_inbound=not is_ours(entry),
        reference=str(called) if called is not None else "",
        mark=mark[1] if mark is not None else "",
    )


def marked(words: str, called: str) -> str:
    """Return words with an id behind them that GitHub keeps and nobody sees."""
    return f"{words}\n\n<!-- oncall-tui {called} -->"


def is_assigned(issue: Payload, login: str) -> bool:
    """Tell whether an issue belongs to somebody; names differ in small and large letters only by mistake."""
    return login.casefold() in {word(one, "login") for one in records(issue, "assignees")}


def is_closed(issue: Payload) -> bool:
    """Tell whether an issue is closed."""
    return word(issue, "state") == "closed"


def parse_last_day(header: str) -> date | None:
    """Read the last day of a token from the header that names the instant of its end."""
    day = instant({"ends": header.strip()[: len("2026-12-24")]}, "ends")
    return day.date() if day is not None else None
