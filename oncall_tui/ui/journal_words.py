"""What each event of the journal says in one line, in the past tense; pure. What says nothing new is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import singledispatch

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.ticket import TicketId
from oncall_tui.ui.text import clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What names and times an event is told with."""

    people: Mapping[PersonId, Person]
    zone: str
    now: datetime
    escalated: Mapping[EscalationId, str]
    """What the ticket of an escalation is called."""
    answers: Mapping[AnswerId, AnswerKind]

    def name(self, person: PersonId | None) -> str:
        """Return a person's name; ``somebody`` where nobody said who."""
        if person is None:
            return "somebody"
        return self.people[person].name if person in self.people else person

    def ticket(self, escalation: EscalationId) -> str:
        """Return what an escalation's ticket is called."""
        return self.escalated.get(escalation, "an escalation")

    def answer(self, answer: AnswerId) -> str:
        """Return what kind of answer it was."""
        return str(self.answers.get(answer, "answer"))

    def clock(self, at: datetime) -> str:
        """Return an instant on the reader's clock."""
        return clock(at, self.zone, self.now)


def number(ticket: TicketId) -> str:
    """Return what a ticket is called in its source."""
    return ticket.partition(":")[2]


def because(words: str) -> str:
    """Return a reason behind a colon; nothing where none was given."""
    return f": {words}" if words else ""


@singledispatch
def words(_event: object, _said: Said) -> str:
    """Return an event in words; nothing for one that says nothing new."""
    return ""
