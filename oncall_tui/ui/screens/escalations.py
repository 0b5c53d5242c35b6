"""Every escalation of the shift with its timeline, and what can be done about it."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from oncall_tui.domain.escalation import Escalation
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.escalation_text import heading, number, timeline
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.writes import carry_out

NONE_YET = "Nothing was escalated in this shift."
REACHED = "Who acknowledged on the phone? Write the name, a colon and what was said, such as “Dana Lee: I am on it”."
WITHDRAWN = "Why is it withdrawn? Everybody who was told reads this."


class EscalationsScreen(DeskScreen):
    """A list of escalations, and the timeline of the one under the cursor."""

    CSS = """
    EscalationsScreen OptionList { height: auto; max-height: 8; border: none; padding: 0 1; }
    EscalationsScreen VerticalScroll { height: 1fr; padding: 1 2; }
    EscalationsScreen #timeline { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e,E", "further", "Further now", id="escalation.further", tooltip="Go to the next step now"),
        Binding(
            "p,P", "reached", "Reached by phone", id="escalation.reached", tooltip="Record who took it on the phone"
        ),
        Binding("r,R", "withdraw", "Withdraw", id="escalation.withdraw", tooltip="Take it back, with a reason"),
        Binding("escape", "back", "Back", tooltip="Stop an escalation, or go back to the list"),
    ]

    headings = query_one(OptionList)
    timeline = query_one("#timeline", Static)

    def __init__(self, actions: Actions, keypress: Keypress, escalate_key: EscalateKey) -> None:
        super().__init__()
        self._actions, self._keypress, self._escalate_key = actions, keypress, escalate_key
        self._shown: tuple[str, ...] = ()
        self._text = ""

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        yield OptionList(markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(id="timeline", markup=False)
        yield KeyLine()

    @property
    def chosen(self) -> Escalation | None:
        """Return the escalation under the cursor."""
        index = self.headings.highlighted
        escalations = self.desk.escalations
        return escalations[index] if index is not None and index < len(escalations) else None

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; the cursor stays on its escalation."""
        lines = tuple(heading(escalation, now, zone_of(desk)) for escalation in desk.escalations)
        if lines != self._shown:
            highlighted = self.headings.highlighted
            chosen = self.headings.get_option_at_index(highlighted).id if highlighted is not None else None
            self._shown = lines
            self.headings.set_options(
                Option(Content(line), id=escalation.id)
                for line, escalation in zip(lines, desk.escalations, strict=True)
            )
            ids = [escalation.id for escalation in desk.escalations]
            self.headings.highlighted = next((i for i, known in enumerate(ids) if known == chosen), 0) if ids else None
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)
        chosen = self.chosen
        text = "\n".join(timeline(chosen, now, zone_of(desk))) if chosen else NONE_YET
        if text != self._text:
            self._text = text
            self.timeline.update(Content(text))

    def on_option_list_option_highlighted(self) -> None:
        """Show the timeline of the escalation under the cursor."""
        self.tick(self.desk, self.present())

    def action_further(self) -> None:
        """Go to the next step now."""
        if (chosen := self._live()) is not None:
            go = partial(self._go_further, chosen.brief.ticket)
            self._keypress.when_pressed("e", go, otherwise="Not escalated further")

    def _go_further(self, ticket: TicketId) -> None:
        carry_out(self.app, self._actions.escalate_further(ticket), then="Going to the next step now.")

    def action_withdraw(self) -> None:
        """Ask for the reason, and take the escalation back."""
        ask = partial(self._ask, WITHDRAWN, self._actions.withdraw, "Withdrawn.")
        self._keypress.when_pressed("r", ask, otherwise="Not withdrawn")

    def action_reached(self) -> None:
        """Ask who took it on the phone, and record that."""
        ask = partial(self._ask, REACHED, self._reached, "Recorded.")
        self._keypress.when_pressed("p", ask, otherwise="Not recorded")

    def _reached(self, ticket: TicketId, answer: str) -> Coroutine[object, object, None]:
        name, _, words = answer.partition(":")
        return self._actions.reached_by_phone(ticket, name.strip(), words.strip())

    def _ask(self, question: str, act: Callable[[TicketId, str], Coroutine[object, object, None]], then: str) -> None:
        chosen = self._live()
        if chosen is None:
            return
        ticket = chosen.brief.ticket

        def answered(answer: str | None) -> None:
            if answer:
                carry_out(self.app, act(ticket, answer), then=then)

        self.app.push_screen(OneLineDialog(f"{number(chosen)}: {question}", self._keypress), answered)

    def _live(self) -> Escalation | None:
        chosen = self.chosen
        if chosen is not None and chosen.state.is_live:
            return chosen
        self.notify("No live escalation is under the cursor.", severity="warning", markup=False)
        return None

    def action_back(self) -> None:
        """Stop the escalation that is armed; else go back."""
        if not self._escalate_key.stop_armed():
            self.app.switch_mode("queue")
