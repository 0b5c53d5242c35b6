"""What the strip says while nothing is escalated and a tier's rules suggest it; pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.triage import Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import customer_name, is_escalated, suggested
from oncall_tui.ui.escalation_text import StripText
from oncall_tui.ui.text import between


def suggested_rows(desk: Desk) -> tuple[Row, ...]:
    """Return the tickets E is suggested for, in the desk's order."""
    if desk.suggested is None:
        rows = chain.from_iterable(group.rows for group in desk.groups)
        return tuple(row for row in rows if suggested(row, desk, desk.at))
    tickets = {escalation.brief.ticket for escalation in desk.escalations}
    escalated = {ticket for ticket in tickets if is_escalated(ticket, desk)}
    return tuple(row for row in desk.suggested if row.ticket.id not in escalated)


def suggestion_text(rows: Sequence[Row], chosen: Row | None, now: datetime, width: int) -> StripText | None:
    """Return for which of some tickets E is suggested, and why: the one at hand, else the first."""
    if not rows:
        return None
    at_hand = next((row for row in rows if chosen is not None and row.ticket.id == chosen.ticket.id), None)
    row = at_hand or rows[0]
    first = f"E is suggested for {row.ticket.number} {customer_name(row)}; you decide."
    more = f"+{len(rows) - 1} more" if len(rows) > 1 else ""
    keys = "E escalates it" if at_hand else f"go to {row.ticket.number} for E"
    second = between(f"  {why_escalate(row, now)}.", keys, width)
    return StripText(first=between(first, more, width), second=second, state=None)
