"""Sees what becomes of tickets from one reading to the next, and records what follows for what we promised."""

import asyncio
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.domain.answer import AnswerKind, AnswerState
from oncall_tui.domain.experience import customer_key, kinds_of
from oncall_tui.domain.keeping import answered_at, outcome, outcome_when_gone
from oncall_tui.domain.row_order import batched
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.domain.ticket_events import PromiseSettled, TicketEnded, TicketReopened
from oncall_tui.domain.ticket_record import Promise, TicketRecord
from oncall_tui.domain.tie import SureTies
from oncall_tui.errors import StoreError
from oncall_tui.services.desk import SourceState
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.troubles import Troubles
from oncall_tui.turns import in_turns

LOOK_EVERY = timedelta(seconds=15)
FEW = 10
"""So many may end from one reading to the next, however few there are."""


Listed = Mapping[SourceId, Mapping[TicketId, Ticket]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What a look has before it."""

    tickets: Sequence[Ticket]
    seen_at: Mapping[SourceId, datetime]
    news: int
    """How often the journal has changed."""

    def lists_as(self, other: "_Sight") -> bool:
        """Tell whether the same tickets of the same sources are listed."""
        return self.tickets is other.tickets and self.seen_at.keys() == other.seen_at.keys()

    def is_as(self, other: "_Sight") -> bool:
        """Tell whether nothing follows from it that did not follow from the other."""
        return self.lists_as(other) and self.seen_at == other.seen_at and self.news == other.news


class Witnessing:
    """The loop that looks at each reading; what it concludes it records once."""

    def __init__(
        self, logbook: Logbook, polling: Polling, troubles: Troubles, *, as_known: Callable[[Ticket], Ticket]
    ) -> None:
        self._logbook, self._polling, self._troubles = logbook, polling, troubles
        self._as_known = as_known
        self._changed = asyncio.Event()
        self._answered: dict[TicketId, datetime] = {}
        self._seen: Listed = {}
        """What was listed at the last look."""
        self._listed: dict[SourceId, Mapping[TicketId, Ticket]] = {}
        """What each source listed when it last answered."""
        self._news = 0
        self._looked_at: _Sight | None = None
        polling.on_change(self._changed.set)
        logbook.on_change(self._hear)

    def _hear(self) -> None:
        self._news += 1

    async def run(self) -> None:
        """Look after each reading, and now and then."""
        while True:
            try:
                await self.look()
                self._troubles.clear("witness")
            except StoreError as error:
                self._troubles.say("witness", CleanText(str(error)))
            try:
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()

    async def look(self) -> None:
        """Conclude what the present readings show, in turns between which keys are answered."""
        seen_at = {
            status.id: status.as_of
            for status in self._polling.statuses
            if status.as_of is not None and status.state is SourceState.LIVE
        }
        before, now = self._looked_at, _Sight(tickets=self._polling.tickets, seen_at=seen_at, news=self._news)
        if before is not None and before.is_as(now):
            return
        is_same = before is not None and before.lists_as(now)
        listed = self._seen if is_same else await in_turns(_listed(now.tickets, seen_at.keys()))
        await self._see_ends(listed)
        for record in await in_turns(_owing(tuple(self._logbook.records.values()))):
            await self._settle(record, listed, seen_at)
        self._seen, self._looked_at = listed, now

    async def _see_ends(self, listed: Listed) -> None:
        """Record which tickets ended since the reading before, and which came back."""
        for identity in await in_turns(_back(tuple(self._logbook.records.values()), listed)):
            await self._logbook.did(TicketReopened(ticket=identity))
        for identity in [ticket for ticket in self._logbook.tickets.latest_plain if _find(listed, ticket)]:
            await self._logbook.did(TicketReopened(ticket=identity))
        for source, now in listed.items():
            before = self._listed.get(source, {})
            for identity in await in_turns(self._came_back(before, now)) if before is not now else ():
                await self._logbook.did(TicketReopened(ticket=identity))
            ended = await in_turns(_missing(before, now)) if before is not now else ()
            self._listed[source] = now
            if len(ended) > max(FEW, len(before) // 2):
                continue  # somebody changed what is read: nobody solves so many at once
            for ticket in map(self._as_known, ended):
                kinds = tuple(CleanText(kind) for kind in kinds_of(ticket))
                whose = CleanText(customer_key(ticket))
                event = TicketEnded(
                    ticket=ticket.id,
                    touches=ticket.touches,
                    kinds=kinds,
                    customer=whose,
                    known_by=CleanText(SureTies().of(ticket.requester).address),
                )
                await self._logbook.did(event)

    def _came_back(
        self, before: Mapping[TicketId, Ticket], now: Mapping[TicketId, Ticket]
    ) -> Generator[None, None, Sequence[TicketId]]:
        """Return, after short steps, what is listed again since it ended long ago."""
        back: list[TicketId] = []
        for some in batched(tuple(now)):
            back += self._logbook.tickets.plain_among(ticket for ticket in some if ticket not in before)
            yield
        return back

    async def _settle(self, record: TicketRecord, listed: Listed, seen_at: Mapping[SourceId, datetime]) -> None:
        seen = seen_at.get(_source(record.ticket))
        if seen is None:
            return
        ticket = _find(listed, record.ticket)
        for promise in [promise for promise in record.promises if promise.is_owed]:
            if seen < promise.made_at:
                continue
            ended = outcome(promise, self._answer(promise, ticket, seen), seen) if ticket else None
            if ticket is None:
                ended = outcome_when_gone(promise, seen)
            if ended is not None:
                settled = PromiseSettled(ticket=record.ticket, promise=promise.id, outcome=ended)
                await self._logbook.did(settled)

    def _answer(self, promise: Promise, ticket: Ticket, seen: datetime) -> datetime | None:
        """Return the last answer in public that this process knows of."""
        answering = self._logbook.record(ticket.id).answering
        ours = [a.since for a in answering.answers if a.kind is AnswerKind.REPLY and a.state is AnswerState.CONFIRMED]
        if ours:
            self._answered[ticket.id] = max(*ours, self._answered.get(ticket.id, ours[0]))
        before = _find(self._seen, ticket.id)
        found = answered_at(ticket, before.waiting_since if before else promise.waiting_since, seen)
        if found is not None:
            self._answered[ticket.id] = max(found, self._answered.get(ticket.id, found))
        return self._answered.get(ticket.id)


def _source(ticket: TicketId) -> SourceId:
    return SourceId(ticket.partition(":")[0])


def _find(listed: Listed, ticket: TicketId) -> Ticket | None:
    return listed.get(_source(ticket), {}).get(ticket)


def _listed(tickets: Sequence[Ticket], sources: Iterable[SourceId]) -> Generator[None, None, Listed]:
    """Return, after short steps, what each of some sources lists."""
    listed: dict[SourceId, dict[TicketId, Ticket]] = {source: {} for source in sources}
    for some in batched(tickets):
        for ticket in some:
            if (source := _source(ticket.id)) in listed:
                listed[source][ticket.id] = ticket
        yield
    return listed


def _missing(
    before: Mapping[TicketId, Ticket], now: Mapping[TicketId, Ticket]
) -> Generator[None, None, Sequence[Ticket]]:
    """Return, after short steps, what is not listed any more."""
    missing: list[Ticket] = []
    for some in batched(tuple(before.values())):
        missing += [ticket for ticket in some if ticket.id not in now]
        yield
    return missing


def _back(records: Sequence[TicketRecord], listed: Listed) -> Generator[None, None, Sequence[TicketId]]:
    """Return, after short steps, what had ended and is listed."""
    back: list[TicketId] = []
    for some in batched(records):
        back += [record.ticket for record in some if record.ended_at is not None and _find(listed, record.ticket)]
        yield
    return back


def _owing(records: Sequence[TicketRecord]) -> Generator[None, None, Sequence[TicketRecord]]:
    """Return, after short steps, the records of tickets for which something was promised that is not kept yet."""
    owing: list[TicketRecord] = []
    for some in batched(records):
        owing += [record for record in some if any(promise.is_owed for promise in record.promises)]
        yield
    return owing
