"""M: goodwill; B: the runbook."""

from functools import partial

from textual.screen import Screen

from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.services.actions import Actions
from oncall_tui.ui.care_text import goodwill_question, spent
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.dialogs.runbook import RunbookDialog
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.writes import carry_out


def ask_for_goodwill(screen: Screen[None], actions: Actions, keypress: Keypress, row: Row) -> None:
    """Ask what was spent on a ticket's customer, and keep it."""
    screen.app.push_screen(OneLineDialog(goodwill_question(row), keypress), partial(_spend, screen, actions, row))


def _spend(screen: Screen[None], actions: Actions, row: Row, text: str | None) -> None:
    if not text:
        return
    try:
        spoken = actions.caring.understood(text)
    except BadUse as error:
        screen.notify(f"Not recorded: {error}.", severity="error", timeout=15, markup=False)
        return
    carry_out(screen.app, actions.caring.spend(row, spoken), then=spent(row, spoken))


def open_runbook(screen: Screen[None], actions: Actions, row: Row) -> None:
    """Show the steps for a ticket; each tick is kept."""
    if row.runbook is None:
        screen.notify(f"No runbook is for {row.ticket.number}: [[runbooks]] says which is for what.", markup=False)
        return

    def tick(step: str, is_ticked: bool) -> None:  # noqa: FBT001 - what happened to the step, said by the dialog
        carry_out(screen.app, actions.caring.tick(row, step, is_ticked=is_ticked))

    screen.app.push_screen(RunbookDialog(row.ticket.number, row.runbook, row.runbook.done(row.record), tick))
