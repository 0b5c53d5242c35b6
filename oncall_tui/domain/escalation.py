"""How bad news reaches a leader: one escalation, folded from the things that happened to it.

``advance`` is the whole machine. It is pure: given what is known, one thing that happened and the instant it
happened, it returns what is known now and what has to leave. Folding the journal through it rebuilds every state;
the effects of a replay are simply not carried out again.

States::

    armed ──► queued ──► notifying ──► acknowledged ──► resolved
      │          └───────────┴──► exhausted ──┘
      └──► withdrawn         (ticket solved before anyone acknowledged: cleared)

The ladder: within a level a person's channels follow one another a minute apart; a level waits as long as its policy
says; after the last level the next round begins. Times count from when a step was really taken, not from when it was
due, so that a machine that slept resumes with one message to a person and never with a burst.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from oncall_tui.domain.episode import AcknowledgedBy, Attempt, Escalation, EscalationState
from oncall_tui.domain.events import (
    EscalationAcknowledged,
    EscalationArmed,
    EscalationEvent,
    EscalationRetimed,
    EscalationStepped,
    EscalationStopped,
    EscalationWithdrawn,
    NotificationAccepted,
    NotificationDelayed,
    NotificationDropped,
    NotificationRejected,
    TicketSolved,
)
from oncall_tui.domain.ladder import (
    EXHAUSTED_REMINDER,
    Effect,
    Notify,
    StandDown,
    Step,
    current_level,
    deliverable,
    due_channels,
    is_current,
    level_ends_at,
    send,
    stand_down,
    stand_down_late,
    start_next_level,
    untried,
)
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.text import NO_TEXT, CleanText

__all__ = [
    "AcknowledgedBy",
    "Attempt",
    "Effect",
    "Escalation",
    "EscalationState",
    "Notify",
    "StandDown",
    "Step",
    "advance",
]

_Settled = NotificationAccepted | NotificationRejected | NotificationDelayed | NotificationDropped

HANDED_ON: Final = CleanText("it goes on on the machine of whoever took over")


def advance(escalation: Escalation | None, event: EscalationEvent, now: datetime) -> Step | None:
    """Return what is known after an event at an instant, and what has to leave; None when the event changes nothing.

    Args:
        escalation: The latest episode of the event's ticket; None before the first.
        event: What happened.
        now: When it happened, UTC.
    """
    if isinstance(event, EscalationArmed):
        return _armed(escalation, event, now)
    if escalation is None or escalation.id != event.escalation:
        return None
    if isinstance(event, _Settled):
        return _settled(escalation, event, now)
    if isinstance(event, EscalationRetimed):
        return _retimed(escalation, event)
    return _decided(escalation, event, now)


def _decided(
    escalation: Escalation,
    event: EscalationStopped | EscalationStepped | EscalationAcknowledged | EscalationWithdrawn | TicketSolved,
    now: datetime,
) -> Step | None:
    match event:
        case EscalationStopped():
            return _stopped(escalation, now)
        case EscalationStepped():
            return None if _is_overtaken(escalation, event) else _stepped(escalation, event, now)
        case EscalationAcknowledged():
            return _acknowledged(escalation, event, now)
        case EscalationWithdrawn():
            return _withdrawn(escalation, event, now)
        case TicketSolved():
            return _solved(escalation, now)


def _armed(earlier: Escalation | None, event: EscalationArmed, now: datetime) -> Step | None:
    if earlier is not None and earlier.state.is_live:
        return None
    return Escalation(
        id=event.escalation,
        brief=event.brief,
        policy=event.policy,
        by=event.by,
        state=EscalationState.ARMED,
        armed_at=now,
        next_action_at=now + event.policy.undo,
    ), ()


def _stopped(escalation: Escalation, now: datetime) -> Step | None:
    if escalation.state is not EscalationState.ARMED:
        return None
    return _ended(escalation, EscalationState.WITHDRAWN, now, CleanText("stopped before anything was sent")), ()


def _retimed(escalation: Escalation, event: EscalationRetimed) -> Step | None:
    if escalation.next_action_at is None or escalation.next_action_at != event.due_at:
        return None
    began = escalation.level_began_at
    return replace(
        escalation,
        level_began_at=began and began + (event.next_action_at - event.due_at),
        next_action_at=event.next_action_at,
    ), ()


def _is_overtaken(escalation: Escalation, event: EscalationStepped) -> bool:
    return event.due_at is not None and event.due_at != escalation.next_action_at


def _stepped(escalation: Escalation, event: EscalationStepped, now: datetime) -> Step | None:
    is_by_hand = event.is_by_hand
    is_due = escalation.next_action_at is not None and escalation.next_action_at <= now
    match escalation.state:
        case EscalationState.ARMED if is_due or is_by_hand:
            return start_next_level(escalation, now)
        case EscalationState.QUEUED | EscalationState.NOTIFYING if is_by_hand or now >= level_ends_at(escalation):
            return start_next_level(escalation, now)
        case EscalationState.QUEUED | EscalationState.NOTIFYING if is_due:
            return send(escalation, due_channels(escalation, now), now)
        case EscalationState.EXHAUSTED | EscalationState.ACKNOWLEDGED if is_by_hand:
            return _once_more(escalation, now)
        case EscalationState.EXHAUSTED if is_due:
            return replace(escalation, next_action_at=now + EXHAUSTED_REMINDER), ()
        case _:
            return None


def _once_more(escalation: Escalation, now: datetime) -> Step:
    """Go on by hand from where it ended: to the next level, or through the ladder once more."""
    is_used_up = escalation.state is EscalationState.EXHAUSTED
    rounds = escalation.policy.rounds + (1 if is_used_up else 0)
    return start_next_level(
        replace(escalation, acknowledged=None, policy=replace(escalation.policy, rounds=rounds)),
        now,
    )


def _settled(escalation: Escalation, event: _Settled, now: datetime) -> Step | None:
    earlier = next((attempt for attempt in escalation.attempts if attempt.key == event.key), None)
    if earlier is None or _is_old_news(earlier, event):
        return None
    later = _outcome(earlier, event, now)
    attempts = tuple(later if attempt is earlier else attempt for attempt in escalation.attempts)
    known = replace(escalation, attempts=attempts)
    if later.state is DeliveryState.DROPPED:
        return known, ()
    if not known.state.wants_acknowledgement:
        # It was on its way when somebody acknowledged: whoever it reached is told so, like everybody before.
        return known, tuple(stand_down_late(escalation, later))
    if later.state is DeliveryState.ACCEPTED and known.state is EscalationState.QUEUED:
        return replace(known, state=EscalationState.NOTIFYING), ()
    if later.state is DeliveryState.REJECTED and is_current(known, later):
        return _after_rejection(known, later, now)
    return known, ()


def _is_old_news(attempt: Attempt, event: _Settled) -> bool:
    """Tell whether an outcome says less than is known: only the proof of acceptance outdoes what is final."""
    if isinstance(event, NotificationAccepted):
        return attempt.state is DeliveryState.ACCEPTED
    return attempt.state.is_final or (attempt.is_dropped and isinstance(event, NotificationDropped))


def _outcome(attempt: Attempt, event: _Settled, now: datetime) -> Attempt:
    match event:
        case NotificationAccepted():
            return replace(attempt, state=DeliveryState.ACCEPTED, at=now, reference=event.reference, detail=NO_TEXT)
        case NotificationRejected():
            return replace(attempt, state=DeliveryState.REJECTED, at=now, detail=event.detail)
        case NotificationDelayed():
            # What may have arrived once still may have, whatever became of a later try.
            is_unknown = event.may_have_arrived or attempt.state is DeliveryState.UNKNOWN
            state = DeliveryState.UNKNOWN if is_unknown else DeliveryState.RETRYING
            return replace(attempt, state=state, at=now, detail=event.detail)
        case NotificationDropped():
            is_unknown = event.may_have_arrived or attempt.state is DeliveryState.UNKNOWN
            state = DeliveryState.UNKNOWN if is_unknown else DeliveryState.DROPPED
            return replace(attempt, state=state, detail=NO_TEXT, is_dropped=True)


def _after_rejection(escalation: Escalation, rejected: Attempt, now: datetime) -> Step:
    """Try the person's next channel at once; when nothing on the level can be delivered, start the next level."""
    if escalation.state is EscalationState.EXHAUSTED:
        return escalation, ()
    target = next(t for t in current_level(escalation).targets if t.person == rejected.person)
    left = untried(escalation, target)
    if left:
        return send(escalation, [(target, left[0])], now)
    here = [attempt for attempt in escalation.attempts if is_current(escalation, attempt)]
    is_waiting = any(untried(escalation, t) for t in deliverable(escalation, current_level(escalation)))
    if is_waiting or any(attempt.state is not DeliveryState.REJECTED for attempt in here):
        return escalation, ()
    return start_next_level(escalation, now)


