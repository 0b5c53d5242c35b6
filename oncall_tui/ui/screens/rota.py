"""Who is on call in the next weeks, and where nobody is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from oncall_tui.domain.fairness import duties
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.wall_time import instant, zone_info
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.rota_text import WEEKS, RotaView, calendar
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.text import wall
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine

PADDING = 1
SPAN = timedelta(weeks=WEEKS)
MARGIN = timedelta(days=8)
"""How far back entries are asked for: this week is shown from its Monday on."""


class RotaScreen(DeskScreen):
    """Eight weeks to look at: each shift's real length, our own standing out, gaps loud; how the year is shared."""

    CSS = """
    RotaScreen VerticalScroll { height: 1fr; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.go('rota')", "Back", tooltip="Go back to the list"),
    ]

    lines = query_one("#shifts", Static)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self._view: RotaView | None = None

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        with VerticalScroll():
            yield Static("Reading the rota…", id="shifts", markup=False)
        yield KeyLine()

    def on_screen_resume(self) -> None:
        """Read the rota afresh each time somebody comes here."""
        self._load()

    def on_resize(self) -> None:
        """Draw the weeks for the new width."""
        self._draw()

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk."""
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)

    @work(group="rota", exclusive=True)
    async def _load(self) -> None:
        now, desk = self.present(), self.desk
        zone = zone_of(desk)
        try:
            entries = await self._actions.shifts_between(now - MARGIN, now + SPAN)
            year = await self._actions.shifts_between(*_year(now, zone))
        except OnCallError as error:
            self.lines.update(Content(f"The rota could not be read: {error}"))
            return
        shifts = [entry for entry in year if isinstance(entry, Shift)]
        self._view = RotaView(
            entries=entries,
            people=desk.people,
            now=now,
            zone=zone,
            me=desk.me.id if desk.me else None,
            levels=() if desk.is_demo else self._actions.levels_reached(),
            duties=duties(shifts, desk.people, zone_info(zone) or UTC),
        )
        self._draw()

    def _draw(self) -> None:
        width = self.size.width - 2 * PADDING
        if self._view is not None and width > 0:
            self.lines.update(calendar(self._view, width))


def _year(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the year under way on a zone's clock."""
    year, clock = wall(now, zone).year, zone_info(zone) or UTC
    start, end = (instant(date(each, 1, 1), time.min, clock) for each in (year, year + 1))
    return start, end
