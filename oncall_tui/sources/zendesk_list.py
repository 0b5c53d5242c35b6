"""What is open in a Zendesk, from round to round.

What is open is found by a search for ``status<solved``, because every agent may search and a search has no end at 1,000
when it is exported; or in a view the config names, which may be ten minutes old. The search's index lags behind by
minutes, so each ticket that changed is then read by its number, which also tells whose turn it is and what is due.
Later rounds look for what changed only: by search with an overlap, or, for an admin, by the incremental export, which
has no index. Every half hour all of it is searched for again; a view is always read whole.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceRefused
from oncall_tui.http_client import documented
from oncall_tui.sources.zendesk_payload import Listed, Page, parse_page, parse_ticket
from oncall_tui.sources.zendesk_wire import ZendeskWire
from oncall_tui.turns import in_turns

_PAGE = 100
_LAG = timedelta(minutes=10)
"""How far the index of the search may be behind."""
_SETTLED = timedelta(minutes=1)
_WHOLE_EVERY = timedelta(minutes=30)
_WALK_LASTS = timedelta(minutes=50)
"""A cursor of the search is good for an hour."""

Params = dict[str, str | int]
_SEARCH: Mapping[str, str | int] = {"filter[type]": "ticket", "page[size]": _PAGE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is read."""

    view: int | None = None
    """The number of a view; None for every ticket that is not solved."""
    admin: bool = False
    """Whether changes may be read by the incremental export."""


@dataclass(slots=True, kw_only=True)
class _Walk:
    """How far a list has been read, so that a pause Zendesk asks for costs nothing that was read before."""

    path: str
    params: Params
    kind: str
    is_whole: bool
    began_at: datetime
    found: dict[TicketId, Listed] = field(default_factory=dict)
    cursor: str = ""
    is_complete: bool = False


