"""The two lines at the top: who, when, how long; what can be seen, and how much is waiting."""

from datetime import datetime

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from oncall_tui.services.desk import Desk, Sight
from oncall_tui.ui.desk_text import countdown, counts, here, is_last_hour, sources_line, who
from oncall_tui.ui.text import between, fit

GAP = 2


class Header(Static):
    """Says the mood in words; colour repeats it."""

    DEFAULT_CSS = """
    Header { height: 2; padding: 0 1; background: $panel; color: $foreground; }
    Header.-last { text-style: bold; }
    Header.-stale, Header.-over { background: $warning-muted; color: $foreground; }
    Header.-blind, Header.-off { background: $error-muted; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False)
        self._shown = ""
        self._desk: Desk | None = None
        self._now: datetime | None = None

    def show(self, desk: Desk, now: datetime) -> None:
        """Show a desk at an instant."""
        self._desk, self._now = desk, now
        self.set_class(is_last_hour(desk, now), "-last")
        self.set_class(desk.sight is Sight.STALE, "-stale")
        self.set_class(desk.sight is Sight.BLIND, "-blind")
        self.set_class(desk.ended_shift is not None, "-over")
        self.set_class(desk.sight is not Sight.LOADING and desk.on_call is None and desk.ended_shift is None, "-off")
        self._draw()

    def on_resize(self) -> None:
        """Lay the lines out for the new width."""
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        if self._desk is None or self._now is None or not width:
            return
        text = "\n".join(header_lines(self._desk, self._now, width))
        if text != self._shown:
            self._shown = text
            self.update(Content(text), layout=False)  # two lines it has, whatever they say


def header_lines(desk: Desk, now: datetime, width: int) -> tuple[str, str]:
    """Return both lines; the right parts, which are figures, stay whole."""
    left = ("DEMO  " if desk.is_demo else "") + who(desk, now)
    right, clock = countdown(desk, now), here(desk, now)
    room = width - cell_len(right) - GAP - cell_len(clock)
    column = max(cell_len(left) + GAP, min(width * 35 // 100, room))
    first = between(fit(left, column) + clock if column <= room else left, right, width)
    return first, between(sources_line(desk, now), counts(desk, now), width)
