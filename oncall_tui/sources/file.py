"""Tickets from a file or an address that any script can write: JSON, JSON Lines or CSV.

What the text begins with tells the form: ``[`` or ``{"tickets": [`` is JSON, another ``{`` is JSON Lines, all else is
CSV, whose first line names the fields, nested ones with dots. The fields stand in ``Row`` below. A row that cannot be
read makes the whole answer unreadable: a list that silently misses a ticket looks calm.
"""

import asyncio
import codecs
import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import fstat, stat_result
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, TicketId, ticket_id
from oncall_tui.errors import Rejected, SourceGarbled, SourceUnreachable
from oncall_tui.http_client import LIST_LIMIT, MEGABYTE, Remote, TokenAuth, client, decode, fetch, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.file_answers import AnswerAddress, AnswerFile, Answers
from oncall_tui.text_safety import clean, clean_body

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Payload = Mapping[str, object]

_WANTED = {"Accept": "application/json, application/x-ndjson, text/csv"}
_SAME = 304
_SETTLED = timedelta(seconds=10)
_STATUSES = {**{status.value: status for status in Status}, "hold": Status.ON_HOLD, "resolved": Status.SOLVED}
_PRIORITIES = {name: p for p in Priority for name in (p.name.lower(), str(p.value))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``file``."""

    path: Path | None = None
    """The file; or else url."""
    url: str = ""
    """An https address that answers with such a file."""
    token: Secret | None = None
    """A bearer token for url, where it wants one."""
    answers_path: Path | None = None
    """A file to which every answer is added as one line of JSON; or else answers_url; or neither, to read only."""
    answers_url: str = ""
    """An https address every answer is posted to, with an Idempotency-Key header and the same token."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is read."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        if (self.path is None) == (not self.url):
            return [("path", "either path or url")]
        found = [(key, url_problem(url)) for key, url in (("url", self.url), ("answers_url", self.answers_url)) if url]
        if self.answers_path is not None and self.answers_url:
            found.append(("answers_path", "either answers_path or answers_url"))
        return [(key, problem) for key, problem in found if problem is not None]


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


def build(source: SourceId, settings: Settings, clock: Clock) -> "FileSource":
    """Return the source of a table."""
    return FileSource(source, settings, clock)


class FileSource:
    """One file, or one address that answers with one."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._known: tuple[str, Sequence[Ticket]] = "", ()
        """What it held, under the mark of what it was then; no mark where that proves nothing."""
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout)
        self._answers: Answers | None = None
        if settings.answers_path is not None:
            self._answers = AnswerFile(settings.answers_path.expanduser(), self._remote)
        elif settings.answers_url:
            self._answers = AnswerAddress(settings.answers_url, settings.token, self._remote)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Read it and count."""
        count = len(await self.open_tickets())
        return clean(f"{count} open {'ticket' if count == 1 else 'tickets'} in it")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every open ticket, with its conversation."""
        return [ticket for ticket in await self._tickets() if ticket.status.is_open]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read a ticket's conversation."""
        found = next((t for t in await self._tickets() if t.id == ticket), None)
        if found is None:
            raise SourceGarbled(f"{self._id} has no such ticket any more")
        return found.messages

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything where there is a place for answers, else nothing."""
        return frozenset(AnswerKind) if self._answers is not None else frozenset()

    async def write(self, answer: Answer) -> Receipt:
        """Hand an answer over with its key, for whoever reads it to act on."""
        if self._answers is None:
            raise Rejected(f"{self._id} takes no answers: give it answers_path or answers_url in {self._remote.where}")
        return await self._answers.write(answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for an answer where answers are kept, else among the ticket's own messages."""
        kept = await self._answers.find(answer) if self._answers is not None else None
        if kept is not None:
            return kept
        found = written(answer, await self.thread(answer.ticket), claimed)
        return Receipt(reference=found.reference or found.mark) if found is not None else None

    async def _tickets(self) -> Sequence[Ticket]:
        """Read it, unless it is known to be the same as before."""
        found = await (self._download() if self._settings.path is None else asyncio.to_thread(self._read))
        if found is not None:
            tag, body = found
            self._known = tag, await asyncio.to_thread(parse_tickets, body, self._id)
        return self._known[1]

    async def _download(self) -> tuple[str, bytes] | None:
        auth = TokenAuth(self._settings.token) if self._settings.token else None
        tag = self._known[0]
        headers = {"If-None-Match": tag} if tag else {}
        also = frozenset({_SAME}) if tag else frozenset[int]()
        async with client(auth=auth, headers=_WANTED) as http:
            answer = await fetch(http, self._remote, self._settings.url, also=also, headers=headers)
        if answer.status == _SAME:
            return None
        if answer.is_page:
            raise SourceGarbled(answer.undocumented)
        return answer.headers.get("ETag", ""), answer.body

    def _read(self) -> tuple[str, bytes] | None:
        path = (self._settings.path or Path()).expanduser()
        try:
            with path.open("rb") as file:
                tag = self._tag(fstat(file.fileno()))
                if tag and tag == self._known[0]:
                    return None
                body = file.read(LIST_LIMIT + 1)
        except OSError as error:
            why = error.strerror or "it cannot be opened"
            raise SourceUnreachable(f"{self._id} cannot be read: {why}; check path in {self._remote.where}") from error
        if len(body) > LIST_LIMIT:
            raise SourceGarbled(f"{self._id} is longer than {LIST_LIMIT / MEGABYTE:g} MB")
        return tag, body

    def _tag(self, about: stat_result) -> str:
        """Return what changes with the file; nothing where it may change again within the same tick of its clock."""
        written_at = datetime.fromtimestamp(max(about.st_mtime, about.st_ctime), UTC)
        is_settled = self._clock() - written_at > _SETTLED
        return f"{about.st_ino} {about.st_size} {about.st_mtime_ns} {about.st_ctime_ns}" if is_settled else ""


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
