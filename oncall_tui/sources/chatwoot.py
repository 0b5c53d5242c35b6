"""Tickets from Chatwoot: the conversations of an account that are not resolved, as far as the token's owner sees them.

A list holds one status. The quietest is read first, so that a conversation that wakes up in between is read again among
the open ones. The newest state of a conversation is the one read last. They are answered in ``chatwoot_answers``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

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
from oncall_tui.sources.chatwoot_answers import ChatwootPen
from oncall_tui.sources.chatwoot_payload import Desk, parse_thread, parse_ticket
from oncall_tui.sources.entries import number_of, ticket_number
from oncall_tui.sources.fields import Payload, number, text
from oncall_tui.sources.moving import Reading, everything
from oncall_tui.text_safety import clean

_STATUSES = ("snoozed", "pending", "open")
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


class _Page(msgspec.Struct):
    data: _Listed


class _Messages(msgspec.Struct):
    payload: list[dict[str, object]]


def build(source: SourceId, settings: Settings, clock: Clock) -> "ChatwootSource":
    """Return the source of a table."""
    return ChatwootSource(source, settings, clock)


class ChatwootSource:
    """One account of a Chatwoot."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings = source, settings
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        pages = f"{self._url}/app/accounts/{settings.account}"
        self._desk = Desk(source=source, url=pages, time_zone_field=settings.time_zone_field)
        self._pen = ChatwootPen(self._remote, self._client, self._account)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and how many conversations are open."""
        async with self._client() as http:
            me = await read(http, self._remote, "profile", dict[str, object])
            page = await self._page(http, "open", 1)
        count = "its conversations can be read" if page.meta.all_count is None else f"{page.meta.all_count} are open"
        return clean(f"Chatwoot answers {text(me, 'email', 'name')}: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every conversation that is not resolved."""
        found: dict[int, Payload] = {}
        async with self._client() as http, self.pace.unhurried(http):
            for status in sorted(self._settings.statuses, key=_STATUSES.index):
                found |= await everything(partial(self._reading, http, status))
        return [parse_ticket(payload, self._desk) for payload in found.values()]

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

    async def _page(self, http: httpx.AsyncClient, status: str, page: int) -> _Listed:
        # In the order of creation, where the server knows it, a conversation that is written in keeps its place.
        params: dict[str, str | int] = {
            "status": status,
            "assignee_type": "all",
            "sort_by": "created_at_asc",
            "page": page,
        }
        return (await read(http, self._remote, f"{self._account}/conversations", _Page, params=params)).data

    async def _reading(self, http: httpx.AsyncClient, status: str) -> Reading[Payload]:
        entries: list[tuple[int, Payload]] = []
        counts: set[int] = set()
        page = 1
        while True:
            listed = await self._page(http, status, page)
            known = len({called for called, _ in entries})
            entries += [(ticket_number(payload, self._id), payload) for payload in listed.payload]
            now_known = len({called for called, _ in entries})
            count = listed.meta.all_count
            counts |= {count} if count is not None else set()
            if now_known == known or (count is not None and count <= now_known):
                return Reading(entries=entries, counts=frozenset(counts))
            page += 1