class ZendeskList:
    """The open tickets of one Zendesk, and how far they are known."""

    def __init__(
        self, source: SourceId, wire: ZendeskWire, wanted: Wanted, clock: Clock, found: Callable[[int], None]
    ) -> None:
        """Begin with nothing; ``found`` is told how many tickets there are, after each page."""
        self._id, self._wire, self._wanted, self._clock, self._found = source, wire, wanted, clock, found
        self._listed: dict[TicketId, Listed] = {}
        self._read: dict[TicketId, tuple[datetime | None, Listed]] = {}
        """What was read by number, and for which change; None where it may change again within the same second."""
        self._walk: _Walk | None = None
        self._whole_at: datetime | None = None
        self._changes_since: datetime | None = None
        self._stream = ""
        """Where the incremental export goes on."""

    @property
    def entries(self) -> Sequence[Listed]:
        """Return what is open, as it was last seen."""
        return tuple(self._listed.values())

    async def read(self, http: httpx.AsyncClient) -> Sequence[Listed]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        walk = await self._walked(http)
        await asyncio.sleep(0)  # each of these takes a part of a frame with many thousands
        await self._by_number(http, walk.found)
        await asyncio.sleep(0)
        await in_turns(self._laid_over(walk))
        return self.entries

    async def one(self, http: httpx.AsyncClient, number: str) -> Listed | None:
        """Read one ticket by its number; None when it is gone."""
        return next(iter(await self._show_many(http, [number])), None)

    async def try_page(self, http: httpx.AsyncClient) -> None:
        """Ask for a page as the rounds do."""
        await self._page(http, self._whole_walk(self._clock()))

    async def _walked(self, http: httpx.AsyncClient) -> _Walk:
        """Read the list of this round to its end, going on where a round before was interrupted."""
        now = self._clock()
        if self._walk is None or now - self._walk.began_at > _WALK_LASTS:
            self._walk = self._next_walk(now)
        walk = self._walk
        try:
            while not walk.is_complete:
                await self._page(http, walk)
        except (SourceGarbled, SourceRefused):
            self._walk = None
            self._stream = ""
            raise
        return walk

    def _next_walk(self, now: datetime) -> _Walk:
        since = self._changes_since
        is_old = self._whole_at is None or now - self._whole_at >= _WHOLE_EVERY
        if since is None or is_old or self._wanted.view is not None:
            return self._whole_walk(now)
        if self._wanted.admin:
            params: Params = {"cursor": self._stream} if self._stream else {"start_time": int(since.timestamp())}
            path, kind = "incremental/tickets/cursor.json", "tickets"
        else:
            params = {**_SEARCH, "query": f"updated>={since:%Y-%m-%dT%H:%M:%SZ}"}
            path, kind = "search/export.json", "results"
        return _Walk(path=path, params=params, kind=kind, is_whole=False, began_at=now)

    def _whole_walk(self, now: datetime) -> _Walk:
        view = self._wanted.view
        if view is not None:
            path, params, kind = f"views/{view}/tickets.json", Params({"page[size]": _PAGE}), "tickets"
        else:
            path, params, kind = "search/export.json", Params({**_SEARCH, "query": "status<solved"}), "results"
        return _Walk(path=path, params=params, kind=kind, is_whole=True, began_at=now)

    async def _page(self, http: httpx.AsyncClient, walk: _Walk) -> None:
        page: Page = parse_page(
            documented(await self._wire.get(http, walk.path, params=walk.params), dict[str, object]), walk.kind
        )
        if not page.is_last and page.cursor == walk.cursor:
            raise SourceGarbled(f"{self._id} gives the same page for ever: check [[sources]] {self._id}")
        for entry in page.entries:
            listed = parse_ticket(entry, self._id, self._wire.address)
            walk.found[listed.ticket.id] = listed
        walk.cursor, walk.is_complete = page.cursor, page.is_last
        self._found(len(walk.found))
        if "start_time" in walk.params or "cursor" in walk.params:
            walk.params = {"cursor": page.cursor}
        else:
            walk.params = {**walk.params, "page[after]": page.cursor}

    async def _by_number(self, http: httpx.AsyncClient, found: dict[TicketId, Listed]) -> None:
        """Read those open tickets by number whose change is not known yet, each in the place of what the list said."""
        wanted = [
            identity
            for identity, listed in found.items()
            if listed.ticket.status.is_open and not self._is_read(listed.ticket)
        ]
        for start in range(0, len(wanted), _PAGE):
            batch = [found[identity].ticket for identity in wanted[start : start + _PAGE]]
            fresh = {t.ticket.id: t for t in await self._show_many(http, [ticket.number for ticket in batch])}
            for ticket in batch:
                settled = ticket.updated_at if self._is_settled(ticket) else None
                found[ticket.id] = fresh.get(ticket.id, found[ticket.id])
                self._read[ticket.id] = settled, found[ticket.id]

    async def _show_many(self, http: httpx.AsyncClient, numbers: Sequence[str]) -> Sequence[Listed]:
        params: Params = {"ids": ",".join(numbers), "include": "slas,metric_sets"}
        answer = await self._wire.get(http, "tickets/show_many.json", params=params)
        entries = parse_page(documented(answer, dict[str, object]), "tickets").entries
        return [parse_ticket(entry, self._id, self._wire.address) for entry in entries]

    def _is_settled(self, ticket: Ticket) -> bool:
        return ticket.updated_at is not None and self._clock() - ticket.updated_at > _SETTLED

    def _is_read(self, ticket: Ticket) -> bool:
        known = self._read.get(ticket.id)
        if known is None or known[0] is None:
            return False
        ours = known[1].ticket.updated_at
        # What was read by number may be ahead of the list.
        return known[0] == ticket.updated_at or (
            ours is not None and ticket.updated_at is not None and ours >= ticket.updated_at
        )

    def _laid_over(self, walk: _Walk) -> Generator[None, None, None]:
        """Take over a list that was read to its end; each step takes a part of a frame with many thousands."""
        kept = self._listed
        if walk.is_whole:  # a ticket that is new may not have reached the index yet
            recent = walk.began_at - _LAG
            kept = {i: t for i, t in kept.items() if self._wanted.view is None and _is_later(t.ticket, recent)}
            yield
        latest = {**kept, **{i: self._read[i][1] if i in self._read else t for i, t in walk.found.items()}}
        yield
        closed = {i for i, t in walk.found.items() if not t.ticket.status.is_open and not self._is_ahead(t.ticket)}
        yield
        listed = {i: t for i, t in latest.items() if i not in closed and t.ticket.status.is_open}
        yield
        self._read = {i: known for i, known in self._read.items() if i in listed or i in walk.found}
        self._listed = listed
        if walk.is_whole:
            self._whole_at = walk.began_at
        self._changes_since = walk.began_at - _LAG
        if walk.path.startswith("incremental"):
            self._stream = walk.cursor
        self._walk = None

    def _is_ahead(self, ticket: Ticket) -> bool:
        """Tell whether a ticket was read by number after the change a list tells of."""
        known = self._read.get(ticket.id)
        return known is not None and ticket.updated_at is not None and _is_later(known[1].ticket, ticket.updated_at)


def _is_later(ticket: Ticket, than: datetime) -> bool:
    return ticket.updated_at is not None and ticket.updated_at > than
