"""One line of the outbox, and the rules every backend keeps about it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self

from oncall_tui.domain.answer_events import AnswerConfirmed, AnswerHeld, AnswerRefused
from oncall_tui.domain.events import Event, NotificationAccepted, NotificationRejected
from oncall_tui.domain.handover_events import HandoverMessageSettled
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.ports import LONGEST_PAUSE, Claimed, Hold, Settlement

_URGENCY: Final = {
    Purpose.NOTIFICATION: 0,
    Purpose.STAND_DOWN: 1,
    # One for all of them: answers to one ticket leave in the order in which they were asked for.
    Purpose.REPLY: 2,
    Purpose.NOTE: 2,
    Purpose.TAKE: 2,
    Purpose.SOLVE: 2,
    Purpose.HANDOVER: 3,
    Purpose.NOTICE: 4,
    Purpose.TEST: 5,
}


def urgency(message: OutgoingMessage) -> int:
    """Return how soon a message leaves among those that are due: bad news before all else, whatever waited longer."""
    return _URGENCY[message.purpose]


def settlement_in(event: Event) -> Settlement | None:
    """Return the settlement that was recorded beside an event, where the event tells it."""
    match event:
        case NotificationAccepted() | HandoverMessageSettled(is_accepted=True) | AnswerConfirmed():
            return Settlement(key=event.key, state=DeliveryState.ACCEPTED)
        case AnswerHeld():
            return Settlement(key=event.key, state=DeliveryState.DROPPED, detail=event.detail)
        case NotificationRejected() | HandoverMessageSettled() | AnswerRefused():
            return Settlement(key=event.key, state=DeliveryState.REJECTED, detail=event.detail)
        case _:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message and what became of it so far.

    Once a message may have arrived, it keeps ``is_possible_duplicate`` for good.
    """

    message: OutgoingMessage
    next_try_at: datetime
    """When it may be claimed; while it is being sent, the end of the lease."""
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    holder: str = ""
    detail: CleanText = NO_TEXT
    reference: str = ""

    @classmethod
    def stored(cls, message: OutgoingMessage, *, at: datetime, hold: Hold | None = None) -> Self:
        """Return a new message as it is first written down: for anybody to claim, or claimed at once."""
        entry = cls(message=message, next_try_at=at)
        return entry if hold is None else entry.claim(now=at, holder=hold.holder, lease=hold.lease)

    @property
    def key(self) -> MessageKey:
        """Return the message's key."""
        return self.message.key

    @property
    def claimed(self) -> Claimed:
        """Return what its holder is given."""
        return Claimed(message=self.message, tries=self.tries)

    @property
    def without_words(self) -> Self:
        """Return it without what it says: a handover says a great deal, and most only ask what became of it."""
        return self.saying(NO_TEXT)

    def saying(self, words: CleanText) -> Self:
        """Return it with these words."""
        return replace(self, message=replace(self.message, body=words))

    def is_due(self, now: datetime) -> bool:
        """Tell whether it may be claimed.

        A wall clock that was set back must not hold up bad news: one that nobody tried yet is always due, and so is one
        that could not have been planned so far ahead. One that is being sent is left to its holder until its lease
        ends, which is ``shortened`` where the clock was set back.
        """
        if self.state in {DeliveryState.PENDING, DeliveryState.SENDING}:
            return self.state is DeliveryState.PENDING or self.next_try_at <= now
        is_planned = now < self.next_try_at <= now + LONGEST_PAUSE
        return not self.state.is_final and not is_planned

    def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Self:
        """Return it as its new holder has it."""
        return replace(
            self,
            # A lease that ended without a settlement says nothing about what its holder managed to send.
            message=_marked(self.message) if self.state is DeliveryState.SENDING else self.message,
            state=DeliveryState.SENDING,
            next_try_at=now + lease,
            tries=self.tries + 1,
            holder=holder,
        )

    def renewed(self, *, now: datetime, holder: str, lease: timedelta) -> Self | None:
        """Return it with a lease that ends later; None where it is not being sent by this holder any more."""
        is_mine = self.state is DeliveryState.SENDING and self.holder == holder
        return replace(self, next_try_at=now + lease) if is_mine else None

    def shortened(self, *, now: datetime, lease: timedelta) -> Self | None:
        """Return it with a lease that ends as soon as one that began now; None where it ends no later anyway.

        A lease that ends later began before the wall clock was set back. Its holder, if it lives, renews it long before
        even the shortened one ends; the message of a dead one does not wait until the clock has caught up.
        """
        is_too_long = self.state is DeliveryState.SENDING and self.next_try_at > now + lease
        return replace(self, next_try_at=now + lease) if is_too_long else None

    def settle(self, settlement: Settlement, *, at: datetime) -> Self:
        """Return it as it stands after a settlement.

        A final state stays, except that the proof of acceptance outdoes a refusal: it may come from a holder whose
        lease had ended while it was still sending. Accepted stays accepted. Anything less from such a holder counts
        for nothing: somebody else is sending the message now.
        """
        if self.state is DeliveryState.ACCEPTED:
            return self
        is_overtaken = settlement.tries is not None and settlement.tries != self.tries
        if (self.state.is_final or is_overtaken) and settlement.state is not DeliveryState.ACCEPTED:
            return self
        return replace(
            self,
            message=_marked(self.message) if settlement.state is DeliveryState.UNKNOWN else self.message,
            state=settlement.state,
            next_try_at=settlement.next_try_at or at,
            holder="",
            detail=settlement.detail,
            reference=settlement.reference,
        )

    def reunited(self, other: Self, *, holder: str) -> Self:
        """Return what is true of a message of which two stores tell different things.

        Accepted stays accepted. What ``holder`` knows from the other store is newer than what stands here, unless
        somebody else took the message here since then.
        """
        if self.state is DeliveryState.ACCEPTED or other.state is DeliveryState.ACCEPTED:
            return self if self.state is DeliveryState.ACCEPTED else other
        is_sent_by_another = self.state is DeliveryState.SENDING and self.holder != holder
        return self if self.state.is_final or is_sent_by_another or self.tries > other.tries else other


def _marked(message: OutgoingMessage) -> OutgoingMessage:
    return replace(message, is_possible_duplicate=True)
