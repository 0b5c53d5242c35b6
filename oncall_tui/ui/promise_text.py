"""Promises in words; pure."""

from datetime import datetime

from oncall_tui.domain.promise import SpokenPromise
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.ticket_record import Promise, TicketRecord
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import local
from oncall_tui.ui.desk_text import customer_name
from oncall_tui.ui.text import clock, cut, due

EXAMPLES = "“by 09:00 their time”, “tomorrow 10:00”, “in 2 h, a first fix”"
AN_ANSWER = "an answer"


def asked(row: Row, now: datetime, zone: str) -> str:
    """Return what P asks; where something is owed, how to settle it as well."""
    who = cut(customer_name(row), 30)
    owed = row.record.owed_promise if row.record else None
    if owed is None:
        return f"What do you promise {who}, by when? Such as {EXAMPLES}."
    instead = "Write “kept”, “taken back”, or what you promise instead."
    return f"{who} was promised {promise_standing(owed, now, zone)}. {instead}"


def said_back(row: Row, spoken: SpokenPromise, zone: str, now: datetime) -> str:
    """Return a promise as it was understood, on both clocks, as a question."""
    promised = f"Promise {cut(customer_name(row), 30)} {spoken.words or AN_ANSWER} by"
    here = clock(spoken.due_at, zone, now)
    theirs = row.zone.clock
    if theirs is None:
        return f"{promised} {here} here (nobody knows their clock)?"
    there = f"{local(spoken.due_at, theirs):%a %H:%M}"
    if spoken.is_their_clock:
        return f"{promised} {there} their time ({here} here)?"
    return f"{promised} {here} here ({there} their time)?"


def promise_standing(promise: Promise, now: datetime, zone: str) -> str:
    """Return what was promised and how that stands."""
    what = promise.words or AN_ANSWER
    when = f"{clock(promise.due_at, zone, now)} here"
    if promise.outcome is PromiseOutcome.BROKEN:
        return f"{what} by {when}: broken, {due(promise.due_at, now)}"
    if promise.outcome is None:
        return f"{what} by {when}, {due(promise.due_at, now)}"
    return f"{what} by {when}: {promise.outcome}"


def history(record: TicketRecord) -> str:
    """Return how many promises were kept before the one that is owed; empty where none has ended."""
    outcomes = [promise.outcome for promise in record.promises if promise != record.owed_promise]
    kept = sum(outcome is PromiseOutcome.KEPT for outcome in outcomes)
    late = sum(outcome is PromiseOutcome.KEPT_LATE for outcome in outcomes)
    broken = sum(outcome is PromiseOutcome.BROKEN for outcome in outcomes)
    counted = ((kept, "kept"), (late, "kept late"), (broken, "broken"))
    return ", ".join(f"{count} {word}" for count, word in counted if count)
