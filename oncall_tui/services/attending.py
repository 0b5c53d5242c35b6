"""Notes how long a ticket stays open on the screen while somebody works with it."""

from dataclasses import dataclass
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

    def until(self, now: datetime) -> datetime:
        return min(now, self.last_key_at + IDLE)


class Attending:
    """What the ticket that is open on the whole screen tells of the load."""

    def __init__(self, logbook: Logbook, board: Board, clock: Clock) -> None:
        self._logbook, self._board, self._clock = logbook, board, clock
        self._open: _Open | None = None

    def opened(self, ticket: TicketId) -> None:
        """Take note that a ticket was opened."""
        now = self._clock()
        self._open = _Open(ticket=ticket, started_at=now, last_key_at=now)

    async def stayed(self) -> None:
        """Take note of a key while a ticket is open."""
        known, now = self._open, self._clock()
        if known is None:
            return
        if now - known.last_key_at <= IDLE:
            self._open = _Open(ticket=known.ticket, started_at=known.started_at, last_key_at=now)
            return
        await self.closed()
        self.opened(known.ticket)

    async def closed(self) -> None:
        """Record how long the ticket was open."""
        known, self._open = self._open, None
        if known is None:
            return
        ended_at = known.until(self._clock())
        if ended_at - known.started_at < GLANCE:
            return
        worked = TicketWorkedOn(ticket=known.ticket, started_at=known.started_at, ended_at=ended_at, by=self._board.me)
        await self._logbook.did(worked)

    def breathing(self) -> Breathing | None:
        """Return how busy the shift of whoever sits here is; None without a shift."""
        now, desk = self._clock(), self._board.desk()
        shift = desk.ended_shift or desk.shift
        if shift is None or desk.me is None or shift.person != desk.me.id:
            return None
        spans, acts = acts_of(desk.me.id, self._logbook.records.values(), self._logbook.escalations)
        here: list[Span] = [(self._open.started_at, self._open.until(now))] if self._open else []
        return breathing([*spans, *here], acts, shift.starts_at, min(now, shift.ends_at), self._board.zone)
