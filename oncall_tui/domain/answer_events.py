"""What became of answers, drafts and snoozes, in the past tense."""

from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerStored:
    """Somebody asked for an answer to be sent; it ends the draft of its kind."""

    ticket: TicketId
    answer: AnswerId
    kind: AnswerKind
    text: CleanText = NO_TEXT
    by: PersonId | None = None
    account: str = ""
    seen_until: datetime | None = None
    is_kept_here: bool = False
    """The help desk has no place for it: it stays in this journal and is not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReleased:
    """Somebody asked for a held or refused answer to be sent again, changed or as it was."""

    ticket: TicketId
    answer: AnswerId
    text: CleanText = NO_TEXT
    seen_until: datetime | None = None
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDropped:
    """Somebody decided not to send an answer."""

    ticket: TicketId
    answer: AnswerId
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConfirmed:
    """The help desk has it."""

    ticket: TicketId
    answer: AnswerId
    key: MessageKey
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRefused:
    """The help desk refused it for good."""

    ticket: TicketId
    answer: AnswerId
    key: MessageKey
    detail: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHeld:
    """The customer wrote meanwhile: it was not sent."""

    ticket: TicketId
    answer: AnswerId
    key: MessageKey
    detail: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDelayed:
    """It was not proved to be taken, and is tried again."""

    ticket: TicketId
    answer: AnswerId
    detail: CleanText
    may_have_arrived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftKept:
    """Somebody wrote a part of an answer; the latest of a kind counts, and an empty one is none."""

    ticket: TicketId
    kind: AnswerKind
    text: CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSnoozed:
    """A ticket may wait; until the customer writes at the latest."""

    ticket: TicketId
    until: datetime | None = None
    """None until the customer writes."""
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SnoozeEnded:
    """Somebody wanted a snoozed ticket back."""

    ticket: TicketId
    by: PersonId | None = None


AnswerEvent = (
    AnswerStored
    | AnswerReleased
    | AnswerDropped
    | AnswerConfirmed
    | AnswerRefused
    | AnswerHeld
    | AnswerDelayed
    | DraftKept
    | TicketSnoozed
    | SnoozeEnded
)
