"""Answers in words: what is written for whom, and how far each has come; pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from oncall_tui.domain.answer import Answer, AnswerKind, AnswerState, same_words
from oncall_tui.domain.answering import Answering
from oncall_tui.domain.ticket import Message, Requester, Ticket
from oncall_tui.ui.text import clock

LINE = 70
_NOUNS = {AnswerKind.REPLY: "reply", AnswerKind.NOTE: "note", AnswerKind.TAKE: "take", AnswerKind.SOLVE: "solve"}
_KEYS = {AnswerKind.REPLY: "R", AnswerKind.NOTE: "N", AnswerKind.TAKE: "T", AnswerKind.SOLVE: "D"}
_SHOWN_AS = {
    AnswerKind.REPLY: "our reply",
    AnswerKind.NOTE: "our note",
    AnswerKind.TAKE: "take",
    AnswerKind.SOLVE: "solve",
}


_STANDING = {
    AnswerState.STORED: "stored, on its way",
    AnswerState.DELAYED: "not sent yet, tried again",
    AnswerState.UNKNOWN: "may have arrived",
    AnswerState.HELD: "held",
    AnswerState.REFUSED: "refused",
    AnswerState.CONFIRMED: "confirmed",
    AnswerState.KEPT: "kept here",
    AnswerState.DROPPED: "dropped",
}
_ENDED = {AnswerState.CONFIRMED, AnswerState.KEPT, AnswerState.DROPPED}


def recipient(requester: Requester) -> str:
    """Return who reads a reply."""
    address = f"<{requester.email}>" if requester.email else ""
    return " ".join(part for part in (requester.name, address) if part) or "the customer"


def bar(kind: AnswerKind, ticket: Ticket, *, held: Answer | None, is_kept_here: bool) -> str:
    """Return the line that says for whom somebody is writing: what it must never leave in doubt."""
    if kind is AnswerKind.REPLY:
        state = f"{held.state.value.upper()} " if held is not None else ""
        return f"{state}REPLY — the customer reads this: {recipient(ticket.requester)}"
    where = f" · kept in our journal: {ticket.source_id} has no notes" if is_kept_here else ""
    return f"NOTE — never shown to the customer{where}"


def standing(answer: Answer, now: datetime, zone: str) -> str:
    """Return how far an answer has come, and nothing more."""
    words = _STANDING[answer.state]
    if answer.state in _ENDED:
        return f"{words} {clock(answer.since, zone, now)}"
    return f"{words}: {answer.detail}" if answer.detail else words


def what_now(answer: Answer) -> str:
    """Return what somebody can do about an answer that waits for a person."""
    if answer.kind.has_words:
        return f"{_KEYS[answer.kind]} shows it: send it all the same, change it, or drop it"
    return f"{_KEYS[answer.kind]} asks again"


def undecided_notice(answer: Answer) -> str:
    """Return the lasting sentence about an answer that waits for a person."""
    number = answer.ticket.partition(":")[2]
    return f"{number}: your {_NOUNS[answer.kind]} waits for you. {_KEYS[answer.kind]} on it. {answer.detail}"


def own_entries(answering: Answering, messages: Sequence[Message], now: datetime, zone: str) -> Iterator[str]:
    """Return what we answered and the conversation does not show yet, the newest first, each with its state."""
    for kind, text in answering.drafts:
        key = _KEYS[kind]
        yield f"── unfinished {_NOUNS[kind]}, {len(text)} characters: {key} goes on with it"
    for answer in reversed(answering.answers):
        if answer.state is AnswerState.DROPPED or is_shown_in(answer, messages):
            continue
        if answer.kind.has_words or answer.state is not AnswerState.CONFIRMED:
            head = f"── {clock(answer.stored_at, zone, now)} {_SHOWN_AS[answer.kind]} · {standing(answer, now, zone)}"
            ask = f"{what_now(answer)}." if answer.state.needs_a_person else ""
            yield "\n".join(part for part in (head, ask, answer.text) if part)


def is_shown_in(answer: Answer, messages: Sequence[Message]) -> bool:
    """Tell whether a confirmed answer stands in a conversation that was read since."""
    return answer.state is AnswerState.CONFIRMED and any(is_entry(answer, message) for message in messages)


def is_entry(answer: Answer, message: Message) -> bool:
    """Tell whether an entry of a conversation is an answer of ours."""
    if message.mark or (message.reference and answer.reference):
        return answer.id == message.mark or answer.reference == message.reference
    is_same_side = not message.is_inbound and message.is_public is (answer.kind is AnswerKind.REPLY)
    return is_same_side and same_words(message.text, answer.text)
