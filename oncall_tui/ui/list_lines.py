"""The lines of the ticket list, and where their columns stand; pure."""

import re
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk
from oncall_tui.text_safety import clean
from oncall_tui.ui.acquaintance_text import raised
from oncall_tui.ui.columns import TICKET_AT_MOST, Layout
from oncall_tui.ui.desk_text import ZONE_HINT, customer_name, group_day, group_title, suggested
from oncall_tui.ui.escalation_text import mark
from oncall_tui.ui.text import MINUTE, between, cells, cut, due, fit, next_minute, next_minute_to, touches, waiting

DAY_COLUMN = 34
"""Cells from a group's day words to the right edge."""
ASIDE = "Snoozed: they wait until later, and Space shows them"
LEFT_BEHIND = "These left the list, and your answer to them waits for you"
LEFT = "left"
SNOOZED = "snoozed"
"""Names the group of what was put aside; it is folded until somebody unfolds it."""
_NAME = re.compile(r" \(.*\)")
CURSOR = "❯"  # noqa: RUF001 - the cursor of the design
LATE, SOON, SUGGESTED = "!", "~", "E"
"""Repeat beside a ticket what its due time says."""
STAR = " ★"
"""Stands behind customers for whom the customers table declares a tier; behind it how many requests one person has."""


def group_key(group: Group) -> str:
    """Name a group: there is one for each clock."""
    return f"group {group.utc_offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """The heading of a group."""

    group: Group
    is_folded: bool = False
    is_snoozed: bool = False
    """Whether it stands over what was put aside, from every clock."""
    is_left: bool = False
    """Whether it stands over tickets that left the list while an answer to them waits for a person."""

    @property
    def is_apart(self) -> bool:
        """Tell whether its rows come from several groups, and are not in the order of one."""
        return self.is_snoozed or self.is_left

    @property
    def key(self) -> str:
        """Name the line whatever row it stands in."""
        if self.is_left:
            return LEFT
        return SNOOZED if self.is_snoozed else group_key(self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    """A ticket, with everything about it that does not change while time passes."""

    row: Row
    number: str
    customer: str
    star: str
    subject: str
    mark: str
    is_suggested: bool
    """Its tier suggests E."""
    is_stale: bool

    @property
    def key(self) -> str:
        """Name the line whatever row it stands in."""
        return self.row.ticket.id


Line = GroupLine | TicketLine


def stays_until(line: Line, now: datetime) -> datetime:
    """Return the instant until which time alone changes nothing in a line."""
    if isinstance(line, GroupLine):
        return min(next_minute(now), line.group.counts_until(now)) if line.is_folded else next_minute(now)
    ends = [now + MINUTE]
    if (since := line.row.ticket.waiting_since) is not None:
        ends.append(now + MINUTE - (now - since) % MINUTE)
    if (due_at := line.row.due_at) is not None:
        ends.append(next_minute_to(due_at, now))
    return min(ends)


class Columns(Layout):
    """The columns of the list, and what stands in them."""

    __slots__ = ()

    def ticket_line(self, line: TicketLine, now: datetime, *, is_cursor: bool) -> str:
        """Return a ticket's line; what strangers wrote stands last, so that it can shift no figure."""
        ticket = line.row.ticket
        symbol = line.mark or (SUGGESTED if line.is_suggested else _symbol(line.row, now))
        return self.line(
            f"{CURSOR if is_cursor else ' '}{symbol} ",
            line.number,
            waiting(ticket.waiting_since, now),
            due(line.row.due_at, now),
            touches(ticket.touches),
            cut(line.customer, self.customer - len(line.star)) + line.star,
            line.subject,
        )

    def group_line(self, line: GroupLine, now: datetime, *, is_cursor: bool) -> str:
        """Return a group's heading; a folded one still says that something in it is late."""
        rows = line.group.rows
        late = line.group.late(now) if line.is_folded else 0
        count = f"{late} late of {len(rows)}" if line.is_folded and late else str(len(rows))
        fold = "▸" if line.is_folded else "▾"
        if line.is_snoozed or line.is_left:
            said = LEFT_BEHIND if line.is_left else ASIDE
            return between(f"{fold}{CURSOR if is_cursor else ' '}{said}", count, self.width)
        title = f"{fold}{CURSOR if is_cursor else ' '}{group_title(line.group, now)}"
        if line.group.utc_offset is None:
            return between(f"{title}: {ZONE_HINT}", count, self.width)
        day = group_day(line.group, now)
        room = self.width - cells(title) - 1
        # The name of a holiday may need more than the column; when it opens again matters more than the name.
        usual = min(DAY_COLUMN, self.width // 2)
        day_width = max(usual, min(room, cells(day) + 1 + cells(count)))
        if cells(day) + 1 + cells(count) > day_width:
            day = _NAME.sub("", day)
        return fit(title, self.width - day_width - 1) + " " + between(day, count, day_width)


def _symbol(row: Row, now: datetime) -> str:
    return LATE if row.is_late(now) else SOON if row.is_due_soon(now) else " "


def is_put_aside(row: Row, desk: Desk) -> bool:
    """Tell whether a snoozed ticket leaves the list: never one that is late or escalated."""
    if row.record is None or not row.record.answering.is_snoozed(row.ticket, desk.at) or row.is_late(desk.at):
        return False
    escalation = desk.escalation_of(row.ticket.id)
    return escalation is None or not escalation.state.is_live


def ticket_line(row: Row, desk: Desk, *, is_stale: bool) -> TicketLine:
    """Return the line of a ticket."""
    return TicketLine(
        row=row,
        number=cut(clean(row.ticket.number), TICKET_AT_MOST),
        customer=customer_name(row),
        star=(STAR if row.customer and row.customer.tier else "") + raised(row),
        subject=row.ticket.subject,
        mark=mark(desk.escalation_of(row.ticket.id)),
        is_suggested=bool(suggested(row, desk, desk.at)),
        is_stale=is_stale,
    )
