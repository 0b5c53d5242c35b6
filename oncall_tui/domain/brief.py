"""What a leader is told: written once, plain text, complete without the help desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import NewType

from oncall_tui.domain.acquaintance import name_beside
from oncall_tui.domain.fitting import shorten
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.wall_time import local

EscalationId = NewType("EscalationId", str)

_LINE, _NAME, _PARAGRAPH = 120, 60, 300
"""How much of what somebody wrote stands in a message: a line, a name, some sentences. The title has the rest."""
_OTHERS = 3
"""So many other requests of the same person are named."""
_DATED = timedelta(days=6)
"""From how far off a day of the week does not say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoWaiting:
    """Another open request of the same person."""

    ticket: TicketId
    since: datetime


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
    usual_touches: int | None = None
    """How many such a ticket usually takes; None when nobody knows."""
    tried: CleanText = NO_TEXT
    """What our side tried so far."""
    runbook_step: CleanText = NO_TEXT
    """How far the runbook was followed."""
    also_waiting: tuple[AlsoWaiting, ...] = ()
    """Where else the requester waits, the longest waiting first."""
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
    """Return the message's body: situation, assessment, background, and what is asked, each weightier than the next.

    What may have changed by the time it is read says when it was true: a provider that was down delivers hours late.

    Args:
        brief: What was known when the escalation began.
        now: The instant the message is written, UTC.
        customer_clock: The customer's zone; None when it is unknown.
        reader_clock: The zone of the person who is asked.
    """
    asked = f"Asked of you: say that you have it, and what to do. {_on_call(brief)}".rstrip()
    parts = [
        f"{_whose(brief)} needs a decision: {_short(brief.subject, _LINE)}",
        f"Why now: {_short(brief.why, _PARAGRAPH)}" if brief.why else "",
        "\n".join(_background(brief, _Clocks(now=now, customer=customer_clock, reader=reader_clock))),
        "\n".join([asked, *([brief.url] if brief.url else [])]),
    ]
    return CleanText("\n\n".join(part for part in parts if part))


def stand_down(brief: Brief, by: str, at: datetime, *, reader_clock: tzinfo) -> CleanText:
    """Return the one line that tells everybody who was notified that somebody has it."""
    since = f"{local(at, reader_clock):%a %H:%M}"
    return CleanText(f"{by} has {_what(brief)} since {since} (your time). Nothing is asked of you.")


def no_longer_open(brief: Brief) -> CleanText:
    """Return the one line that tells everybody who was notified that the ticket went away by itself."""
    return CleanText(f"{_what(brief)} is no longer open. Nothing is asked of you.")


def withdrawn(brief: Brief) -> CleanText:
    """Return the one line that tells everybody who was notified that it was taken back."""
    return CleanText(f"{_what(brief)} was taken back. Nothing is asked of you.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clocks:
    now: datetime
    customer: tzinfo | None
    reader: tzinfo

    def yours(self, at: datetime) -> str:
        return f"{self._wall(at, self.reader)} (your time)"

    def theirs(self, at: datetime) -> str:
        """Return an instant on the customer's clock, or on the reader's where nobody knows the customer's."""
        return self.yours(at) if self.customer is None else f"{self._wall(at, self.customer)} (theirs)"

    def _wall(self, at: datetime, zone: tzinfo) -> str:
        is_near = abs(at - self.now) < _DATED
        return f"{local(at, zone):%a %H:%M}" if is_near else f"{local(at, zone):%a %d %b %H:%M}"


def _background(brief: Brief, clocks: _Clocks) -> list[str]:
    now = clocks.now
    lines = [f"Ticket {brief.number}" + (f", from {_short(brief.requester, _NAME)}" if brief.requester else "")]
    theirs = f", {clocks.theirs(now)}" if clocks.customer is not None else ""
    lines.append(f"Written {clocks.yours(now)}{theirs}")
    if brief.waiting_since is not None:
        waited = _span(max(timedelta(), now - brief.waiting_since))
        lines.append(f"Waiting since {clocks.theirs(brief.waiting_since)}: {waited} when this was written")
    for other in brief.also_waiting[:_OTHERS]:
        name = _short(name_beside(other.ticket, brief.ticket), _NAME)
        lines.append(f"Also waiting in {name} since {clocks.theirs(other.since)}")
    if brief.due_at is not None:
        late = now - brief.due_at
        standing = f"late by {_span(late)}" if late > timedelta() else f"{_span(-late)} left"
        lines.append(f"Promised for {clocks.yours(brief.due_at)}: {standing} when this was written")
    if brief.touches is not None:
        usual = "" if brief.usual_touches is None else f"; such a ticket usually takes {brief.usual_touches}"
        lines.append(f"Touches so far: {brief.touches}{usual}")
    if brief.runbook_step:
        lines.append(f"Runbook: {_short(brief.runbook_step, _LINE)}")
    if brief.tried:
        lines.append(f"Tried: {_short(brief.tried, _PARAGRAPH)}")
    return lines


def _whose(brief: Brief) -> str:
    who = _short(brief.customer or brief.requester, _NAME) or "A customer"
    return f"{who} ({_short(brief.tier, _NAME)})" if brief.tier else who


def _what(brief: Brief) -> str:
    return f"{brief.number} ({_short(brief.subject, _LINE)})"


def _on_call(brief: Brief) -> str:
    if not brief.on_call_name:
        return ""
    phone = f", {brief.on_call_phone}" if brief.on_call_phone else ""
    return f"On call: {brief.on_call_name}{phone}."


def _short(text: str, limit: int) -> str:
    """Return a text in one line, for an empty line ends a part of the message."""
    return shorten(" ".join(text.split()), limit)


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:  # noqa: PLR2004 - an hour
        return f"{minutes} m"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:  # noqa: PLR2004 - two days
        return f"{hours} h {minutes} m" if minutes else f"{hours} h"
    return f"{hours // 24} d"
