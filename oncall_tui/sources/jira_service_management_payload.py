"""What the JSON of Jira Service Management says, in the words of the domain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, datetime, timedelta

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.entries import NO_SUBJECT, moment, readable
from oncall_tui.sources.fields import Payload, instant, number, record, records, text, word, words

_CATEGORIES = {"new": Status.NEW, "indeterminate": Status.OPEN, "done": Status.SOLVED}
_PRIORITIES = {
    "highest": Priority.URGENT,
    "blocker": Priority.URGENT,
    "critical": Priority.URGENT,
    "urgent": Priority.URGENT,
    "high": Priority.HIGH,
    "major": Priority.HIGH,
    "medium": Priority.NORMAL,
    "normal": Priority.NORMAL,
    "low": Priority.LOW,
    "minor": Priority.LOW,
    "lowest": Priority.LOW,
    "trivial": Priority.LOW,
}
_SLA_FIELD = "com.atlassian.servicedesk:sd-sla-field"
_ORGANISATIONS_FIELD = "com.atlassian.servicedesk:sd-customer-organizations"
_CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Which custom fields of this site hold what; every site numbers them anew."""

    slas: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is the same for all tickets of one project."""

    source: SourceId
    url: str
    pending: frozenset[str]
    """Statuses, in small letters, in which the turn is the customer's."""
    fields: Fields = Fields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A request, and the number that Jira keeps beside its key."""

    ticket: Ticket
    number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Whose turn it is."""

    waiting_since: datetime | None = None
    touches: int | None = None


def parse_fields(found: Iterable[Payload]) -> Fields:
    """Read which custom fields are time limits and which the customer's organisations."""
    kinds = [(str(field.get("id")), record(field, "schema").get("custom")) for field in found]
    return Fields(
        slas=tuple(called for called, kind in kinds if kind == _SLA_FIELD),
        organisations=tuple(called for called, kind in kinds if kind == _ORGANISATIONS_FIELD),
    )


def parse_ticket(payload: Payload, desk: Desk) -> Listed:
    """Read an issue of a list."""
    key = payload.get("key")
    if not isinstance(key, str) or not key:
        raise SourceGarbled(f"{desk.source} sent a ticket without a key")
    fields = record(payload, "fields")
    status = parse_status(record(fields, "status"), desk.pending)
    turn = parse_turn(fields, status)
    ticket = Ticket(
        id=ticket_id(desk.source, text(payload, "key")),
        subject=text(fields, "summary") or NO_SUBJECT,
        requester=parse_requester(fields, desk.fields),
        status=status,
        priority=_PRIORITIES.get(word(record(fields, "priority"), "name")),
        tags=words(fields, "labels"),
        assignee=text(record(fields, "assignee"), "displayName"),
        created_at=instant(fields, "created"),
        updated_at=instant(fields, "updated"),
        waiting_since=turn.waiting_since,
        due_at=parse_due(fields, desk.fields.slas),
        touches=turn.touches,
        url=f"{desk.url}/browse/{text(payload, 'key')}",
    )
    return Listed(ticket=ticket, number=number(payload))


def parse_status(status: Payload, pending: frozenset[str]) -> Status:
    """Read a status: each workflow has its own, and Jira sorts them into three categories."""
    category = _CATEGORIES.get(word(record(status, "statusCategory"), "key"), Status.OPEN)
    is_customers = category.is_open and word(status, "name").strip() in pending
    return Status.PENDING if is_customers else category


def parse_requester(fields: Payload, known: Fields) -> Requester:
    """Read the reporter; the zone and the mail address are null where the person keeps them private."""
    reporter = record(fields, "reporter")
    organisations = (entry for name in known.organisations for entry in records(fields, name))
    return Requester(
        name=text(reporter, "displayName"),
        email=text(reporter, "emailAddress"),
        organisation=next((name for entry in organisations if (name := text(entry, "name"))), NO_TEXT),
        time_zone=text(reporter, "timeZone"),
    )


