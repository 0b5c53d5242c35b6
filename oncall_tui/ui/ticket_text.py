"""Everything about one ticket, in words; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain, repeat

from textual.content import Content

from oncall_tui.domain.advice import signs_of
from oncall_tui.domain.answer import AnswerState
from oncall_tui.domain.answering import NOTHING_ANSWERED, Answering
from oncall_tui.domain.local_day import Day, day_by_hours
from oncall_tui.domain.suggestion import Sign
from oncall_tui.domain.ticket import Message
from oncall_tui.domain.triage import Group, Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.acquaintance_text import also_from, learnt
from oncall_tui.ui.answer_text import is_entry
from oncall_tui.ui.care_text import goodwill, runbook
from oncall_tui.ui.desk_text import ZONE_HINT, customer_name, day_words, suggested, tier_of, zone_of
from oncall_tui.ui.escalation_text import on_ticket
from oncall_tui.ui.promise_text import history, promise_standing
from oncall_tui.ui.quotes import folded
from oncall_tui.ui.text import age, clock, due, touches, wall

LABEL = 10
NOW = "┃"
_CELLS = {Day.ASLEEP: "z", Day.AWAKE: "·", Day.AT_WORK: "█"}
"""What stands for an hour; a picture that needs no colour."""


NEEDED_FIRST = frozenset(
    {"ticket", "escalation", "due", "snoozed", "promised", "suggested", "also from", "clock", "notes"}
)
"""What stands above the newest of a conversation where not everything does."""
MORE = "── more about it"


def facts(row: Row, desk: Desk, now: datetime, width: int, *, has_room: bool = False) -> str:
    """Return what is known of a ticket in lines of some width; with room also what can be done without."""
    return _laid_out((row.ticket.subject, ""), _known(row, desk, now, has_room=has_room), width)


def first_facts(row: Row, desk: Desk, now: datetime, width: int) -> str:
    """Return what somebody has to know who reads on at once; the rest is in ``more_facts``."""
    needed = (line for line in _known(row, desk, now) if line[0] in NEEDED_FIRST)
    waiting = f" · waiting {age(now - row.ticket.waiting_since)}" if row.ticket.waiting_since else ""
    _, ticket = next(needed)
    return _laid_out((row.ticket.subject,), (("ticket", f"{ticket}{waiting}"), *needed), width)


def more_facts(row: Row, desk: Desk, now: datetime, width: int) -> str:
    """Return what is known of a ticket beside its first facts."""
    return _laid_out((MORE,), (line for line in _known(row, desk, now) if line[0] not in NEEDED_FIRST), width)


def _laid_out(above: Sequence[str], lines: Iterable[tuple[str, str]], width: int) -> str:
    return "\n".join((*above, *(_fact(name, text, width) for name, text in lines if text)))


def _known(row: Row, desk: Desk, now: datetime, *, has_room: bool = False) -> Sequence[tuple[str, str]]:
    """Return everything known of a ticket under its names, empty where it is not."""
    ticket, zone = row.ticket, zone_of(desk)
    requester = ticket.requester
    escalation, has_left = desk.escalation_of(ticket.id), desk.has_left(ticket.id)
    state = "not among the open ones" if has_left else str(ticket.status)
    return (
        ("ticket", " · ".join(part for part in (ticket.number, state, _priority(row)) if part)),
        ("escalation", on_ticket(escalation, now, zone) if escalation else ""),
        (
            "waiting",
            f"{age(now - ticket.waiting_since)}, since {clock(ticket.waiting_since, zone, now)}"
            if ticket.waiting_since
            else ("not known" if has_left else "the turn is the customer's"),
        ),
        (
            "due",
            f"{due(row.due.at, now)}, {row.due.why}, {clock(row.due.at, zone, now)} here"
            if row.due
            else "no due time known",
        ),
        ("snoozed", _snoozed(row, now, zone)),
        ("promised", _promised(row, now, zone)),
        ("touches", _touches(row)),
        ("signs", "; ".join(words for sign, words in signs_of(row, now).items() if sign is not Sign.LATE)),
        ("suggested", f"E: {why}" if (why := suggested(row, desk, now)) else ""),
        ("also from", f"this person: {others}" if (others := also_from(row, desk, now)) else ""),
        ("clock", customer_clock(row, now)),
        ("zone", zone_and_origin(row)),
        ("their day", day_strip(row, now) if has_room else ""),
        ("tier", ": ".join(part for part in (tier_of(row), row.tier.strategy if row.tier else "") if part)),
        ("goodwill", f"{left} (M)" if (left := goodwill(row)) else ""),
        ("runbook", runbook(row)),
        ("assignee", ticket.assignee or "nobody"),
        ("link", ticket.url),
        ("customer", customer_name(row)),
        ("requester", ", ".join(part for part in (requester.name, requester.email, requester.phone) if part)),
        ("learnt", learnt(requester)),
        ("notes", row.customer.notes if row.customer else ""),
        ("tags", ", ".join(ticket.tags)),
    )


def _touches(row: Row) -> str:
    if row.ticket.touches is None:
        return "not known"
    usual = "" if row.usual_touches is None else f", {row.usual_touches} usual"
    elsewhere = f"; {touches(row.touches)} with the same asked elsewhere" if row.touches_elsewhere else ""
    return f"{touches(row.ticket.touches)}{usual}{elsewhere}"


def _promised(row: Row, now: datetime, zone: str) -> str:
    if row.record is None:
        return ""
    owed, before = row.record.owed_promise, history(row.record)
    parts = (promise_standing(owed, now, zone) if owed else "", f"before: {before}" if before else "")
    return "; ".join(part for part in parts if part)


def _fact(name: str, text: str, width: int) -> str:
    lines = Content(text).wrap(max(width - LABEL - 1, LABEL))
    return "\n".join(
        f"{label:<{LABEL}} {line.plain}" for label, line in zip(chain([name], repeat("")), lines, strict=False)
    )


def _snoozed(row: Row, now: datetime, zone: str) -> str:
    answering = row.record.answering if row.record else NOTHING_ANSWERED
    if answering.snooze is None or not answering.is_snoozed(row.ticket, now):
        return ""
    until = answering.snooze.until
    return f"until {clock(until, zone, now)}, or until they write" if until else "until they write"


def _priority(row: Row) -> str:
    return row.ticket.priority.name.lower() if row.ticket.priority else ""


def customer_clock(row: Row, now: datetime) -> str:
    """Return the customer's time and what part of the day that is."""
    offset = clock_offset(row, now)
    if offset is None:
        return f"unknown: {ZONE_HINT}"
    zones = (row.zone.zone,) if row.zone.zone else ()
    group = Group(utc_offset=offset, places=(), zones=zones, rows=())
    return f"{now + offset:%a %H:%M}, {day_words(row.day, now, group)}"


