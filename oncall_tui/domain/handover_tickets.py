"""The open tickets of a handover: those that need the next person with their reasons, the others with a line each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from oncall_tui.domain.acquaintance import name_beside
from oncall_tui.domain.answer import AnswerState
from oncall_tui.domain.episode import Escalation, EscalationState
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover import Entry, Handover
from oncall_tui.domain.handover_actions import QUOTED, Action, cut
from oncall_tui.domain.handover_words import Line, counted, reader_zone, row_name, wall
from oncall_tui.domain.severity import DUE, LATE, UNANSWERED
from oncall_tui.domain.shift_figures import span
from oncall_tui.domain.triage import Row

NAMED = 3
"""So many other requests of one person are named."""


def needs_you_title(handover: Handover) -> str:
    """Return how many tickets there are of each severity."""
    counts = {level: sum(entry.severity is level for entry in handover.entries) for level in Severity}
    return f"Needs you: {counts[Severity.RED]} red, {counts[Severity.WATCH]} watch, {counts[Severity.STEADY]} steady"


def needs_you(handover: Handover, todo: Sequence[Action]) -> tuple[Line, ...]:
    """Return what is red or to be watched, with the rules that say so."""
    lines = [
        Line(
            text=f"- {entry.severity.name}: {row_name(entry.row)}: {_why(entry, handover)}", ticket=entry.row.ticket.id
        )
        for entry in handover.entries
        if entry.severity is not Severity.STEADY
    ]
    lines += [
        Line(text=f"- NOT ACKNOWLEDGED: {_escalated_name(e)}: {_escalation(e, handover)}", ticket=e.brief.ticket)
        for e in handover.gone
        if e.acknowledged is None and e.state.is_live
    ]
    nothing = Line(text="Nothing open is red or to be watched, as far as the sources above were seen.")
    promised = [promise for promise in handover.promises if promise.is_open]
    yours = sum(promise.due_at <= handover.seen.until for promise in promised)
    broken = sum(handover.owes(promise) and not promise.is_open for promise in handover.promises)
    owed = f", {counted(broken, 'broken one', 'broken ones')} still owed" if broken else ""
    until = wall(handover.seen.until, reader_zone(handover))
    rule = "the end of your shift" if handover.seen.is_shift else "a day ahead, because no shift follows at once"
    promises = f"{counted(yours, 'promise')} due by {until} ({rule}){owed}"
    return (
        Line(text=f"{promises}; {counted(_to_do(todo), 'action')} below."),
        *(lines or [nothing]),
    )


def _to_do(todo: Sequence[Action]) -> int:
    return sum(action.is_to_do for action in todo)


def _why(entry: Entry, handover: Handover) -> str:
    # The time says better when it is due, and its state that an escalation was not acknowledged.
    because = () if entry.because in {LATE, DUE, UNANSWERED} else (entry.because,)
    facts = [str(entry.row.ticket.subject), *because, *_facts(entry, handover.at)]
    if entry.escalation is not None:
        facts.append(_escalation(entry.escalation, handover))
    return "; ".join(facts)


def others(handover: Handover) -> tuple[Line, ...]:
    """Return a line for each ticket that nothing asks for."""
    steady = [entry for entry in handover.entries if entry.severity is Severity.STEADY]
    lines = [Line(text=f"- {_ticket(entry, handover.at)}", ticket=entry.row.ticket.id) for entry in steady]
    return tuple(lines) or (Line(text="No other was open where the sources above could be seen."),)


def _ticket(entry: Entry, now: datetime) -> str:
    chosen = () if entry.severity is entry.proposed else (entry.because,)
    return "; ".join((f"{row_name(entry.row)}: {entry.row.ticket.subject}", *chosen, *_facts(entry, now)))


def _facts(entry: Entry, now: datetime) -> Sequence[str]:
    ticket, facts = entry.row.ticket, []
    if entry.row.due_at is not None:
        ahead = entry.row.due_at - now
        facts.append(f"due in {span(ahead)}" if ahead > timedelta() else f"late by {span(-ahead)}")
    if ticket.waiting_since is not None:
        facts.append(f"waiting {span(now - ticket.waiting_since)}")
    if ticket.touches is not None:
        facts.append(counted(ticket.touches, "touch", "touches"))
    return [*facts, *_others(entry.row), *_ours(entry.row)]


def _others(row: Row) -> Sequence[str]:
    """Return where else whoever asked has open requests."""
    others = row.acquaintance.others(row.ticket.id) if row.acquaintance else ()
    named = ", ".join(name_beside(one.id, row.ticket.id) for one in others[:NAMED])
    more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
    return [f"same person as {named}{more}"] if others else []


def _ours(row: Row) -> Sequence[str]:
    """Return what the help desk does not show of a ticket: the step of the runbook, and notes it could not take."""
    if row.record is None:
        return ()
    facts, ticked = [], row.record.care.ticked
    if row.runbook is not None and row.runbook.done(row.record):
        following = row.runbook.next_step(row.record)
        stands = f"next “{following}”" if following else "all steps done"
        facts.append(f"runbook {row.runbook.name}: {stands}")
    elif ticked:
        facts.append(f"runbook {ticked[-1].runbook}: done up to “{ticked[-1].step}”")
    kept = [answer for answer in row.record.answering.answers if answer.state is AnswerState.KEPT]
    facts += [f"note kept only here: “{cut(answer.text, QUOTED)}”" for answer in kept]
    facts += [f"unsent {kind}: “{cut(text, QUOTED)}”" for kind, text in row.record.answering.drafts]
    return facts


def _escalated_name(escalation: Escalation) -> str:
    return f"{escalation.brief.number} {escalation.brief.customer}".strip()


def _escalation(escalation: Escalation, handover: Handover) -> str:
    zone = reader_zone(handover)
    taken = escalation.acknowledged
    if escalation.state is EscalationState.WITHDRAWN:
        return f"escalated and taken back ({escalation.reason})"
    if taken is not None:
        return f"{taken.name} has it since {wall(taken.at, zone)}"
    if escalation.state is EscalationState.EXHAUSTED:
        return "the escalation REACHED NOBODY"
    ended = f" ({escalation.reason})" if escalation.reason else ""
    return f"NOT acknowledged by anybody yet{ended}"
