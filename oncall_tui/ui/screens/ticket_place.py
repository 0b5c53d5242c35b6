"""What every place that has a ticket at hand can do for its customer."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from textual.binding import Binding, BindingType

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.ui.answer_keys import AnswerKeys
from oncall_tui.ui.browse import browse
from oncall_tui.ui.care_keys import ask_for_goodwill, open_runbook
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.promise_key import ask_for_promise
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.zone_key import ask_for_zone

CUSTOMER_KEYS: Final[Sequence[BindingType]] = (
    Binding("p,P", "promise", "Promise", id="ticket.promise", tooltip="Promise the customer an answer by a time"),
    Binding("b,B", "runbook", "Runbook", show=False, id="ticket.runbook", tooltip="Steps of the ticket's runbook"),
    Binding(
        "m,M",
        "goodwill",
        "Goodwill",
        show=False,
        id="ticket.goodwill",
        tooltip="Record goodwill that was spent",
    ),
    Binding("o,O", "browse", "Browser", show=False, id="ticket.browse", tooltip="Open the ticket in the browser"),
    Binding("c,C", "zone", "Clock", show=False, id="ticket.zone", tooltip="Correct the customer's time zone"),
)
"""What every place with a ticket at hand binds, in the order it likes best."""


class TicketPlace(DeskScreen):
    """A place with a ticket at hand: the one under the cursor, or the only one there is."""

    def __init__(
        self, actions: Actions, escalate_key: EscalateKey, keypress: Keypress, answer_keys: AnswerKeys
    ) -> None:
        super().__init__()
        self._actions, self._escalate_key, self._keypress = actions, escalate_key, keypress
        self._answer_keys = answer_keys

    @property
    def row(self) -> Row | None:
        """Return the ticket at hand."""
        raise NotImplementedError

    def surely_meant(self, key: str, done: str) -> Row | None:
        """Return the ticket at hand if the person chose it; where it may be another by now, say so and return None."""
        del key, done
        return self.row

    def not_offered(self) -> frozenset[str]:
        """Return the actions that cannot be done to the ticket at hand."""
        return self._answer_keys.not_offered(self.row)

    def action_reply(self) -> None:
        """Write a reply."""
        self._with_ticket(lambda row: self._answer_keys.write(row, AnswerKind.REPLY))

    def action_note(self) -> None:
        """Write an internal note."""
        self._with_ticket(lambda row: self._answer_keys.write(row, AnswerKind.NOTE))

    def action_take(self) -> None:
        """Assign the ticket to whoever sits here."""
        self._answer_keys.take(self.surely_meant("T", "taken"))

    def action_snooze(self) -> None:
        """Ask until when the ticket may wait."""
        self._with_ticket(lambda row: self._answer_keys.snooze(row, self.desk, self.present()))

    def action_solve(self) -> None:
        """Ask, then solve the ticket."""
        self._answer_keys.solve(self.surely_meant("D", "solved"), self.present())

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
        ask_for_promise(self, self._actions, self._keypress, row)

    def action_goodwill(self) -> None:
        """Ask what was spent on the ticket's customer."""
        self._with_ticket(partial(ask_for_goodwill, self, self._actions, self._keypress))

    def action_runbook(self) -> None:
        """Show the steps of the ticket's runbook."""
        self._with_ticket(partial(open_runbook, self, self._actions))

    def action_zone(self) -> None:
        """Ask where the clock of the ticket's customer is."""
        ask_for_zone(self, self._actions, self._keypress, self.row)

    def action_browse(self) -> None:
        """Open the ticket at hand in the browser."""
        browse(self, self._keypress, self.row)
