"""The ladder an escalation climbs: which channel, person and level comes next, and when."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncall_tui.domain.episode import AcknowledgedBy, Attempt, Escalation, EscalationState
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level, Target

CHANNEL_SPACING = timedelta(minutes=1)
EXHAUSTED_REMINDER = timedelta(minutes=15)
"""How often an escalation that reached nobody rings again."""
OVERDUE = timedelta(minutes=1)
"""A step this late was not merely waiting for its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Ask a person, through a channel, to acknowledge."""

    key: MessageKey
    target: Target
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class StandDown:
    """Tell a person who was notified that nothing is asked any more."""

    key: MessageKey
    target: Target
    channel: ChannelId
    is_silent: bool = False
    """Only the service is told, so that it stops asking by itself: the person knows, or reads it elsewhere."""


Effect = Notify | StandDown
Step = tuple[Escalation, tuple[Effect, ...]]


def start_next_level(escalation: Escalation, now: datetime) -> Step:
    """Begin the next level that can be delivered to, or say that all are used up."""
    for round_, index in _levels_after(escalation):
        level = escalation.policy.levels[index]
        targets = deliverable(escalation, level)
        if targets:
            state = EscalationState.NOTIFYING if escalation.told else EscalationState.QUEUED
            begun = replace(escalation, state=state, round=round_, level=index, level_began_at=now)
            return send(begun, [(target, target.channels[0]) for target in targets], now)
    exhausted = replace(escalation, state=EscalationState.EXHAUSTED, next_action_at=now + EXHAUSTED_REMINDER)
    return exhausted, ()


def _levels_after(escalation: Escalation) -> Iterator[tuple[int, int]]:
    count = len(escalation.policy.levels)
    place = (escalation.round - 1) * count + escalation.level + 1
    for position in range(place, escalation.policy.rounds * count):
        yield position // count + 1, position % count


def send(escalation: Escalation, whom: list[tuple[Target, ChannelId]], now: datetime) -> Step:
    """Record the attempts, and return them as what has to leave."""
    effects = tuple(
        Notify(key=_key(escalation, target, channel), target=target, channel=channel) for target, channel in whom
    )
    attempts = tuple(
        Attempt(
            key=effect.key,
            round=escalation.round,
            level=escalation.level,
            person=effect.target.person,
            channel=effect.channel,
            state=DeliveryState.PENDING,
            at=now,
        )
        for effect in effects
    )
    sent = replace(escalation, attempts=escalation.attempts + attempts)
    return replace(sent, next_action_at=_next_action_at(sent, now)), effects


def _key(escalation: Escalation, target: Target, channel: ChannelId) -> MessageKey:
    return MessageKey(f"{escalation.id}/{escalation.round}/{escalation.level + 1}/{target.person}/{channel}")


def _next_action_at(escalation: Escalation, now: datetime) -> datetime:
    coming = (
        _due_at(escalation, target, untried(escalation, target)[0])
        for target in deliverable(escalation, current_level(escalation))
        if untried(escalation, target)
    )
    return max(now, min([level_ends_at(escalation), *coming]))


def _due_at(escalation: Escalation, target: Target, channel: ChannelId) -> datetime:
    began = escalation.level_began_at or escalation.armed_at
    return began + target.channels.index(channel) * CHANNEL_SPACING


def due_channels(escalation: Escalation, now: datetime) -> list[tuple[Target, ChannelId]]:
    """Return at most one channel a person: of those overdue the latest, so that a late machine sends one message."""
    due = []
    for target in deliverable(escalation, current_level(escalation)):
        overdue = [c for c in untried(escalation, target) if _due_at(escalation, target, c) <= now]
        due += [(target, overdue[-1])] if overdue else []
    return due


def untried(escalation: Escalation, target: Target) -> tuple[ChannelId, ...]:
    """Return the person's channels after the last one used on this level in this round."""
    used = [
        target.channels.index(attempt.channel)
        for attempt in escalation.attempts
        if attempt.person == target.person and is_current(escalation, attempt)
    ]
    return target.channels[max(used, default=-1) + 1 :]


