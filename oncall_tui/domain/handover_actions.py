"""What is to be done, by whom and by when: every escalation, promise and unconfirmed answer has exactly one line.

Where nothing is to be done the line says why, so that nobody has to wonder whether it was forgotten.
"""

from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.answer import Answer, AnswerState
from oncall_tui.domain.episode import Escalation, EscalationState
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.ticket_record import Promise
from oncall_tui.domain.wall_time import EARLIEST, LATEST

UNREACHED, UNANSWERED, UNSENT, BROKEN, DECIDED = range(5)
"""What is due at once, in the order in which it should be looked at."""
QUOTED = 60
"""Letters of what somebody wrote that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do, or the reason why there is nothing to do."""

    about: str
    """The id of the escalation or promise it answers for."""
    ticket: TicketId
    what: str
    owner: str = ""
    """Who does it; empty where nothing is to be done."""
    due_at: datetime | None = None
    """None where it is due at once, or where nothing is to be done."""
    rank: int = 0
    """Of what is due at once the smallest comes first."""

    @property
    def is_to_do(self) -> bool:
        """Tell whether anything is to be done."""
        return bool(self.owner)


def actions(handover: Handover) -> tuple[Action, ...]:
    """Return what is to be done: at once first, then by due time, then what needs nothing."""
    next_person = handover.incoming.name if handover.incoming else "whoever is on call next"
    opened = {entry.row.ticket.id: entry for entry in handover.entries}
    made = [_of_escalation(escalation, next_person) for escalation in handover.escalations]
    made += [_of_promise(promise, handover, is_open=promise.ticket in opened) for promise in handover.promises]
    made += [_of_answer(answer, next_person) for answer in handover.unconfirmed]
    return tuple(
        sorted(
            made,
            key=lambda a: (not a.is_to_do, a.due_at or EARLIEST if a.is_to_do else LATEST, a.rank, a.ticket, a.about),
        )
    )


def _of_escalation(escalation: Escalation, next_person: str) -> Action:
    about, ticket, state = escalation.id, escalation.brief.ticket, escalation.state
    taken = escalation.acknowledged
    match state:
        case EscalationState.ARMED | EscalationState.QUEUED | EscalationState.NOTIFYING:
            what = "see to it that somebody acknowledges the escalation; it climbs by itself"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, rank=UNANSWERED)
        case EscalationState.EXHAUSTED:
            what = f"ring {_whom(escalation)}: the escalation reached nobody"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, rank=UNREACHED)
        case EscalationState.ACKNOWLEDGED if taken is not None:
            said = f": “{taken.words}”" if taken.words else ", who said nothing: ask"
            what = f"carry out what {taken.name} decided{said}"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, rank=DECIDED)
        case EscalationState.CLEARED:
            why = "the ticket was solved before anybody acknowledged"
        case EscalationState.WITHDRAWN:
            why = f"it was taken back ({escalation.reason})" if escalation.reason else "it was taken back"
        case _:
            why = f"{taken.name} had it and the ticket is solved" if taken else "the ticket is solved"
    return Action(about=about, ticket=ticket, what=f"escalation: nothing to do, because {why}")


def _of_answer(answer: Answer, next_person: str) -> Action:
    said = f" “{cut(answer.text, QUOTED)}”" if answer.text else ""
    match answer.state:
        case AnswerState.HELD:
            what = f"decide about the {answer.kind} that was held back, because the customer wrote meanwhile:{said}"
        case AnswerState.REFUSED:
            why = f" ({cut(answer.detail, QUOTED)})" if answer.detail else ""
            what = f"decide about the {answer.kind} that the help desk refused{why}:{said}"
        case _:
            what = f"see that the {answer.kind} arrives, it is not confirmed and is sent by itself:{said}"
    return Action(about=answer.id, ticket=answer.ticket, what=what.removesuffix(":"), owner=next_person, rank=UNSENT)


def _whom(escalation: Escalation) -> str:
    first = next((target for level in escalation.policy.levels for target in level.targets), None)
    return " ".join(part for part in (first.name, first.phone) if part) if first else "the leadership contact"


def _of_promise(promise: Promise, handover: Handover, *, is_open: bool) -> Action:
    about, ticket, words = promise.id, promise.ticket, f"“{promise.words}”" if promise.words else "an answer"
    next_person = handover.incoming.name if handover.incoming else "whoever is on call next"
    maker = handover.name(promise.by)
    by = f", promised by {maker}" if maker and maker != next_person else ""
    match promise.outcome:
        case None if is_open:
            what = f"keep the promise: {words}{by}"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, due_at=promise.due_at)
        case None:
            what = f"settle the promise {words}: its ticket is not open any more"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, due_at=promise.due_at)
        case PromiseOutcome.BROKEN if is_open and handover.owes(promise):
            what = f"keep the broken promise late, or tell the customer when instead: {words}{by}"
            return Action(about=about, ticket=ticket, what=what, owner=next_person, rank=BROKEN)
        case PromiseOutcome.BROKEN:
            why = "another was made in its place" if is_open else "its ticket is not open any more"
            what = f"broken promise {words}: nothing to do, because {why}"
            return Action(about=about, ticket=ticket, what=what)
        case _:
            what = f"promise {words}: nothing to do, because it was {promise.outcome}"
            return Action(about=about, ticket=ticket, what=what)


def cut(text: str, length: int) -> str:
    """Return text on one line, and its beginning where it is longer."""
    said = " ".join(text.split())
    return said if len(said) <= length else f"{said[: length - 1].rstrip()}…"
