"""Notes how long a ticket stays open on the screen while somebody works with it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.breathing import Breathing, Span, acts_of, breathing
from oncall_tui.domain.care_events import TicketWorkedOn
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.board import Board
from oncall_tui.services.logbook import Logbook

IDLE = timedelta(minutes=5)
"""So long after the last key nobody is taken to work with what is open."""
GLANCE = timedelta(seconds=20)
"""A shorter look is not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    ticket: TicketId
    started_at: datetime
    last_key_at: datetime
    grace: timedelta
    """So long after the last key somebody is taken to read on."""

    def until(self, now: datetime) -> datetime:
        return min(now, self.last_key_at + self.grace)


class Attending:
    """What the ticket in front of somebody tells of the load: never more than the keys prove.

    A ticket on the whole screen is taken to be read for a while after the last key; one the cursor rests on, beside the
    list, only from one key to the next.
    """

    def __init__(self, logbook: Logbook, board: Board, clock: Clock) -> None:
        self._logbook, self._board, self._clock = logbook, board, clock
        self._open: _Open | None = None

    async def opened(self, ticket: TicketId) -> None:
        """Take note that a ticket was opened on the whole screen."""
        worked = self._end()
        self._begin(ticket, IDLE)
        await self._record(worked)

    async def stayed(self) -> None:
        """Take note of a key while a ticket is open."""
        await self._record(self.pressed())

    async def closed(self) -> None:
        """Record how long the ticket was open."""
        await self._record(self._end())

    def pressed(self) -> TicketWorkedOn | None:
        """Take note of a key; return what is to be recorded where none had come for long."""
        known, now = self._open, self._clock()
        if known is None:
            return None
        if now - known.last_key_at <= IDLE:
            self._open = replace(known, last_key_at=now)
            return None
        worked = self._end()
        self._begin(known.ticket, known.grace)
        return worked

    def rests(self, ticket: TicketId | None) -> TicketWorkedOn | None:
        """Take note that the cursor came to rest on a ticket, or on none; return what is to be recorded of before."""
        if self._open is not None and self._open.grace:
            return None  # what is on the whole screen is in front of it
        worked = self._end()
        if ticket is not None:
            self._begin(ticket, timedelta())
        return worked

    async def keep(self, worked: TicketWorkedOn) -> None:
        """Record how long a ticket was in front of somebody."""
        await self._logbook.did(worked)

    async def _record(self, worked: TicketWorkedOn | None) -> None:
        if worked is not None:
            await self.keep(worked)

    def _begin(self, ticket: TicketId, grace: timedelta) -> None:
        now = self._clock()
        self._open = _Open(ticket=ticket, started_at=now, last_key_at=now, grace=grace)

    def _end(self) -> TicketWorkedOn | None:
        known, self._open = self._open, None
        if known is None:
            return None
        ended_at = known.until(self._clock())
        if ended_at - known.started_at < GLANCE:
            return None
        return TicketWorkedOn(ticket=known.ticket, started_at=known.started_at, ended_at=ended_at, by=self._board.me)

    def breathing(self) -> Breathing | None:
        """Return how busy the shift of whoever sits here is; None without a shift."""
        now, desk = self._clock(), self._board.desk()
        shift = desk.ended_shift or desk.shift
        if shift is None or desk.me is None or shift.person != desk.me.id:
            return None
        spans, acts = acts_of(desk.me.id, self._logbook.records.values(), self._logbook.escalations)
        here: list[Span] = [(self._open.started_at, self._open.until(now))] if self._open else []
        here = [(start, end) for start, end in here if end - start >= GLANCE]
        return breathing([*spans, *here], acts, shift.starts_at, min(now, shift.ends_at), self._board.zone)
