"""What leaves this program for a person: messages, and what can be proved about them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText

MessageKey = NewType("MessageKey", str)
"""Names one message for ever: a retry reuses it, and a receiver may suppress duplicates by it."""


class Purpose(StrEnum):
    """Why a message leaves."""

    NOTIFICATION = "notification"
    """Asks a person to acknowledge an escalation."""
    STAND_DOWN = "stand-down"
    """Tells who was notified that somebody has it; asks for nothing."""
    HANDOVER = "handover"
    """Asks whoever comes next to accept the handover."""
    NOTICE = "notice"
    """Tells somebody something that asks for nothing: a copy of the handover, the good news."""
    TEST = "test"
    """Asks a person to show that a channel reaches them."""
    REPLY = "reply"
    """Goes to a help desk, for the customer to read."""
    NOTE = "note"
    """Goes to a help desk, never to be shown to the customer."""
    TAKE = "take"
    """Assigns a ticket in its help desk."""
    SOLVE = "solve"
    """Solves a ticket in its help desk."""

    @property
    def asks(self) -> bool:
        """Tell whether the person is asked for an answer; if not, nothing may ring."""
        return self in {Purpose.NOTIFICATION, Purpose.HANDOVER, Purpose.TEST}

    @property
    def is_alarm(self) -> bool:
        """Tell whether it has to be noticed at once, asleep or not, where the channel can tell the difference."""
        return self in {Purpose.NOTIFICATION, Purpose.TEST}

    @property
    def answers(self) -> bool:
        """Tell whether it goes to a help desk instead of a person of ours."""
        return self in {Purpose.REPLY, Purpose.NOTE, Purpose.TAKE, Purpose.SOLVE}


class Proof(IntEnum):
    """How much a channel can show about a message, each step including the ones before."""

    ACCEPTED = 1
    """The provider took it."""
    DELIVERED = 2
    """It reached the person's device."""
    ACKNOWLEDGED = 3
    """The person deliberately answered."""


class DeliveryState(StrEnum):
    """What is known of one message in the outbox."""

    PENDING = "pending"
    """Stored, not sent yet."""
    SENDING = "sending"
    """Claimed by a process that is sending it now; past its lease the outcome is unknown."""
    RETRYING = "retrying"
    """Certainly not sent; it is tried again."""
    UNKNOWN = "unknown"
    """It may have arrived; it is sent again, marked as a possible duplicate."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    """The provider refused it for good."""
    DROPPED = "dropped"
    """No longer needed when its turn came, for instance because somebody acknowledged."""

    @property
    def is_final(self) -> bool:
        """Tell whether nothing more will be done about the message."""
        return self in {DeliveryState.ACCEPTED, DeliveryState.REJECTED, DeliveryState.DROPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMessage:
    """One message to one person through one channel, complete and plain text."""

    key: MessageKey
    purpose: Purpose
    channel: ChannelId
    person: PersonId | None
    title: CleanText
    body: CleanText
    stream: str = ""
    """The journal stream its outcome is recorded in; empty when nobody waits for it."""
    url: str = ""
    """Link to the ticket, http or https only."""
    is_possible_duplicate: bool = False
    is_silent: bool = False
    """Only ends what a paging service goes on with by itself: the person has nothing to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's proof that it took a message."""

    reference: str = ""
    """What the provider calls the message; acknowledgements are found by it."""
    proof: Proof = Proof.ACCEPTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A message that was accepted and whose acknowledgement is awaited."""

    key: MessageKey
    person: PersonId
    reference: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """A deliberate answer by the person who was asked."""

    key: MessageKey
    at: datetime
    words: CleanText = NO_TEXT
