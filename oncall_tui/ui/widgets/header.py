"""The two lines at the top: who, when, how long; what can be seen, and how much is waiting."""

from datetime import datetime, timedelta

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from oncall_tui.services.desk import Desk, Sight
from oncall_tui.ui.desk_text import countdown, counts, counts_until, here, is_last_hour, sources_line, who
from oncall_tui.ui.text import between, cells, fit, next_minute, next_minute_to

GAP = 2
AGED_EVERY = timedelta(seconds=5)
"""An answer may be so much older than is said: a figure that runs draws the eye, and costs what drawing costs."""
UNSEEN_EVERY = timedelta(seconds=15)
"""The same while the terminal has no focus."""


class Header(Widget):
    """Says the mood in words; colour repeats it."""

    DEFAULT_CSS = """
    Header { height: 2; padding: 0 1; background: $panel; color: $foreground; }
    Header.-last { text-style: bold; }
    Header.-stale, Header.-over { background: $warning-muted; color: $foreground; }
    Header.-blind, Header.-off { background: $error-muted; color: $foreground; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._shown: tuple[str, ...] = ()
        self._desk: Desk | None = None
        self._now: datetime | None = None
        self._aged_at: datetime | None = None
        """The instant whose ages of the sources are shown."""
        self._until: datetime | None = None
        """When time alone may change something."""

    def show(self, desk: Desk, now: datetime) -> None:
        """Show a desk at an instant; how old an answer is, which each second changes, only now and then."""
        is_set_back = self._now is not None and now < self._now
        self._now = now
        if desk is self._desk and not is_set_back and self._until is not None and now < self._until:
            return
        every = AGED_EVERY if self.app.app_focus else UNSEEN_EVERY
        if desk is not self._desk or is_set_back or self._aged_at is None or now >= self._aged_at + every:
            self._aged_at = now
        self._desk, self._until = desk, min(self._aged_at + every, stays_until(desk, now))
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
        lines = header_lines(self._desk, self._now, width, aged_at=self._aged_at)
        if lines != self._shown:
            self._shown = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line, as wide as it was laid out."""
        text = self._shown[y] if y < len(self._shown) else ""
        return Strip([Segment(text, self.visual_style.rich_style)], cells(text))


def header_lines(desk: Desk, now: datetime, width: int, *, aged_at: datetime | None = None) -> tuple[str, str]:
    """Return both lines; the right parts, which are figures, stay whole.

    Sources may be as old as they were at ``aged_at``, a little earlier.
    """
    left = ("DEMO  " if desk.is_demo else "") + who(desk, now)
    right, clock = countdown(desk, now), here(desk, now)
    room = width - cells(right) - GAP - cells(clock)
    column = max(cells(left) + GAP, min(width * 35 // 100, room))
    first = between(fit(left, column) + clock if column <= room else left, right, width)
    return first, between(sources_line(desk, aged_at or now), counts(desk, now), width)


def stays_until(desk: Desk, now: datetime) -> datetime:
    """Return the instant until which time alone changes nothing in the lines but the ages of the sources."""
    ends = (shift.ends_at for shift in (desk.shift, desk.ended_shift) if shift is not None)
    return min(next_minute(now), counts_until(desk, now), *(next_minute_to(at, now) for at in ends))
