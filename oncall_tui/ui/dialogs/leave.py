"""Asks before the dashboard is left while an escalation is live."""

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from oncall_tui.ui.keypress import Keypress


class Leaving(Enum):
    """What was answered."""

    STAY = "stay"
    LEAVE = "leave"
    WATCH = "leave, and let a watch go on"


class LeaveDialog(ModalScreen[Leaving]):
    """Says what stops when the dashboard stops."""

    DEFAULT_CSS = """
    LeaveDialog { align: center middle; }
    LeaveDialog > Static {
        width: 64; max-width: 100%; height: auto; padding: 1 2; border: round $warning; background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,Q", "pressed('q', 'LEAVE')", "Leave", tooltip="Leave the dashboard", priority=True),
        Binding("w,W", "pressed('w', 'WATCH')", "Watch", tooltip="Leave, and let a watch go on", priority=True),
        Binding("ctrl+q,ctrl+c", "answer('LEAVE')", "Leave", tooltip="Leave the dashboard", priority=True),
        Binding("escape", "answer('STAY')", "Stay", tooltip="Stay", priority=True),
    ]

    def __init__(self, sentences: Sequence[str], keypress: Keypress, *, may_watch: bool) -> None:
        super().__init__()
        self._sentences, self._keypress, self._may_watch = sentences, keypress, may_watch

    def compose(self) -> ComposeResult:
        """Ask."""
        watch = "W to leave a watch running, without a screen   ·   " if self._may_watch else ""
        yield Static(Content("\n\n".join([*self._sentences, f"{watch}Q to leave   ·   Esc to stay"])))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a watch only where one can run."""
        return not (action == "pressed" and "WATCH" in parameters) or self._may_watch

    def action_pressed(self, key: str, answer: str) -> None:
        """Answer by a letter, when a person pressed it."""
        self._keypress.when_pressed(key, partial(self.action_answer, answer), otherwise="Not left", may_repeat=True)

    def action_answer(self, answer: str) -> None:
        """Answer."""
        if self.is_current:
            self.dismiss(Leaving[answer])
