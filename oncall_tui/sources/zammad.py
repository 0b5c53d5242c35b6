"""Tickets from Zammad 5 or later, and answers to them.

Its search is asked by a condition and not by words, which would go through an index that lags behind. The list is read
by the time of creation instead of by page number, so that a ticket that is closed in between pushes no other one off;
people and organisations come along with it. Later rounds ask for what changed, in whatever state it is, by the time of
the change: what was closed or merged is among it. A ticket that was deleted, or moved to a group that the token's owner
does not see, leaves no such trace: it is noticed when everything is read again.
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
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, record, records, text
from oncall_tui.sources.rounds import Entry, Page, Rounds, Walk
from oncall_tui.sources.zammad_answers import ZammadPen
from oncall_tui.sources.zammad_payload import Desk, asset, parse_priorities, parse_statuses, parse_thread, parse_ticket
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 200
"""The most Zammad gives at once."""
_LEAST = 50
"""What it gives at once where it heeds no wish: a page with fewer is the last."""
_LAG = timedelta(minutes=1)
"""A change is dated before it can be seen."""
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
class _Given:
    """What an answer holds."""

    tickets: Sequence[Payload]
    assets: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a page begins: at which instant, and which one it is of those that begin there."""

    since: datetime | None = None
    page: int = 1
    full: int = 0
    """How many tickets the fullest page so far had."""

    @classmethod
    def of(cls, walk: Walk[Entry]) -> "_Place":
        """Return where a walk goes on."""
        if not walk.cursor:
            return cls(since=walk.since)
        since, page, full = walk.cursor.split()
        return cls(since=None if since == "-" else datetime.fromisoformat(since), page=int(page), full=int(full))

    def __str__(self) -> str:
        """Return it as a cursor."""
        return f"{'-' if self.since is None else self.since.isoformat()} {self.page} {self.full}"

    def behind(self, stamps: Sequence[datetime], count: int) -> "_Place":
        """Return where the page after one begins, whose tickets bear these instants."""
        reached = max((at - _OVERLAP for at in stamps), default=None)
        full = max(self.full, count)
        if reached is not None and (self.since is None or reached > self.since):
            return _Place(since=reached, full=full)
        return _Place(since=self.since, page=self.page + 1, full=full)


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
        self._rounds: Rounds[Entry] = Rounds(source, clock, overlap=_LAG, found=self.pace.found)

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
        """Read what changed since the last time; the first time, and every half hour, all neither closed nor merged."""
        async with self._client() as http, self.pace.unhurried(http):
            desk = await self._desk(http)
            wanted = [str(state) for state, status in desk.statuses.items() if status.is_open]
            if not wanted:
                raise SourceGarbled(f"{self._id} names no state in which a ticket is open")
            found = await self._rounds.read(lambda walk: self._page(http, walk, desk, wanted))
        return [entry.ticket for entry in found]

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

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Entry], desk: Desk, states: Sequence[str]) -> Page[Entry]:
        """Read the next page; the last one is not full and brings nothing new."""
        place = _Place.of(walk)
        condition: dict[str, object] = {}
        if walk.since is None:
            condition["ticket.state_id"] = {"operator": "is", "value": states}
        by = "created_at" if walk.since is None else "updated_at"
        if place.since is not None:
            at = place.since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            condition[f"ticket.{by}"] = {"operator": "after (absolute)", "value": at}
        order = {"sort_by": by, "order_by": "asc", "per_page": _PAGE, "page": place.page, "full": True}
        wanted = {"condition": condition, **order}
        answer = await fetch(http, self._remote, "tickets/search", method="POST", json=wanted)
        given = self._given(documented(answer, object))
        tickets = await made_of(given.tickets, lambda payload: parse_ticket(payload, given.assets, desk))
        is_fresh = any(ticket.id not in walk.found for ticket in tickets)
        is_last = len(tickets) < _LEAST or (not is_fresh and len(tickets) < place.full)
        if not is_last and not is_fresh and place.page > 1:
            raise SourceGarbled(f"{self._id} gives the same tickets on every page")
        stamps = [ticket.created_at if walk.since is None else ticket.updated_at for ticket in tickets]
        following = place.behind([stamp for stamp in stamps if stamp is not None], len(tickets))
        return Page(
            entries=[Entry(ticket=ticket) for ticket in tickets],
            cursor="" if is_last else str(following),
            at=given_at(answer),
        )

    def _given(self, found: object) -> _Given:
        """Read a page: ids with their records, as up to Zammad 6.3 or with the names since, or plain tickets."""
        if isinstance(found, list):
            return _Given(tickets=records({"tickets": found}, "tickets"), assets={})
        whole: Payload = found if isinstance(found, Mapping) else {}
        listed = whole.get("tickets", whole.get("record_ids"))
        if not isinstance(listed, list):
            raise SourceGarbled(f"{self._id} sent a page without its tickets")
        assets = record(whole, "assets")
        return _Given(tickets=[record(record(assets, "Ticket"), str(called)) for called in listed], assets=assets)
