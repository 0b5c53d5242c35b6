"""Says in one line when the person on call has no room left; says nothing while there is some."""

import asyncio
from datetime import timedelta

from oncall_tui.domain.text import CleanText
from oncall_tui.services.attending import Attending
from oncall_tui.services.board import Board
from oncall_tui.services.troubles import Troubles

LOOK_EVERY = timedelta(minutes=1)


class Breath:
    """The loop that looks how busy it was."""

    def __init__(self, attending: Attending, board: Board, troubles: Troubles) -> None:
        self._attending, self._board, self._troubles = attending, board, troubles

    async def run(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(LOOK_EVERY.total_seconds())

    def look(self) -> None:
        """Suggest help, or take the suggestion back."""
        known = self._attending.breathing()
        if known is None or not known.wants_help or known.recent_share is None:
            self._troubles.clear("breath")
            return
        share = round(known.recent_share * 100)
        sentence = f"At least {share} % of the last 2 h went into tickets: ask {self._whom()} for help now."
        self._troubles.say("breath", CleanText(sentence))

    def _whom(self) -> str:
        levels = self._board.team.policy.levels
        return levels[0].targets[0].name if levels and levels[0].targets else "somebody"
