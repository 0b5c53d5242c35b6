"""Every line of the ticket list, each made only when it is looked at; pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import overload

from oncall_tui.domain.row_order import order
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Group, Row, sums_of
from oncall_tui.services.desk import Desk, SourceState
from oncall_tui.text_safety import clean
from oncall_tui.ui.columns import TICKET, TICKET_AT_MOST
from oncall_tui.ui.list_lines import (
    LEFT,
    SNOOZED,
    Columns,
    GroupLine,
    Line,
    group_key,
    is_put_aside,
    ticket_line,
)
from oncall_tui.ui.text import cells, cut

_KEPT = 2000
"""Lines kept once they are made: more than any screen shows."""
_FEW = 500
"""Rows of a small group."""


class AllLines(Sequence[Line]):
    """The headings of groups and their tickets from top to bottom, and the stops: where a cursor may rest."""

    def __init__(self, groups: Iterable[Group], desk: Desk, folded: frozenset[str]) -> None:
        self._headings = tuple(_headings(groups, desk, folded))
        self.groups = tuple(heading.group for heading in self._headings)
        self._desk = desk
        self._stale = frozenset(source.id for source in desk.sources if source.state is not SourceState.LIVE)
        self._folds = tuple(heading.is_folded for heading in self._headings)
        self.made_of = (self._headings, self._stale, desk.escalations)
        shown = [0 if fold else len(group.rows) for group, fold in zip(self.groups, self._folds, strict=True)]
        self._starts = list(accumulate((rows + 1 for rows in shown), initial=0))
        self._stops = list(accumulate((rows or 1 for rows in shown), initial=0))
        self._numbers = {heading.key: number for number, heading in enumerate(self._headings)}
        self._made: dict[int, Line] = {}
        self._places: dict[int, dict[TicketId, int]] = {}
        """Where the tickets of a small group are, by its number, once one of them was looked for."""

    def __len__(self) -> int:
        """Return how many lines there are."""
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Line: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Line]: ...
    def __getitem__(self, index: int | slice) -> Line | Sequence[Line]:
        """Return a line, made the first time it is asked for."""
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        if index not in self._made:
            if len(self._made) >= _KEPT:
                self._made.clear()
            self._made[index] = self._make(index)
        return self._made[index]

    def _make(self, index: int) -> Line:
        number = self._group_at(index)
        group, place = self.groups[number], index - self._starts[number]
        if place == 0:
            return self._headings[number]
        row = group.rows[place - 1]
        return ticket_line(row, self._desk, is_stale=row.ticket.source_id in self._stale)

    def is_as(self, other: "AllLines") -> bool:
        """Tell whether every line is as it was."""
        return self.made_of == other.made_of

    def columns(self, width: int) -> Columns:
        """Return the columns that fit a width and the longest ticket number."""
        numbers = (cut(clean(group.sums.longest), TICKET_AT_MOST) for group in self.groups)
        return Columns(width=width, ticket=max([TICKET, *map(cells, numbers)]))

    def _group_at(self, index: int) -> int:
        return bisect_right(self._starts, index, hi=len(self.groups)) - 1

    def heading_at(self, index: int) -> int | None:
        """Return where the heading of a line's group is; None where there is none."""
        return self._starts[self._group_at(index)] if self.groups else None

    def headings(self) -> Sequence[int]:
        """Return where the headings are."""
        return self._starts[:-1]

    def heading_of_group(self, key: str) -> int:
        """Return where the heading of a group of this list is."""
        return self._starts[self._numbers[key]]

    @property
    def stops(self) -> int:
        """Return how many stops there are."""
        return self._stops[-1]

    def stop_of(self, index: int) -> int:
        """Return the number of the stop a line is; of a heading that is none, the next one."""
        number = self._group_at(index)
        place = index - self._starts[number]
        return self._stops[number] + max(0, place - 1)

    def line_of(self, stop: int) -> int:
        """Return where a stop is."""
        number = bisect_right(self._stops, stop, hi=len(self.groups)) - 1
        return self._starts[number] + (0 if self._folds[number] else 1 + stop - self._stops[number])

    def place_of(self, line: Line, group: str) -> int | None:
        """Return the stop of a line that stood in a group of some key; None where it is not in that group any more.

        Where the group is folded now, that is its heading.
        """
        number = self._numbers.get(group)
        if number is None or self._folds[number]:
            return None if number is None else self._starts[number]
        return None if isinstance(line, GroupLine) else self._place(number, line.row)

    def search(self, ticket: TicketId) -> int | None:
        """Return where a ticket is, in whatever group; None where it is not shown."""
        row = self._desk.row(ticket)
        numbers = (number for number, is_folded in enumerate(self._folds) if not is_folded)
        places = (self._place(number, row) for number in numbers if row is not None)
        return next((place for place in places if place is not None), None)

    def _place(self, number: int, row: Row) -> int | None:
        place = self._place_within(number, row)
        return None if place is None else self._starts[number] + 1 + place

    def _place_within(self, number: int, row: Row) -> int | None:
        rows = self.groups[number].rows
        if len(rows) > _FEW and not self._headings[number].is_apart:
            place = bisect_left(rows, order(row), key=order)
            return place if place < len(rows) and rows[place].ticket.id == row.ticket.id else None
        if number not in self._places:
            self._places[number] = {one.ticket.id: place for place, one in enumerate(rows)}
        return self._places[number].get(row.ticket.id)

    def group_at(self, index: int) -> str:
        """Return the key of the group a line is in."""
        return self._headings[self._group_at(index)].key


def _headings(groups: Iterable[Group], desk: Desk, folded: frozenset[str]) -> Iterator[GroupLine]:
    """Yield what left and waits for somebody, the groups, and after them what was put aside from all of them."""
    if desk.left:
        left = Group(utc_offset=None, places=(), zones=(), rows=desk.left, worked_out=sums_of(desk.left))
        yield GroupLine(group=left, is_folded=LEFT in folded, is_left=True)
    aside: list[Row] = []
    for group in groups:
        snoozed = {row.ticket.id for row in group.sums.snoozed if is_put_aside(row, desk)}
        waiting = group
        if snoozed:
            aside += [row for row in group.rows if row.ticket.id in snoozed]
            waiting = group.narrowed(tuple(row for row in group.rows if row.ticket.id not in snoozed))
        if waiting.rows:
            yield GroupLine(group=waiting, is_folded=group_key(group) in folded)
    if aside:
        together = Group(utc_offset=None, places=(), zones=(), rows=tuple(aside), worked_out=sums_of(aside))
        yield GroupLine(group=together, is_folded=SNOOZED not in folded, is_snoozed=True)
