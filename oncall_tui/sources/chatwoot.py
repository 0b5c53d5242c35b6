"""Tickets from Chatwoot: the conversations of an account that are not resolved, as far as the token's owner sees them.

A list holds one status. The quietest is read first, so that a conversation that wakes up in between is read again among
the open ones. The newest state of a conversation is the one read last. They are answered in ``chatwoot_answers``.

Later rounds ask for what was updated lately, of whatever status. A server that knows no such question shows everything,
the latest activity first, and is read as far as there is something new. What leaves no trace there, such as a deleted
conversation, is noticed when everything is read again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.http_client import (
    Allowance,
    Limits,
    Pace,
    Remote,
    TokenAuth,
    client,
    documented,
    fetch,
    read,
    url_problem,
)
from oncall_tui.secrets import Secret
from oncall_tui.sources.answering import ABSENT, find_with, write_with
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.chatwoot_answers import ChatwootPen
from oncall_tui.sources.chatwoot_payload import Desk, changed_since, parse_thread, parse_ticket
from oncall_tui.sources.entries import number_of, ticket_number
from oncall_tui.sources.fields import Payload, number, text, word
from oncall_tui.sources.moving import Readings
from oncall_tui.sources.rounds import Entry, Page, Rounds, Walk
from oncall_tui.text_safety import clean

_STATUSES = ("snoozed", "pending", "open")
_OVERLAP = timedelta(minutes=2)
"""Asked for again, because an answer takes its time."""
_IN_ORDER = "created_at_asc"
"""Where the server knows it, a conversation that is written in keeps its place."""
_LATEST_FIRST = "last_activity_at_desc"
_THREAD_PAGES = 3
"""Of twenty messages each."""
_LIMITS = Limits(whole=Allowance(requests=3000))
"""Of an address, in a minute, where nobody has set another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``chatwoot``."""

    url: str = "https://app.chatwoot.com"
    """Address of Chatwoot."""
    account: int
    """The number of the account, which stands in its addresses behind /accounts/."""
    token: Secret
    """The access token of an agent's profile."""
    statuses: tuple[str, ...] = _STATUSES
    """Which conversations are read."""
    time_zone_field: str = "timezone"
    """Key of the custom attribute of contacts that holds the customer's zone."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if self.account < 1:
            found.append(("account", "the number of the account, 1 or more"))
        if not self.statuses or set(self.statuses) - set(_STATUSES):
            found.append(("statuses", 'some of "open", "pending" and "snoozed"'))
        return found


class _Meta(msgspec.Struct):
    all_count: int | None = None


class _Listed(msgspec.Struct):
    payload: list[dict[str, object]]
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Conversations(msgspec.Struct):
    data: _Listed


class _Messages(msgspec.Struct):
    payload: list[dict[str, object]]


def build(source: SourceId, settings: Settings, clock: Clock) -> "ChatwootSource":
    """Return the source of a table."""
    return ChatwootSource(source, settings, clock)


class ChatwootSource:
    """One account of a Chatwoot."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        pages = f"{self._url}/app/accounts/{settings.account}"
        self._desk = Desk(source=source, url=pages, time_zone_field=settings.time_zone_field)
        self._pen = ChatwootPen(self._remote, self._client, self._account)
        self._statuses = sorted(settings.statuses, key=_STATUSES.index)
        self._rounds: Rounds[Entry] = Rounds(source, clock, overlap=_OVERLAP, found=self.pace.found)
        self._readings = Readings()

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and how many conversations are open."""
        async with self._client() as http:
            me = await read(http, self._remote, "profile", dict[str, object])
            listed, _ = await self._listed(http, status="open", sort_by=_IN_ORDER, page=1)
        count = listed.meta.all_count
        said = "its conversations can be read" if count is None else f"{count} are open"
        return clean(f"Chatwoot answers {text(me, 'email', 'name')}: {said}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything not resolved."""
        async with self._client() as http, self.pace.unhurried(http):
            found = await self._rounds.read(
                lambda walk: self._whole(http, walk) if walk.since is None else self._changes(http, walk, walk.since)
            )
        return [entry.ticket for entry in found]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest messages of a conversation."""
        path = f"{self._account}/conversations/{number_of(ticket, self._id)}/messages"
        messages: list[Payload] = []
        before: dict[str, str | int] = {}
        async with self._client() as http:
            for _ in range(_THREAD_PAGES):
                page = await read(http, self._remote, path, _Messages, params=before)
                messages = [*page.payload, *messages]
                oldest = min((called for one in page.payload if (called := number(one)) is not None), default=None)
                if oldest is None or before.get("before") == oldest:
                    break
                before = {"before": oldest}
        return parse_thread(messages)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one conversation by its number; None when it is gone."""
        path = f"{self._account}/conversations/{number_of(ticket, self._id)}"
        async with self._client() as http:
            answer = await fetch(http, self._remote, path, also=ABSENT)
        return None if answer.status in ABSENT else parse_ticket(documented(answer, dict[str, object]), self._desk)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this agent may is for Chatwoot to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Send a message, or change assignee or status, and look whether Chatwoot did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the message in the conversation, or for its assignee or status."""
        return await find_with(self._pen, self, answer, claimed)

    @property
    def _account(self) -> str:
        return f"accounts/{self._settings.account}"

    def _client(self) -> httpx.AsyncClient:
        auth = TokenAuth(self._settings.token, scheme="", header="api_access_token")
        return client(f"{self._url}/api/v1/", auth=auth)

    async def _listed(self, http: httpx.AsyncClient, **params: str | int) -> tuple[_Listed, datetime | None]:
        """Return a page, and when it was given."""
        path = f"{self._account}/conversations"
        answer = await fetch(http, self._remote, path, params={"assignee_type": "all", **params})
        return documented(answer, _Conversations).data, given_at(answer)

    async def _whole(self, http: httpx.AsyncClient, walk: Walk[Entry]) -> Page[Entry]:
        """Read the next page of the lists, which follow one another."""
        if not walk.cursor:
            self._readings = Readings()
        status, _, page = walk.cursor.split() if walk.cursor else (self._statuses[0], "", "1")
        listed, at = await self._listed(http, status=status, sort_by=_IN_ORDER, page=int(page))
        numbers = [ticket_number(payload, self._id) for payload in listed.payload]
        has_more = self._readings.take(numbers, listed.meta.all_count) and not self._readings.has_all
        return Page(
            entries=[Entry(ticket=parse_ticket(payload, self._desk)) for payload in listed.payload],
            cursor=f"{status} {self._readings.times} {int(page) + 1}" if has_more else self._after(status),
            at=at,
        )

    def _after(self, status: str) -> str:
        """Return what is read after a list came to its end: it once more, the next one, or nothing."""
        if self._readings.again():
            return f"{status} {self._readings.times} 1"
        self._readings = Readings()
        following = self._statuses[self._statuses.index(status) + 1 :]
        return f"{following[0]} 1 1" if following else ""

    async def _changes(self, http: httpx.AsyncClient, walk: Walk[Entry], since: datetime) -> Page[Entry]:
        """Read the next page of what changed, until one brings nothing new.

        The window is a length of time, so that no clock but the server's counts.
        """
        page = int(walk.cursor or "1")
        window = self._clock() - (walk.before or walk.began_at) + _OVERLAP
        lately = {"updated_within": math.ceil(window.total_seconds()), "page": page}
        listed, at = await self._listed(http, status="all", sort_by=_LATEST_FIRST, **lately)
        found = [(payload, Entry(ticket=parse_ticket(payload, self._desk))) for payload in listed.payload]
        is_fresh = [changed_since(payload, since) and entry.ticket.id not in walk.found for payload, entry in found]
        wanted = {"", *self._statuses}
        return Page(
            entries=[entry for payload, entry in found if word(payload, "status") in wanted],
            gone=[entry.ticket.id for payload, entry in found if word(payload, "status") not in wanted],
            cursor=str(page + 1) if any(is_fresh) else "",
            at=at,
        )
