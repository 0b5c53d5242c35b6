"""Takes from the desk what the next start shows first; pure."""

from oncall_tui.glimpse import LINES_AT_MOST, Glimpse, GlimpsedGroup, GlimpsedTicket
from oncall_tui.services.desk import Desk
from oncall_tui.ui.all_lines import AllLines
from oncall_tui.ui.desk_text import CLOCK_UNKNOWN, zone_of
from oncall_tui.ui.list_lines import GroupLine, TicketLine
from oncall_tui.ui.text import wall


def glimpse_of(desk: Desk) -> Glimpse | None:
    """Return the upper part of the list; None where no source has said anything in this run.

    What was put aside, or only waits for a decision of ours, is left out.
    """
    seen = [source.as_of for source in desk.sources if source.as_of is not None]
    if desk.is_demo or not any(source.as_of and not source.is_remembered for source in desk.sources):
        return None
    return Glimpse(
        as_of=min(seen),
        clock=f"{wall(min(seen), zone_of(desk)):%a %d %b %H:%M}",
        unseen=tuple(source.id for source in desk.sources if source.as_of is None),
        open_tickets=desk.open_tickets,
        groups=tuple(_groups(desk)),
    )


def _groups(desk: Desk) -> list[GlimpsedGroup]:
    groups: list[tuple[GroupLine, list[GlimpsedTicket]]] = []
    for line in AllLines(desk.groups, desk, frozenset())[:LINES_AT_MOST]:
        if isinstance(line, GroupLine):
            groups.append((line, []))
        else:
            groups[-1][1].append(_ticket(line))
    return [
        GlimpsedGroup(
            title=" · ".join(heading.group.places) or CLOCK_UNKNOWN,
            count=len(heading.group.rows),
            tickets=tuple(tickets),
        )
        for heading, tickets in groups
        if not heading.is_left and not heading.is_snoozed
    ]


def _ticket(line: TicketLine) -> GlimpsedTicket:
    ticket = line.row.ticket
    return GlimpsedTicket(
        number=line.number,
        customer=line.customer + line.star,
        subject=line.subject,
        waiting_since=ticket.waiting_since,
        due_at=line.row.due_at,
        touches=ticket.touches,
        mark=line.mark,
    )
