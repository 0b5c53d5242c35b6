"""Reads every source again and again, and never lets a failure look like an empty list."""

import asyncio
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from itertools import chain

from oncall_tui.clock import Clock
from oncall_tui.domain.events import SourceBack, SourceLost, TicketSolved
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceError, StoreError
from oncall_tui.ports import KnownTickets, LastKnown, Paced, Rereadable, TicketSource
from oncall_tui.services.desk import SourceState, SourceStatus
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.own_writes import OwnWrites
from oncall_tui.services.reading_limit import ReadingLimit, limited
from oncall_tui.services.troubles import Troubles
from oncall_tui.turns import in_turns

BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 20, 30))
"""Pauses after failures in a row; the last one repeats, so that a source that returns is seen within half a minute."""

_AT_ONCE = 256
"""Tickets compared at once, before somebody else may have a turn."""
_WORTH_SAYING = timedelta(seconds=2)
"""A shorter wait is not worth a word on the screen."""
KEPT_EVERY = timedelta(seconds=30)
"""The least time between two writings of what the next start begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A source, and how often it is read."""

    source: TicketSource
    kind: str
    refresh: timedelta = timedelta(seconds=60)


@dataclass(slots=True)
class _Reading:
    """What a source last said, and how it fares."""

    status: SourceStatus
    tickets: tuple[Ticket, ...] = ()
    failures: int = 0
    retry_after: timedelta | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    written: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when we wrote in a ticket that can be read by itself."""
    limit: ReadingLimit | None = None
    """Of the reading under way."""
    laying: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while tickets read by themselves are laid over a list, so that an older list never lands on top."""


