"""P: promises a ticket's customer something, or settles what was promised."""

from textual.screen import Screen

from oncall_tui.domain.promise import SpokenPromise
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.dialogs.promise import PromiseDialog
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.promise_text import asked, said_back
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.writes import carry_out

_SETTLED = {
    "kept": PromiseOutcome.KEPT,
    "done": PromiseOutcome.KEPT,
    "taken back": PromiseOutcome.TAKEN_BACK,
    "-": PromiseOutcome.TAKEN_BACK,
}


def ask_for_promise(screen: DeskScreen, actions: Actions, keypress: Keypress, row: Row) -> None:
    """Ask what is promised, and keep it once it was said back."""
    desk = screen.desk
    asking = _Asking(screen, actions, row, desk)
    question = asked(row, desk.at, zone_of(desk))
    screen.app.push_screen(PromiseDialog(question, asking.say_back, keypress), asking.keep)


class _Asking:
    """One question about one ticket; what was said back is what counts, however long the answer takes."""

    def __init__(self, screen: Screen[None], actions: Actions, row: Row, desk: Desk) -> None:
        self._screen, self._actions, self._row, self._desk = screen, actions, row, desk
        self._understood: SpokenPromise | PromiseOutcome | None = None

    def say_back(self, text: str) -> str:
        """Return what a line was understood as, as a question."""
        row, zone = self._row, zone_of(self._desk)
        outcome = _SETTLED.get(text.casefold()) if row.record and row.record.owed_promise else None
        if outcome is not None:
            self._understood = outcome
            return f"What was promised for {row.ticket.number} is {outcome}?"
        spoken = self._actions.promising.understood(row, text)
        self._understood = spoken
        return said_back(row, spoken, zone, self._desk.at)

    def keep(self, text: str | None) -> None:
        """Keep what was said back."""
        number, promising = self._row.ticket.number, self._actions.promising
        if text is None or self._understood is None:
            return
        if isinstance(self._understood, PromiseOutcome):
            settle = promising.settle(self._row, self._understood)
            carry_out(self._screen.app, settle, then=f"{number}: the promise is {self._understood}.")
        else:
            promise = promising.promise(self._row, self._understood)
            carry_out(self._screen.app, promise, then=f"{number}: promised. P again settles it.")
