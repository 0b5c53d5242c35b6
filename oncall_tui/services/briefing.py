"""What a leader is told of a ticket, as it stands when E goes down."""

from oncall_tui.domain.brief import AlsoWaiting, Brief
from oncall_tui.domain.people import Person
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.triage import Row
from oncall_tui.text_safety import clean


def brief_of(row: Row, why: str, *, on_call: Person | None, team: str) -> Brief:
    """Return the brief of a ticket: complete without the help desk."""
    ticket, requester = row.ticket, row.ticket.requester
    return Brief(
        ticket=ticket.id,
        subject=ticket.subject,
        customer=clean(row.customer.name) if row.customer else requester.organisation,
        requester=clean(requester.name or requester.email),
        tier=clean(row.customer.tier) if row.customer and row.customer.tier else ticket.tier,
        customer_zone=row.zone.zone,
        waiting_since=ticket.waiting_since,
        due_at=row.due_at,
        touches=row.touches,
        usual_touches=row.usual_touches,
        also_waiting=_also_waiting(row),
        url=ticket.url,
        why=clean(why),
        tried=_tried(row),
        runbook_step=_runbook_step(row),
        on_call_name=on_call.name if on_call else "",
        on_call_phone=on_call.phone if on_call else "",
        team=team,
    )


def _also_waiting(row: Row) -> tuple[AlsoWaiting, ...]:
    others = row.acquaintance.others(row.ticket.id) if row.acquaintance else ()
    return tuple(AlsoWaiting(ticket=one.id, since=one.waiting_since) for one in others if one.waiting_since is not None)


def _tried(row: Row) -> CleanText:
    """Return what was done by the runbook."""
    return clean("; ".join(row.runbook.done(row.record))) if row.runbook else NO_TEXT


def _runbook_step(row: Row) -> CleanText:
    """Return how far the runbook is, and what comes next in it."""
    if row.runbook is None:
        return NO_TEXT
    step = row.runbook.next_step(row.record)
    done = f"{row.runbook.name}, {len(row.runbook.done(row.record))} of {len(row.runbook.steps)} steps done"
    return clean(f"{done}, next: {step}" if step else done)
