"""Where the cursor of the ticket list may rest, and where a key or a refresh takes it; pure."""

from oncall_tui.ui.all_lines import AllLines
from oncall_tui.ui.list_lines import GroupLine, Line, TicketLine

NEAR = 200
"""Stops on each side among which a neighbour is looked for."""


def is_stop(line: Line) -> bool:
    """Tell whether the cursor may rest on a line: on tickets, and on the headings of folded groups."""
    return not isinstance(line, GroupLine) or line.is_folded


def moved(lines: AllLines, cursor: int, by: int) -> int:
    """Return where the cursor is after moving by some tickets; it stays at the ends."""
    if not lines.stops:
        return cursor
    return lines.line_of(min(max(lines.stop_of(cursor) + by, 0), lines.stops - 1))


def moved_by_group(lines: AllLines, cursor: int, by: int) -> int:
    """Return the first stop of the group that is some groups away."""
    headings = lines.headings()
    if not headings:
        return cursor
    here = sum(index <= cursor for index in headings) - 1
    start = headings[min(max(here + by, 0), len(headings) - 1)]
    return lines.line_of(lines.stop_of(start))


def kept(before: AllLines, cursor: int, after: AllLines) -> int:
    """Return where the cursor's line is now; if it has gone, its nearest neighbour, the ones below it first."""
    if not after.stops:
        return 0
    if cursor >= len(before):
        return after.line_of(0)
    if cursor < len(after) and after[cursor].key == before[cursor].key and is_stop(after[cursor]):
        return cursor
    same = after.place_of(before[cursor], before.group_at(cursor))
    line = before[cursor]
    if same is None and isinstance(line, TicketLine):
        same = after.search(line.row.ticket.id)
    return _nearest(before, cursor, after) if same is None else same


def _nearest(before: AllLines, cursor: int, after: AllLines) -> int:
    below = range(cursor + 1, min(cursor + NEAR, len(before)))
    above = range(cursor - 1, max(cursor - NEAR, -1), -1)
    places = (after.place_of(before[index], before.group_at(index)) for index in (*below, *above))
    return next((place for place in places if place is not None), after.line_of(0))


def heading_of(lines: AllLines, cursor: int) -> GroupLine | None:
    """Return the heading of the group the cursor is in."""
    index = lines.heading_at(cursor)
    line = None if index is None else lines[index]
    return line if isinstance(line, GroupLine) else None
