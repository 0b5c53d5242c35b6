"""What the text of a file of tickets means; ``Row`` names its fields."""

import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, TicketId, ticket_id
from oncall_tui.errors import SourceGarbled
from oncall_tui.http_client import decode
from oncall_tui.text_safety import clean, clean_body

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Payload = Mapping[str, object]

_STATUSES = {**{status.value: status for status in Status}, "hold": Status.ON_HOLD, "resolved": Status.SOLVED}
_PRIORITIES = {name: p for p in Priority for name in (p.name.lower(), str(p.value))}


class Person(msgspec.Struct):
    """Who asked."""

    name: str = ""
    email: str = ""
    phone: str = ""


class Entry(msgspec.Struct, rename={"author": "from"}):
    """One entry of the conversation."""

    at: Instant
    text: str
    author: str = ""
    public: bool = True
    attachments: list[str] = msgspec.field(default_factory=list)
    key: str = ""
    """Of the answer that this is, as it was handed over."""


class Row(msgspec.Struct):
    """One ticket, as a script writes it; instants are RFC 3339 with their offset."""

    id: str
    subject: str
    status: str = "open"
    priority: str | None = None
    created_at: Instant | None = None
    updated_at: Instant | None = None
    waiting_since: Instant | None = None
    due_at: Instant | None = None
    requester: Person = msgspec.field(default_factory=Person)
    organisation: str = ""
    time_zone: str = ""
    country: str = ""
    tier: str = ""
    tags: list[str] = msgspec.field(default_factory=list)
    assignee: str = ""
    touches: int | None = None
    url: str = ""
    messages: list[Entry] = msgspec.field(default_factory=list)


def parse_tickets(body: bytes, source: SourceId) -> Sequence[Ticket]:
    """Read every ticket of a file, or name the row and the field that cannot be read."""
    tickets: dict[TicketId, Ticket] = {}
    try:
        rows = _rows(body.removeprefix(codecs.BOM_UTF8))
    except (ValueError, csv.Error) as error:
        raise SourceGarbled(f"{source}: {_plain(error)}") from error
    for number in itertools.count(1):
        try:
            payload = next(rows, None)
            if payload is None:
                break
            ticket = parse_ticket(payload, source)
        except (ValueError, csv.Error) as error:
            raise SourceGarbled(f"{source}, ticket {number}: {_plain(error)}") from error
        if ticket.id in tickets:
            raise SourceGarbled(f"{source}, ticket {number}: its id stands further up already")
        tickets[ticket.id] = ticket
    return list(tickets.values())


def _rows(body: bytes) -> Iterator[object]:
    start = body.lstrip()[:1]
    if not start:
        raise ValueError("there is nothing in it; an empty desk is []")
    if start == b"[":
        return _json_rows(body)
    if start != b"{":
        return _csv_rows(body.decode(errors="replace"))
    try:
        whole = decode(body, dict[str, object])
    except ValueError:  # objects one after another, or a broken one, which then fails as a line
        return (decode(line, dict[str, object]) for line in body.splitlines() if line.strip())
    listed = whole.get("tickets")
    return iter(listed) if isinstance(listed, list) else iter([whole])


def _json_rows(body: bytes) -> Iterator[object]:
    """Read one row after another, so that a long list is never held twice."""
    try:
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return iter(decode(body, list[object]))
    return (decode(bytes(row), object) for row in rows)


def _csv_rows(text: str) -> Iterator[object]:
    header = text.lstrip().partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","  # spreadsheets of half the world write ;
    rows = csv.DictReader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter, restval="\0", restkey="\0")
    if not {"id", "subject"} <= {name.strip() for name in rows.fieldnames or ()}:  # a login page is no empty desk
        raise ValueError("it is neither JSON nor CSV whose first line names `id` and `subject`")
    return map(_csv_row, rows)


def _csv_row(row: Mapping[str, str]) -> object:
    if "\0" in row or "\0" in row.values():
        raise ValueError("it has more or fewer cells than the first line names")
    return _nested({name.strip(): cell for name, cell in row.items() if cell or name == "subject"})


