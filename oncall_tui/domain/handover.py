"""What one shift tells the next: severity first, because that is what people forget.

The order follows I-PASS (illness severity, patient summary, action list, situation awareness, synthesis by receiver),
the written handover that cut medical errors by a quarter in the hospitals that introduced it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from oncall_tui.domain.episode import Escalation, EscalationState
from oncall_tui.domain.events import (
    CustomerZoneCorrected,
    Event,
    GoodNewsNoted,
    HandoverMessageSettled,
    MachineSlept,
    Recorded,
    SourceBack,
    SourceLost,
)
from oncall_tui.domain.people import Person
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Priority, SourceId
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import zone_info

WATCH_AHEAD = timedelta(hours=12)
"""What falls due so soon after the shift has to be watched."""


class Severity(IntEnum):
    """How much a ticket needs the next person."""

    RED = 1
    WATCH = 2
    STEADY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAge:
    """How old what is known of a source is."""

    id: SourceId
    as_of: datetime | None
    error: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One ticket of the handover."""

    severity: Severity
    row: Row
    escalation: Escalation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Everything the next person must know."""

    at: datetime
    team: str
    shift: Shift
    outgoing: Person | None
    incoming: Person | None
    entries: tuple[Entry, ...]
    """The most severe first."""
    gone: tuple[Escalation, ...]
    """Escalations of this shift whose tickets are not open any more."""
    sources: tuple[SourceAge, ...]
    events: tuple[Recorded, ...]
    notes: CleanText
    """What was not done or is not known; in the outgoing person's own words."""


def severity(row: Row, escalation: Escalation | None, now: datetime) -> Severity:
    """Return how much a ticket needs the next person.

    Red: an escalation that nobody has acknowledged, or a promise that is late. Watch: an acknowledged escalation, an
    urgent ticket, or a promise due within twelve hours. Steady: the rest.
    """
    state = escalation.state if escalation else None
    ticket = row.ticket
    if (state is not None and state.wants_acknowledgement) or row.is_late(now):
        return Severity.RED
    is_due_soon = row.due_at is not None and row.due_at <= now + WATCH_AHEAD
    if state is EscalationState.ACKNOWLEDGED or ticket.priority is Priority.URGENT or is_due_soon:
        return Severity.WATCH
    return Severity.STEADY


def entries(rows: Sequence[Row], escalations: Sequence[Escalation], now: datetime) -> tuple[Entry, ...]:
    """Return every open ticket with its severity, the most severe first, then whoever waits longest."""
    latest = {e.brief.ticket: e for e in sorted(escalations, key=lambda e: e.armed_at)}
    made = (
        Entry(
            severity=severity(row, latest.get(row.ticket.id), now),
            row=row,
            escalation=latest.get(row.ticket.id),
        )
        for row in rows
    )
    return tuple(sorted(made, key=lambda entry: (entry.severity, entry.row.ticket.waiting_since or now)))


def markdown(handover: Handover) -> CleanText:
    """Return the handover as Markdown, which reads as plain text too."""
    blocks = [
        _header(handover),
        _needs_you(handover),
        _tickets(handover),
        _actions(handover),
        _ledger(handover),
        ["## Not done, or not known", "", handover.notes or "(still to be written)"],
    ]
    return CleanText("\n\n".join("\n".join(block) for block in blocks) + "\n")


def _header(handover: Handover) -> list[str]:
    shift, outgoing, incoming = handover.shift, handover.outgoing, handover.incoming
    zone = outgoing.time_zone if outgoing else "UTC"
    hours = shift.length.total_seconds() / 3600
    who = outgoing.name if outgoing else shift.person
    to = incoming.name if incoming else "nobody: no shift follows"
    lines = [
        f"# Handover: {who} to {to}",
        "",
        f"- Shift: {_at(shift.starts_at, zone)} to {_at(shift.ends_at, zone)} {_city(zone)} ({hours:g} h)",
        f"- Written: {_at(handover.at, zone)} {_city(zone)}"
        + (f", {_at(handover.at, incoming.time_zone)} {_city(incoming.time_zone)}" if incoming else ""),
    ]
    return lines + [f"- {_source(source, handover.at)}" for source in handover.sources]


