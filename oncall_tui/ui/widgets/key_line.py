"""The keys that work here, on one line, derived from the bindings themselves."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class KeyLine(Static):
    """The footer; what does not fit is left out from its right, and the key for help always fits."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 1; background: $panel; color: $footer-foreground; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lay the line out for the new width."""
        self._draw()

    def _follow(self, _screen: Screen[object]) -> None:
        self._draw()

    def _draw(self) -> None:
        active = [entry.binding for entry in self.screen.active_bindings.values() if entry.enabled]
        self.update(key_line(active, self.content_size.width))


def key_line(bindings: Iterable[Binding], width: int) -> Content:
    """Return the shown bindings, each action once; those that count most come first."""
    shown = {binding.action: binding for binding in reversed([b for b in bindings if b.show])}
    in_order = sorted(reversed(shown.values()), key=lambda binding: not binding.priority)
    last = [binding for binding in in_order if binding.id == "app.help"]
    room = width - sum(cell_len(_words(binding)) + 2 for binding in last)
    kept: list[Binding] = []
    for binding in in_order:
        if binding not in last and (room := room - cell_len(_words(binding)) - 2) >= 0:
            kept.append(binding)
    pieces = [Content.assemble((key_name(binding), "bold"), f" {binding.description}") for binding in (*kept, *last)]
    return Content("  ").join(pieces)


def _words(binding: Binding) -> str:
    return f"{key_name(binding)} {binding.description}"


def key_name(binding: Binding) -> str:
    """Return a key as it is written on the screen."""
    if binding.key_display:
        return binding.key_display
    names = {
        "question_mark": "?",
        "slash": "/",
        "escape": "Esc",
        "enter": "⏎",
        "exclamation_mark": "!",
        "space": "Space",
    }
    key = names.get(binding.key, binding.key)
    if key.startswith("ctrl+"):
        return "^" + key[5:].upper()
    return key.upper() if len(key) == 1 or (key[0] == "f" and key[1:].isdigit()) else key.capitalize()
