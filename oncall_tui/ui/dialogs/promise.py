"""Asks for a promise, and says back what was understood before it counts."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from oncall_tui.errors import OnCallError
from oncall_tui.ui.keypress import Keypress

KEYS = "⏎ say it back   ·   Esc leave"
CONFIRM = "⏎ yes   ·   Esc leave   ·   or change the line"


class PromiseDialog(ModalScreen[str | None]):
    """A line, what it was understood as, and Enter once more to mean it."""

    DEFAULT_CSS = """
    PromiseDialog { align: center middle; }
    PromiseDialog > Vertical {
        width: 78; max-width: 100%; height: auto; padding: 1 2; border: round $primary; background: $surface;
    }
    PromiseDialog Input { margin: 1 0; background: $boost; }
    PromiseDialog #said { text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", tooltip="Leave without promising", priority=True),
    ]

    def __init__(self, question: str, say_back: Callable[[str], str], keypress: Keypress) -> None:
        super().__init__()
        self._question, self._say_back, self._keypress = question, say_back, keypress
        self._said_of = ""

    def compose(self) -> ComposeResult:
        """Ask."""
        with Vertical():
            yield Static(Content(self._question))
            yield Input(max_length=200, compact=True)
            yield Static(id="said", markup=False)
            yield Static(KEYS, id="keys", markup=False)

    def on_input_changed(self) -> None:
        """Forget what was said of another line."""
        self._show("", KEYS)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Say the line back; one that was said back is given back."""
        text = event.value.strip()
        if text and text == self._said_of:
            mean_it = partial(self._mean_it, text)
            self._keypress.when_pressed("enter", mean_it, otherwise="Not promised", may_repeat=True)
            return
        try:
            sentence = self._say_back(text)
        except OnCallError as error:
            self._show(f"Not understood: {error}.", KEYS)
            return
        self._show(sentence, CONFIRM)
        self._said_of = text

    def _mean_it(self, text: str) -> None:
        if self.is_current:
            self.dismiss(text)

    def _show(self, sentence: str, keys: str) -> None:
        self._said_of = ""
        self.query_one("#said", Static).update(Content(sentence))
        self.query_one("#keys", Static).update(Content(keys))

    def action_leave(self) -> None:
        """Give nothing back."""
        self.dismiss(None)
