"""The main place: who is waiting, and what time it is for them."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar

from humanize import intcomma
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from oncall_tui.domain.care_events import TicketWorkedOn
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Group, Row, by_clock, by_lateness
from oncall_tui.services.actions import Actions
from oncall_tui.services.desk import Desk
from oncall_tui.ui.answer_keys import AnswerKeys, answer_bindings
from oncall_tui.ui.desk_text import mood_lines
from oncall_tui.ui.dialogs.one_line import OneLineDialog
from oncall_tui.ui.escalate_key import EscalateKey
from oncall_tui.ui.keypress import Keypress
from oncall_tui.ui.screens.ticket import TicketScreen
from oncall_tui.ui.screens.ticket_place import CUSTOMER_KEYS, TicketPlace
from oncall_tui.ui.search import Search
from oncall_tui.ui.widgets.detail import TicketDetail
from oncall_tui.ui.widgets.find_line import FindLine
from oncall_tui.ui.widgets.header import Header
from oncall_tui.ui.widgets.key_line import KeyLine
from oncall_tui.ui.widgets.notice_line import NoticeLine
from oncall_tui.ui.widgets.strip import EscalationStrip
from oncall_tui.ui.widgets.ticket_list import TicketList
from oncall_tui.ui.writes import carry_out

GOOD_NEWS = "What went well? It waits for the digest at the end of the shift."

ORDERS: Sequence[tuple[str, Callable[[Iterable[Group]], Sequence[Group]]]] = (
    ("those who feel the wait now first", tuple),
    ("by the customers' clocks", by_clock),
    ("the next due first", by_lateness),
)
"""What S goes through; the first is the desk's own."""


