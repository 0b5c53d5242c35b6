"""What a leader is told: written once, plain text, complete without the help desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NewType

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId

EscalationId = NewType("EscalationId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The ticket as it stood when E went down."""

    ticket: TicketId
    subject: CleanText
    customer: CleanText = NO_TEXT
    requester: CleanText = NO_TEXT
    tier: CleanText = NO_TEXT
    customer_zone: str = ""
    """IANA name of the customer's zone; empty when unknown."""
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    touches: int | None = None
    url: str = ""
    why: CleanText = NO_TEXT
    on_call_name: str = ""
    on_call_phone: str = ""
    team: str = ""

    @property
    def number(self) -> str:
        """Return what the ticket is called in its source."""
        return self.ticket.partition(":")[2]


def title(brief: Brief) -> CleanText:
    """Return the line a leader's phone shows first."""
    customer = f"{brief.customer}: " if brief.customer else ""
    return CleanText(f"[{brief.number}] {customer}{brief.subject}")


def situation(brief: Brief, now: datetime, *, customer_clock: tzinfo | None, reader_clock: tzinfo) -> CleanText:
    """Return the message's body: situation, background, assessment, and what is asked.

    Args:
        brief: What was known when the escalation began.
        now: The instant the message is written, UTC.
        customer_clock: The customer's zone; None when it is unknown.
        reader_clock: The zone of the person who is asked.
    """
    lines = [
        f"{_whose(brief)} needs a decision: {brief.subject}",
        "",
        *_background(brief, now, customer_clock, reader_clock),
    ]
    if brief.why:
        lines += ["", f"Why now: {brief.why}"]
    lines += ["", f"Asked of you: say that you have it, and what to do. {_on_call(brief)}"]
    if brief.url:
        lines.append(brief.url)
    return CleanText("\n".join(lines))


def stand_down(brief: Brief, by: str, at: datetime, *, reader_clock: tzinfo) -> CleanText:
    """Return the one line that tells everybody who was notified that somebody has it."""
    return CleanText(
        f"{by} has {brief.number} ({brief.subject}) since {_clock(at, reader_clock)}. Nothing is asked of you."
    )


def no_longer_open(brief: Brief) -> CleanText:
    """Return the one line that tells everybody who was notified that the ticket went away by itself."""
    return CleanText(f"{brief.number} ({brief.subject}) is no longer open. Nothing is asked of you.")


def withdrawn(brief: Brief) -> CleanText:
    """Return the one line that tells everybody who was notified that it was taken back."""
    return CleanText(f"{brief.number} ({brief.subject}) was taken back. Nothing is asked of you.")


def _whose(brief: Brief) -> str:
    who = brief.customer or brief.requester or "A customer"
    return f"{who} ({brief.tier})" if brief.tier else who


def _background(brief: Brief, now: datetime, customer: tzinfo | None, reader: tzinfo) -> list[str]:
    lines = [f"Ticket {brief.number}" + (f", from {brief.requester}" if brief.requester else "")]
    if customer is not None:
        lines.append(f"Their local time: {_clock(now, customer)}")
    if brief.waiting_since is not None:
        lines.append(f"Waiting: {_span(now - brief.waiting_since)}")
    if brief.due_at is not None:
        late = now - brief.due_at
        due = f"late by {_span(late)}" if late > timedelta() else f"due in {_span(-late)}"
        lines.append(f"Promise: {due} ({_clock(brief.due_at, reader)} your time)")
    if brief.touches is not None:
        lines.append(f"Touches so far: {brief.touches}")
    return lines


def _on_call(brief: Brief) -> str:
    if not brief.on_call_name:
        return ""
    phone = f", {brief.on_call_phone}" if brief.on_call_phone else ""
    return f"On call: {brief.on_call_name}{phone}."


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime("%a %H:%M")


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{hours} h {minutes} m" if minutes else f"{hours} h"
    return f"{hours // 24} d"
