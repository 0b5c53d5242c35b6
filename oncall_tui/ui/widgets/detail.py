"""One ticket in full: what is known of it, and its conversation."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static

from oncall_tui.domain.answer import AnswerState
from oncall_tui.domain.answering import Answering
from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import SourceError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.ticket_text import facts, first_facts, more_facts
from oncall_tui.ui.widgets.conversation import Conversation

ROOMY = 30
"""Rows of a terminal from which on everything known stands above the conversation."""
READING = "Reading the conversation…"
REST = 0.3
"""Seconds the cursor rests on a ticket before its conversation is asked for."""


class TicketDetail(VerticalScroll):
    """Facts at once; the conversation when it has been read, or why it could not be.

    Where there is little room only the facts needed first stand above the newest entry, and the others behind it.
    """

    DEFAULT_CSS = """
    TicketDetail > Static { height: auto; margin-bottom: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "page_down", "Read on", show=False, tooltip="Read on"),
        Binding("pageup", "page_up", "Read back", show=False, tooltip="Read what stands above"),
    ]

    facts = query_one("#facts", Static)
    conversation = query_one(Conversation)

    def __init__(self, actions: Actions, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._actions = actions
        self._ticket: TicketId | None = None
        self._facts = ("", "")
        self._of: tuple[Desk, Row | None, datetime] | None = None
        self._waits: Timer | None = None
        self._answering: Answering | None = None
        self._messages: Sequence[Message] = ()
        self._is_read = False

    def compose(self) -> ComposeResult:
        """Lay both parts out."""
        yield Static(id="facts", markup=False)
        yield Conversation()

    def show(self, desk: Desk, row: Row | None, now: datetime) -> None:
        """Show a ticket; its conversation is read only when it is another ticket than before."""
        self._of = (desk, row, now)
        self._draw()
        ticket = row.ticket.id if row else None
        if not self.display:
            return
        if ticket == self._ticket:
            self._look_again(row)
            return
        self._ticket, self._answering = ticket, _answering(row)
        self._messages, self._is_read = (), False
        self.scroll_home(animate=False)
        if row is None or row.ticket.messages:
            self._show_messages(row.ticket.messages if row else ())
            return
        self.conversation.say(READING)
        self._load_soon(row.ticket.id)

    def _look_again(self, row: Row | None) -> None:
        """Show what became of our answers; a ticket in which one was confirmed is read again."""
        before, self._answering = self._answering, _answering(row)
        is_newer = row is not None and bool(row.ticket.messages) and row.ticket.messages != self._messages
        if row is None or (before == self._answering and not is_newer):
            return
        self._show_messages(row.ticket.messages or self._messages)
        if not row.ticket.messages and _confirmed(before) != _confirmed(self._answering):
            self._load_soon(row.ticket.id)

    def _load_soon(self, ticket: TicketId) -> None:
        # Later, by this widget itself: a timer that is set where a desk comes from knows no app and never ends.
        self.call_later(self._wait_for, ticket)

    def _wait_for(self, ticket: TicketId) -> None:
        if self._waits is not None:
            self._waits.stop()
        self._waits = self.set_timer(REST, lambda: self._load(ticket))

    def on_resize(self) -> None:
        """Wrap the facts for the new width, and show what was hidden while there was no room."""
        if self._of is not None:
            self.show(*self._of)

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self._of is None or not width:
            return
        desk, row, now = self._of
        texts = _facts(row, desk, now, width, is_roomy=self.screen.size.height >= ROOMY) if row else ("", "")
        if texts == self._facts:
            return
        self._facts, (above, between) = texts, texts
        self.facts.update(Content(above))
        if self.conversation.divide(between) and self._is_read:
            self._show_messages(self._messages)

    @work(group="conversation", exclusive=True)
    async def _load(self, ticket: TicketId) -> None:
        try:
            messages = await self._actions.thread(ticket)
        except SourceError as error:
            self.conversation.say(f"The conversation could not be read: {error}")
            return
        self._show_messages(messages)

    def _show_messages(self, messages: Sequence[Message]) -> None:
        self._messages, self._is_read = messages, True
        if self._of is not None:
            desk, _, now = self._of
            self.conversation.show(messages, self._answering, now, zone_of(desk))
            self.call_after_refresh(self._fill)

    def _fill(self) -> None:
        """Lay out as much as can be seen: what does not fill the screen could not be scrolled to."""
        if self.max_scroll_y < self.size.height and self.conversation.more():
            self.call_after_refresh(self._fill)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Lay out more of a long conversation before its end comes into view."""
        super().watch_scroll_y(old_value, new_value)
        if new_value > old_value and self.max_scroll_y - new_value < 2 * self.size.height:
            self.conversation.more()


def _facts(row: Row, desk: Desk, now: datetime, width: int, *, is_roomy: bool) -> tuple[str, str]:
    """Return what stands above a conversation, and what behind its newest entry."""
    if is_roomy:
        return facts(row, desk, now, width, has_room=True), ""
    return first_facts(row, desk, now, width), more_facts(row, desk, now, width)


def _answering(row: Row | None) -> Answering | None:
    return row.record.answering if row is not None and row.record is not None else None


def _confirmed(answering: Answering | None) -> int:
    return sum(answer.state is AnswerState.CONFIRMED for answer in answering.answers) if answering else 0
