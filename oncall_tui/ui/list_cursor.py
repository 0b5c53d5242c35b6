"""Where the cursor of the ticket list may rest, and where a key or a refresh takes it; pure."""

from collections.abc import Sequence

from oncall_tui.ui.list_lines import GroupLine, Line


def is_stop(line: Line) -> bool:
    """Tell whether the cursor may rest on a line: on tickets, and on the headings of folded groups."""
    return not isinstance(line, GroupLine) or line.is_folded


def stops(lines: Sequence[Line]) -> list[int]:
    """Return the lines on which the cursor may rest."""
    return [index for index, line in enumerate(lines) if is_stop(line)]


def moved(lines: Sequence[Line], cursor: int, by: int) -> int:
    """Return where the cursor is after moving by some tickets; it stays at the ends."""
    places = stops(lines)
    if not places:
        return cursor
    place = places.index(cursor) if cursor in places else 0
    return places[min(max(place + by, 0), len(places) - 1)]


def moved_by_group(lines: Sequence[Line], cursor: int, by: int) -> int:
    """Return the first stop of the group that is some groups away."""
    headings = [index for index, line in enumerate(lines) if isinstance(line, GroupLine)]
    if not headings:
        return cursor
    here = sum(index <= cursor for index in headings) - 1
    start = headings[min(max(here + by, 0), len(headings) - 1)]
    return next(index for index in stops(lines) if index >= start)


def kept(before: Sequence[Line], cursor: int, after: Sequence[Line]) -> int:
    """Return where the cursor's line is now; if it has gone, its nearest neighbour, the ones below it first."""
    now = {line.key: index for index, line in enumerate(after) if is_stop(line)}
    nearest = [*before[cursor:], *reversed(before[:cursor])]
    places = stops(after)
    return next((now[line.key] for line in nearest if line.key in now), places[0] if places else 0)


def heading_of(lines: Sequence[Line], cursor: int) -> GroupLine | None:
    """Return the heading of the group the cursor is in."""
    return next((line for line in reversed(lines[: cursor + 1]) if isinstance(line, GroupLine)), None)
