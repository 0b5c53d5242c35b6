"""What was done for customers, as the journal tells it; pure."""

from oncall_tui.domain import answer_events as answers
from oncall_tui.domain import care_events as care
from oncall_tui.domain import ticket_events as promises
from oncall_tui.domain.money import money
from oncall_tui.ui.journal_words import Said, because, number, words
from oncall_tui.ui.text import span


@words.register
def _(event: promises.PromiseMade, said: Said) -> str:
    promised = f"{said.name(event.by)} promised an answer by {said.clock(event.due_at)}"
    return f"{number(event.ticket)}: {promised}{because(event.words)}"


@words.register
def _(event: promises.PromiseSettled, _said: Said) -> str:
    return f"{number(event.ticket)}: the promise was {event.outcome}"


@words.register
def _(event: promises.TicketEnded, _said: Said) -> str:
    return f"{number(event.ticket)}: left the open tickets"


@words.register
def _(event: promises.TicketReopened, _said: Said) -> str:
    return f"{number(event.ticket)}: open again"


@words.register
def _(event: answers.AnswerStored, said: Said) -> str:
    kept = ", kept in our own journal" if event.is_kept_here else ""
    return f"{number(event.ticket)}: {event.kind} by {said.name(event.by)} stored{kept}"


@words.register
def _(event: answers.AnswerReleased, said: Said) -> str:
    return f"{number(event.ticket)}: {said.name(event.by)} sends the {said.answer(event.answer)} after all"


@words.register
def _(event: answers.AnswerDropped, said: Said) -> str:
    return f"{number(event.ticket)}: the {said.answer(event.answer)} was dropped by {said.name(event.by)}"


@words.register
def _(event: answers.AnswerConfirmed, said: Said) -> str:
    return f"{number(event.ticket)}: the help desk has the {said.answer(event.answer)}"


@words.register
def _(event: answers.AnswerRefused, said: Said) -> str:
    return f"{number(event.ticket)}: the help desk refused the {said.answer(event.answer)}{because(event.detail)}"


@words.register
def _(event: answers.AnswerHeld, said: Said) -> str:
    return f"{number(event.ticket)}: the {said.answer(event.answer)} is held{because(event.detail)}"


@words.register
def _(event: answers.AnswerDelayed, said: Said) -> str:
    return (
        f"{number(event.ticket)}: the {said.answer(event.answer)} is not proved to have arrived{because(event.detail)}"
    )


@words.register
def _(event: answers.TicketSnoozed, said: Said) -> str:
    until = said.clock(event.until) if event.until else "they write"
    return f"{number(event.ticket)}: snoozed by {said.name(event.by)} until {until}"


@words.register
def _(event: answers.SnoozeEnded, said: Said) -> str:
    return f"{number(event.ticket)}: brought back by {said.name(event.by)}"


@words.register
def _(event: care.GoodwillSpent, said: Said) -> str:
    recorded = f"goodwill of {money(event.amount)} recorded by {said.name(event.by)}"
    return f"{number(event.ticket)}: {recorded}{because(event.words)}"


@words.register
def _(event: care.RunbookStepTicked, _said: Said) -> str:
    done = "done" if event.is_ticked else "not done after all"
    return f"{number(event.ticket)}: {event.runbook}, step {done}: {event.step}"


@words.register
def _(event: care.TicketWorkedOn, said: Said) -> str:
    return f"{number(event.ticket)}: looked at by {said.name(event.by)} for {span(event.ended_at - event.started_at)}"
