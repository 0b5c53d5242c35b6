"""What the journal should know of an answer's way to its help desk."""

from oncall_tui.domain.answer import Answer
from oncall_tui.domain.answer_events import AnswerConfirmed, AnswerDelayed, AnswerEvent, AnswerHeld, AnswerRefused
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.text import CleanText
from oncall_tui.ports import Settlement

_NO_REASON = CleanText("the help desk gave no reason")


def answer_event(answer: Answer, settlement: Settlement) -> AnswerEvent | None:
    """Return the event for what became of an answer's message; None where there is nothing to tell."""
    ticket, identity, key, detail = answer.ticket, answer.id, settlement.key, settlement.detail
    match settlement.state:
        case DeliveryState.ACCEPTED:
            return AnswerConfirmed(ticket=ticket, answer=identity, key=key, reference=settlement.reference)
        case DeliveryState.REJECTED:
            return AnswerRefused(ticket=ticket, answer=identity, key=key, detail=detail or _NO_REASON)
        case DeliveryState.RETRYING | DeliveryState.UNKNOWN:
            may_have_arrived = settlement.state is DeliveryState.UNKNOWN
            return AnswerDelayed(ticket=ticket, answer=identity, detail=detail, may_have_arrived=may_have_arrived)
        case DeliveryState.DROPPED if detail:
            return AnswerHeld(ticket=ticket, answer=identity, key=key, detail=detail)
        case _:
            return None