def _source(source: SourceAge, now: datetime) -> str:
    if source.as_of is None:
        return f"{source.id}: NOT SEEN: {source.error or 'it has not answered yet'}"
    age = f"{source.id}: as of {_span(now - source.as_of)} ago"
    return f"{age}; fails now: {source.error}" if source.error else age


def _needs_you(handover: Handover) -> list[str]:
    counts = {level: sum(entry.severity is level for entry in handover.entries) for level in Severity}
    head = f"## Needs you: {counts[Severity.RED]} red, {counts[Severity.WATCH]} watch, {counts[Severity.STEADY]} steady"
    pressing = [entry for entry in handover.entries if entry.severity is not Severity.STEADY]
    lines = [f"- {entry.severity.name}: {_name(entry.row)}: {_why(entry, handover)}" for entry in pressing]
    return [head, "", *(lines or ["Nothing open is red or to be watched, as far as the sources above were seen."])]


def _tickets(handover: Handover) -> list[str]:
    steady = [entry for entry in handover.entries if entry.severity is Severity.STEADY]
    lines = [f"- {_name(entry.row)}: {_why(entry, handover)}" for entry in steady]
    return ["## The other open tickets", "", *(lines or ["None."])]


def _why(entry: Entry, handover: Handover) -> str:
    ticket, now = entry.row.ticket, handover.at
    facts = [str(ticket.subject)]
    if entry.row.due_at is not None:
        ahead = entry.row.due_at - now
        facts.append(f"due in {_span(ahead)}" if ahead > timedelta() else f"late by {_span(-ahead)}")
    if ticket.waiting_since is not None:
        facts.append(f"waiting {_span(now - ticket.waiting_since)}")
    if ticket.touches is not None:
        facts.append("1 touch" if ticket.touches == 1 else f"{ticket.touches} touches")
    if entry.escalation is not None:
        facts.append(_escalation(entry.escalation, handover))
    return "; ".join(facts)


def _actions(handover: Handover) -> list[str]:
    open_ones = [e.escalation for e in handover.entries if e.escalation is not None] + list(handover.gone)
    lines = [
        f"- {escalation.brief.number} {escalation.brief.customer}: {_escalation(escalation, handover)}"
        for escalation in open_ones
    ]
    return ["## Escalations of this shift", "", *(lines or ["None."])]


def _escalation(escalation: Escalation, handover: Handover) -> str:
    zone = handover.incoming.time_zone if handover.incoming else "UTC"
    taken = escalation.acknowledged
    if taken is not None:
        words = f": “{taken.words}”" if taken.words else ""
        return f"escalated, acknowledged by {taken.name} at {_at(taken.at, zone)} {_city(zone)}{words}"
    ended = f" ({escalation.reason})" if escalation.reason else ""
    return f"escalated, {escalation.state.value}, NOT acknowledged by anybody{ended}"


def _ledger(handover: Handover) -> list[str]:
    zone = handover.outgoing.time_zone if handover.outgoing else "UTC"
    lines = [line for recorded in handover.events if (line := _event(recorded, zone))]
    return ["## What happened", "", *(lines or ["- Nothing else was recorded."])]


def _event(recorded: Recorded, zone: str) -> str:
    if isinstance(recorded.event, MachineSlept):
        start, end = recorded.event.fell_asleep_at, recorded.event.woke_at
        return f"- This machine slept from {_at(start, zone)} to {_at(end, zone)}: nobody was watching"
    words = _event_words(recorded.event)
    return f"- {_at(recorded.at, zone)}: {words}" if words else ""


def _event_words(event: Event) -> str:
    match event:
        case SourceLost(source=source, why=why):
            return f"{source} could not be seen: {why}"
        case SourceBack(source=source):
            return f"{source} answers again"
        case GoodNewsNoted(text=text):
            return f"good news: {text}"
        case CustomerZoneCorrected(match=match, zone=zone):
            return f"the clock of {match} was set to {zone or 'what is guessed'}"
        case HandoverMessageSettled(is_accepted=False, detail=detail):
            return f"the handover was refused: {detail}"
        case _:
            return ""


def _name(row: Row) -> str:
    requester = row.ticket.requester
    who = row.customer.name if row.customer else requester.organisation or requester.name or requester.email
    return f"{row.ticket.number} {who}".strip()


def _at(at: datetime, zone: str) -> str:
    return at.astimezone(zone_info(zone) or UTC).strftime("%a %d %b %H:%M")


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} m"
