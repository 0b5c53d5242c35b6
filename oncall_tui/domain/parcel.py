"""A handover as a file carries it from one journal to another, and the receipt that comes back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.answer import AnswerId
from oncall_tui.domain.answer_events import (
    AnswerConfirmed,
    AnswerDelayed,
    AnswerDropped,
    AnswerHeld,
    AnswerRefused,
    AnswerReleased,
    AnswerStored,
)
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import Escalation
from oncall_tui.domain.events import (
    Carried,
    CarriedLine,
    EscalationEvent,
    Freight,
    HandoverCarriedOver,
    Recorded,
    StreamId,
)
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import TicketEvent

_OfAnswer = AnswerStored | AnswerReleased | AnswerDropped | AnswerConfirmed | AnswerDelayed | AnswerHeld | AnswerRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A handover, and everything of the journal that the next person's machine has to know."""

    team: str
    written_at: datetime
    shift_starts_at: datetime
    shift_ends_at: datetime
    outgoing: PersonId
    incoming: PersonId | None
    text: CleanText
    """The document, for reading."""
    reds: int = 0
    """How many tickets were red."""
    notes: tuple[tuple[NotePart, CleanText], ...] = ()
    lines: tuple[CarriedLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptanceReceipt:
    """What the next person's machine answers: whoever had the shift is off once it is read there."""

    team: str
    shift_starts_at: datetime
    by: PersonId
    reds: CleanText = NO_TEXT
    first_action: CleanText = NO_TEXT
    escalations: tuple[EscalationId, ...] = ()
    """Those that go on there, and have to end here."""


def freight(
    lines: Iterable[Recorded],
    open_tickets: AbstractSet[TicketId],
    live: Sequence[Escalation],
    on_their_way: AbstractSet[AnswerId],
) -> tuple[CarriedLine, ...]:
    """Return what has to be carried over: all that was done to these tickets, covers, every live escalation whole.

    Answers on their way to a help desk stay behind: the machine that has them in its outbox sends them.
    """
    carried = {escalation.id for escalation in live}
    tickets = open_tickets | {escalation.brief.ticket for escalation in live}

    def is_wanted(event: Carried) -> bool:
        if isinstance(event, _OfAnswer) and event.answer in on_their_way:
            return False
        if isinstance(event, TicketEvent):
            return event.ticket in tickets
        return event.escalation in carried if isinstance(event, EscalationEvent) else True

    return tuple(line for line in unpacked(lines) if is_wanted(line.freight.event))


def unpacked(lines: Iterable[Recorded]) -> Iterator[CarriedLine]:
    """Yield what of a journal may be carried on, with what came into it from other journals in its place."""
    for line in lines:
        if isinstance(line.event, HandoverCarriedOver):
            yield from line.event.lines
        elif isinstance(line.event, Carried):
            yield CarriedLine(stream=line.stream, at=line.at, freight=Freight(line.event))


def unknown(carried: Iterable[CarriedLine], lines: Iterable[Recorded]) -> tuple[CarriedLine, ...]:
    """Return what a journal does not hold yet, so that nothing counts twice that comes back to where it was.

    An escalation is carried whole: it goes on only where all of it is known.
    """
    known: dict[tuple[StreamId, datetime], list[Freight]] = defaultdict(list)
    for line in unpacked(lines):
        known[line.stream, line.at].append(line.freight)
    return tuple(
        line
        for line in carried
        if isinstance(line.freight.event, EscalationEvent) or line.freight not in known[line.stream, line.at]
    )
