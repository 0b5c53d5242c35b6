"""Tickets we wrote in, each read by itself: lists and searches lag behind, and must not deny what was confirmed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceError
from oncall_tui.ports import Rereadable, TicketSource

LASTS = timedelta(minutes=10)
"""For so long after we wrote in it a ticket is read by itself: so far behind may the index of a search be."""
READ_WITHIN = timedelta(seconds=10)
"""How long reading them may hold up a list that was read."""


class OwnWrites:
    """What we wrote in lately, and how that is laid over what the lists say."""

    def __init__(self, sources: Mapping[SourceId, TicketSource], clock: Clock) -> None:
        self._sources, self._clock = sources, clock
        self._wrote_at: dict[TicketId, datetime] = {}

    def wrote(self, ticket: TicketId) -> bool:
        """Remember that we wrote in a ticket; False where its source tells of no ticket by itself."""
        if not isinstance(self._sources.get(_source_of(ticket)), Rereadable):
            return False
        self._wrote_at[ticket] = self._clock()
        return True

    async def laid_over(self, source: SourceId, listed: list[Ticket]) -> list[Ticket]:
        """Return a list with each ticket we wrote in as it stands now; one that cannot be read stays as listed."""
        now = self._clock()
        self._wrote_at = {ticket: at for ticket, at in self._wrote_at.items() if now - at < LASTS}
        wanted = {ticket for ticket in self._wrote_at if _source_of(ticket) == source}
        if not wanted:
            return listed
        fresh = await self._read(source, [ticket.id for ticket in listed if ticket.id in wanted])
        laid = (_as_it_stands(ticket, fresh.get(ticket.id, ticket)) for ticket in listed)
        return [ticket for ticket in laid if ticket.status.is_open or ticket.id not in fresh]

    async def _read(self, source: SourceId, tickets: Sequence[TicketId]) -> Mapping[TicketId, Ticket]:
        desk = self._sources[source]
        found: dict[TicketId, Ticket] = {}
        if not isinstance(desk, Rereadable):
            return found
        try:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                for called in tickets:
                    ticket = await desk.ticket(called)
                    if ticket is not None:
                        found[called] = ticket
        except (SourceError, TimeoutError):
            pass  # the list counts until the next round
        return found


def _source_of(ticket: TicketId) -> SourceId:
    return SourceId(ticket.partition(":")[0])


def _as_it_stands(listed: Ticket, alone: Ticket) -> Ticket:
    """Return a ticket as it was read by itself, told with what only a list brings along."""
    return replace(
        alone,
        requester=listed.requester,
        tier=listed.tier or alone.tier,
        messages=alone.messages or listed.messages,
    )
