"""``oncall-tui list``: the open tickets, grouped as on the screen, as text or as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from oncall_tui.commands.output import rfc3339, wall
from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk, SourceState

Json = Mapping[str, object]


def as_json(desk: Desk) -> Json:
    """Return the documented object of ``list --json``."""
    return {
        "at": rfc3339(desk.at),
        "on_call": {"id": desk.on_call.id, "name": desk.on_call.name} if desk.on_call else None,
        "shift": _shift(desk),
        "sources": [
            {
                "id": source.id,
                "kind": source.kind,
                "state": source.state.value,
                "as_of": rfc3339(source.as_of),
                "error": source.error or None,
            }
            for source in desk.sources
        ],
        "groups": [_group(group, desk) for group in desk.groups],
    }


def as_text(desk: Desk) -> str:
    """Return the same as lines for a person."""
    lines = [_source_line(desk, index) for index in range(len(desk.sources))]
    for group in desk.groups:
        lines += ["", _group_line(group, desk.at)]
        lines += [_row_line(row, desk) for row in group.rows]
    if desk.is_quiet:
        lines += ["", "Nothing is waiting."]
    return "\n".join(lines)


def is_complete(desk: Desk) -> bool:
    """Tell whether every source answered."""
    return all(source.state is SourceState.LIVE for source in desk.sources)


def offset_text(offset: timedelta | None) -> str | None:
    """Return an offset as ``+05:45``."""
    if offset is None:
        return None
    minutes = int(offset.total_seconds()) // 60
    hours, minutes = divmod(abs(minutes), 60)
    return f"{'-' if offset < timedelta() else '+'}{hours:02}:{minutes:02}"


def _shift(desk: Desk) -> Json | None:
    if desk.shift is None:
        return None
    return {
        "starts_at": rfc3339(desk.shift.starts_at),
        "ends_at": rfc3339(desk.shift.ends_at),
        "remaining_seconds": int((desk.shift.ends_at - desk.at).total_seconds()),
        "is_waiting_for_acceptance": desk.is_held,
    }


def _group(group: Group, desk: Desk) -> Json:
    return {
        "utc_offset": offset_text(group.utc_offset),
        "local_time": None if group.utc_offset is None else (desk.at + group.utc_offset).strftime("%Y-%m-%dT%H:%M"),
        "places": list(group.places),
        "zones": list(group.zones),
        "tickets": [_ticket(row, desk) for row in group.rows],
    }


def _ticket(row: Row, desk: Desk) -> Json:
    ticket = row.ticket
    escalation = desk.escalation_of(ticket.id)
    return {
        "id": ticket.id,
        "subject": ticket.subject,
        "requester": ticket.requester.name or ticket.requester.email or None,
        "organisation": (row.customer.name if row.customer else ticket.requester.organisation) or None,
        "tier": (row.customer.tier if row.customer else "") or ticket.tier or None,
        "zone": row.zone.zone or None,
        "zone_from": row.zone.origin.value,
        "day": row.day.day.value,
        "status": ticket.status.value,
        "priority": ticket.priority.name.lower() if ticket.priority else None,
        "waiting_since": rfc3339(ticket.waiting_since),
        "due_at": rfc3339(row.due_at),
        "due_from": row.due.why if row.due else None,
        "touches": ticket.touches,
        "usual_touches": row.usual_touches,
        "runbook": row.runbook.name if row.runbook else None,
        "suggested": why_escalate(row, desk.at) or None,
        "escalation": escalation.state.value if escalation else None,
        "url": ticket.url or None,
    }


def _source_line(desk: Desk, index: int) -> str:
    source = desk.sources[index]
    if source.state is SourceState.LIVE:
        return f"{source.id}: live"
    return f"{source.id}: {source.state.value.upper()}: {source.error}"


def _group_line(group: Group, at: datetime) -> str:
    if group.utc_offset is None:
        return "Clock unknown"
    return f"{wall(at, group.utc_offset)}  {' · '.join(group.places)}"


def _row_line(row: Row, desk: Desk) -> str:
    ticket = row.ticket
    who: Sequence[str] = (row.customer.name if row.customer else "", ticket.requester.organisation)
    name = next((text for text in who if text), ticket.requester.name or ticket.requester.email)
    escalation = desk.escalation_of(ticket.id)
    mark = f" [{escalation.state.value}]" if escalation else ""
    late = " LATE" if row.is_late(desk.at) else " due soon" if row.is_due_soon(desk.at) else ""
    return f"  {ticket.id}{late}{mark}  {name}  {ticket.subject}"
