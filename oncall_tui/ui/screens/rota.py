"""Who is on call in the next weeks, and where nobody is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Gap, Shift, ShiftOrigin
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.text import fit_right, span, wall
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine

WEEKS = timedelta(weeks=8)
MARGIN = timedelta(days=4)
"""How far back the list begins, so that the shift under way is in it."""


class RotaScreen(DeskScreen):
    """Shifts with their real length, our own marked, gaps loud."""

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

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        with VerticalScroll():
            yield Static("Reading the rota…", id="shifts", markup=False)
        yield KeyLine()

    def on_screen_resume(self) -> None:
        """Read the rota afresh each time somebody comes here."""
        self._load()

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk."""
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)

    @work(group="rota", exclusive=True)
    async def _load(self) -> None:
        now = self.present()
        try:
            entries = await self._actions.shifts_between(now - MARGIN, now + WEEKS)
        except OnCallError as error:
            self.lines.update(Content(f"The rota could not be read: {error}"))
            return
        desk = self.desk
        me = desk.me.id if desk.me else None
        self.lines.update(rota_lines(entries, desk.people, now, zone_of(desk), me))


def rota_lines(
    entries: Sequence[object], people: Mapping[PersonId, Person], now: datetime, zone: str, me: PersonId | None
) -> Content:
    """Return one line for each shift and gap that is not over yet."""
    lines = [
        _shift_line(entry, people, now, zone, me) if isinstance(entry, Shift) else _gap_line(entry, zone)
        for entry in entries
        if isinstance(entry, Shift | Gap) and entry.ends_at > now
    ]
    return Content("\n").join([f"Times in {zone}.\n", *lines]) if lines else Content("No shift is planned.")


def _shift_line(
    shift: Shift, people: Mapping[PersonId, Person], now: datetime, zone: str, me: PersonId | None
) -> Content:
    person = people.get(shift.person)
    is_mine, is_now = shift.person == me, shift.starts_at <= now
    facts = (("you", is_mine), (str(shift.origin), shift.origin is not ShiftOrigin.ROTATION))
    brackets = ", ".join(word for word, is_so in facts if is_so)
    text = f"{_when(shift, 'now' if is_now else '', zone)}  {person.name if person else shift.person}"
    return Content.styled(f"{text} ({brackets})" if brackets else text, "bold" if is_mine or is_now else "")


def _gap_line(gap: Gap, zone: str) -> Content:
    return Content.styled(f"{_when(gap, '!', zone)}  NOBODY IS ON CALL", "bold $text-error")


def _when(entry: Shift | Gap, mark: str, zone: str) -> str:
    start, end = wall(entry.starts_at, zone), wall(entry.ends_at, zone)
    length = fit_right(span(entry.ends_at - entry.starts_at), 9)
    return f"{mark:3} {start:%a %d %b %H:%M} to {end:%a %d %b %H:%M} {length}"
