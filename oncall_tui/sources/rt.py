"""Tickets from Request Tracker 5, by its REST2 interface.

Three kinds of request, each for many tickets at once: the tickets with their requestors' records inside (so that no
user has to be asked for), who wrote last in those that changed, and, for one opened ticket, its conversation. Lists
are read by growing id instead of by page number: a ticket that is resolved in between cannot push another one off.
"""

import itertools
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import OutcomeUnknown, Rejected, SourceError, SourceGarbled, SourceRefused
from oncall_tui.http_client import Pace, PasswordAuth, Remote, TokenAuth, client, read, send, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.rt_payload import (
    CONVERSATION,
    Exchange,
    Payload,
    is_done,
    parse_customers,
    parse_exchange,
    parse_file_names,
    parse_message,
    parse_number,
    parse_ticket,
    parse_transaction,
)
from oncall_tui.text_safety import clean

T = TypeVar("T")

_PAGE = 100
"""The most RT gives at once."""
_BATCH = 25
"""Ids named in one query: more make an address longer than proxies allow."""
_THREAD = 50
_SETTLED = timedelta(minutes=1)
"""RT's instants have whole seconds, so a ticket that changed just now may change again within the same one."""

_BY_ID: Mapping[str, str | int] = {"orderby": "id", "order": "ASC", "per_page": _PAGE}
_TICKET_FIELDS = {
    "fields": "Subject,Status,Priority,Owner,Queue,Requestor,Cc,Created,LastUpdated,Due",
    "fields[Requestor]": "Name,EmailAddress,RealName,Organization,Timezone,Country,WorkPhone,MobilePhone,HomePhone",
    "fields[Owner]": "Name,RealName",
    "fields[Queue]": "Name",
}
_TRANSACTION_FIELDS = {"fields": "Type,Created,Creator,ObjectId"}
_ATTACHMENT_FIELDS = {"fields": "ContentType,Filename,TransactionId,Content"}  # one more, Parent, is a 500 in RT 5.0.3
_FILE_FIELDS = {"fields": "Filename,TransactionId"}
_LATEST_HISTORY: Mapping[str, str | int] = {
    "orderby": "id",
    "order": "DESC",
    "per_page": _PAGE,
    "fields": "Type,Created,Creator",
    "fields[Creator]": "Name,RealName",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``rt``."""

    url: str
    """Address of RT, such as https://rt.example or https://helpdesk.example/rt."""
    token: Secret | None = None
    """An authentication token of RT; or else user and password."""
    user: str = ""
    """Login name, where there is no token."""
    password: Secret | None = None
    """Password of user."""
    query: str = "Status = '__Active__'"
    """Which tickets are open, in TicketSQL."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if (self.token is None) == (self.password is None):
            found.append(("token", "either token, or user and password"))
        if (self.password is None) == bool(self.user):
            found.append(("user", "user and password together, or neither"))
        return found


class _Version(msgspec.Struct):
    Version: str


class _Page(msgspec.Struct):
    items: list[dict[str, object] | str]
    """"" stands where a record may not be seen."""
    total: int | None = None
    """None for some users without all rights."""


def build(source: SourceId, settings: Settings, clock: Clock) -> "RtSource":
    """Return the source of a table."""
    return RtSource(source, settings, clock)


class RtSource:
    """One Request Tracker."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._exchanges: dict[TicketId, tuple[datetime | None, Exchange]] = {}

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask for its version and how many tickets are open."""
        async with self._client() as http:
            version = await read(http, self._remote, "rt", _Version)
            query: Mapping[str, str | int] = {"query": self._settings.query, "per_page": 1}
            page = await read(http, self._remote, "tickets", _Page, params=query)
        count = "its tickets can be read" if page.total is None else f"{page.total} open tickets"
        return clean(f"Request Tracker {version.Version} answers: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every open ticket, and whose turn it is in each that changed since the last time."""
        async with self._client() as http, self.pace.unhurried(http):
            tickets: list[Ticket] = []
            exchanges: dict[TicketId, Exchange] = {}
            settled: dict[TicketId, tuple[datetime | None, Exchange]] = {}
            query = partial(_later, f"({self._settings.query})")
            async for page in self._pages(http, "tickets", query, _TICKET_FIELDS):
                rows = {parse_ticket(payload, self._id, self._url): parse_customers(payload) for payload in page}
                exchanges |= {ticket.id: self._exchanges[ticket.id][1] for ticket in rows if self._is_known(ticket)}
                unknown = {ticket: customers for ticket, customers in rows.items() if ticket.id not in exchanges}
                exchanges |= await self._exchanges_of(http, unknown)
                tickets += [exchanges[ticket.id].told_of(ticket) for ticket in rows]
                settled |= {t.id: (t.updated_at, exchanges[t.id]) for t in rows if self._is_settled(t)}
                self.pace.found(len(tickets))
        self._exchanges = settled
        return tickets

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest words of a ticket."""
        number = self._number(ticket)
        async with self._client() as http:
            customers = parse_customers(await read(http, self._remote, f"ticket/{number}", dict[str, object]))
            history = await read(http, self._remote, f"ticket/{number}/history", _Page, params=_LATEST_HISTORY)
            spoken = [t for t in self._readable(history) if t.get("Type") in CONVERSATION][:_THREAD]
            numbers = [parse_number(transaction) for transaction in spoken]
            words = await self._parts(http, numbers, _text_of)
            files = parse_file_names(await self._parts(http, numbers, _files_of))
        messages = (parse_message(t, words, files, customers) for t in reversed(spoken))
        return [message for message in messages if message is not None]

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this user may is for RT to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Correspond, comment, or change owner or status."""
        number = self._number(answer.ticket)
        async with self._client() as http:
            if answer.kind.has_words:
                # Two addresses, so that no field can make a note public.
                path = f"ticket/{number}/{'correspond' if answer.kind is AnswerKind.REPLY else 'comment'}"
                content = {"Content": answer.text, "ContentType": "text/plain"}
                taken = await send(http, self._remote, "POST", path, json=content)
                taken.decode(list[str])
                return Receipt(reference=parse_transaction(taken.headers.get("Location", "")))
            taken = await send(http, self._remote, "PUT", f"ticket/{number}", json=self._change(answer))
            said = " ".join(taken.decode(list[str]))
        return await self._proved(answer, said)

    def _change(self, answer: Answer) -> Mapping[str, str]:
        if answer.kind is AnswerKind.SOLVE:
            return {"Status": "resolved"}
        return {"Owner": self._account(answer)}

    def _account(self, answer: Answer) -> str:
        account = answer.account or self._settings.user
        if not account:
            raise Rejected(f'{self._id} does not know you: add accounts = ["{self._id}:NAME"] to your [[people]]')
        return account

    async def _proved(self, answer: Answer, said: str) -> Receipt:
        """Return the proof of a change: RT answers 200 to one it refuses too."""
        try:
            receipt = await self.find(answer, frozenset())
        except SourceError as error:
            raise OutcomeUnknown(str(error)) from error
        if receipt is None:
            raise Rejected(f"{self._id} refused: {clean(said, limit=120)}")
        return receipt

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the ticket, or for its owner or status."""
        if answer.kind.has_words:
            found = written(answer, await self.thread(answer.ticket), claimed)
            return Receipt(reference=found.reference) if found is not None else None
        async with self._client() as http:
            ticket = await read(http, self._remote, f"ticket/{self._number(answer.ticket)}", dict[str, object])
        owner = self._account(answer) if answer.kind is AnswerKind.TAKE else ""
        return Receipt() if is_done(ticket, owner) else None

    def _number(self, ticket: TicketId) -> str:
        number = ticket.partition(":")[2]
        if not (number.isascii() and number.isdigit()):
            raise SourceGarbled(f"{self._id} has no ticket of that number")
        return number

    def _client(self) -> httpx.AsyncClient:
        settings = self._settings
        auth: httpx.Auth | None = TokenAuth(settings.token, scheme="token") if settings.token else None
        if settings.password:
            auth = PasswordAuth(settings.user, settings.password)
        return client(f"{self._url}/REST/2.0/", auth=auth)

    def _is_known(self, ticket: Ticket) -> bool:
        seen = self._exchanges.get(ticket.id)
        return seen is not None and seen[0] == ticket.updated_at

    def _is_settled(self, ticket: Ticket) -> bool:
        return ticket.updated_at is not None and self._clock() - ticket.updated_at > _SETTLED

    async def _exchanges_of(
        self, http: httpx.AsyncClient, tickets: Mapping[Ticket, frozenset[str]]
    ) -> Mapping[TicketId, Exchange]:
        written: dict[str, list[Payload]] = defaultdict(list)
        for batch in _batches(tickets):
            wanted = " OR ".join(f"ObjectId = {ticket.number}" for ticket in batch)
            query = f"ObjectType = 'RT::Ticket' AND ({wanted}) AND (Type = 'Create' OR Type = 'Correspond')"
            for transaction in await self._all(http, "transactions", partial(_later, query), _TRANSACTION_FIELDS):
                written[str(transaction.get("ObjectId"))].append(transaction)
        return {ticket.id: parse_exchange(written[ticket.number], who) for ticket, who in tickets.items()}

    async def _parts(
        self, http: httpx.AsyncClient, transactions: Sequence[int], query: Callable[[Sequence[int], int], str]
    ) -> Mapping[int, Sequence[Payload]]:
        """Return what belongs to each transaction, the contents of files left out."""
        fields = _ATTACHMENT_FIELDS if query is _text_of else _FILE_FIELDS
        parts: dict[int, list[Payload]] = defaultdict(list)
        for batch in _batches(transactions):
            for part in await self._all(http, "attachments", partial(query, batch), fields):
                parts[int(str(part.get("TransactionId")))].append(part)
        return parts

    async def _all(
        self, http: httpx.AsyncClient, path: str, query: Callable[[int], str], fields: Mapping[str, str]
    ) -> Sequence[Payload]:
        """Read a list to its end."""
        return [payload async for page in self._pages(http, path, query, fields) for payload in page]

    async def _pages(
        self, http: httpx.AsyncClient, path: str, query: Callable[[int], str], fields: Mapping[str, str]
    ) -> AsyncIterator[Sequence[Payload]]:
        """Read a list page after page, each beginning behind the last id of the one before."""
        last = 0
        while True:
            page = await read(http, self._remote, path, _Page, params={"query": query(last), **_BY_ID, **fields})
            readable = self._readable(page)
            if not readable:
                return
            if parse_number(readable[0]) <= last:
                raise SourceGarbled(f"{self._id} does not heed the query: check query in {self._remote.where}")
            yield readable
            last = parse_number(readable[-1])
            if page.total is not None and page.total <= len(page.items):
                return

    def _readable(self, page: _Page) -> Sequence[Payload]:
        readable = [entry for entry in page.items if isinstance(entry, dict)]
        if page.items and not readable:
            raise SourceRefused(f"{self._id} does not show its tickets to this user: grant ShowTicket in the queue")
        return readable


def _later(query: str, after: int) -> str:
    return f"{query} AND id > {after}"


def _text_of(transactions: Sequence[int], after: int) -> str:
    wanted = [{"field": "TransactionId", "operator": "=", "value": number} for number in transactions]
    text = {"field": "ContentType", "operator": "STARTSWITH", "value": "text/"}
    return json.dumps([*wanted, text, {"field": "id", "operator": ">", "value": after}])


def _files_of(transactions: Sequence[int], after: int) -> str:
    wanted = [{"field": "TransactionId", "operator": "=", "value": number} for number in transactions]
    named = {"field": "Filename", "operator": "!=", "value": ""}
    return json.dumps([*wanted, named, {"field": "id", "operator": ">", "value": after}])


def _batches(entries: Iterable[T]) -> Iterator[Sequence[T]]:
    remaining = iter(entries)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch
