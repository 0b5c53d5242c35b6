"""What E and Esc do about an escalation; E's ticket is bound when the key goes down."""

from collections.abc import Callable
from functools import partial

from textual.app import App

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.writes import carry_out


class EscalateKey:
    """Escalates a ticket, sends at once what is armed, and shows what is under way."""

    def __init__(self, app: App[None], actions: Actions, keypress: Keypress, desk: Callable[[], Desk]) -> None:
        self._app, self._actions, self._keypress, self._desk = app, actions, keypress, desk

    def pressed(self, row: Row) -> None:
        """Take note that E went down on a ticket."""
        self._keypress.when_pressed("e", partial(self._escalate, row), otherwise="Not escalated")

    def _escalate(self, row: Row) -> None:
        escalation = self._desk().escalation_of(row.ticket.id)
        if escalation is None or not escalation.state.is_live:
            carry_out(self._app, self._actions.escalate(row))
        elif escalation.state is EscalationState.ARMED:
            carry_out(self._app, self._actions.send_now(row.ticket.id))
        else:
            self._app.notify(f"{row.ticket.number} is already escalated: {escalation.state}.", markup=False)
            self._app.switch_mode("escalations")

    def stop_armed(self) -> bool:
        """Take note that Esc went down while the undo seconds run; False when nothing is to be stopped."""
        armed = next((e for e in self._desk().escalations if e.state is EscalationState.ARMED), None)
        if armed is not None:
            stop = partial(self._stop, armed.brief.ticket)
            self._keypress.when_pressed("escape", stop, otherwise="Not stopped", may_repeat=True)
        return armed is not None

    def _stop(self, ticket: TicketId) -> None:
        carry_out(self._app, self._say_whether_stopped(ticket))

    async def _say_whether_stopped(self, ticket: TicketId) -> None:
        if await self._actions.stop(ticket):
            self._app.notify("Stopped: nothing was sent.", markup=False)
        else:
            sentence = "Too late to stop: it is on its way. X shows it."
            self._app.notify(sentence, severity="warning", timeout=10, markup=False)