def parse_due(fields: Payload, slas: Sequence[str]) -> datetime | None:
    """Read when the next promise falls due: the first limit that runs, else the end of the issue's own due day."""
    cycles = (record(record(fields, name), "ongoingCycle") for name in slas)
    running = (record(cycle, "breachTime") for cycle in cycles if cycle.get("paused") is not True)
    dues = (moment(limit, "epochMillis") or instant(limit, "iso8601") for limit in running)
    due = min((due for due in dues if due is not None), default=None)
    day = instant(fields, "duedate")
    return due or (day + timedelta(days=1) if day is not None and day.year < MAXYEAR else None)


def parse_turn(fields: Payload, status: Status) -> Turn:
    """Read whose turn it is from the comments that came along; where some are missing, from the status alone."""
    comments = record(fields, "comment")
    given, total = records(comments, "comments"), number(comments, "total")
    if total is None or total > len(given):
        return Turn()
    reporter = record(fields, "reporter").get("accountId")
    waiting_since = instant(fields, "created")
    touches = 0
    for comment in given:
        if is_customers(record(comment, "author"), reporter):
            waiting_since = waiting_since or instant(comment, "created")
        else:
            touches += 1
            waiting_since = None if comment.get("jsdPublic") is not False else waiting_since
    return Turn(waiting_since=None if status is Status.PENDING else waiting_since, touches=touches)


def is_customers(author: Payload, reporter: object) -> bool:
    """Tell whether somebody is on the customer's side: who asked, and whoever has only the portal."""
    return word(author, "accountType") == _CUSTOMER or (reporter is not None and author.get("accountId") == reporter)


def parse_message(comment: Payload, reporter: object) -> Message | None:
    """Read a comment of the portal's interface; None when nobody wrote anything."""
    at = _portal_instant(record(comment, "created"))
    said = readable(comment, "body", is_html=False)
    if at is None or not said:
        return None
    author = record(comment, "author")
    called = comment.get("id")
    return Message(
        at=at,
        author=text(author, "displayName"),
        text=said,
        is_public=comment.get("public") is not False,
        is_inbound=comment.get("public") is not False and is_customers(author, reporter),
        reference=called if isinstance(called, str) else "",
    )


def parse_opening(issue: Payload) -> Message | None:
    """Read what the request began with."""
    fields = record(issue, "fields")
    at, said = instant(fields, "created"), text_of_document(fields.get("description"))
    if at is None or not said:
        return None
    return Message(at=at, author=text(record(fields, "reporter"), "displayName"), text=said, is_inbound=True)


def text_of_document(found: object) -> CleanText:
    """Read the words of a description, which is a tree of nodes in one interface and a text in the other."""
    if isinstance(found, str):
        return readable({"words": found}, "words", is_html=False)
    return readable({"words": "".join(_words_of(found)).strip()}, "words", is_html=False)


_BLOCKS = frozenset({"paragraph", "heading", "listItem", "codeBlock", "blockquote", "tableRow"})
_DEEPEST = 50


def _words_of(node: object, depth: int = 0) -> Iterable[str]:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return
    written = node.get("text")
    if isinstance(written, str):
        yield written
    if node.get("type") == "hardBreak":
        yield "\n"
    for inner in records(node, "content"):
        yield from _words_of(inner, depth + 1)
    if node.get("type") in _BLOCKS:
        yield "\n"


def _portal_instant(created: Payload) -> datetime | None:
    return moment(created, "epochMillis") or instant(created, "iso8601")


def parse_transition(found: Payload, name: str) -> str | None:
    """Read the id of the step that ends a request: the one of that name, else the first that leads to done."""
    steps = [step for step in records(found, "transitions") if isinstance(step.get("id"), str)]
    done = (step for step in steps if word(record(record(step, "to"), "statusCategory"), "key") == "done")
    named = (step for step in steps if name and word(step, "name") == name.casefold())
    step = next(named, None) if name else next(done, None)
    return str(step["id"]) if step is not None else None
