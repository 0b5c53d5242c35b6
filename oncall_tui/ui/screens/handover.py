"""The handover: what the dashboard knows, and what only the person knows."""

from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static, TextArea

from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.writes import carry_out

SAVE_AFTER = 0.8
"""Seconds without typing after which the notes are kept."""
ASK = "Deliver freezes the handover and sends it to the next person. Press D again to deliver, Esc to leave it."


class HandoverScreen(DeskScreen):
    """Generated text above, own notes below; both are saved, one is typed."""

    CSS = """
    HandoverScreen VerticalScroll { height: 3fr; padding: 0 2; }
    HandoverScreen #generated { height: auto; }
    HandoverScreen .title { height: 1; padding: 0 1; background: $panel; }
    HandoverScreen TextArea { height: 2fr; border: none; padding: 0 1; }
    HandoverScreen #outcome { height: auto; max-height: 3; padding: 0 1; display: none; }
    HandoverScreen #outcome.-shown { display: block; background: $warning-muted; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,D", "deliver", "Deliver", id="handover.deliver", tooltip="Freeze the handover and send it"),
        Binding("tab", "app.focus_next", "Notes or text", tooltip="Go between the text and your notes", priority=True),
        Binding("escape", "back", "Back", tooltip="Go back to the list", priority=True),
    ]

    generated = query_one("#generated", Static)
    notes = query_one(TextArea)
    outcome = query_one("#outcome", Static)

    def __init__(self, actions: Actions, keypress: Keypress) -> None:
        super().__init__()
        self._actions, self._keypress = actions, keypress
        self._saves: Timer | None = None
        self._saved = ""
        self._is_sure = False

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        with VerticalScroll():
            yield Static("Writing the handover…", id="generated", markup=False)
        yield Static("Your notes: what was not done, if/then, what to watch (saved as you type)", classes="title")
        yield TextArea(id="notes", soft_wrap=True, tab_behavior="focus")
        yield Static(id="outcome", markup=False)
        yield KeyLine()

    def on_screen_resume(self) -> None:
        """Write the handover afresh each time somebody comes here."""
        self._load()

    def on_screen_suspend(self) -> None:
        """Keep the notes when somebody leaves."""
        self._save()

    @work(group="handover", exclusive=True)
    async def _load(self) -> None:
        try:
            kept = await self._actions.handover_notes()
            if not self.notes.text:
                self._saved = kept
                self.notes.text = kept
            text = await self._actions.handover_markdown(self.notes.text)
        except OnCallError as error:
            text = f"The handover could not be written: {error}"
        self.generated.update(Content(text))

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk."""
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)

    def on_text_area_changed(self) -> None:
        """Keep the notes soon after the last letter."""
        if self._saves is not None:
            self._saves.stop()
        self._saves = self.set_timer(SAVE_AFTER, self._save)

    def _save(self) -> None:
        text = self.notes.text
        if text != self._saved:
            self._saved = text
            carry_out(self.app, self._actions.save_handover_notes(text))

    def action_deliver(self) -> None:
        """Say what will happen; the second time, do it."""
        self._keypress.when_pressed("d", self._deliver_if_sure, otherwise="Not delivered")

    def _deliver_if_sure(self) -> None:
        if not self._is_sure:
            self._is_sure = True
            self._say(ASK)
            return
        self._is_sure = False
        self._say("Delivering…")
        self._save()
        carry_out(self.app, self._deliver())

    async def _deliver(self) -> None:
        try:
            self._say(await self._actions.deliver_handover())
        except OnCallError as error:
            self._say(f"Not delivered: {error}")

    def _say(self, sentence: str) -> None:
        self.outcome.set_class(bool(sentence), "-shown")
        self.outcome.update(Content(sentence))

    def action_back(self) -> None:
        """Leave the question unanswered; else go back."""
        if self._is_sure:
            self._is_sure = False
            self._say("")
        else:
            self.app.switch_mode("queue")
