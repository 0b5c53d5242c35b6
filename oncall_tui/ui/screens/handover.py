"""The handover: what the dashboard knows beside what only a person knows, and the answer of whoever comes next."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static, TextArea

from oncall_tui.domain.handover_events import NotePart
from oncall_tui.errors import OnCallError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.services.handing_over import Role, Sheet
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.handover_text import ask, field_title, standing
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.widgets.handover_field import HandoverField
from oncall_tui.ui.widgets.handover_paper import HandoverPaper
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.writes import carry_out

SAVE_AFTER = 0.8
"""Seconds without typing after which what was typed is kept."""
DECLINED = "Why can you not take over? Leadership reads it at once."
ASKED = "What do you want to know first?"
ANSWERED = "What do you answer?"


class HandoverScreen(DeskScreen):
    """The generated part, and three fields: the outgoing person's own part, or the incoming person's answer."""

    CSS = """
    HandoverScreen #standing { height: auto; max-height: 2; padding: 0 1; background: $panel; }
    HandoverScreen #beside { layout: vertical; height: 1fr; }
    HandoverScreen #fields { height: 9; }
    HandoverScreen #outcome { height: auto; max-height: 3; padding: 0 1; display: none; }
    HandoverScreen #outcome.-shown { display: block; background: $warning-muted; color: $foreground; }
    HandoverScreen.-wide #beside { layout: horizontal; }
    HandoverScreen.-wide #fields { width: 58; height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,D", "deliver", "Deliver", id="handover.deliver", tooltip="Freeze the handover and send it"),
        Binding("s,S", "severity", "Red/watch", id="handover.severity", tooltip="Ticket: red, watch or steady"),
        Binding("a,A", "accept", "Accept", id="handover.accept", tooltip="Accept the handover, or answer a question"),
        Binding("n,N", "decline", "Decline", id="handover.decline", tooltip="Say that you cannot take over"),
        Binding("r,R", "ask", "Ask back", id="handover.ask", tooltip="Ask the outgoing person something first"),
        Binding("tab", "app.focus_next", "Text or fields", tooltip="Go between the text and the fields", priority=True),
        Binding("escape", "back", "Back", tooltip="Go back to the list", priority=True),
    ]

    paper = query_one(HandoverPaper)
    outcome = query_one("#outcome", Static)

    def __init__(self, actions: Actions, keypress: Keypress) -> None:
        super().__init__()
        self._actions, self._keypress = actions, keypress
        self._saves: Timer | None = None
        self._saved: dict[NotePart, str] = {}
        self._sheet: Sheet | None = None
        self._is_sure = False

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header()
        yield Static(id="standing", markup=False)
        with Horizontal(id="beside"):
            yield HandoverPaper()
            with Vertical(id="fields"):
                for part in NotePart:
                    yield HandoverField(part)
        yield Static(id="outcome", markup=False)
        yield KeyLine()

    def on_screen_resume(self) -> None:
        """Write the handover afresh each time somebody comes here."""
        self._load()

    def on_screen_suspend(self) -> None:
        """Keep what was typed when somebody leaves."""
        self._save()

    @work(group="handover", exclusive=True)
    async def _load(self) -> None:
        try:
            self._take(await self._actions.handover.sheet())
        except OnCallError as error:
            self._sheet = None
            self.paper.say(f"The handover could not be written: {error}.")
        self.tick(self.desk, self.present())
        self.refresh_bindings()

    def _take(self, sheet: Sheet) -> None:
        is_another = self._sheet is None or self._sheet.role is not sheet.role
        self._sheet = sheet
        self.paper.show(sheet)
        for field in self.query(HandoverField):
            if sheet.role is Role.OUTGOING and (is_another or not field.text):
                kept = sheet.handover.notes.get(field.part, "")
                self._saved[field.part] = kept
                field.text = kept
            elif is_another:
                field.text = ""
        self._title()

    def _title(self) -> None:
        if self._sheet is not None:
            for field in self.query(HandoverField):
                title, is_missing = field_title(self._sheet, field.part, field.text)
                field.entitle(title, is_missing=is_missing)

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; the handover is written afresh with it."""
        self.tick(desk, now)
        if self.is_current:
            self._load()

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)
        if self._sheet is not None:
            self.query_one("#standing", Static).update(Content(standing(self._sheet, now)))

    def on_text_area_changed(self) -> None:
        """Keep what is typed soon after the last letter."""
        if self._saves is not None:
            self._saves.stop()
        self._saves = self.set_timer(SAVE_AFTER, self._save)
        self._title()

    def _save(self) -> None:
        if self._sheet is None or self._sheet.role is Role.INCOMING:
            return
        for field in self.query(HandoverField):
            if field.text != self._saved.get(field.part, ""):
                self._saved[field.part] = field.text
                carry_out(self.app, self._actions.handover.save_notes(field.text, field.part))

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Offer what this person can do with this handover now."""
        sheet = self._sheet
        if sheet is None:
            return action not in {"deliver", "severity", "accept", "decline", "ask"}
        is_asked = sheet.role is Role.INCOMING
        is_unclear = sheet.flow is not None and sheet.flow.unclear is not None
        has_question = sheet.flow is not None and sheet.flow.question is not None
        match action:
            case "deliver" | "severity":
                return not is_asked
            case "decline":
                return is_asked or is_unclear
            case "ask":
                return is_asked
            case "accept":
                return is_asked or has_question
            case _:
                return True

    def action_severity(self) -> None:
        """Give the ticket under the cursor the next severity."""
        ticket = self.paper.ticket
        if ticket is None:
            self.notify("Move to a line about a ticket first.", severity="warning", markup=False)
            return
        carry_out(self.app, self._then_load(self._actions.handover.choose_severity(ticket)))

    async def _then_load(self, work: Coroutine[object, object, object]) -> None:
        await work
        self._load()

    def action_deliver(self) -> None:
        """Say what will happen; the second time, do it."""
        self._keypress.when_pressed("d", self._deliver_if_sure, otherwise="Not delivered")

    def _deliver_if_sure(self) -> None:
        if self._sheet is None:
            return
        if not self._is_sure:
            self._is_sure = True
            self._say(ask(self._sheet, self.present()))
            return
        self._is_sure = False
        self._say("Delivering…")
        self._save()
        carry_out(self.app, self._telling(self._actions.handover.deliver(), "Not delivered"))

    async def _telling(self, work: Coroutine[object, object, str | None], otherwise: str, then: str = "") -> None:
        try:
            said = await work
            self._say(said or then)
        except OnCallError as error:
            self._say(f"{otherwise}: {error}.")
        self._load()

    def action_accept(self) -> None:
        """Accept what was handed over; for the outgoing person, answer the question."""
        if self._is_to_judge:
            self._judge(is_yes=True)
            return
        if self._sheet is not None and self._sheet.role is Role.OUTGOING:
            self._ask(ANSWERED, self._actions.handover.answer, "Answered.")
            return
        self._keypress.when_pressed("a", self._accept, otherwise="Not accepted")

    @property
    def _is_to_judge(self) -> bool:
        """Tell whether an answer waits for the outgoing person to say what it means."""
        sheet = self._sheet
        flow = sheet.flow if sheet is not None and sheet.role is Role.OUTGOING else None
        return flow is not None and flow.unclear is not None

    def _judge(self, *, is_yes: bool) -> None:
        key = "a" if is_yes else "n"
        judged = partial(self._actions.handover.judge, is_yes=is_yes)
        then = "You are off." if is_yes else "Leadership has been told; you stay on call."
        self._keypress.when_pressed(
            key, lambda: carry_out(self.app, self._telling(judged(), "Not done", then)), otherwise="Not done"
        )

    def _accept(self) -> None:
        if not self.is_current:
            return
        written = {field.part: field.text for field in self.query(HandoverField)}
        reds, first_action = written[NotePart.NOT_DONE], written[NotePart.EXPECT]
        accepted = self._actions.handover.accept(reds, first_action)
        carry_out(self.app, self._telling(accepted, "Not accepted", then="You are on call: everything is yours."))

    def action_decline(self) -> None:
        """Ask why, and say so to leadership."""
        if self._is_to_judge:
            self._judge(is_yes=False)
            return
        decline = self._actions.handover.decline
        self._keypress.when_pressed("n", lambda: self._ask(DECLINED, decline, "Declined."), otherwise="Not declined")

    def action_ask(self) -> None:
        """Ask the outgoing person something first."""
        self._ask(ASKED, self._actions.handover.ask, "Asked.")

    def _ask(self, question: str, act: Callable[[str], Coroutine[object, object, None]], then: str) -> None:
        def answered(answer: str | None) -> None:
            if answer:
                carry_out(self.app, self._telling(act(answer), "Not done", then=then))

        self.app.push_screen(OneLineDialog(question, self._keypress), answered)

    def _say(self, sentence: str) -> None:
        self.outcome.set_class(bool(sentence), "-shown")
        self.outcome.update(Content(sentence))

    def action_back(self) -> None:
        """Leave the question unanswered; else leave the field; else go back."""
        if self._is_sure:
            self._is_sure = False
            self._say("")
        elif isinstance(self.focused, TextArea):
            self.paper.focus()
        else:
            self.app.switch_mode("queue")
