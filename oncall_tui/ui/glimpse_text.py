"""What stood in the list when it was last seen, as lines of a terminal; pure, and quick to load."""

from collections.abc import Iterator
from datetime import datetime

from oncall_tui.glimpse import Glimpse, GlimpsedGroup, GlimpsedTicket
from oncall_tui.ui.columns import TICKET, TICKET_AT_MOST, Layout
from oncall_tui.ui.text import age, between, cut, due, fit, touches, waiting

STARTING = "oncall-tui is starting: nothing has been asked yet, and no key counts yet."
_FOLD = "▾"


def page(glimpse: Glimpse, now: datetime, width: int, height: int) -> list[str]:
    """Return the lines that fit a terminal; the last says how much does not."""
    lines = list(_lines(glimpse, now, width))
    if len(lines) > height:
        shown = lines[: max(0, height - 1)]
        lines = [*shown, fit(f"   and {len(lines) - len(shown)} more lines", width)]
    return lines


def _lines(glimpse: Glimpse, now: datetime, width: int) -> Iterator[str]:
    numbers = [len(ticket.number) for group in glimpse.groups for ticket in group.tickets]
    layout = Layout(width=width, ticket=min(TICKET_AT_MOST, max([TICKET, *numbers])))
    yield fit(f" {STARTING}", width)
    yield between(f" {as_it_stood(glimpse, now)}", f"{glimpse.open_tickets:,} open then", width)
    yield layout.heading()
    for group in glimpse.groups:
        yield _heading(group, width)
        for ticket in group.tickets:
            yield _line(ticket, layout, now)


def as_it_stood(glimpse: Glimpse, now: datetime) -> str:
    """Say how old all of it is, and which sources it says nothing of."""
    missing = f", without {', '.join(glimpse.unseen)}" if glimpse.unseen else ""
    return f"As it stood {glimpse.clock}, {age(now - glimpse.as_of)} ago{missing}"


def _heading(group: GlimpsedGroup, width: int) -> str:
    return between(f"{_FOLD} {group.title}", f"{group.count:,}", width)


def _line(ticket: GlimpsedTicket, layout: Layout, now: datetime) -> str:
    return layout.line(
        f" {cut(ticket.mark, 1) or ' '} ",
        cut(ticket.number, layout.ticket),
        waiting(ticket.waiting_since, now),
        due(ticket.due_at, now),
        touches(ticket.touches),
        cut(ticket.customer, layout.customer),
        ticket.subject,
    )
