"""Who is on call in the next weeks, and where nobody is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Gap, Shift
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.text import fit, fit_right, span, wall
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine

WEEKS = timedelta(weeks=8)
MARGIN = timedelta(days=4)
"""How far back the list begins, so that the shift under way is in it."""


class RotaScreen(DeskScreen):
    """Shifts with their real length, our own marked, gaps loud."""

    CSS = """
    RotaScreen VerticalScroll { height: 1fr; padding: 1 2; }
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
        self.run_worker(self._load(), group="rota", exclusive=True)

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk."""
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)

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
    marks = [word for word, is_so in (("now", shift.starts_at <= now), ("you", shift.person == me)) if is_so]
    origin = "" if shift.origin == "rotation" else f"({shift.origin})"
    words = "  ".join(part for part in (", ".join(marks), origin) if part)
    text = (
        f"  {_when(shift.starts_at, shift.ends_at, zone)}  {fit(person.name if person else shift.person, 18)} {words}"
    )
    return Content.styled(text, "bold" if marks else "")


def _gap_line(gap: Gap, zone: str) -> Content:
    return Content.styled(f"! {_when(gap.starts_at, gap.ends_at, zone)}  NOBODY IS ON CALL", "bold $text-error")


def _when(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    start, end = wall(starts_at, zone), wall(ends_at, zone)
    return f"{start:%a %d %b %H:%M} – {end:%a %d %b %H:%M}  {fit_right(span(ends_at - starts_at), 9)}"
