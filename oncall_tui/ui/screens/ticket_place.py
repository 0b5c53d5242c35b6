"""What every place that has a ticket at hand can do for its customer."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from textual.binding import Binding, BindingType

from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.ui.browse import browse
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.promise_key import ask_for_promise
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.zone_key import ask_for_zone

CUSTOMER_KEYS: Final[Sequence[BindingType]] = (
    Binding("p,P", "promise", "Promise", id="ticket.promise", tooltip="Promise the customer an answer by a time"),
    Binding("o,O", "browse", "Browser", show=False, id="ticket.browse", tooltip="Open the ticket in the browser"),
    Binding("c,C", "zone", "Clock", show=False, id="ticket.zone", tooltip="Correct the customer's time zone"),
)
"""What every place with a ticket at hand binds, in the order it likes best."""


class TicketPlace(DeskScreen):
    """A place with a ticket at hand: the one under the cursor, or the only one there is."""

    def __init__(self, actions: Actions, escalate_key: EscalateKey, keypress: Keypress) -> None:
        super().__init__()
        self._actions, self._escalate_key, self._keypress = actions, escalate_key, keypress

    @property
    def row(self) -> Row | None:
        """Return the ticket at hand."""
        raise NotImplementedError

    def _with_ticket(self, act: Callable[[Row], None]) -> None:
        if self.row is None:
            self.notify("No ticket is under the cursor.", severity="warning", markup=False)
        else:
            act(self.row)

    def action_promise(self) -> None:
        """Bind the ticket at hand, now, and ask what is promised."""
        self._with_ticket(
            lambda row: self._keypress.when_pressed("p", partial(self._promise, row), otherwise="Nothing promised")
        )

    def _promise(self, row: Row) -> None:
        ask_for_promise(self, self._actions, row, self.desk)

    def action_zone(self) -> None:
        """Ask where the clock of the ticket's customer is."""
        ask_for_zone(self, self._actions, self._keypress, self.row)

    def action_browse(self) -> None:
        """Open the ticket at hand in the browser."""
        browse(self, self._keypress, self.row)
