"""How a shift was handed over, in the past tense: the part of the journal's vocabulary that is about the handover."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.document import NO_DOCUMENT, Document
from oncall_tui.domain.frozen_tickets import NO_TICKETS, FrozenTickets, Severity
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.money import MOST_TOGETHER, NO_MONEY, checked
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import PromiseId


class NotePart(StrEnum):
    """What only a person can write."""

    NOT_DONE = "not done"
    """What was not done or is not known: required, and “none” has to be typed."""
    EXPECT = "expect"
    """What the next person should expect."""
    CONTINGENCIES = "contingencies"
    """What to do if it happens."""


class FlowStep(StrEnum):
    """What time alone makes happen to a handover."""

    NOBODY_NEXT = "nobody next"
    """Leadership hears that nobody comes next."""
    COMPLETE = "complete"
    """The outgoing person is asked to complete the draft."""
    REMIND = "remind"
    """The incoming person is asked once more."""
    OTHER_CHANNELS = "other channels"
    """The incoming person is asked through every other channel."""
    LEADERSHIP = "leadership"
    """Leadership hears that nobody has accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDrafted:
    """A draft appeared: from now on this shift ends with a handover, and not by the clock alone."""

    shift_starts_at: datetime
    shift_ends_at: datetime
    outgoing: PersonId
    incoming: PersonId | None = None
    is_early: bool = False
    """The outgoing person hands over before the end, for instance because of illness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverStepped:
    """Time passed and a step of the handover was due."""

    shift_starts_at: datetime
    step: FlowStep
    shift_ends_at: datetime | None = None
    """Of the shift it is about, where no draft came before it."""
    outgoing: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverNoteWritten:
    """The person on call wrote her part of the handover; the latest for a shift and a part counts."""

    shift_starts_at: datetime
    text: CleanText
    part: NotePart = NotePart.NOT_DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChosen:
    """Somebody of us says how much a ticket needs the next person; the latest for a ticket counts."""

    shift_starts_at: datetime
    ticket: TicketId
    severity: Severity | None
    """None takes the choice back: what the rules propose counts again."""
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDelivered:
    """The handover was frozen and given to the outbox."""

    shift_starts_at: datetime
    keys: tuple[MessageKey, ...]
    saved_as: str = ""
    text: Document = NO_DOCUMENT
    """As it was frozen."""
    tickets: FrozenTickets = NO_TICKETS
    incoming: PersonId | None = None
    """Who is asked to accept it."""
    is_by_hand: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverMessageSettled:
    """A channel took the handover, or refused it for good."""

    key: MessageKey
    is_accepted: bool
    detail: CleanText = NO_TEXT
    reference: str = ""
    """What the provider calls the message; the answer is found by it."""
    channel: ChannelId | None = None
    person: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAsked:
    """The incoming person asked back."""

    shift_starts_at: datetime
    by: PersonId
    words: CleanText
    key: MessageKey | None = None
    """The message that was answered with the question; None where it was asked on the screen."""
    is_unclear: bool = False
    """It is no question, but an answer that could be a yes or a no: the outgoing person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAnswered:
    """The outgoing person answered the oldest open question."""

    shift_starts_at: datetime
    by: PersonId | None
    words: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAccepted:
    """The incoming person took over: every ticket, escalation and promise at once."""

    shift_starts_at: datetime
    by: PersonId
    reds: CleanText = NO_TEXT
    """The red tickets in her own words."""
    first_action: CleanText = NO_TEXT
    channel: ChannelId | None = None
    """None when it was on the screen or by a file."""
    tickets: tuple[TicketId, ...] = ()
    escalations: tuple[EscalationId, ...] = ()
    promises: tuple[PromiseId, ...] = ()
    is_elsewhere: bool = False
    """It was accepted on another machine, where these escalations go on: here they end without a word to anybody."""

    @property
    def words(self) -> str:
        """Return what was said with it."""
        return "; first: ".join(part for part in (self.reds.strip(), self.first_action.strip()) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDeclined:
    """The incoming person cannot take over."""

    shift_starts_at: datetime
    by: PersonId
    reason: CleanText
    key: MessageKey | None = None
    """The message that was answered so; None where it was said on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFigured:
    """The figures of a shift, kept at its end for planning the next quarter's rota."""

    shift_starts_at: datetime
    shift_ends_at: datetime
    person: PersonId
    answered: int = 0
    """Replies that customers got."""
    escalated: int = 0
    acknowledged: int = 0
    time_to_acknowledge: timedelta | None = None
    """The middle one of all; None where nothing was acknowledged."""
    promises_made: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    goodwill: Decimal = NO_MONEY
    """In the team's own currency."""
    worked: timedelta = timedelta()
    """How long somebody had tickets open and pressed keys."""
    interruptions: int = 0
    """How often the person had to act during her night."""
    machine_slept: timedelta = timedelta()
    accepted_at: datetime | None = None
    """When the next person took over; None where nobody had to, or nobody did."""
    busy: timedelta = timedelta()
    """Time that went into tickets, as far as is known; the truth may be more."""
    busy_share: float = 0
    """That time over the time on shift."""
    promises_owed: int = 0
    """At its end: open, or broken and not made good."""
    unconfirmed: int = 0
    """Answers that no help desk had confirmed at its end: held, refused, or on their way."""
    notes_kept: int = 0
    """Notes that no help desk could take."""
    steps_ticked: int = 0
    """Steps of runbooks that were done."""

    def __post_init__(self) -> None:
        """Refuse what is no sum, and no share."""
        checked(self.goodwill, at_most=MOST_TOGETHER)
        if not 0 <= self.busy_share <= 1:
            raise ValueError(f"{self.busy_share} is no share of a shift")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodNewsSent:
    """The digest of good news left; without keys there was none to send."""

    up_to_at: datetime
    """What was noted later waits for the next one."""
    keys: tuple[MessageKey, ...] = ()


FlowEvent = (
    HandoverDrafted
    | HandoverStepped
    | HandoverNoteWritten
    | SeverityChosen
    | HandoverDelivered
    | HandoverAsked
    | HandoverAnswered
    | HandoverAccepted
    | HandoverDeclined
)
HandoverEvent = FlowEvent | HandoverMessageSettled | ShiftFigured | GoodNewsSent
