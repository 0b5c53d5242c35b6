"""Sees what becomes of tickets from one reading to the next, and records what follows for what we promised."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from oncall_tui.domain.answer import AnswerKind, AnswerState
from oncall_tui.domain.experience import customer_key, kinds_of
from oncall_tui.domain.keeping import answered_at, outcome, outcome_when_gone
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

LOOK_EVERY = timedelta(seconds=15)
FEW = 10
"""So many may end from one reading to the next, however few there are."""


class Witnessing:
    """The loop that looks at each reading; what it concludes it records once."""

    def __init__(
        self, logbook: Logbook, polling: Polling, troubles: Troubles, *, as_known: Callable[[Ticket], Ticket]
    ) -> None:
        self._logbook, self._polling, self._troubles = logbook, polling, troubles
        self._as_known = as_known
        self._changed = asyncio.Event()
        self._answered: dict[TicketId, datetime] = {}
        self._waited: dict[TicketId, datetime | None] = {}
        self._listed: dict[SourceId, Mapping[TicketId, Ticket]] = {}
        polling.on_change(self._changed.set)

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
        """Conclude what the present readings show."""
        seen_at = {
            status.id: status.as_of
            for status in self._polling.statuses
            if status.as_of is not None and status.state is SourceState.LIVE
        }
        tickets = {ticket.id: ticket for ticket in self._polling.tickets if ticket.source_id in seen_at}
        await self._see_ends(tickets, seen_at)
        for record in [known for known in self._logbook.records.values() if known.promises]:
            await self._settle(record, tickets, seen_at)
        self._waited = {identity: ticket.waiting_since for identity, ticket in tickets.items()}

    async def _see_ends(self, tickets: Mapping[TicketId, Ticket], seen_at: Mapping[SourceId, datetime]) -> None:
        """Record which tickets ended since the reading before, and which came back."""
        records = self._logbook.records
        for identity in [known for known in tickets if known in records and records[known].ended_at]:
            await self._logbook.did(TicketReopened(ticket=identity))
        for source in seen_at:
            before = self._listed.get(source, {})
            now = {identity: self._as_known(one) for identity, one in tickets.items() if one.source_id == source}
            ended = [ticket for identity, ticket in before.items() if identity not in now]
            self._listed[source] = now
            if len(ended) > max(FEW, len(before) // 2):
                continue  # somebody changed what is read: nobody solves so many at once
            for ticket in ended:
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

    async def _settle(
        self, record: TicketRecord, tickets: Mapping[TicketId, Ticket], seen_at: Mapping[SourceId, datetime]
    ) -> None:
        seen = seen_at.get(SourceId(record.ticket.partition(":")[0]))
        owed = [promise for promise in record.promises if promise.is_owed]
        if seen is None or not owed:
            return
        ticket = tickets.get(record.ticket)
        for promise in owed:
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
        found = answered_at(ticket, self._waited.get(ticket.id, promise.waiting_since), seen)
        if found is not None:
            self._answered[ticket.id] = max(found, self._answered.get(ticket.id, found))
        return self._answered.get(ticket.id)
