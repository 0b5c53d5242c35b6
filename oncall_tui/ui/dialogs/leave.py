"""Asks before the dashboard is left while an escalation is live."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class LeaveDialog(ModalScreen[bool]):
    """Says what stops when the dashboard stops."""

    DEFAULT_CSS = """
    LeaveDialog { align: center middle; }
    LeaveDialog > Static { width: 64; height: auto; padding: 1 2; border: round $warning; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,Q,ctrl+q,ctrl+c", "answer(True)", "Leave", tooltip="Leave the dashboard", priority=True),
        Binding("escape", "answer(False)", "Stay", tooltip="Stay", priority=True),
    ]

    def __init__(self, tickets: str) -> None:
        super().__init__()
        self._tickets = tickets

    def compose(self) -> ComposeResult:
        """Ask."""
        yield Static(
            Content(
                f"Escalation of {self._tickets} is live: nobody will go on with it until the dashboard runs again.\n\n"
                "Q to leave   ·   Esc to stay"
            ),
        )

    def action_answer(self, is_sure: bool) -> None:  # noqa: FBT001 - an action's parameter is positional
        """Answer."""
        self.dismiss(is_sure)
