"""Tickets that left the list while an answer to them waits for a person."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from oncall_tui.domain.answer import Answer
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.triage import Row
from oncall_tui.domain.zone_guess import CustomerZone
from oncall_tui.services.desk import SourceStatus

UNSEEN: Final = CleanText("(it left the list before this start)")
"""Stands for a subject that nobody here has read."""


class LeftBehind:
    """Remembers what was last seen of each, so that a key can still reach it."""

    def __init__(self) -> None:
        self._seen: Mapping[TicketId, Ticket] = {}

    def rows(
        self,
        undecided: Sequence[Answer],
        shown: Mapping[TicketId, Row],
        records: Mapping[TicketId, TicketRecord],
        statuses: Iterable[SourceStatus],
    ) -> tuple[Row, ...]:
        """Return a row for each; of a source that has not answered yet nobody knows what left its list."""
        if not undecided:
            return ()
        wanted = dict.fromkeys(answer.ticket for answer in undecided)
        listed = {identity: shown[identity].ticket for identity in wanted if identity in shown}
        self._seen = {identity: ticket for identity, ticket in {**self._seen, **listed}.items() if identity in wanted}
        silent = {status.id for status in statuses if status.as_of is None or status.is_remembered}
        left = (self._ticket(identity) for identity in wanted if identity not in listed)
        return tuple(_row(ticket, records[ticket.id]) for ticket in left if ticket.source_id not in silent)

    def _ticket(self, identity: TicketId) -> Ticket:
        seen = self._seen.get(identity) or Ticket(id=identity, subject=UNSEEN)
        # Whether somebody waits, and what was said last, was true of a ticket in the list.
        return replace(seen, waiting_since=None, due_at=None, updated_at=None, messages=())


def _row(ticket: Ticket, record: TicketRecord) -> Row:
    return Row(ticket=ticket, zone=CustomerZone(), day=LocalDay(day=Day.UNKNOWN), record=record)
