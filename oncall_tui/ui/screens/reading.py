"""Text to read, and nothing to do: help, notices."""

from collections.abc import Iterable
from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from oncall_tui.ui.text import fit
from oncall_tui.ui.widgets.key_line import key_name

KEYS = 14


class ReadingScreen(ModalScreen[None]):
    """A page over the screen; any of the usual keys closes it."""

    DEFAULT_CSS = """
    ReadingScreen { align: center middle; }
    ReadingScreen > VerticalScroll {
        width: 76; max-width: 100%; height: auto; max-height: 90%; padding: 0 2;
        border: round $primary; background: $surface;
    }
    ReadingScreen Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,Q,question_mark,enter,v,V,l,L", "close", "Close", tooltip="Close this page", priority=True),
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


WORDS = 54
"""Cells for what a key does, beside its name."""
LEGEND = (
    "▲ escalated   ✓ acknowledged   ! late   ★ served by a tier of its own (customers table)\n"
    "² ³ open requests of the same person, in whatever help desks"
)


def keys_page(bindings: Iterable[ActiveBinding]) -> str:
    """Return one line for each action that works here, from the bindings themselves; those of the footer first."""
    keys: dict[str, list[str]] = {}
    what: dict[str, str] = {}
    for active in sorted(bindings, key=lambda active: not active.binding.show):
        if active.tooltip and active.enabled:
            what.setdefault(active.binding.action, active.tooltip)
            names = keys.setdefault(active.binding.action, [])
            if (name := key_name(active.binding)) not in names:
                names.append(name)
    lines = (_key_line(" ".join(keys[action]), sentence) for action, sentence in what.items())
    return "\n".join((*lines, "", LEGEND))


def _key_line(names: str, sentence: str) -> str:
    first, *rest = wrap(sentence, WORDS)
    return "\n".join((fit(names, KEYS) + first, *(" " * KEYS + line for line in rest)))