def _nested(row: Mapping[str, str]) -> Payload:
    payload: dict[str, object] = {name: cell for name, cell in row.items() if "." not in name}
    people = {name.partition(".")[2]: cell for name, cell in row.items() if name.startswith("requester.")}
    tags = [tag.strip() for tag in re.split("[;,]", row.get("tags", "")) if tag.strip()]
    touches = row.get("touches")
    return {
        **payload,
        "requester": people,
        "tags": tags,
        "touches": int(touches) if touches and touches.isascii() and touches.isdigit() else touches,
    }


def parse_ticket(payload: object, source: SourceId) -> Ticket:
    """Read one row, or raise a ``ValueError`` that names the field."""
    row = msgspec.convert(_without_nulls(payload), Row)
    if not row.id.strip():
        raise ValueError("`id` is empty")
    return Ticket(
        id=ticket_id(source, clean(row.id.strip())),
        subject=clean(row.subject),
        requester=Requester(
            name=clean(row.requester.name),
            email=clean(row.requester.email),
            phone=clean(row.requester.phone),
            organisation=clean(row.organisation),
            time_zone=clean(row.time_zone),
            country=clean(row.country),
        ),
        status=parse_status(row.status),
        priority=parse_priority(row.priority),
        tier=clean(row.tier),
        tags=tuple(clean(tag) for tag in row.tags),
        assignee=clean(row.assignee),
        created_at=_utc(row.created_at),
        updated_at=_utc(row.updated_at),
        waiting_since=_utc(row.waiting_since),
        due_at=_utc(row.due_at),
        touches=row.touches,
        url=parse_url(row.url),
        messages=tuple(parse_entry(entry, row.requester) for entry in sorted(row.messages, key=lambda entry: entry.at)),
    )


def _without_nulls(payload: object) -> object:
    if not isinstance(payload, Mapping):
        return payload
    kept = {name: _without_nulls(value) for name, value in payload.items() if value is not None}
    numbers = {name: str(kept[name]) for name in ("id", "priority") if isinstance(kept.get(name), int)}
    return {**kept, **numbers}


def parse_entry(entry: Entry, requester: Person) -> Message:
    """Read one entry of the conversation; it is the customer's when its author is who asked."""
    return Message(
        at=entry.at.astimezone(UTC),
        author=clean(entry.author),
        text=clean_body(entry.text),
        is_public=entry.public,
        is_inbound=bool(entry.author) and entry.author in {requester.name, requester.email},
        attachments=tuple(clean(name) for name in entry.attachments),
        mark=clean(entry.key),
    )


def parse_status(found: str) -> Status:
    """Read a status by its name."""
    word = re.sub("[_-]", " ", found.strip().casefold())
    if word not in _STATUSES:
        raise ValueError(f"`status` is none of {', '.join(_STATUSES)}")
    return _STATUSES[word]


def parse_priority(found: str | None) -> Priority | None:
    """Read a priority by its name, or by its number from 1 to 4."""
    if found is None:
        return None
    word = found.strip().casefold()
    if word not in _PRIORITIES:
        raise ValueError(f"`priority` is none of {', '.join(_PRIORITIES)}")
    return _PRIORITIES[word]


def parse_url(found: str) -> str:
    """Read a link that a browser may open."""
    if not found:
        return ""
    parts = urlsplit(found)
    if parts.scheme not in {"http", "https"} or not parts.hostname or clean(found, limit=2000) != found:
        raise ValueError("`url` is no http or https address")
    return found


def _utc(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC) if instant is not None else None


def _plain(error: Exception) -> str:
    """Return what is wrong and where, without msgspec's notation."""
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON in line {error.lineno}, column {error.colno}"
    message, _, field = str(error).partition(" - at `$")
    message = message.removeprefix("Object ").replace("missing required field", "there is no")
    if "timezone" in message or "RFC3339" in message:
        message = "write the instant with its offset, such as 2026-11-21T09:00:00Z or 2026-11-21T18:00:00+09:00"
    return str(clean(f"{field.strip('.`')}: {message}" if field else message))