class QueueScreen(TicketPlace):
    """Tickets in groups by their customers' clocks, the escalation under way, the ticket under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "e,E",
            "escalate",
            "Escalate",
            id="ticket.escalate",
            priority=True,
            tooltip="Escalate the ticket under the cursor; E again: at once",
        ),
        Binding(
            "enter", "open", "Open", key_display="⏎", id="ticket.open", tooltip="Open the ticket on the whole screen"
        ),
        *answer_bindings(shown=frozenset({"reply", "note"})),
        *CUSTOMER_KEYS,
        Binding("escape", "back", "Stop", show=False, id="escalation.stop", tooltip="Stop an escalation, end a search"),
        Binding("g,G", "good_news", "Good news", id="shift.good_news", tooltip="Keep good news for the digest"),
        Binding(
            "slash",
            "find",
            "Find",
            show=False,
            id="queue.find",
            priority=True,  # the next letters are typed into the line already, however soon they follow
            tooltip="Show only tickets that contain some text",
        ),
        Binding(
            "s,S",
            "order",
            "Order",
            show=False,
            id="queue.order",
            tooltip="Groups by who feels the wait, by clock, or the next due first",
        ),
    ]

    header = query_one("#header", Header)
    tickets = query_one("#tickets", TicketList)
    detail = query_one("#detail", TicketDetail)
    mood = query_one("#mood", Static)
    find_line = query_one(FindLine)

    def __init__(
        self, actions: Actions, escalate_key: EscalateKey, keypress: Keypress, answer_keys: AnswerKeys
    ) -> None:
        super().__init__(actions, escalate_key, keypress, answer_keys)
        self._order = 0
        self._mood: tuple[str, ...] = ()
        self._search = Search(self, on_found=lambda: self.show(self.desk, self.present()))

    @property
    def row(self) -> Row | None:
        """Return the ticket under the cursor."""
        return self.tickets.row

    def compose(self) -> ComposeResult:
        """Lay the place out."""
        yield Header(id="header")
        yield NoticeLine()
        yield Static(id="mood", markup=False)
        with Horizontal(id="beside"):
            yield TicketList(id="tickets")
            yield TicketDetail(self._actions, id="detail")
        yield EscalationStrip()
        yield FindLine()
        yield KeyLine(self.not_offered)

    def show(self, desk: Desk, now: datetime) -> None:
        """Show another desk; a search among very many tickets shows what it found a moment later."""
        self._search.look(desk.groups)
        self.tickets.show(desk, self._groups(), now)
        self.query_one(NoticeLine).show(desk)
        self.find_line.show(self._search.words)
        self.tick(desk, now)

    def tick(self, desk: Desk, now: datetime) -> None:
        """Let time pass."""
        self.header.show(desk, now)
        self.query_one(EscalationStrip).show(desk, now, self.row)
        self.tickets.tick(now)
        self.detail.show(desk, self.tickets.row, now)
        self.query_one(KeyLine).look_again()
        lines = mood_lines(desk, now) or self._nothing_found(desk)
        if lines != self._mood:
            self._mood = lines
            self.mood.set_class(bool(lines), "-shown")
            self.query_one("#beside").set_class(bool(lines), "-nothing")
            self.mood.update(Content("\n".join(lines)))
        if not lines and self.focused is None:
            self.call_after_refresh(self.tickets.focus)  # hiding the list took its focus away

    def _groups(self) -> Sequence[Group]:
        _, ordered = ORDERS[self._order]
        return ordered(self._search.groups)

    def _nothing_found(self, desk: Desk) -> tuple[str, ...]:
        search = self._search
        if not search.sought or search.is_under_way or any(group.rows for group in search.groups):
            return ()
        return (
            f"None of the {intcomma(desk.open_tickets)} open tickets contains “{search.sought}”.",
            "",
            "Esc shows all.",
        )

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Leave E and / to whoever is typing."""
        return not (action in {"escalate", "find"} and isinstance(self.focused, Input))

    def on_key(self) -> None:
        """Take note that somebody is here."""
        self._keep_work(self._actions.attending.pressed())

    def _rest(self) -> None:
        """Take note that the ticket under the cursor can be read beside the list."""
        ticket = self.row.ticket.id if self.row is not None and self.detail.display else None
        self._keep_work(self._actions.attending.rests(ticket))

    def _keep_work(self, worked: TicketWorkedOn | None) -> None:
        if worked is not None:
            carry_out(self.app, self._actions.attending.keep(worked))

    def on_screen_suspend(self) -> None:
        """Take note that nothing of the list is in front of anybody."""
        self._keep_work(self._actions.attending.rests(None))

    def on_screen_resume(self) -> None:
        """Take note that the list is there again."""
        self._rest()

    def on_ticket_list_highlighted(self) -> None:
        """Show the ticket under the cursor beside the list."""
        self._rest()
        self.detail.show(self.desk, self.row, self.present())
        self.query_one(EscalationStrip).show(self.desk, self.present(), self.row)
        self.query_one(KeyLine).look_again()

    def on_ticket_list_opened(self, message: TicketList.Opened) -> None:
        """Show a ticket on the whole screen."""
        place = TicketScreen(self._actions, self._escalate_key, self._keypress, self._answer_keys, message.ticket)
        self.app.push_screen(place)

    def on_ticket_list_cursor_ticket_gone(self, message: TicketList.CursorTicketGone) -> None:
        """Say that the cursor is on another ticket than a moment ago."""
        number = message.gone.partition(":")[2]
        after = f"The cursor is on {message.now_on} now." if message.now_on else "It was the last one."
        self.notify(f"{number} left the list. {after}", severity="warning", markup=False)

    def action_escalate(self) -> None:
        """Bind the ticket under the cursor, now, and escalate it."""
        row = self.surely_meant("E", "escalated")
        if row is not None:
            self._escalate_key.pressed(row)

    def surely_meant(self, key: str, done: str) -> Row | None:
        """Return the ticket the person put the cursor on; none when it moved there by itself, which is said."""
        row = self.tickets.row
        if row is None:
            self.notify("No ticket is under the cursor.", severity="warning", markup=False)
        elif self.tickets.has_slipped:
            self.tickets.has_slipped = False
            which = f"the cursor moved to {row.ticket.number} by itself. Press {key} again for that one."
            self.notify(f"Not {done}: {which}", severity="warning", markup=False)
            return None
        return row

    def action_open(self) -> None:
        """Open what is under the cursor."""
        self.tickets.action_open()

    def action_back(self) -> None:
        """Stop the escalation that is armed; else end the search."""
        if not self._escalate_key.stop_armed():
            self._end_search()

    def action_good_news(self) -> None:
        """Ask for good news."""
        ticket = self.tickets.row.ticket.id if self.tickets.row else None
        self.app.push_screen(OneLineDialog(GOOD_NEWS, self._keypress), partial(self._keep_good_news, ticket))

    def _keep_good_news(self, ticket: TicketId | None, text: str | None) -> None:
        if text:
            carry_out(self.app, self._actions.note_good_news(text, ticket), then="Kept for the digest.")

    def action_find(self) -> None:
        """Show the line to search with."""
        self.find_line.open()

    def _end_search(self) -> None:
        self.find_line.close()
        self.tickets.focus()
        self._seek("")

    def _seek(self, text: str) -> None:
        self._search.sought = text
        self.show(self.desk, self.present())

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show only what contains the text so far."""
        self._seek(event.value)

    def on_input_submitted(self) -> None:
        """Go back to the list, which keeps the search."""
        self.tickets.focus()

    def action_order(self) -> None:
        """Order the groups by the next of the orders there are."""
        self._order = (self._order + 1) % len(ORDERS)
        self.show(self.desk, self.present())
        words, _ = ORDERS[self._order]
        self.notify(f"Groups: {words}.", markup=False)
