"""Who is on call in the next weeks, where nobody is, and how a shift changes hands."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from oncall_tui.domain.fairness import Duty, HolidayAt, duties
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.wall_time import instant, zone_info
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.rota_cursor import below, beside, kept
from oncall_tui.ui.rota_text import WEEKS, Entry, RotaView, calendar
from oncall_tui.ui.rota_words import chosen_lines, cover_of, next_line, overrides_page
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.screens.reading import ReadingScreen
from oncall_tui.ui.text import cut, wall
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.writes import carry_out

PADDING = 1
SCROLLBAR = 1
SPAN = timedelta(weeks=WEEKS)
MARGIN = timedelta(days=8)
"""How far back entries are asked for: this week is shown from its Monday on."""
WHY_COVER = "Why should somebody take this shift? Everybody who looks at the rota reads it."
WHY_SWAP = "{name}'s shift for yours. Why? Everybody who looks at the rota reads it."


class RotaScreen(DeskScreen):
    """Eight weeks to look at: each shift's real length, our own standing out, gaps loud; how the year is shared."""

    CSS = """
    RotaScreen VerticalScroll { height: 1fr; padding: 1 1 0 1; scrollbar-gutter: stable; }
    RotaScreen #chosen { height: 3; padding: 0 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.go('rota')", "Back", tooltip="Go back to the list"),
        Binding("c,C", "ask", "Ask cover", id="rota.ask", tooltip="Ask that somebody takes a shift of yours"),
        Binding("s,S", "swap", "Swap", id="rota.swap", tooltip="On your shift: offer it; on another's: ask for a swap"),
        Binding("t,T", "take", "Take", id="rota.take", tooltip="Take the shift, or the swap, that was asked for"),
        Binding(
            "u,U", "undo", "Undo", id="rota.undo", tooltip="Take back what was asked for, give back what was taken"
        ),
        Binding("p,P", "problems", "Problems", id="rota.problems", tooltip="Everything that is wrong with the rota"),
        Binding("o,O", "overrides", "Overrides", show=False, id="rota.overrides", tooltip="Covers and swaps as TOML"),
        Binding("left", "move(-1)", "Earlier", show=False, tooltip="The shift before"),
        Binding("right", "move(1)", "Later", show=False, tooltip="The shift after"),
        Binding("up", "jump(-1)", "Week before", show=False, tooltip="The shift a week earlier"),
        Binding("down", "jump(1)", "Week after", show=False, tooltip="The shift a week later"),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="Scroll up"),
        Binding("pagedown", "page(1)", "Page down", show=False, tooltip="Scroll down"),
    ]

    lines = query_one("#shifts", Static)
    words = query_one("#chosen", Static)

    def __init__(self, actions: Actions, keypress: Keypress) -> None:
        super().__init__()
        self._actions, self._keypress = actions, keypress
        self._view: RotaView | None = None
        self._offered: Shift | None = None
        self._chosen: Entry | None = None
        self._said = ""

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        with VerticalScroll(can_focus=False):
            yield Static("Reading the rota…", id="shifts", markup=False)
        yield Static(id="chosen", markup=False)
        yield KeyLine()

    def on_screen_resume(self) -> None:
        """Read the rota afresh each time somebody comes here."""
        self._offered = None
        self._load()

    def on_resize(self) -> None:
        """Draw the weeks for the new width."""
        self._draw()

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; a rota that changed is read afresh."""
        self.tick(desk, now)
        if self._view is not None and self.is_current:
            self._load()

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)
        self._say()

    @work(group="rota", exclusive=True)
    async def _load(self) -> None:
        now, desk = self.present(), self.desk
        zone = zone_of(desk)
        try:
            entries = await self._actions.rota.shifts_between(now - MARGIN, now + SPAN)
            year = await self._actions.rota.shifts_between(*_year(now, zone))
            problems = await self._actions.rota.rota_problems()
            shifts = [entry for entry in year if isinstance(entry, Shift)]
            # The books of holidays take a while to open.
            shared = await asyncio.to_thread(_shared, shifts, desk, now, self._actions.rota.holiday_at)
        except OnCallError as error:
            self.lines.update(Content(f"The rota could not be read: {error}"))
            return
        view = RotaView(
            entries=entries,
            people=desk.people,
            now=now,
            zone=zone,
            me=desk.me.id if desk.me else None,
            levels=() if desk.is_demo else self._actions.rota.levels_reached(),
            duties=shared,
            covers=desk.covers,
            problems=problems,
        )
        self._view = replace(view, chosen=kept(view, self._chosen))
        self._draw()

    def _draw(self) -> None:
        width = self.size.width - 2 * PADDING - SCROLLBAR
        if self._view is not None and width > 0:
            self.lines.update(calendar(self._view, width))
            self._say()

    def _say(self) -> None:
        """Say what is under the cursor and who comes next, each on a line of its own."""
        if self._view is None:
            return
        width = self.size.width - 2 * PADDING
        said = (*chosen_lines(self._view, self._offered), next_line(self.desk, self.present()))
        text = "\n".join(cut(line, width) for line in said)
        if text != self._said:
            self._said = text
            self.words.update(Content(text))

    def action_move(self, by: int) -> None:
        """Go to the next shift, or the one before."""
        if self._view is not None:
            self._choose(beside(self._view, by))

    def action_jump(self, by: int) -> None:
        """Go to the shift of the next week, or of the one before."""
        if self._view is not None:
            self._choose(below(self._view, by))

    def action_page(self, by: int) -> None:
        """Scroll to what the screen has no room for."""
        self.query_one(VerticalScroll).scroll_relative(y=by * 8, animate=False)

    def _choose(self, entry: Entry | None) -> None:
        if self._view is not None:
            self._chosen = entry
            self._view = replace(self._view, chosen=entry)
            self._draw()

    def action_ask(self) -> None:
        """Ask why, and then that somebody takes the shift under the cursor."""
        shift = self._mine("A cover is asked for your own shifts: move to one of them.")
        if shift is not None:
            self._ask(
                WHY_COVER, partial(self._actions.rota.ask_cover, shift), "Asked. You stay on call until it is taken."
            )

    def action_swap(self) -> None:
        """Offer the shift under the cursor; with one offered, ask for the one under the cursor in return."""
        shift = self._shift()
        if shift is None or self._view is None:
            self._warn("No shift is under the cursor.")
        elif shift.person == self._view.me:
            self._offered = shift
            self._say()
            self.notify("Offered for a swap: move to the shift you want instead, and press S again.", markup=False)
        elif self._offered is None:
            self._warn("Press S on your own shift first, then on the one you want instead.")
        else:
            question = WHY_SWAP.format(name=self._view.first_name(shift.person))
            ask = partial(self._actions.rota.ask_swap, self._offered, shift)
            self._ask(question, ask, "Asked. Nothing changes until it is taken.")

    def action_take(self) -> None:
        """Take what is asked for under the cursor."""
        self._keypress.when_pressed("t", self._take, otherwise="Not taken")

    def _take(self) -> None:
        cover = cover_of(self._view, self._shift()) if self._view is not None else None
        if cover is None or not cover.is_open:
            self._warn("Nothing is asked for under the cursor.")
        else:
            carry_out(self.app, self._actions.rota.take_cover(cover.id), then="Taken: the rota says so from now on.")

    def action_undo(self) -> None:
        """Take back what is asked for under the cursor, or give back what was taken."""
        self._keypress.when_pressed("u", self._undo, otherwise="Not undone")

    def _undo(self) -> None:
        cover = cover_of(self._view, self._shift()) if self._view is not None else None
        if cover is None:
            self._warn("Nothing under the cursor was asked for or taken.")
        else:
            carry_out(self.app, self._actions.rota.undo_cover(cover.id), then="Undone.")

    def action_problems(self) -> None:
        """Show everything that is wrong with the rota."""
        found = self._view.problems if self._view is not None else ()
        text = "\n\n".join(found) or "Nothing is wrong with the rota of the next 60 days."
        self.app.push_screen(ReadingScreen("Problems of the rota", text))

    def action_overrides(self) -> None:
        """Show covers and swaps as tables for the config."""
        if self._view is not None:
            page = overrides_page(self._view, self.desk.time_zone)
            self.app.push_screen(ReadingScreen("Covers and swaps for the config", page))

    def _shift(self) -> Shift | None:
        chosen = self._view.chosen if self._view is not None else None
        return chosen if isinstance(chosen, Shift) else None

    def _mine(self, otherwise: str) -> Shift | None:
        shift = self._shift()
        if shift is not None and self._view is not None and shift.person == self._view.me:
            return shift
        self._warn(otherwise)
        return None

    def _ask(self, question: str, act: Callable[[str], Coroutine[object, object, None]], then: str) -> None:
        def answered(answer: str | None) -> None:
            if answer:
                self._offered = None
                carry_out(self.app, act(answer), then=then)

        self.app.push_screen(OneLineDialog(question, self._keypress), answered)

    def _warn(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)


def _shared(year: list[Shift], desk: Desk, now: datetime, holiday_at: HolidayAt) -> Mapping[PersonId, Duty]:
    zone = zone_of(desk)
    start, end = _year(now, zone)
    within = [replace(shift, starts_at=max(shift.starts_at, start), ends_at=min(shift.ends_at, end)) for shift in year]
    return duties(within, desk.people, zone_info(zone) or UTC, holiday_at)


def _year(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the year under way on a zone's clock."""
    year, clock = wall(now, zone).year, zone_info(zone) or UTC
    start, end = (instant(date(each, 1, 1), time.min, clock) for each in (year, year + 1))
    return start, end
