"""What changed between a handover that was frozen and the desk as it stands."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from oncall_tui.domain.frozen_tickets import FrozenTicket
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_words import Line, city, row_name, wall
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.triage import Row


def frozen(handover: Handover) -> Iterator[FrozenTicket]:
    """Return every ticket as it stands, to be compared with later."""
    for entry in handover.entries:
        yield FrozenTicket(
            ticket=entry.row.ticket.id,
            name=CleanText(f"{row_name(entry.row)}: {entry.row.ticket.subject}"),
            severity=entry.severity,
            escalation=entry.escalation.state.value if entry.escalation else "",
            promised_at=_promised_at(entry.row),
        )


def _promised_at(row: Row) -> datetime | None:
    promise = row.record.owed_promise if row.record is not None else None
    return promise.due_at if promise is not None else None


def differences(before: Sequence[FrozenTicket], after: Sequence[FrozenTicket], zone: str) -> tuple[Line, ...]:
    """Return what changed since a handover was frozen, a line for each ticket, in a reader's local time."""
    then = {ticket.ticket: ticket for ticket in before}
    now = {ticket.ticket: ticket for ticket in after}
    lines = [
        Line(text=f"+ new, {t.severity.name.lower()}: {t.name}", ticket=t.ticket) for t in after if t.ticket not in then
    ]
    for ticket in after:
        old = then.get(ticket.ticket)
        if old is not None and (changed := _changed(old, ticket, zone)):
            lines.append(Line(text=f"~ {changed}: {ticket.name}", ticket=ticket.ticket))
    return (*lines, *(Line(text=f"- not open any more: {t.name}") for t in before if t.ticket not in now))


def _changed(old: FrozenTicket, new: FrozenTicket, zone: str) -> str:
    parts = []
    if old.severity is not new.severity:
        parts.append(f"{old.severity.name.lower()} before, {new.severity.name.lower()} since")
    if old.escalation != new.escalation:
        parts.append(f"escalation {new.escalation or 'over'}")
    if old.promised_at != new.promised_at:
        parts.append(
            f"promised by {wall(new.promised_at, zone)} {city(zone)}" if new.promised_at else "nothing promised"
        )
    return ", ".join(parts)