def zone_and_origin(row: Row) -> str:
    """Return the customer's zone and where that knowledge comes from; empty where nobody knows it."""
    zone = row.zone
    if zone.offset is None and not zone.zone:
        return ""
    name = zone.zone or f"UTC{_offset(zone.offset or timedelta())}"
    return f"{name}, from the {zone.origin}" + (f" in {zone.source}" if zone.source else "")


def day_strip(row: Row, now: datetime) -> str:
    """Return the customer's day, a cell for each hour from midnight to midnight, the present one marked."""
    offset = clock_offset(row, now)
    if offset is None:
        return ""
    cells = [_CELLS[part] for part in day_by_hours(row.works_today)]
    cells[(now + offset).hour] = NOW
    return "".join(cells)


def clock_offset(row: Row, now: datetime) -> timedelta | None:
    """Return how far the customer's clock is ahead of UTC now, or None where nobody knows."""
    return wall(now, row.zone.zone).utcoffset() if row.zone.zone else row.zone.offset


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


NO_MESSAGES = "No messages."


def conversation(messages: Sequence[Message], now: datetime, zone: str) -> str:
    """Return a conversation, the newest first: that is what somebody woken up needs."""
    entries = (entry(message, NOTHING_ANSWERED, now, zone) for message in reversed(messages))
    return "\n\n".join(entries) or NO_MESSAGES


def entry(message: Message, answering: Answering, now: datetime, zone: str) -> str:
    """Return one entry of a conversation: quotes folded, files named, and when the help desk confirmed our own."""
    who = "customer" if message.is_inbound else "us" if message.is_public else "us, internal note"
    confirmed = (a for a in answering.answers if a.state is AnswerState.CONFIRMED and is_entry(a, message))
    proof = next((f" · confirmed {clock(answer.since, zone, now)}" for answer in confirmed), "")
    files = f"[files: {', '.join(message.attachments)}]" if message.attachments else ""
    head = f"── {clock(message.at, zone, now)} {who}: {message.author}{proof}"
    return "\n".join(part for part in (head, folded(message.text), files) if part)
