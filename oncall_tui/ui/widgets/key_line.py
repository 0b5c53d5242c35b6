"""The keys that work here, on one line, derived from the bindings themselves."""

from collections.abc import Callable, Iterable
from itertools import accumulate

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from oncall_tui.ui.text import cells

GAP = "  "
HELP = "app.help"
NAMES = {
    "question_mark": "?",
    "slash": "/",
    "escape": "Esc",
    "enter": "⏎",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
}


class KeyLine(Static):
    """The footer; what does not fit is left out from its right, and the key for help always fits."""

    DEFAULT_CSS = """
    KeyLine { height: 1; padding: 0 0 0 1; background: $panel; color: $footer-foreground; }
    """

    def __init__(self, not_offered: Callable[[], frozenset[str]] = frozenset) -> None:
        super().__init__(markup=False)
        self._not_offered = not_offered
        self._hidden: frozenset[str] = frozenset()

    def on_mount(self) -> None:
        """Follow the screen's bindings."""
        self.screen.bindings_updated_signal.subscribe(self, self._follow)
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """Lay the line out for the new width."""
        self._draw()

    def _follow(self, _screen: Screen[object]) -> None:
        self._draw()

    def look_again(self) -> None:
        """Draw what is offered, where that is something else than before."""
        if self._not_offered() != self._hidden:
            self._draw()

    def _draw(self) -> None:
        self._hidden = self._not_offered()
        bindings = (entry.binding for entry in self.screen.active_bindings.values() if entry.enabled)
        declared = [binding.action for binding in type(self.screen).BINDINGS if isinstance(binding, Binding)]
        # What a widget binds too would stand where the widget has it, before what its place is for.
        places = {action: place for place, action in enumerate(declared)}
        active = [binding for binding in bindings if binding.action not in self._hidden]
        active.sort(key=lambda binding: places.get(binding.action, len(places)))
        self.update(key_line(active, self.content_size.width))


def key_line(bindings: Iterable[Binding], width: int) -> Content:
    """Return the shown bindings, each action once."""
    shown: dict[str, Binding] = {}
    for binding in bindings:
        if binding.show:
            shown.setdefault(binding.action, binding)
    last = [binding for binding in shown.values() if binding.id == HELP]
    others = [binding for binding in shown.values() if binding.id != HELP]
    room = width + len(GAP) - sum(_cells(binding) for binding in last)
    up_to = accumulate(_cells(binding) for binding in others)
    kept = [binding for binding, end in zip(others, up_to, strict=True) if end <= room]
    pieces = [Content.assemble((key_name(binding), "bold"), f" {binding.description}") for binding in (*kept, *last)]
    return Content(GAP).join(pieces)


def _cells(binding: Binding) -> int:
    return cells(f"{key_name(binding)} {binding.description}{GAP}")


def key_name(binding: Binding) -> str:
    """Return a key as it is written on the screen."""
    if binding.key_display:
        return binding.key_display
    modifier, _, key = binding.key.rpartition("+")
    key = NAMES.get(key, key)
    shown = key.upper() if len(key) == 1 or key[1:].isdigit() else key.capitalize() if key.islower() else key
    return f"{modifier.capitalize()}+{shown}" if modifier else shown
