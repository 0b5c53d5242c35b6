"""What our side did to a ticket, in the past tense: the part of the journal's vocabulary that is no escalation."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from oncall_tui.domain.answer_events import AnswerEvent
from oncall_tui.domain.care_events import CareEvent
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId

PromiseId = NewType("PromiseId", str)


class PromiseOutcome(StrEnum):
    """How a promise ended."""

    KEPT = "kept"
    BROKEN = "broken"
    """Its time passed; what was promised is still owed."""
    KEPT_LATE = "kept late"
    TAKEN_BACK = "taken back"
    """It was made by mistake, or the customer let us off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade:
    """Somebody told the customer what would be done, and by when."""

    ticket: TicketId
    promise: PromiseId
    due_at: datetime
    words: CleanText = NO_TEXT
    by: PersonId | None = None
    waiting_since: datetime | None = None
    """Since when the customer had been waiting then; an answer of ours changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSettled:
    """A promise was kept, broken or taken back."""

    ticket: TicketId
    promise: PromiseId
    outcome: PromiseOutcome
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEnded:
    """Its source, which had listed it, does not list it among the open ones any more."""

    ticket: TicketId
    touches: int | None = None
    """How many it had then; None where the source cannot tell."""
    kinds: tuple[CleanText, ...] = ()
    """What it can be compared by."""
    customer: CleanText = NO_TEXT
    """Whose it was: an organisation or a mail address, in small letters."""
    known_by: CleanText = NO_TEXT
    """The mail address by which whoever asked is recognised; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReopened:
    """A ticket that had ended is open again."""

    ticket: TicketId


TicketEvent = PromiseMade | PromiseSettled | TicketEnded | TicketReopened | CareEvent | AnswerEvent
