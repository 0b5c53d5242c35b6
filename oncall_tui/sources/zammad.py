"""Tickets from Zammad 5 or later, and answers to them.

Its search is asked by a condition and not by words, which would go through an index that lags behind. The list is read
by the time of creation instead of by page number, so that a ticket that is closed in between pushes no other one off;
people and organisations come along with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled
from oncall_tui.http_client import Pace, Remote, TokenAuth, client, documented, fetch, read, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.answering import find_with, write_with
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, record, records, text
from oncall_tui.sources.zammad_answers import ZammadPen
from oncall_tui.sources.zammad_payload import Desk, asset, parse_priorities, parse_statuses, parse_thread, parse_ticket
from oncall_tui.text_safety import clean

_PAGE = 200
"""The most Zammad gives at once."""
_LEAST = 50
"""What it gives at once where it heeds no wish: a page with fewer is the last."""
_OVERLAP = timedelta(seconds=1)
"""A page begins a little before the end of the one before, because an instant may stand for several tickets."""
_HIDDEN = frozenset({403, 404})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``zammad``."""

    url: str
    """Address of Zammad, such as https://acme.zammad.com."""
    token: Secret
    """A personal access token with the permission ticket.agent."""
    time_zone_field: str = "timezone"
    """Name of the attribute of users or organisations in which an administrator keeps the customer's zone."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    tickets: Sequence[Payload]
    assets: Payload


def build(source: SourceId, settings: Settings, clock: Clock) -> "ZammadSource":
    """Return the source of a table."""
    return ZammadSource(source, settings, clock)


class ZammadSource:
    """One Zammad."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings = source, settings
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._pen = ZammadPen(self._remote, self._client)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and read the list."""
        async with self._client() as http:
            me = await read(http, self._remote, "users/me", dict[str, object])
        count = len(await self.open_tickets())
        groups = len(record(me, "group_ids"))
        return clean(f"Zammad answers {text(me, 'login', 'email')}, who is in {groups} groups: {count} open tickets")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every ticket that is neither closed nor merged."""
        async with self._client() as http, self.pace.unhurried(http):
            desk = await self._desk(http)
            wanted = [str(state) for state, status in desk.statuses.items() if status.is_open]
            if not wanted:
                raise SourceGarbled(f"{self._id} names no state in which a ticket is open")
            return await self._all(http, desk, wanted)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read a ticket's articles."""
        number = number_of(ticket, self._id)
        async with self._client() as http:
            path = f"ticket_articles/by_ticket/{number}"
            articles = await read(http, self._remote, path, list[dict[str, object]], params={"expand": "true"})
        return parse_thread(articles)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one ticket by its number, with the people it names; None when it is gone."""
        number = number_of(ticket, self._id)
        async with self._client() as http:
            desk = await self._desk(http)
            answer = await fetch(http, self._remote, f"tickets/{number}", also=_HIDDEN, params={"full": "true"})
        if answer.status in _HIDDEN:
            return None
        whole: Payload = documented(answer, dict[str, object])
        assets = record(whole, "assets")
        return parse_ticket(asset(assets, "Ticket", int(number)) or whole, assets, desk)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this account may is for Zammad to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Add an article, or change owner or state, and look whether Zammad did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the article in the ticket, or for its owner or state."""
        return await find_with(self._pen, self, answer, claimed)

    def _client(self) -> httpx.AsyncClient:
        auth = TokenAuth(self._settings.token, scheme="Token token=")
        return client(f"{self._url}/api/v1/", auth=auth)

    async def _desk(self, http: httpx.AsyncClient) -> Desk:
        states = await read(http, self._remote, "ticket_states", list[object], params={"expand": "true"})
        answer = await fetch(http, self._remote, "ticket_priorities", also=_HIDDEN)
        priorities = [] if answer.status in _HIDDEN else documented(answer, list[object])
        return Desk(
            source=self._id,
            url=self._url,
            statuses=parse_statuses({"states": states}),
            priorities=parse_priorities({"priorities": priorities}),
            time_zone_field=self._settings.time_zone_field,
        )

    async def _all(self, http: httpx.AsyncClient, desk: Desk, states: Sequence[str]) -> Sequence[Ticket]:
        """Read the list to its end, which is a page that is not full and brings nothing new."""
        found: dict[TicketId, Ticket] = {}
        since: datetime | None = None
        page, full = 1, 0
        while True:
            answer = await self._page(http, states, since, page)
            read_now = [parse_ticket(payload, answer.assets, desk) for payload in answer.tickets]
            fresh = [ticket for ticket in read_now if ticket.id not in found]
            found |= {ticket.id: ticket for ticket in read_now}
            if len(read_now) < _LEAST or (not fresh and len(read_now) < full):
                return list(found.values())
            if not fresh and page > 1:
                raise SourceGarbled(f"{self._id} gives the same tickets on every page")
            full = max(full, len(read_now))
            later = max((ticket.created_at - _OVERLAP for ticket in read_now if ticket.created_at), default=None)
            since, page = (later, 1) if later is not None and (since is None or later > since) else (since, page + 1)

    async def _page(self, http: httpx.AsyncClient, states: Sequence[str], since: datetime | None, page: int) -> _Page:
        condition: dict[str, object] = {"ticket.state_id": {"operator": "is", "value": states}}
        if since is not None:
            at = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            condition["ticket.created_at"] = {"operator": "after (absolute)", "value": at}
        order = {"sort_by": "created_at", "order_by": "asc", "per_page": _PAGE, "page": page, "full": True}
        answer = await fetch(
            http, self._remote, "tickets/search", method="POST", json={"condition": condition, **order}
        )
        return self._parsed(documented(answer, object))

    def _parsed(self, found: object) -> _Page:
        """Read a page: ids with their records, as up to Zammad 6.3 or with the names since, or plain tickets."""
        if isinstance(found, list):
            return _Page(tickets=records({"tickets": found}, "tickets"), assets={})
        whole: Payload = found if isinstance(found, Mapping) else {}
        listed = whole.get("tickets", whole.get("record_ids"))
        if not isinstance(listed, list):
            raise SourceGarbled(f"{self._id} sent a page without its tickets")
        assets = record(whole, "assets")
        return _Page(tickets=[record(record(assets, "Ticket"), str(called)) for called in listed], assets=assets)