def deliverable(escalation: Escalation, level: Level) -> tuple[Target, ...]:
    """Return whoever of a level can be reached and did not raise the escalation."""
    return tuple(target for target in level.targets if target.channels and target.person != escalation.by)


def current_level(escalation: Escalation) -> Level:
    """Return the level under way."""
    return escalation.policy.levels[escalation.level]


def level_ends_at(escalation: Escalation) -> datetime:
    """Return when the level under way gives way to the next."""
    return (escalation.level_began_at or escalation.armed_at) + current_level(escalation).wait


def longest_wait(escalation: Escalation) -> timedelta:
    """Return how far ahead the next step can have been planned at most."""
    match escalation.state:
        case EscalationState.ARMED:
            return escalation.policy.undo
        case EscalationState.QUEUED | EscalationState.NOTIFYING:
            return current_level(escalation).wait
        case _:
            return EXHAUSTED_REMINDER


def standstill(escalation: Escalation, now: datetime) -> str:
    """Return what is wrong with a live escalation that nothing moves any more; empty when something will."""
    if not escalation.state.is_live or escalation.state is EscalationState.ACKNOWLEDGED:
        return ""
    if escalation.next_action_at is None:
        return "nothing more would happen by itself"
    late = now - escalation.next_action_at
    return f"its next step is {late // timedelta(minutes=1)} m overdue" if late >= OVERDUE else ""


def is_superseded(escalation: Escalation, key: MessageKey) -> bool:
    """Tell whether the same person was asked again through the same channel after this attempt."""
    later = [attempt for attempt in escalation.attempts if attempt.key == key]
    if not later:
        return False
    same = (later[0].person, later[0].channel)
    return [a for a in escalation.attempts if (a.person, a.channel) == same][-1].key != key


def is_current(escalation: Escalation, attempt: Attempt) -> bool:
    """Tell whether an attempt belongs to the level and round under way."""
    return (attempt.round, attempt.level) == (escalation.round, escalation.level)


def stand_down(escalation: Escalation, *, taken: AcknowledgedBy | None) -> Iterator[StandDown]:
    """Tell each person once, through the channel that last reached that person, and every other channel silently.

    Whoever took it needs not be told, but her other channels do: she answers an e-mail while a paging service goes on.
    """
    last = {attempt.person: attempt.channel for attempt in escalation.told}
    for person, channel in dict.fromkeys((attempt.person, attempt.channel) for attempt in escalation.told):
        is_taker = taken is not None and person == taken.person
        if not (is_taker and taken is not None and channel == taken.channel):
            yield from _stood_down(escalation, person, channel, is_silent=is_taker or channel != last[person])


def stand_down_late(before: Escalation, late: Attempt) -> Iterator[StandDown]:
    """Tell a person, or only the service, of a message that was on its way when nothing was asked any more."""
    taken = before.acknowledged
    is_taker = taken is not None and late.person == taken.person
    if not late.has_reached or (is_taker and taken is not None and late.channel == taken.channel):
        return
    earlier = [attempt.channel for attempt in before.told if attempt.person == late.person]
    # What was told to stop asking may have begun anew with this message.
    again = "/again" if late.channel in earlier else ""
    yield from _stood_down(before, late.person, late.channel, is_silent=is_taker or bool(earlier), again=again)


def _stood_down(
    escalation: Escalation, person: PersonId, channel: ChannelId, *, is_silent: bool, again: str = ""
) -> Iterator[StandDown]:
    target = escalation.policy.target(person)
    if target is not None:
        count = len(escalation.attempts)  # a second acknowledgement after more attempts is told anew
        key = MessageKey(f"{escalation.id}/stand-down/{count}/{person}/{channel}{again}")
        yield StandDown(key=key, target=target, channel=channel, is_silent=is_silent)
