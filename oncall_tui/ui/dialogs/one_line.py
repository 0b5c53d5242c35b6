"""Asks for one line of text."""

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from oncall_tui.ui.keypress import Keypress


class OneLineDialog(ModalScreen[str | None]):
    """A question, a line to answer it, Enter to keep it, Esc to leave it."""

    DEFAULT_CSS = """
    OneLineDialog { align: center middle; }
    OneLineDialog > Vertical {
        width: 70; max-width: 100%; height: auto; padding: 1 2; border: round $primary; background: $surface;
    }
    OneLineDialog Input { margin: 1 0; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Leave without keeping it", priority=True),
    ]

    def __init__(self, question: str, keypress: Keypress, *, value: str = "") -> None:
        super().__init__()
        self._question, self._keypress, self._value = question, keypress, value

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical():
            yield Static(Content(self._question))
            yield Input(value=self._value, max_length=500, compact=True)
            yield Static(Content("⏎ keep   ·   Esc leave"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line back when a person pressed Enter; an empty one is no answer."""
        if line := event.value.strip():
            keep = partial(self._keep, line)
            self._keypress.when_pressed("enter", keep, otherwise="Not kept", may_repeat=True)

    def _keep(self, line: str) -> None:
        if self.is_current:
            self.dismiss(line)

    def action_leave(self) -> None:
        """Give nothing back."""
        self.dismiss(None)
