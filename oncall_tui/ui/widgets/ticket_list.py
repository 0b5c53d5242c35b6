"""The list of tickets in groups by their customers' clocks, drawn line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.all_lines import AllLines
from oncall_tui.ui.list_cursor import heading_of, is_stop, kept, moved, moved_by_group
from oncall_tui.ui.list_lines import Columns, GroupLine, Line, TicketLine, stays_until
from oncall_tui.ui.text import cells

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
HEADING = 1
"""Lines above the list that do not scroll."""


class TicketList(ScrollView, can_focus=True):
    """Tickets in groups; its cursor stays on a ticket, wherever that ticket moves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k,K", "move(-1)", "Up", show=False, id="list.up", tooltip="Move to the ticket above"),
        Binding("down,j,J", "move(1)", "Down", show=False, id="list.down", tooltip="Move to the ticket below"),
        Binding("pageup", "page(-1)", "Page up", show=False, tooltip="Move a page up"),
        Binding("pagedown", "page(1)", "Page down", show=False, tooltip="Move a page down"),
        Binding("home", "edge(-1)", "First", show=False, tooltip="Move to the first ticket"),
        Binding("end", "edge(1)", "Last", show=False, tooltip="Move to the last ticket"),
        Binding("shift+down", "group(1)", "Next group", show=False, tooltip="Move to the next group"),
        Binding("shift+up", "group(-1)", "Previous group", show=False, tooltip="Move to the group before"),
        Binding("space", "fold", "Fold", show=False, id="list.fold", tooltip="Fold or unfold the group"),
        Binding("left", "fold(True)", "Fold", show=False, tooltip="Fold the group"),
        Binding("right", "fold(False)", "Unfold", show=False, tooltip="Unfold the group"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "ticket-list--columns",
        "ticket-list--group",
        "ticket-list--late",
        "ticket-list--soon",
        "ticket-list--stale",
        "ticket-list--cursor",
    }
    DEFAULT_CSS = """
    TicketList { scrollbar-size-vertical: 1; overflow-x: hidden; }
    TicketList > .ticket-list--columns { color: $text-muted; }
    TicketList > .ticket-list--group { color: $text-primary; text-style: bold; }
    TicketList > .ticket-list--late { color: $text-error; text-style: bold; }
    TicketList > .ticket-list--soon { color: $text-warning; }
    TicketList > .ticket-list--stale { text-style: dim; }
    TicketList > .ticket-list--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    cursor = reactive(0, repaint=False)
    """Index into the lines; what it stays on is ``cursor_key``."""

    @dataclass
    class Highlighted(Message):
        """The cursor is on another ticket, or on none."""

        ticket: TicketId | None

    @dataclass
    class Opened(Message):
        """A ticket was asked to be opened."""

        ticket: TicketId

    @dataclass
    class CursorTicketGone(Message):
        """The ticket under the cursor is not on the desk any more; the cursor went to its neighbour."""

        gone: str
        now_on: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.lines = AllLines((), Desk(at=datetime.min.replace(tzinfo=UTC)), frozenset())
        self._groups: tuple[Group, ...] = ()
        self._desk: Desk | None = None
        self._now: datetime | None = None
        self._folded: frozenset[str] = frozenset()
        self._columns = Columns(width=80)
        self._drawn: dict[int, tuple[str, datetime]] = {}
        """The text of each visible line, and until when time alone changes nothing in it."""
        self._highlighted: TicketId | None = None
        self.has_slipped = False
        """True while the cursor is on another ticket than the person put it on."""

    @property
    def row(self) -> Row | None:
        """Return the ticket under the cursor."""
        line = self._line(self.cursor)
        return line.row if isinstance(line, TicketLine) else None

    def show(self, desk: Desk, groups: Sequence[Group], now: datetime) -> None:
        """Show other tickets; the cursor stays on its ticket."""
        self._desk, self._groups, self._now = desk, tuple(groups), now
        self._rebuild()

    def tick(self, now: datetime) -> None:
        """Let time pass: only visible lines whose text it changes are drawn again."""
        before, self._now = self._now, now
        is_set_back = before is not None and now < before
        for index, (text, until) in list(self._drawn.items()):
            if is_set_back or now >= until:
                self._drawn[index] = (text, self._stays_until(index))
                if self._text(index) != text:
                    self.refresh_line(index + HEADING)

    def _stays_until(self, index: int) -> datetime:
        line = self._line(index)
        return _FOR_EVER if line is None or self._now is None else stays_until(line, self._now)

    def _rebuild(self) -> None:
        if self._desk is None:
            return
        lines = AllLines(self._groups, self._desk, self._folded)
        if lines.is_as(self.lines):
            return
        before, self.lines = self.lines, lines
        self._columns = lines.columns(self._columns.width)
        self.virtual_size = Size(0, len(self.lines) + HEADING)
        self._stay(before)
        self._drawn.clear()
        self.refresh()

    def _stay(self, before: AllLines) -> None:
        """Keep the cursor on its line, and that line where it is on the screen."""
        old, new = self.cursor, kept(before, self.cursor, self.lines)
        self.set_reactive(TicketList.cursor, new)
        line = self._line(new)
        if self._highlighted is not None and (line is None or line.key != self._highlighted):
            self.has_slipped = True
            if self._desk is not None and self._desk.row(self._highlighted) is None:
                now_on = line.number if isinstance(line, TicketLine) else ""
                self.post_message(self.CursorTicketGone(self._highlighted, now_on))
        if before:
            self.scroll_to(y=self.scroll_offset.y + new - old, animate=False)
        self._reveal()
        self._tell()

    def _line(self, index: int) -> Line | None:
        return self.lines[index] if 0 <= index < len(self.lines) else None

    def watch_cursor(self, old: int, new: int) -> None:
        """Draw the two lines that change."""
        self.has_slipped = False
        self.refresh_line(old + HEADING)
        self.refresh_line(new + HEADING)
        self._reveal()
        self._tell()

    def _tell(self) -> None:
        ticket = self.row.ticket.id if self.row else None
        if ticket != self._highlighted:
            self._highlighted = ticket
            self.post_message(self.Highlighted(ticket))

    def _reveal(self) -> None:
        """Scroll as little as shows the cursor, with its group's heading where it is the group's first."""
        height = max(1, self.size.height - HEADING)
        above = self._line(self.cursor - 1)
        top = self.cursor - 1 if isinstance(above, GroupLine) else self.cursor
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif self.cursor >= self.scroll_offset.y + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def action_move(self, by: int) -> None:
        """Move the cursor by some tickets."""
        self.cursor = moved(self.lines, self.cursor, by)

    def action_page(self, by: int) -> None:
        """Move the cursor by what is visible."""
        self.action_move(by * max(1, self.size.height - HEADING - 1))

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first (-1) or last (1) ticket."""
        self.action_move(side * len(self.lines))

    def action_group(self, by: int) -> None:
        """Move the cursor to the first ticket of another group."""
        self.cursor = moved_by_group(self.lines, self.cursor, by)

    def action_fold(self, fold: bool | None = None) -> None:  # noqa: FBT001 - an action's parameter is positional
        """Fold or unfold the group the cursor is in."""
        heading = heading_of(self.lines, self.cursor)
        if heading is None or fold is heading.is_folded:
            return
        self._folded ^= {heading.key}
        self._rebuild()
        index = self.lines.heading_of_group(heading.key)
        self.cursor = index if is_stop(self.lines[index]) else index + 1
        self.has_slipped = False

    def action_open(self) -> None:
        """Open the ticket under the cursor, or unfold the group."""
        if self.row is not None:
            self.post_message(self.Opened(self.row.ticket.id))
        else:
            self.action_fold(fold=False)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, and nothing else: a click never sends anything."""
        index = event.y - HEADING + self.scroll_offset.y
        if event.y >= HEADING and index < len(self.lines) and is_stop(self.lines[index]):
            self.cursor = index

    def on_resize(self) -> None:
        """Keep the cursor visible."""
        self._reveal()

    def _fit_columns(self) -> None:
        """Give the columns the width there is, which changes with the scroll bar too."""
        width = self.scrollable_content_region.width
        if width != self._columns.width:
            self._columns = self.lines.columns(width)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Forget which lines were drawn: others are visible now."""
        self._drawn.clear()
        super().watch_scroll_y(old_value, new_value)

    def _text(self, index: int) -> str:
        line = self._line(index)
        if line is None or self._now is None:
            return ""
        is_cursor = index == self.cursor
        if isinstance(line, GroupLine):
            return self._columns.group_line(line, self._now, is_cursor=is_cursor)
        return self._columns.ticket_line(line, self._now, is_cursor=is_cursor)

    def _looks(self, index: int) -> list[str]:
        line = self._line(index)
        classes = []
        if isinstance(line, GroupLine):
            classes.append("ticket-list--group")
        elif line is not None and self._now is not None:
            if line.row.is_late(self._now) or line.mark == "▲":
                classes.append("ticket-list--late")
            elif line.row.is_due_soon(self._now):
                classes.append("ticket-list--soon")
            if line.is_stale:
                classes.append("ticket-list--stale")
        if index == self.cursor and line is not None:
            classes.append("ticket-list--cursor")
        return classes

    def render_line(self, y: int) -> Strip:
        """Draw one visible line."""
        self._fit_columns()
        if y < HEADING:
            return self._strip(self._columns.heading(), ["ticket-list--columns"])
        index = y - HEADING + self.scroll_offset.y
        text = self._text(index)
        self._drawn[index] = (text, self._stays_until(index))
        return self._strip(text, self._looks(index))

    def _strip(self, text: str, classes: list[str]) -> Strip:
        style = self.get_visual_style(*classes)
        width = self.scrollable_content_region.width
        return Strip([Segment(text, style.rich_style)], cells(text)).adjust_cell_length(width, style.rich_style)
