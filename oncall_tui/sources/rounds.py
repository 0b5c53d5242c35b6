"""Lists that are read whole now and then, and in between only for what changed.

A walk reads one of them page after page. A pause the vendor asks for costs nothing that was read before it: the next
round goes on where the walk stopped, as long as the vendor's cursors live. Pages are merged as they come, and an entry
that has not changed stays the object it was, so that a list of many thousands is never held twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from oncall_tui.clock import Clock
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceError, SourceGarbled, SourceRefused

_WALK_LASTS = timedelta(minutes=30)
_WRITTEN = timedelta(minutes=10)
"""For so long a ticket we wrote in is read by itself: the index of a search may be behind."""


class Listed(Protocol):
    """What a list says of a ticket."""

    @property
    def ticket(self) -> Ticket:
        """Return the ticket."""


E = TypeVar("E", bound=Listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[E]):
    """Some entries of a list."""

    entries: Sequence[E]
    cursor: str = ""
    """Where the next page begins, in whatever way the vendor counts; empty on the last page."""


@dataclass(slots=True, kw_only=True)
class Walk(Generic[E]):
    """How far a list has been read."""

    began_at: datetime
    since: datetime | None = None
    """What changed since then is wanted, whether open or not; None for everything that is open."""
    before: datetime | None = None
    """When the walk before began, by our own clock."""
    cursor: str = ""
    pages: int = 0
    found: dict[TicketId, E] = field(default_factory=dict)


class Rounds(Generic[E]):
    """The open tickets of one desk, from round to round."""

    def __init__(
        self,
        source: SourceId,
        clock: Clock,
        *,
        overlap: timedelta,
        whole_every: timedelta = timedelta(minutes=30),
        found: Callable[[int], None] = lambda _: None,
    ) -> None:
        """Begin with nothing.

        Args:
            source: The id of its table.
            clock: Tells the time.
            overlap: How far the vendor's list may be behind its own tickets.
            whole_every: How often everything is read again.
            found: Is told how many tickets a walk has found, after each page.
        """
        self._source, self._clock = source, clock
        self._overlap, self._whole_every, self._found = overlap, whole_every, found
        self._entries: dict[TicketId, E] = {}
        self._walk: Walk[E] | None = None
        self._written: dict[TicketId, datetime] = {}
        self._newest: datetime | None = None
        self._began_at: datetime | None = None
        self._whole_at: datetime | None = None
        self._is_small = False

    @property
    def entries(self) -> Sequence[E]:
        """Return what is open, as it was last seen."""
        return tuple(self._entries.values())

    def wrote(self, ticket: TicketId) -> None:
        """Remember that we wrote in a ticket."""
        self._written[ticket] = self._clock()

    async def read(
        self, page: Callable[[Walk[E]], Awaitable[Page[E]]], one: Callable[[TicketId], Awaitable[E | None]]
    ) -> Sequence[E]:
        """Read what changed, or everything, and return what is open.

        Args:
            page: Reads the next page of a walk.
            one: Reads a ticket by itself; None when it is gone.
        """
        now = self._clock()
        if self._walk is None or now - self._walk.began_at > _WALK_LASTS:
            self._walk = self._next(now)
        walk = self._walk
        try:
            while not await self._is_last(walk, page):
                pass
        except (SourceGarbled, SourceRefused):
            self._walk = None
            raise
        self._take(walk)
        await self._read_written(one)
        return self.entries

    def _next(self, now: datetime) -> Walk[E]:
        is_old = self._whole_at is None or now - self._whole_at >= self._whole_every
        if is_old or self._is_small or self._newest is None:
            return Walk(began_at=now, before=self._began_at)
        began_at = self._began_at or now
        # An instant from the future must not hide what changes until then.
        return Walk(began_at=now, since=min(self._newest, began_at) - self._overlap, before=began_at)

    async def _is_last(self, walk: Walk[E], page: Callable[[Walk[E]], Awaitable[Page[E]]]) -> bool:
        given = await page(walk)
        if given.cursor and given.cursor == walk.cursor:
            raise SourceGarbled(f"{self._source} gives the same page for ever: check [[sources]] {self._source}")
        for entry in given.entries:
            known = self._entries.get(entry.ticket.id)
            walk.found[entry.ticket.id] = known if known is not None and known == entry else entry
        walk.cursor, walk.pages = given.cursor, walk.pages + 1
        self._found(len(walk.found))
        return not given.cursor

    def _take(self, walk: Walk[E]) -> None:
        stamps = [at for entry in walk.found.values() if (at := entry.ticket.updated_at) is not None]
        self._newest = max([*stamps, *([self._newest] if self._newest is not None else [])], default=None)
        if walk.since is None:
            self._entries = {i: entry for i, entry in walk.found.items() if entry.ticket.status.is_open}
            self._whole_at, self._is_small = walk.began_at, walk.pages == 1
        else:
            for ticket, entry in walk.found.items():
                self._lay_over(ticket, entry)
        self._began_at, self._walk = walk.began_at, None

    def _lay_over(self, ticket: TicketId, entry: E | None) -> None:
        if entry is not None and entry.ticket.status.is_open:
            self._entries[ticket] = entry
        else:
            self._entries.pop(ticket, None)

    async def _read_written(self, one: Callable[[TicketId], Awaitable[E | None]]) -> None:
        """Lay what is true of the tickets we wrote in over what the list says of them."""
        now = self._clock()
        self._written = {ticket: at for ticket, at in self._written.items() if now - at < _WRITTEN}
        for ticket in self._written:
            try:
                self._lay_over(ticket, await one(ticket))
            except SourceError:
                return  # the list counts until the next round