class Polling:
    """The loops that read, one for each source, so that a slow one holds up no other."""

    def __init__(
        self,
        feeds: Sequence[Feed],
        logbook: Logbook,
        clock: Clock,
        troubles: Troubles,
        *,
        jitter: Callable[[], float],
        last_known: LastKnown | None = None,
    ) -> None:
        self._feeds = {feed.source.id: feed for feed in feeds}
        self._logbook = logbook
        self._clock = clock
        self._troubles = troubles
        self._jitter = jitter
        self._last_known = last_known
        self._answer_to_keep = asyncio.Event()
        self._own_writes = OwnWrites(self.sources, clock)
        self._readings = {
            feed.source.id: _Reading(status=SourceStatus(id=feed.source.id, kind=feed.kind)) for feed in feeds
        }
        self._listed: Sequence[tuple[Ticket, ...]] = ()
        self._all: tuple[Ticket, ...] = ()
        self._listeners: list[Callable[[], None]] = []
        for identity, source in self.sources.items():
            if isinstance(source, Paced):
                source.pace.on_step(partial(self._goes_on, identity))

    @property
    def statuses(self) -> tuple[SourceStatus, ...]:
        """Return how each source fares, in the order of the config."""
        return tuple(reading.status for reading in self._readings.values())

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """Return the open tickets of every source, as each last said; the same object until one says otherwise."""
        listed = [reading.tickets for reading in self._readings.values() if reading.tickets]
        if len(listed) == 1:
            return listed[0]
        if [id(tickets) for tickets in listed] != [id(tickets) for tickets in self._listed]:
            self._listed, self._all = listed, tuple(chain.from_iterable(listed))
        return self._all

    @property
    def sources(self) -> Mapping[SourceId, TicketSource]:
        """Return the sources by id."""
        return {identity: feed.source for identity, feed in self._feeds.items()}

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each reading."""
        self._listeners.append(listener)

    def refresh(self, only: SourceId | None = None) -> None:
        """Read every source, or only one, at once."""
        for identity, reading in self._readings.items():
            if only in {None, identity}:
                reading.woken.set()

    def wrote(self, ticket: TicketId) -> None:
        """Show what the help desk made of an answer as soon as it can tell."""
        identity = SourceId(ticket.partition(":")[0])
        if self._own_writes.wrote(ticket):
            self._readings[identity].written.set()
        else:
            self.refresh(identity)

    def loops(self) -> Sequence[tuple[str, Callable[[], Coroutine[None, None, None]]]]:
        """Return one loop for each source, and one for what we write in it where it tells of single tickets."""
        reading = [
            *((identity, partial(self._read_for_ever, identity)) for identity in self._feeds),
            *(
                (f"own answers in {identity}", partial(self._reread_for_ever, identity))
                for identity, source in self.sources.items()
                if isinstance(source, Rereadable)
            ),
        ]
        return [*reading, ("last known tickets", self._keep_for_ever)] if self._last_known else reading

    async def remember(self) -> None:
        """Take what was kept from an earlier start for what is known, until a source answers."""
        kept = await self._last_known.load() if self._last_known else {}
        for identity, reading in self._readings.items():
            known = kept.get(identity)
            if known is not None and reading.status.as_of is None:
                reading.tickets = known.tickets
                reading.status = replace(reading.status, as_of=known.as_of, is_remembered=True, left_out=known.left_out)

    async def keep(self) -> None:
        """Keep what each source last said for the next start."""
        if self._last_known is None:
            return
        self._answer_to_keep.clear()
        await self._last_known.keep(
            {
                identity: KnownTickets(
                    tickets=reading.tickets, as_of=reading.status.as_of, left_out=reading.status.left_out
                )
                for identity, reading in self._readings.items()
                if reading.status.as_of is not None
            }
        )

    async def _keep_for_ever(self) -> None:
        while True:
            await self._answer_to_keep.wait()
            await self.keep()
            await asyncio.sleep(KEPT_EVERY.total_seconds())

    async def read_all(self) -> None:
        """Read each source once."""
        await asyncio.gather(*(self.read(identity) for identity in self._feeds))

    async def read(self, identity: SourceId) -> None:
        """Read a source once; a failure keeps what it last said and is shown with its reason."""
        reading = self._readings[identity]
        reading.woken.clear()
        try:
            tickets = await self._open_tickets(identity)
        except SourceError as error:
            await self._failed(reading, error)
        else:
            async with reading.laying:
                await self._answered(reading, await self._own_writes.laid_over(identity, tickets))
        for listener in self._listeners:
            listener()

    async def reread(self, identity: SourceId) -> None:
        """Read the tickets of a source we wrote in lately by themselves, and lay them over its list."""
        reading = self._readings[identity]
        reading.written.clear()
        async with reading.laying:
            laid = await self._own_writes.laid_over(identity, list(reading.tickets))
            reading.tickets = await in_turns(_unchanged_kept(reading.tickets, laid))
            if reading.status.state is SourceState.LIVE:  # an older list misses tickets that are not solved
                await self._tell_solved(reading)
        for listener in self._listeners:
            listener()

    async def _reread_for_ever(self, identity: SourceId) -> None:
        while True:
            await self._readings[identity].written.wait()
            await self.reread(identity)

    async def _open_tickets(self, identity: SourceId) -> list[Ticket]:
        reading = self._readings[identity]
        try:
            async with limited(identity) as reading.limit:
                return list(await self._feeds[identity].source.open_tickets())
        finally:
            reading.limit, reading.status = None, replace(reading.status, so_far=0)

    def _goes_on(self, identity: SourceId, found: int, wait: timedelta) -> None:
        """Give a reading more time, and say how far it is where it is not quick enough to speak for itself."""
        reading = self._readings[identity]
        if reading.limit is None:
            return
        reading.limit.move(wait)
        if wait >= _WORTH_SAYING and found != reading.status.so_far:
            reading.status = replace(reading.status, so_far=found)
            for listener in self._listeners:
                listener()

    async def _answered(self, reading: _Reading, listed: list[Ticket]) -> None:
        is_back = reading.status.failing_since is not None
        tickets = await in_turns(_unchanged_kept(reading.tickets, listed))
        reading.tickets, reading.failures, reading.retry_after = tickets, 0, None
        reading.status = replace(
            reading.status,
            state=SourceState.LIVE,
            as_of=self._clock(),
            failing_since=None,
            error=NO_TEXT,
            is_remembered=False,
            left_out=0,
        )
        self._answer_to_keep.set()
        try:
            if is_back:
                await self._logbook.note(SourceBack(source=reading.status.id))
        except StoreError as error:
            self._troubles.say("journal", CleanText(str(error)))
        await self._tell_solved(reading)

    async def _failed(self, reading: _Reading, error: SourceError) -> None:
        why = CleanText(str(error))
        is_new = reading.status.failing_since is None
        reading.failures += 1
        reading.retry_after = error.retry_after if isinstance(error, SourceBusy) else None
        reading.status = replace(
            reading.status,
            state=SourceState.FAILED if reading.status.as_of is None else SourceState.STALE,
            failing_since=reading.status.failing_since or self._clock(),
            error=why,
        )
        if is_new:
            await self._logbook.note(SourceLost(source=reading.status.id, why=why))

    async def _tell_solved(self, reading: _Reading) -> None:
        try:
            await self._solve(reading)
        except StoreError as error:
            self._troubles.say("journal", CleanText(str(error)))

    async def _solve(self, reading: _Reading) -> None:
        """Tell escalations whose ticket a complete answer no longer lists."""
        live = [e for e in self._logbook.escalations if e.state.is_live]
        ours = [e for e in live if e.brief.ticket.partition(":")[0] == reading.status.id]
        gone = await in_turns(_not_listed({escalation.brief.ticket for escalation in ours}, reading.tickets))
        for escalation in ours:
            if escalation.brief.ticket in gone:
                await self._logbook.happened(escalation.brief.ticket, TicketSolved(escalation=escalation.id))

    async def _read_for_ever(self, identity: SourceId) -> None:
        while True:
            await self.read(identity)
            try:
                async with asyncio.timeout(self._pause(identity)):
                    await self._readings[identity].woken.wait()
            except TimeoutError:
                continue

    def _pause(self, identity: SourceId) -> float:
        """Return the seconds until the next reading, a little unequal so that many dashboards do not ask in step."""
        reading = self._readings[identity]
        pause = self._feeds[identity].refresh
        if reading.failures:
            pause = min(pause, BACK_OFF[min(reading.failures, len(BACK_OFF)) - 1])
        if reading.retry_after is not None:
            pause = max(pause, reading.retry_after)
        return pause.total_seconds() * (0.9 + 0.2 * self._jitter())


def _not_listed(wanted: set[TicketId], tickets: Sequence[Ticket]) -> Generator[None, None, set[TicketId]]:
    """Return, after short steps, those that are not among some tickets."""
    for start in range(0, len(tickets) if wanted else 0, _AT_ONCE):
        wanted -= {ticket.id for ticket in tickets[start : start + _AT_ONCE]}
        yield
    return wanted


def _unchanged_kept(before: tuple[Ticket, ...], after: list[Ticket]) -> Generator[None, None, tuple[Ticket, ...]]:
    """Return, after short steps, what a source says, with the very objects of before for whatever has not changed.

    Whoever works with tickets sees by that at once what is new. The list is emptied on the way, so that no two copies
    of a ticket are held for longer than they are compared.
    """
    known: dict[TicketId, Ticket] = {}
    for start in range(0, len(before), _AT_ONCE):
        known.update((ticket.id, ticket) for ticket in before[start : start + _AT_ONCE])
        yield
    after.reverse()
    kept: list[Ticket] = []
    is_same = len(before) == len(after)
    while after:
        for _ in range(min(_AT_ONCE, len(after))):
            ticket = after.pop()
            old = known.get(ticket.id)
            ticket = old if old is not None and old == ticket else ticket
            is_same = is_same and before[len(kept)] is ticket
            kept.append(ticket)
        yield
    return before if is_same else tuple(kept)
