"""Lists that are read whole now and then, and in between only for what changed.

A walk reads one of them page after page. A pause the vendor asks for costs nothing that was read before it: the next
round goes on where the walk stopped, as long as the vendor's cursors live. Pages are merged as they come, and an entry
that has not changed stays the object it was, so that a list of many thousands is never held twice.

Since when changes are asked for is reckoned by the vendor's clock: from the newest change that was seen and from the
instant at which the walk before began, whichever is earlier, and by as much earlier as the list may lag behind.
"""

from collections.abc import Awaitable, Callable, Collection, Generator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Generic, Protocol, TypeVar

from oncall_tui.clock import Clock
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceError, SourceGarbled, SourceRefused
from oncall_tui.turns import in_turns

_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
"""An instant before is a slip of the vendor's."""
_WALK_LASTS = timedelta(minutes=30)
_WRITTEN = timedelta(minutes=10)
"""For so long a ticket we wrote in is read by itself: the index of a search may be behind."""
_AT_ONCE = 64
"""Entries that are taken in one step."""


class Listed(Protocol):
    """What a list says of a ticket."""

    @property
    def ticket(self) -> Ticket:
        """Return the ticket."""


E = TypeVar("E", bound=Listed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a list says of a ticket where that is all there is to know."""

    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[E]):
    """Some entries of a list."""

    entries: Sequence[E]
    cursor: str = ""
    """Where the next page begins, in whatever way the vendor counts; empty on the last page."""
    gone: Collection[TicketId] = ()
    """Tickets that are known to be in the list no more."""
    at: datetime | None = None
    """When it was given, by the clock of whoever gave it; None where that is not told."""


@dataclass(slots=True, kw_only=True)
class Walk(Generic[E]):
    """How far a list has been read."""

    began_at: datetime
    since: datetime | None = None
    """What changed since then is wanted, whether open or not; None for everything that is open."""
    before: datetime | None = None
    """When the walk before began, by our own clock."""
    asked_before: datetime | None = None
    """The same by the vendor's clock, where that was told."""
    asked_at: datetime | None = None
    """When its first page was asked for, by the vendor's clock."""
    cursor: str = ""
    pages: int = 0
    found: dict[TicketId, E | None] = field(default_factory=dict)
    """What the pages said of each ticket; None of one that is gone."""


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
        self._asked_at: datetime | None = None
        self._whole_at: datetime | None = None
        self._is_small = False

    @property
    def entries(self) -> Sequence[E]:
        """Return what is open, as it was last seen."""
        return tuple(self._entries.values())

    @property
    def is_small(self) -> bool:
        """Tell whether one page holds everything, so that it is read whole in every round."""
        return self._is_small

    @property
    def is_under_way(self) -> bool:
        """Tell whether the last round broke off, so that the next one goes on."""
        return self._walk is not None

    @property
    def reads_everything(self) -> bool:
        """Tell whether the next round reads everything."""
        return (self._walk or self._next(self._clock())).since is None

    def wrote(self, ticket: TicketId) -> None:
        """Remember that we wrote in a ticket."""
        self._written[ticket] = self._clock()

    def distrust(self) -> None:
        """Read everything next, because what changed cannot be told."""
        self._whole_at = None
        if self._walk is not None and self._walk.since is not None:
            self._walk = None

    async def read(
        self,
        page: Callable[[Walk[E]], Awaitable[Page[E]]],
        one: Callable[[TicketId], Awaitable[E | None]] | None = None,
    ) -> Sequence[E]:
        """Read what changed, or everything, and return what is open.

        Args:
            page: Reads the next page of a walk.
            one: Reads a ticket by itself, None when it is gone; left out where a list is never behind our own writes,
                or where those are read elsewhere.
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
        await in_turns(self._taken(walk))
        if one is not None:
            await self._read_written(one)
        return self.entries

    def _next(self, now: datetime) -> Walk[E]:
        before, newest = self._began_at, self._newest
        # Of a clock that was set back nobody knows how long ago the walk before was.
        is_known = before is not None and before <= now and not self._is_small
        is_old = self._whole_at is None or now - self._whole_at >= self._whole_every
        if before is None or newest is None or is_old or not is_known:
            return Walk(began_at=now, before=before)
        # An instant from the future must not hide what changes until then.
        since = max(min(newest, self._asked_at or before), _EARLIEST) - self._overlap
        return Walk(began_at=now, since=since, before=before, asked_before=self._asked_at)

    async def _is_last(self, walk: Walk[E], page: Callable[[Walk[E]], Awaitable[Page[E]]]) -> bool:
        asked_at = self._clock()
        given = await page(walk)
        if given.cursor and given.cursor == walk.cursor:
            raise SourceGarbled(f"{self._source} gives the same page for ever: check [[sources]] {self._source}")
        if walk.pages == 0 and given.at is not None:
            # A slow answer tells of the instant at which it was begun.
            walk.asked_at = max(given.at, _EARLIEST) - max(self._clock() - asked_at, timedelta())
        for entry in given.entries:
            known = self._entries.get(entry.ticket.id)
            walk.found[entry.ticket.id] = known if known is not None and known == entry else entry
        walk.found |= dict.fromkeys(given.gone)
        walk.cursor, walk.pages = given.cursor, walk.pages + 1
        self._found(len(walk.found))
        return not given.cursor

    def _taken(self, walk: Walk[E]) -> Generator[None, None, None]:
        """Know what a walk has found, step by step and at the end all at once."""
        newest, entries = self._newest, {} if walk.since is None else dict(self._entries)
        remaining = iter(walk.found.items())
        while some := list(islice(remaining, _AT_ONCE)):
            for ticket, entry in some:
                _lay_over(entries, ticket, entry)
                at = None if entry is None else entry.ticket.updated_at
                if at is not None and (newest is None or at > newest):
                    newest = at
            yield
        self._entries, self._newest = entries, newest
        if walk.since is None:
            self._whole_at, self._is_small = walk.began_at, walk.pages == 1
        self._began_at, self._asked_at, self._walk = walk.began_at, walk.asked_at, None

    async def _read_written(self, one: Callable[[TicketId], Awaitable[E | None]]) -> None:
        """Lay what is true of the tickets we wrote in over what the list says of them."""
        now = self._clock()
        self._written = {ticket: at for ticket, at in self._written.items() if now - at < _WRITTEN}
        for ticket in self._written:
            try:
                _lay_over(self._entries, ticket, await one(ticket))
            except SourceError:
                return  # the list counts until the next round


def _lay_over(entries: dict[TicketId, E], ticket: TicketId, entry: E | None) -> None:
    if entry is not None and entry.ticket.status.is_open:
        entries[ticket] = entry
    else:
        entries.pop(ticket, None)
