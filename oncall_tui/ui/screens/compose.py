"""Where replies and notes are written: for whom stands above in a colour and in words."""

from collections.abc import Sequence
from dataclasses import replace
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

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.ticket import Message
from oncall_tui.domain.triage import Row
from oncall_tui.errors import OnCallError, SourceError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.acquaintance_text import also_waiting
from oncall_tui.ui.answer_text import bar, recipient, standing
from oncall_tui.ui.desk_text import customer_name, zone_of
from oncall_tui.ui.dialogs.choice import ChoiceDialog
from oncall_tui.ui.editor import edited
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.desk_screen import DeskScreen
from oncall_tui.ui.ticket_text import conversation
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.writes import carry_out

SAVE_AFTER = 0.8
"""Seconds without typing after which a draft is kept."""
SHOWN = 4
"""How many of the newest entries stand above what is written."""
READING = "Reading the conversation…"


class ComposeScreen(DeskScreen):
    """A box to write in, under what was said last; what is typed is kept until it is sent or dropped."""

    CSS = """
    ComposeScreen #bar { height: 1; padding: 0 1; text-style: bold; }
    ComposeScreen #bar.-reply { background: $error; color: $text; }
    ComposeScreen #bar.-note { background: $success-muted; color: $foreground; }
    ComposeScreen #about { height: 1; padding: 0 1; background: $panel; }
    ComposeScreen #also { height: auto; max-height: 2; padding: 0 1; display: none; }
    ComposeScreen #also.-shown { display: block; background: $warning-muted; color: $foreground; }
    ComposeScreen VerticalScroll { height: 2fr; padding: 0 1; }
    ComposeScreen #said { height: auto; color: $text-muted; }
    ComposeScreen TextArea { height: 3fr; padding: 0 1; }
    ComposeScreen TextArea.-reply { border: heavy $error; }
    ComposeScreen TextArea.-note { border: round $success; }
    ComposeScreen #outcome { height: auto; max-height: 3; padding: 0 1; display: none; }
    ComposeScreen #outcome.-shown { display: block; background: $warning-muted; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Send", tooltip="Send it; a reply asks once more", priority=True),
        Binding("ctrl+e", "edit", "Editor", tooltip="Write in your own editor", priority=True),
        Binding("ctrl+t", "saved", "Saved answers", tooltip="Put in a saved answer", priority=True),
        Binding("ctrl+g", "drop", "Drop", tooltip="Drop it for good; asks once more", priority=True),
        Binding("escape", "back", "Back", tooltip="Go back; what is written is kept", priority=True),
    ]

    box = query_one(TextArea)
    also = query_one("#also", Static)
    said = query_one("#said", Static)
    outcome = query_one("#outcome", Static)

    def __init__(self, actions: Actions, keypress: Keypress, row: Row, kind: AnswerKind) -> None:
        super().__init__()
        self._actions, self._keypress, self._row, self._kind = actions, keypress, row, kind
        answering = row.record.answering if row.record else None
        self._person = row.acquaintance
        self._held: Answer | None = answering.undecided(kind) if answering else None
        draft = answering.draft(kind) if answering else ""
        self._begun = draft or (self._held.text if self._held else "")
        self._saved = draft
        self._seen: Sequence[Message] = ()
        self._saves: Timer | None = None
        self._asks = ""
        self._is_over = False

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        ticket, look = self._row.ticket, f"-{self._kind.value}"
        is_kept_here = self._actions.answers.is_kept_here(ticket)
        yield Header()
        yield Static(
            Content(bar(self._kind, ticket, held=self._held, is_kept_here=is_kept_here)), id="bar", classes=look
        )
        yield Static(Content(f"{ticket.number} {customer_name(self._row)}: {ticket.subject}"), id="about")
        yield Static(id="also", markup=False)
        with VerticalScroll(can_focus=False):
            yield Static(READING, id="said", markup=False)
        yield TextArea(self._begun, soft_wrap=True, tab_behavior="focus", classes=look)
        yield Static(id="outcome", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        """Begin to write at the end of what was written, while the conversation is read."""
        super().on_mount()
        self.box.move_cursor(self.box.document.end)
        self.box.focus()
        self._load()

    @work(group="conversation", exclusive=True)
    async def _load(self) -> None:
        now, zone = self.present(), zone_of(self.desk)
        try:
            self._seen = await self._actions.thread(self._row.ticket.id)
        except SourceError as error:
            self.said.update(Content(f"The conversation could not be read: {error}"))
            return
        why = f"{standing(self._held, now, zone)}\n\n" if self._held else ""
        self.said.update(Content(why + conversation(self._seen[-SHOWN:], now, zone)))

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; somebody may write elsewhere while she is answered here."""
        row = desk.row(self._row.ticket.id)
        self._person = row.acquaintance if row is not None else self._person
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.query_one(Header).show(desk, now)
        others = also_waiting(replace(self._row, acquaintance=self._person), desk, now)
        self.also.set_class(bool(others), "-shown")
        self.also.update(Content(others))

    def on_text_area_changed(self) -> None:
        """Keep what is written soon after the last letter; a question that was asked is about another text."""
        if self.box.text != self._begun:
            self._say("")
            if (worked := self._actions.attending.pressed()) is not None:
                carry_out(self.app, self._actions.attending.keep(worked))
        if self._saves is not None:
            self._saves.stop()
        self._saves = self.set_timer(SAVE_AFTER, self.keep)

    def keep(self) -> None:
        """Keep what is written, whatever comes now."""
        text = self.box.text
        is_as_held = self._held is not None and text == self._held.text
        if not self._is_over and text != self._saved and not is_as_held:
            self._saved = text
            carry_out(self.app, self._actions.answers.keep_draft(self._row.ticket.id, self._kind, text))

    def action_send(self) -> None:
        """Send it; a reply only when asked for again."""
        self._keypress.when_pressed("ctrl+s", self._send_if_sure, otherwise="Not sent")

    def _send_if_sure(self) -> None:
        if not self.box.text.strip():
            self._say("There is nothing to send: write something first.")
        elif self._kind is AnswerKind.REPLY and self._asks != "send":
            who = recipient(self._row.ticket.requester)
            self._say(f"Ctrl+S again sends this to {who}; Esc goes on writing.", asks="send")
        else:
            self._say("Storing it…")
            carry_out(self.app, self._send(self.box.text), then=f"The {self._kind} is stored, on its way.")

    async def _send(self, text: str) -> None:
        ticket, answers = self._row.ticket, self._actions.answers
        try:
            if self._held is not None:
                await answers.release(ticket, self._held, text, seen=self._seen)
            else:
                await answers.store(ticket, self._kind, text, seen=self._seen)
        except OnCallError as error:
            self._say(f"Not sent: {error}")
            raise
        self._leave()

    def action_drop(self) -> None:
        """Throw away what is written, and the held answer with it; only when asked for again."""
        self._keypress.when_pressed("ctrl+g", self._drop_if_sure, otherwise="Not dropped")

    def _drop_if_sure(self) -> None:
        if self._asks != "drop":
            self._say("Ctrl+G again drops this for good; Esc goes on writing.", asks="drop")
        else:
            carry_out(self.app, self._drop(), then="Dropped: nothing was sent.")

    async def _drop(self) -> None:
        if self._held is not None:
            await self._actions.answers.drop(self._held)
        await self._actions.answers.keep_draft(self._row.ticket.id, self._kind, "")
        self._leave()

    def action_edit(self) -> None:
        """Go on writing in one's own editor."""
        self.run_worker(self._edit(), group="editor", exclusive=True)

    async def _edit(self) -> None:
        try:
            self.box.text = (await edited(self.app, self.box.text)).rstrip("\n")
        except OnCallError as error:
            self._say(str(error))
        self.box.move_cursor(self.box.document.end)

    def action_saved(self) -> None:
        """Offer the saved answers for this customer."""
        saved = self._actions.answers.saved_for(self._row)
        if not saved:
            self._say("There are no saved answers for this customer.")
            return
        self.app.push_screen(ChoiceDialog("Put in which answer?", dict(saved)), self._put_in)

    def _put_in(self, text: str | None) -> None:
        if text:
            self.box.insert(text)

    def _say(self, sentence: str, *, asks: str = "") -> None:
        self._asks = asks
        self.outcome.set_class(bool(sentence), "-shown")
        self.outcome.update(Content(sentence))

    def action_back(self) -> None:
        """Leave a question unanswered; else go back."""
        if self._asks:
            self._say("")
        else:
            self.keep()
            self.app.pop_screen()

    def _leave(self) -> None:
        self._is_over = True
        if self.is_current:
            self.app.pop_screen()
