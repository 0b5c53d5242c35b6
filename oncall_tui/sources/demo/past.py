"""What the journal of the made-up team says when the night starts."""

from datetime import datetime, timedelta

from oncall_tui.domain.care_events import RunbookStepTicked
from oncall_tui.domain.events import Recorded, stream_of
from oncall_tui.domain.experience import kinds_of
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, ticket_id
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, TicketEnded, TicketEvent
from oncall_tui.sources.demo import plots
from oncall_tui.sources.demo.plots import Plot

_PLOTS = (plots.LOGIN, plots.VAT, plots.CUSTOMS)
_TOUCHES = (1, 2, 2, 3, 2)
"""Of the tickets of a kind that ended in the last weeks."""


def _ended(source: SourceId, number: int, plot: Plot, touches: int) -> TicketEnded:
    ticket = Ticket(id=ticket_id(source, str(number)), subject=plot.subject)
    kinds = tuple(CleanText(kind) for kind in kinds_of(ticket))
    return TicketEnded(ticket=ticket.id, touches=touches, kinds=kinds, customer=CleanText(f"former customer {number}"))


def past(source: SourceId, starts_at: datetime) -> tuple[Recorded, ...]:
    """Return what was done before the night, oldest first."""
    papers = PromiseMade(
        ticket=ticket_id(source, "4330"),
        promise=PromiseId("papers"),
        due_at=starts_at + timedelta(minutes=55),
        words=CleanText("the customs papers"),
        by=PersonId("ana"),
        waiting_since=starts_at - timedelta(minutes=190),
    )
    status_page = RunbookStepTicked(
        ticket=ticket_id(source, "4312"),
        runbook=CleanText("Login outage"),
        step=CleanText("Check the status page"),
        by=PersonId("ana"),
    )
    ended = [
        (-(days + 1) * 24 * 60, _ended(source, 4100 + days, plot, touches))
        for days, (plot, touches) in enumerate((plot, touches) for plot in _PLOTS for touches in _TOUCHES)
    ]
    done: tuple[tuple[int, TicketEvent], ...] = (*reversed(ended), (-250, status_page), (-65, papers))
    return tuple(
        Recorded(
            seq=seq, stream=stream_of(event.ticket), version=1, at=starts_at + timedelta(minutes=after), event=event
        )
        for seq, (after, event) in enumerate(done, start=1)
    )