def _acknowledged(escalation: Escalation, event: EscalationAcknowledged, now: datetime) -> Step | None:
    is_self = event.person == escalation.by  # whoever asks for help cannot be the only one who answers
    may_be = escalation.state.wants_acknowledgement or escalation.state is EscalationState.CLEARED
    if is_self or not may_be:
        return None
    target = escalation.policy.target(event.person)
    taken = replace(
        escalation,
        state=EscalationState.RESOLVED if escalation.state is EscalationState.CLEARED else EscalationState.ACKNOWLEDGED,
        acknowledged=AcknowledgedBy(
            person=event.person,
            name=target.name if target else event.person,
            at=event.acknowledged_at,
            channel=event.channel,
            words=event.words,
        ),
        next_action_at=None,
    )
    if escalation.state is EscalationState.CLEARED:
        return replace(taken, ended_at=now), ()
    return taken, tuple(stand_down(escalation, taken=taken.acknowledged))


def _withdrawn(escalation: Escalation, event: EscalationWithdrawn, now: datetime) -> Step | None:
    if not escalation.state.is_live:
        return None
    ended = _ended(escalation, EscalationState.WITHDRAWN, now, event.reason)
    return ended, tuple(stand_down(escalation, taken=None))


def handed_on(escalation: Escalation, now: datetime) -> Escalation:
    """Return it ended without a word to anybody: it goes on where whoever took over the shift is."""
    return _ended(escalation, EscalationState.WITHDRAWN, now, HANDED_ON) if escalation.state.is_live else escalation


def _solved(escalation: Escalation, now: datetime) -> Step | None:
    if escalation.state is EscalationState.ACKNOWLEDGED:
        return _ended(escalation, EscalationState.RESOLVED, now, NO_TEXT), ()
    if escalation.state is EscalationState.ARMED:
        return _ended(escalation, EscalationState.WITHDRAWN, now, CleanText("solved before anything was sent")), ()
    if not escalation.state.wants_acknowledgement:
        return None
    ended = _ended(escalation, EscalationState.CLEARED, now, CleanText("solved before anyone acknowledged"))
    return ended, tuple(stand_down(escalation, taken=None))


def _ended(escalation: Escalation, state: EscalationState, now: datetime, reason: CleanText) -> Escalation:
    return replace(escalation, state=state, ended_at=now, next_action_at=None, reason=reason)
