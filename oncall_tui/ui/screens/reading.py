"""Text to read, and nothing to do: help, notices."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from oncall_tui.ui.text import fit
from oncall_tui.ui.widgets.key_line import key_name


class ReadingScreen(ModalScreen[None]):
    """A page over the screen; any of the usual keys closes it."""

    DEFAULT_CSS = """
    ReadingScreen { align: center middle; }
    ReadingScreen > VerticalScroll {
        width: 76; height: auto; max-height: 90%; padding: 0 2; border: round $primary; background: $surface;
    }
    ReadingScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,Q,question_mark,enter,v,V", "close", "Close", tooltip="Close this page", priority=True),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """Show the text."""
        with VerticalScroll() as scroll:
            scroll.border_title = f"{self._title} · Esc closes"
            yield Static(Content(self._text))

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)


def keys_page(bindings: Iterable[ActiveBinding]) -> str:
    """Return one line for each action that works here, from the bindings themselves."""
    keys: dict[str, list[str]] = {}
    what: dict[str, str] = {}
    for active in bindings:
        if active.tooltip and active.enabled:
            what.setdefault(active.binding.action, active.tooltip)
            names = keys.setdefault(active.binding.action, [])
            if (name := key_name(active.binding)) not in names:
                names.append(name)
    return "\n".join(f"{fit(' '.join(keys[action]), 14)}{sentence}" for action, sentence in what.items())
