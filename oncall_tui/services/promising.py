"""Promises to customers: made in one line, said back before they are kept in the journal, and settled by hand."""

from collections.abc import Callable

from oncall_tui.clock import Clock
from oncall_tui.domain.promise import SpokenPromise, spoken_promise
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, PromiseOutcome, PromiseSettled
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.services.board import Board
from oncall_tui.services.logbook import Logbook
from oncall_tui.text_safety import clean


class Promising:
    """What P asks for."""

    def __init__(self, logbook: Logbook, board: Board, clock: Clock, new_id: Callable[[], str]) -> None:
        self._logbook, self._board, self._clock, self._new_id = logbook, board, clock, new_id

    def understood(self, row: Row, text: str) -> SpokenPromise:
        """Return what a line means for a ticket's customer; raise ``BadUse`` for one that cannot be read."""
        try:
            return spoken_promise(text, self._clock(), ours=self._board.zone, theirs=row.zone.clock)
        except ValueError as error:
            raise BadUse(clean(str(error))) from error

    async def promise(self, row: Row, spoken: SpokenPromise) -> None:
        """Keep that the customer was promised something."""
        await self._logbook.did(
            PromiseMade(
                ticket=row.ticket.id,
                promise=PromiseId(self._new_id()),
                due_at=spoken.due_at,
                words=clean(spoken.words),
                by=self._board.me,
                waiting_since=row.ticket.waiting_since,
            )
        )

    async def settle(self, row: Row, outcome: PromiseOutcome) -> None:
        """Keep that what is owed was kept or taken back; raise ``BadUse`` when nothing is owed."""
        owed = self._logbook.record(row.ticket.id).owed_promise
        if owed is None:
            raise BadUse(f"nothing is promised for {row.ticket.number}")
        is_late = outcome is PromiseOutcome.KEPT and not owed.is_open
        settled = PromiseSettled(
            ticket=row.ticket.id,
            promise=owed.id,
            outcome=PromiseOutcome.KEPT_LATE if is_late else outcome,
            by=self._board.me,
        )
        if not await self._logbook.did(settled):
            raise BadUse(f"the promise for {row.ticket.number} was settled meanwhile")
