"""Everything about one ticket, in words; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from oncall_tui.domain.ticket import Message
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import ZONE_HINT, customer_name, day_words, tier_of, zone_of
from oncall_tui.ui.escalation_text import heading
from oncall_tui.ui.text import age, clock, day_and_clock, due, touches, wall

LABEL = 10


def facts(row: Row, desk: Desk, now: datetime) -> str:
    """Return what is known of a ticket, the customer's own words last."""
    ticket, zone = row.ticket, zone_of(desk)
    requester = ticket.requester
    escalation = desk.escalation_of(ticket.id)
    lines = (
        ("ticket", " · ".join(part for part in (ticket.number, str(ticket.status), _priority(row)) if part)),
        ("escalation", heading(escalation, now, zone) if escalation else ""),
        (
            "waiting",
            f"{age(now - ticket.waiting_since)}, since {clock(ticket.waiting_since, zone, now)}"
            if ticket.waiting_since
            else "the turn is the customer's",
        ),
        (
            "due",
            f"{due(ticket.due_at, now)}, {clock(ticket.due_at, zone, now)} here"
            if ticket.due_at
            else "no due time known",
        ),
        ("touches", touches(ticket.touches) if ticket.touches is not None else "not known"),
        ("clock", customer_clock(row, now)),
        ("tier", tier_of(row)),
        ("assignee", ticket.assignee or "nobody"),
        ("link", ticket.url),
        ("customer", customer_name(row)),
        ("requester", ", ".join(part for part in (requester.name, requester.email, requester.phone) if part)),
        ("notes", row.customer.notes if row.customer else ""),
        ("tags", ", ".join(ticket.tags)),
    )
    return "\n".join((ticket.subject, "", *(f"{name:<{LABEL}} {text}" for name, text in lines if text)))


def _priority(row: Row) -> str:
    return row.ticket.priority.name.lower() if row.ticket.priority else ""


def customer_clock(row: Row, now: datetime) -> str:
    """Return the customer's time and where that knowledge comes from."""
    zone = row.zone
    if zone.zone:
        group = Group(utc_offset=wall(now, zone.zone).utcoffset(), places=(), zones=(zone.zone,), rows=())
        return f"{day_and_clock(now, zone.zone)} {zone.zone}, {day_words(row.day, now, group)} (from {zone.origin})"
    if zone.offset is not None:
        group = Group(utc_offset=zone.offset, places=(), zones=(), rows=())
        return f"{now + zone.offset:%a %H:%M} (UTC{_offset(zone.offset)}, from {zone.origin}), {day_words(row.day, now, group)}"
    return f"unknown: {ZONE_HINT}"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def conversation(messages: Sequence[Message], now: datetime, zone: str) -> str:
    """Return a conversation, the newest first: that is what somebody woken up needs."""
    if not messages:
        return "No messages."
    return "\n\n".join(_message_lines(reversed(messages), now, zone))


def _message_lines(messages: Iterable[Message], now: datetime, zone: str) -> Iterable[str]:
    for message in messages:
        who = "customer" if message.is_inbound else "us" if message.is_public else "us, internal note"
        yield f"── {clock(message.at, zone, now)} {who}: {message.author}\n{message.text}"
