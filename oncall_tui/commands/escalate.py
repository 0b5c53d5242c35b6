"""``oncall-tui escalate``: the same escalation as the key E, from a script."""

from collections.abc import Callable
from datetime import timedelta

from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.ringing import whom_to_ring
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.domain.zone_guess import CustomerZone
from oncall_tui.errors import BadUse
from oncall_tui.services.desk import SourceState
from oncall_tui.services.station import Station, drain
from oncall_tui.text_safety import clean

ACCEPTED_WITHIN = timedelta(seconds=60)
ACKNOWLEDGED_WITHIN = timedelta(hours=12)
NOT_ACCEPTED, NOT_ACKNOWLEDGED = 1, 3
"""Exit codes: nobody took it; with ``--wait``, a provider took it and nobody acknowledged. 0 is acknowledged."""


async def escalate(station: Station, name: str, *, why: str, waits: bool, say: Callable[[str], None]) -> int:
    """Escalate a ticket now, and go on until a provider took a message; with ``waits`` until somebody acknowledged."""
    row = _row(station, name)
    ticket = row.ticket.id
    await station.actions.escalate(row, why=why)
    await station.actions.send_now(ticket)
    said = ""

    def tell() -> None:
        nonlocal said
        known = station.logbook.latest(ticket)
        sentence = "" if known is None else _sentence(known, name)
        if waits and known is not None and known.attempts and sentence != said:
            say(sentence)
            said = sentence

    def is_settled() -> bool:
        known = station.logbook.latest(ticket)
        if known is None or known.state is EscalationState.EXHAUSTED or not known.state.is_live:
            return True
        return known.acknowledged is not None if waits else _accepted(known)

    station.logbook.on_change(tell)
    await drain(station, until=is_settled, within=ACKNOWLEDGED_WITHIN if waits else ACCEPTED_WITHIN)
    known = station.logbook.latest(ticket)
    if known is None:
        raise BadUse(f"{name} could not be escalated")
    sentence = _sentence(known, name) + _next(known, is_recorded=not station.troubles.is_wrong("disk"))
    if sentence != said:
        say(sentence)
    return _code(known, waits=waits)


def _code(escalation: Escalation, *, waits: bool) -> int:
    if escalation.acknowledged is not None:
        return 0
    if not _accepted(escalation):
        return NOT_ACCEPTED
    return NOT_ACKNOWLEDGED if waits else 0


def _row(station: Station, name: str) -> Row:
    """Return the ticket's row; one that cannot be seen now may be escalated all the same."""
    row = station.board.desk().row(TicketId(name))
    if row is not None:
        return row
    source, _, number = name.partition(":")
    status = next((s for s in station.polling.statuses if s.id == source), None)
    if status is None or not number:
        known = ", ".join(s.id for s in station.polling.statuses)
        raise BadUse(f"{clean(name)} names no source; write SOURCE:ID with one of: {known}")
    if status.state is SourceState.LIVE:
        raise BadUse(f"{source} has no open ticket {clean(number)}")
    subject = CleanText(f"(its subject is not known: {status.error})")
    ticket = Ticket(id=TicketId(f"{SourceId(source)}:{clean(number)}"), subject=subject)
    return Row(ticket=ticket, zone=CustomerZone(), day=LocalDay(day=Day.UNKNOWN))


def _accepted(escalation: Escalation) -> bool:
    return any(attempt.state is DeliveryState.ACCEPTED for attempt in escalation.attempts)


def _sentence(escalation: Escalation, name: str) -> str:
    """Return what is proved, and no more."""
    taken = escalation.acknowledged
    if taken is not None:
        words = f": “{taken.words}”" if taken.words else ""
        return f"{name}: acknowledged by {taken.name}{f' through {taken.channel}' if taken.channel else ''}{words}"
    accepted = [a for a in escalation.attempts if a.state is DeliveryState.ACCEPTED]
    if accepted:
        target = escalation.policy.target(accepted[-1].person)
        whose = target.name if target else accepted[-1].person
        proved = f"{name}: accepted by {accepted[-1].channel} for {whose}, not acknowledged"
    else:
        details = "; ".join(f"{a.channel}: {a.detail}" for a in escalation.attempts if a.detail)
        proved = f"{name}: not accepted yet{': ' + details if details else ''}"
    if escalation.state is EscalationState.EXHAUSTED:
        return f"{proved}; NOBODY IS LEFT TO ASK. {whom_to_ring(escalation, everybody=True)}"
    if not escalation.state.is_live:
        return f"{proved}; it is {escalation.state.value}{f': {escalation.reason}' if escalation.reason else ''}"
    return proved


def _next(escalation: Escalation, *, is_recorded: bool) -> str:
    if escalation.acknowledged is not None or not escalation.state.is_live:
        return ""
    if not is_recorded:
        return "; IT IS NOT RECORDED, so nothing goes on with it: ring somebody, or escalate it from the dashboard"
    return "" if _accepted(escalation) else "; it is stored, and the dashboard goes on with it"
