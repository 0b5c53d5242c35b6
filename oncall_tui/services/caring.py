"""What is done for a customer beside answering: goodwill spent, steps of a runbook ticked."""

from oncall_tui.domain.care_events import GoodwillSpent, RunbookStepTicked
from oncall_tui.domain.experience import customer_key
from oncall_tui.domain.goodwill import SpokenGoodwill, spoken_goodwill
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.services.board import Board
from oncall_tui.services.logbook import Logbook
from oncall_tui.text_safety import clean


class Caring:
    """What M and B ask for."""

    def __init__(self, logbook: Logbook, board: Board) -> None:
        self._logbook, self._board = logbook, board

    def understood(self, text: str) -> SpokenGoodwill:
        """Return what a line says was spent; raise ``BadUse`` for one that cannot be read."""
        try:
            return spoken_goodwill(text)
        except ValueError as error:
            raise BadUse(str(error)) from error

    async def spend(self, row: Row, spoken: SpokenGoodwill) -> None:
        """Keep what was spent on a ticket's customer."""
        await self._logbook.did(
            GoodwillSpent(
                ticket=row.ticket.id,
                amount=spoken.amount,
                words=clean(spoken.words),
                customer=clean(customer_key(row.ticket)),
                by=self._board.me,
            )
        )

    async def tick(self, row: Row, step: str, *, is_ticked: bool) -> None:
        """Keep that a step of the ticket's runbook was done, or was not after all."""
        if row.runbook is None:
            raise BadUse(f"no runbook is for {row.ticket.number}")
        ticked = RunbookStepTicked(
            ticket=row.ticket.id,
            runbook=clean(row.runbook.name),
            step=clean(step),
            is_ticked=is_ticked,
            by=self._board.me,
        )
        await self._logbook.did(ticked)
