"""What happened in a shift: its figures, and what nobody can see in the help desk."""

from oncall_tui.domain.events import CustomerZoneCorrected, Event, Recorded, SourceBack, SourceLost
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_events import HandoverDeclined, HandoverMessageSettled
from oncall_tui.domain.handover_words import Line, wall
from oncall_tui.domain.shift_figures import words


def ledger(handover: Handover) -> tuple[Line, ...]:
    """Return what happened, the figures first."""
    zone = handover.outgoing.time_zone if handover.outgoing else "UTC"
    lines = [f"- {line}" for line in words(handover.figures)]
    lines += [line for recorded in handover.events if (line := _event(recorded, zone))]
    return tuple(Line(text=line) for line in lines) or (Line(text="Nothing else was recorded."),)


def _event(recorded: Recorded, zone: str) -> str:
    said = _event_words(recorded.event)
    return f"- {wall(recorded.at, zone)}: {said}" if said else ""


def _event_words(event: Event) -> str:
    match event:
        case SourceLost(source=source, why=why):
            return f"{source} could not be seen: {why}"
        case SourceBack(source=source):
            return f"{source} answers again"
        case CustomerZoneCorrected(match=match, zone=zone):
            return f"the clock of {match} was set to {zone or 'what is guessed'}"
        case _:
            return _handover_words(event)


def _handover_words(event: Event) -> str:
    match event:
        case HandoverMessageSettled(is_accepted=False, detail=detail):
            return f"the handover was refused: {detail}"
        case HandoverDeclined(by=by, reason=reason):
            return f"{by} did not accept the handover: {reason}"
        case _:
            return ""
