"""What we say or do in a help desk about one ticket, and how far it has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, TicketId

AnswerId = NewType("AnswerId", str)
"""Names one answer for ever, in the help desk too where that can keep it: one found there is not sent again."""

CLOCKS_APART = timedelta(minutes=10)
"""How far a help desk's clock may be behind ours before an answer of ours is not recognised by its words."""


class AnswerKind(StrEnum):
    """What is asked of a help desk."""

    REPLY = "reply"
    """Public: the customer reads it."""
    NOTE = "note"
    """Internal: never shown to the customer."""
    TAKE = "take"
    """Assign the ticket to whoever asks."""
    SOLVE = "solve"

    @property
    def has_words(self) -> bool:
        """Tell whether somebody wrote something."""
        return self in {AnswerKind.REPLY, AnswerKind.NOTE}

    @property
    def minds_news(self) -> bool:
        """Tell whether it must not be done when the customer wrote meanwhile."""
        return self in {AnswerKind.REPLY, AnswerKind.SOLVE}


class AnswerState(StrEnum):
    """What is known of an answer; the screen never says more."""

    STORED = "stored"
    """It waits for its turn, or is on its way."""
    DELAYED = "delayed"
    """Certainly not taken; it is tried again."""
    UNKNOWN = "unknown"
    """It may have arrived: the ticket is read before it is sent again."""
    HELD = "held"
    """The customer wrote meanwhile: a person has to decide."""
    REFUSED = "refused"
    """The help desk refused it for good: a person has to decide."""
    CONFIRMED = "confirmed"
    """The help desk has it."""
    KEPT = "kept"
    """It stays in our own journal: this help desk has no place for it."""
    DROPPED = "dropped"

    @property
    def is_on_its_way(self) -> bool:
        """Tell whether it is still to be sent."""
        return self in {AnswerState.STORED, AnswerState.DELAYED, AnswerState.UNKNOWN}

    @property
    def needs_a_person(self) -> bool:
        """Tell whether nothing happens until somebody decides."""
        return self in {AnswerState.HELD, AnswerState.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One reply, note, take or solve."""

    id: AnswerId
    ticket: TicketId
    kind: AnswerKind
    text: CleanText = NO_TEXT
    by: PersonId | None = None
    account: str = ""
    """What the person is called in the help desk; empty for whoever its credentials belong to."""
    seen_until: datetime | None = None
    """When the newest words of the customer were written that the person had seen; None when there were none."""
    stored_at: datetime
    sends: int = 1
    """How often a person asked for it to be sent."""
    state: AnswerState = AnswerState.STORED
    since: datetime
    """When it came into this state."""
    detail: CleanText = NO_TEXT
    """Why, in a sentence; empty when the state says all."""
    reference: str = ""
    """What the help desk calls it."""

    @property
    def message_key(self) -> MessageKey:
        """Return the key of the message that carries it: another one each time a person asked again."""
        return MessageKey(self.id if self.sends == 1 else f"{self.id}/{self.sends}")


def answer_of_key(key: MessageKey) -> AnswerId:
    """Return which answer a message carries."""
    return AnswerId(key.partition("/")[0])


def newest_inbound(messages: Iterable[Message]) -> datetime | None:
    """Return when the customer last wrote."""
    return max((message.at for message in messages if message.is_inbound), default=None)


def news(answer: Answer, messages: Iterable[Message]) -> Message | None:
    """Return the customer's newest words that whoever wrote the answer had not seen; None when there are none."""
    unseen = [m for m in messages if m.is_inbound and (answer.seen_until is None or m.at > answer.seen_until)]
    return max(unseen, key=lambda message: message.at, default=None)


def same_words(one: str, other: str) -> bool:
    """Tell whether two texts say the same: help desks change spaces and line ends."""
    return one.split() == other.split()


def written(answer: Answer, messages: Sequence[Message], claimed: frozenset[str]) -> Message | None:
    """Return the entry of a conversation that is this answer, or None.

    One that carries the answer's id is; one that carries another's is not. Without such a mark the words, the side and
    the time decide. ``claimed`` holds what the help desk calls our other answers.
    """
    marked = next((message for message in messages if message.mark == answer.id), None)
    if marked is not None or not answer.kind.has_words:
        return marked
    return next((message for message in messages if _looks_like(message, answer, claimed)), None)


def _looks_like(message: Message, answer: Answer, claimed: frozenset[str]) -> bool:
    return (
        not message.mark
        and not message.is_inbound
        and message.is_public is (answer.kind is AnswerKind.REPLY)
        and message.at >= answer.stored_at - CLOCKS_APART
        and not (message.reference and message.reference in claimed)
        and same_words(message.text, answer.text)
    )
