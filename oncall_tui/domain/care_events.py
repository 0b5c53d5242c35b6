"""What we did for a customer beside answering, in the past tense: a part of the journal's vocabulary."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from oncall_tui.domain.money import checked
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodwillSpent:
    """Something was spent to make it right."""

    ticket: TicketId
    amount: Decimal
    """In the team's own currency; less than nothing corrects what was recorded before."""
    words: CleanText
    customer: CleanText = NO_TEXT
    """Whose ticket it was: an organisation or a mail address, in small letters."""
    by: PersonId | None = None

    def __post_init__(self) -> None:
        """Refuse what is no sum."""
        checked(self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookStepTicked:
    """A step of the procedure was done, or was not after all."""

    ticket: TicketId
    runbook: CleanText
    step: CleanText
    """Its words, which stay true when steps are added before it."""
    is_ticked: bool = True
    by: PersonId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWorkedOn:
    """Somebody had it open on the screen and pressed keys."""

    ticket: TicketId
    started_at: datetime
    ended_at: datetime
    by: PersonId | None = None


CareEvent = GoodwillSpent | RunbookStepTicked | TicketWorkedOn
