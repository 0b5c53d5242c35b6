"""C: says where a customer's clock really is."""

from functools import partial

from textual.screen import Screen

from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.ui.desk_text import customer_name
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.writes import carry_out

QUESTION = "Time zone of {}: a city, or a name such as Asia/Tokyo; - for what is guessed."


def ask_for_zone(screen: Screen[None], actions: Actions, keypress: Keypress, row: Row | None) -> None:
    """Ask for the zone of a ticket's customer, and keep it for that customer."""
    if row is None:
        screen.notify("No ticket is under the cursor.", severity="warning", markup=False)
        return
    question = OneLineDialog(QUESTION.format(customer_name(row)), keypress, value=row.zone.zone)
    screen.app.push_screen(question, partial(_keep, screen, actions, row))


def _keep(screen: Screen[None], actions: Actions, row: Row, text: str | None) -> None:
    if text:
        carry_out(screen.app, actions.correct_zone(row, text), then=f"The clock of {customer_name(row)} is corrected.")
