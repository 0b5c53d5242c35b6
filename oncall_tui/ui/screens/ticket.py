"""One ticket on the whole screen, for narrow terminals and long conversations."""

from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one

from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.answer_keys import AnswerKeys, answer_bindings
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.ticket_place import CUSTOMER_KEYS, TicketPlace
from oncall_tui.ui.widgets.detail import TicketDetail
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.widgets.strip import EscalationStrip
from oncall_tui.ui.writes import carry_out


class TicketScreen(TicketPlace):
    """Stays on its ticket, also when that leaves the list."""

    CSS = """
    TicketScreen TicketDetail { height: 1fr; padding: 1 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,E", "escalate", "Escalate", id="ticket.escalate", priority=True, tooltip="Escalate this ticket"),
        *answer_bindings(shown=frozenset({"reply", "note", "take", "snooze", "solve"})),
        *CUSTOMER_KEYS,
        Binding("escape", "back", "Back", tooltip="Stop an escalation, or go back to the list"),
    ]

    detail = query_one(TicketDetail)

    def __init__(
        self, actions: Actions, escalate_key: EscalateKey, keypress: Keypress, answer_keys: AnswerKeys, ticket: TicketId
    ) -> None:
        super().__init__(actions, escalate_key, keypress, answer_keys)
        self._ticket = ticket
        self._row: Row | None = None
        self._is_gone = False

    @property
    def row(self) -> Row | None:
        """Return this ticket."""
        return self._row

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        yield TicketDetail(self._actions)
        yield EscalationStrip(is_for_one=True)
        yield KeyLine(self.not_offered)

    def on_mount(self) -> None:
        """Follow the app, and take note that this ticket is worked on."""
        carry_out(self.app, self._actions.attending.opened(self._ticket))
        super().on_mount()

    def on_key(self) -> None:
        """Take note that somebody is here."""
        carry_out(self.app, self._actions.attending.stayed())

    def on_unmount(self) -> None:
        """Keep how long it was open."""
        carry_out(self.app, self._actions.attending.closed())

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; a ticket that left the list stays here, and that is said once."""
        row = desk.row(self._ticket)
        is_gone = row is None or desk.has_left(self._ticket)
        if is_gone and not self._is_gone:
            self.notify("This ticket left the list of open ones.", severity="warning", markup=False)
        self._is_gone = is_gone
        self._row = row or self._row
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)
        self.query_one(EscalationStrip).show(desk, now, self._row)
        self.detail.show(desk, self._row, now)
        self.query_one(KeyLine).look_again()

    def action_escalate(self) -> None:
        """Escalate this ticket."""
        if self._row is not None:
            self._escalate_key.pressed(self._row)

    def action_back(self) -> None:
        """Stop the escalation that is armed; else go back."""
        if not self._escalate_key.stop_armed():
            self.app.pop_screen()
