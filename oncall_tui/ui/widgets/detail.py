"""One ticket in full: what is known of it, and its conversation."""

from collections.abc import Sequence
from datetime import datetime

from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.timer import Timer
from textual.widgets import Static

from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import SourceError
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.ticket_text import conversation, facts

ROOMY = 30
"""Rows of a terminal from which on there is room for more than what is needed most."""
REST = 0.3
"""Seconds the cursor rests on a ticket before its conversation is asked for."""


class TicketDetail(VerticalScroll):
    """Facts at once; the conversation when it has been read, or why it could not be."""

    DEFAULT_CSS = """
    TicketDetail > Static { height: auto; margin-bottom: 1; }
    TicketDetail > #conversation { color: $text-muted; }
    """

    facts = query_one("#facts", Static)
    conversation = query_one("#conversation", Static)

    def __init__(self, actions: Actions, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._actions = actions
        self._ticket: TicketId | None = None
        self._facts = ""
        self._of: tuple[Desk, Row | None, datetime] | None = None
        self._waits: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay both parts out."""
        yield Static(id="facts", markup=False)
        yield Static(id="conversation", markup=False)

    def show(self, desk: Desk, row: Row | None, now: datetime) -> None:
        """Show a ticket; its conversation is read only when it is another ticket than before."""
        self._of = (desk, row, now)
        self._draw()
        ticket = row.ticket.id if row else None
        if ticket == self._ticket or not self.display:
            return
        self._ticket = ticket
        self.scroll_home(animate=False)
        if self._waits is not None:
            self._waits.stop()
        if row is None or row.ticket.messages:
            self._show_messages(row.ticket.messages if row else (), now, zone_of(desk))
            return
        self.conversation.update(Content("Reading the conversation…"))
        self._waits = self.set_timer(REST, lambda: self._load(row.ticket.id, now, zone_of(desk)))

    def on_resize(self) -> None:
        """Wrap the facts for the new width, and show what was hidden while there was no room."""
        if self._of is not None:
            self.show(*self._of)

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self._of is None or not width:
            return
        desk, row, now = self._of
        text = facts(row, desk, now, width, has_room=self.screen.size.height >= ROOMY) if row else ""
        if text != self._facts:
            self._facts = text
            self.facts.update(Content(text))

    @work(group="conversation", exclusive=True)
    async def _load(self, ticket: TicketId, now: datetime, zone: str) -> None:
        try:
            messages = await self._actions.thread(ticket)
        except SourceError as error:
            self.conversation.update(Content(f"The conversation could not be read: {error}"))
            return
        self._show_messages(messages, now, zone)

    def _show_messages(self, messages: Sequence[Message], now: datetime, zone: str) -> None:
        self.conversation.update(Content(conversation(messages, now, zone)))
