"""Whom nobody can reach: people without a channel, and channels that refused or failed when they were last used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.events import Recorded
from oncall_tui.domain.handover_events import HandoverMessageSettled
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.text import CleanText

_FAILING: Final = {
    DeliveryState.REJECTED: "refuses messages",
    DeliveryState.RETRYING: "takes no message",
    DeliveryState.UNKNOWN: "has not confirmed the last message",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """The last time a channel of a person was used."""

    at: datetime
    state: DeliveryState
    detail: CleanText


def unreached(
    policy: Policy, incoming: Person | None, escalations: Iterable[Escalation], events: Iterable[Recorded]
) -> Iterator[str]:
    """Yield a sentence for everybody who stands on a level, or comes next, and cannot be reached as planned."""
    asked = {target.person: (target.name, target.channels) for level in policy.levels for target in level.targets}
    if incoming is not None:
        asked.setdefault(incoming.id, (incoming.name, incoming.channels))
    last = _last_used(escalations, events)
    for person, (name, channels) in asked.items():
        if not channels:
            yield f"{name}: no channel, only by phone"
        yield from _failing(person, name, channels, last)


def _failing(
    person: PersonId, name: str, channels: Sequence[ChannelId], last: Mapping[tuple[PersonId, ChannelId], _Use]
) -> Iterator[str]:
    for channel in channels:
        use = last.get((person, channel))
        if use is not None and use.state in _FAILING:
            why = f" ({use.detail})" if use.detail else ""
            yield f"{name} by {channel}, which {_FAILING[use.state]}{why}"


def _last_used(
    escalations: Iterable[Escalation], events: Iterable[Recorded]
) -> Mapping[tuple[PersonId, ChannelId], _Use]:
    known: dict[tuple[PersonId, ChannelId], _Use] = {}
    for place, use in _uses(escalations, events):
        if place not in known or known[place].at <= use.at:
            known[place] = use
    return known


def _uses(
    escalations: Iterable[Escalation], events: Iterable[Recorded]
) -> Iterator[tuple[tuple[PersonId, ChannelId], _Use]]:
    for attempt in (attempt for escalation in escalations for attempt in escalation.attempts):
        if attempt.state in _FAILING or attempt.state is DeliveryState.ACCEPTED:
            yield (attempt.person, attempt.channel), _Use(at=attempt.at, state=attempt.state, detail=attempt.detail)
    for recorded in events:
        event = recorded.event
        if isinstance(event, HandoverMessageSettled) and event.person is not None and event.channel is not None:
            state = DeliveryState.ACCEPTED if event.is_accepted else DeliveryState.REJECTED
            yield (event.person, event.channel), _Use(at=recorded.at, state=state, detail=event.detail)
