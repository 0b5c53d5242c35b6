"""The journal's vocabulary: things that happened, in the past tense.

Events are stored for years by name and field, so a field is only ever added, with a default, and a name never changes.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.handover_events import HandoverEvent, NotePart
from oncall_tui.domain.message import MessageKey, Proof
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.domain.ticket_events import TicketEvent

StreamId = NewType("StreamId", str)
"""Events that must follow one another in one order: all of one ticket, or all of the shift."""

CoverId = NewType("CoverId", str)

SHIFT_STREAM = StreamId("shift")
_OF_A_TICKET = "ticket:"


def stream_of(ticket: TicketId) -> StreamId:
    """Return the stream that holds everything that happened to a ticket."""
    return StreamId(f"{_OF_A_TICKET}{ticket}")


def ticket_of(stream: StreamId) -> TicketId:
    """Return the ticket whose stream this is."""
    return TicketId(stream.removeprefix(_OF_A_TICKET))


def handover_stream(shift_starts_at: datetime) -> StreamId:
    """Return the stream that holds everything that happened to the handover of a shift."""
    return StreamId(f"handover:{shift_starts_at:%Y%m%dT%H%M%SZ}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationArmed:
    """E went down: the undo seconds run."""

    escalation: EscalationId
    brief: Brief
    policy: Policy
    by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStopped:
    """Esc went down within the undo seconds: nothing left."""

    escalation: EscalationId


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStepped:
    """Time passed and the next step was due (also: E went down again and asked for it now)."""

    escalation: EscalationId
    is_by_hand: bool = False
    due_at: datetime | None = None
    """The planned step this is: when another is planned by now it counts for nothing. None: whichever is planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRetimed:
    """The wall clock was set back: what was planned keeps its distance from now instead of its time of day."""

    escalation: EscalationId
    due_at: datetime
    """When the next step was planned."""
    next_action_at: datetime
    """When it is planned now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationAccepted:
    """A provider took a message."""

    escalation: EscalationId
    key: MessageKey
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRejected:
    """A provider refused a message for good."""

    escalation: EscalationId
    key: MessageKey
    detail: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDelayed:
    """A message was not proved to be taken, and is tried again."""

    escalation: EscalationId
    key: MessageKey
    detail: CleanText
    may_have_arrived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDropped:
    """A message was no longer needed when its turn came: somebody had it, or the person was asked again since."""

    escalation: EscalationId
    key: MessageKey
    may_have_arrived: bool = False
    """Whoever tried before died without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationAcknowledged:
    """A person took it."""

    escalation: EscalationId
    person: PersonId
    acknowledged_at: datetime
    channel: ChannelId | None = None
    words: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationWithdrawn:
    """It was taken back by hand."""

    escalation: EscalationId
    by: PersonId | None
    reason: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSolved:
    """The help desk says that the ticket of an escalation needs nothing more."""

    escalation: EscalationId


EscalationEvent = (
    EscalationArmed
    | EscalationStopped
    | EscalationStepped
    | EscalationRetimed
    | NotificationAccepted
    | NotificationRejected
    | NotificationDelayed
    | NotificationDropped
    | EscalationAcknowledged
    | EscalationWithdrawn
    | TicketSolved
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLost:
    """A source stopped answering."""

    source: SourceId
    why: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBack:
    """A source answers again."""

    source: SourceId


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodNewsNoted:
    """Something went well; it waits for the digest."""

    text: CleanText
    ticket: TicketId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineSlept:
    """Nobody was watching between these instants."""

    fell_asleep_at: datetime
    woke_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelProved:
    """A test message showed how far a channel reaches a person."""

    person: PersonId
    channel: ChannelId
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerZoneCorrected:
    """Somebody of us said where a customer's clock is; the latest for a customer counts."""

    match: CleanText
    """Whose clock it is, written as ``match`` of the customers table is."""
    zone: str
    """IANA name; empty takes the correction back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverAsked:
    """Somebody asked to be replaced for a shift; with ``in_return_from``, one person and for one of that person's."""

    cover: CoverId
    person: PersonId
    """Whose shift it is: on call until somebody takes it."""
    starts_at: datetime
    ends_at: datetime
    reason: CleanText = NO_TEXT
    in_return_from: PersonId | None = None
    """Whose shift is taken over in return; None when nothing is, and anybody may take it."""
    in_return_starts_at: datetime | None = None
    in_return_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverTaken:
    """Somebody took the shift: from then on an override says so."""

    cover: CoverId
    by: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverUndone:
    """What was asked for is not wanted any more, or what was taken is given back from then on."""

    cover: CoverId
    by: PersonId | None = None


ShiftEvent = (
    SourceLost
    | SourceBack
    | GoodNewsNoted
    | MachineSlept
    | ChannelProved
    | CustomerZoneCorrected
    | CoverAsked
    | CoverTaken
    | CoverUndone
)


Carried = EscalationEvent | TicketEvent | CoverAsked | CoverTaken | CoverUndone | CustomerZoneCorrected
"""What a handover may carry from one journal into another."""


class Freight:
    """One event that another journal recorded; not a dataclass, because its kind has to be written beside it."""

    __slots__ = ("event",)

    def __init__(self, event: Carried) -> None:
        self.event = event

    def __eq__(self, other: object) -> bool:
        """Tell whether the same happened."""
        return isinstance(other, Freight) and other.event == self.event

    def __hash__(self) -> int:
        """Return what equal ones share."""
        return hash(self.event)

    def __repr__(self) -> str:
        """Return the event itself."""
        return f"Freight({self.event!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedLine:
    """One line of another journal."""

    stream: StreamId
    at: datetime
    freight: Freight


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverCarriedOver:
    """A handover that came as a file was accepted: all that it carries counts here, as if it had happened here."""

    shift_starts_at: datetime
    shift_ends_at: datetime
    outgoing: PersonId
    by: PersonId
    written_at: datetime
    reds: CleanText = NO_TEXT
    first_action: CleanText = NO_TEXT
    notes: tuple[tuple[NotePart, CleanText], ...] = ()
    lines: tuple[CarriedLine, ...] = ()


Event = EscalationEvent | TicketEvent | HandoverEvent | HandoverCarriedOver | ShiftEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One line of the journal."""

    seq: int
    """Grows with every line of the whole journal."""
    stream: StreamId
    version: int
    """Counts the lines of one stream from 1."""
    at: datetime
    event: Event
