"""What the journal of the made-up team says when the night starts."""

from datetime import datetime, timedelta

from oncall_tui.domain.events import Recorded, stream_of
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, ticket_id
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, TicketEvent


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
    done: tuple[tuple[int, TicketEvent], ...] = ((-65, papers),)
    return tuple(
        Recorded(
            seq=seq, stream=stream_of(event.ticket), version=1, at=starts_at + timedelta(minutes=after), event=event
        )
        for seq, (after, event) in enumerate(done, start=1)
    )
