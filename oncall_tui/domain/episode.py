"""One escalation of one ticket, as far as it is known."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.text import NO_TEXT, CleanText


class EscalationState(StrEnum):
    """Where an escalation stands."""

    ARMED = "armed"
    QUEUED = "queued"
    NOTIFYING = "notifying"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"
    EXHAUSTED = "exhausted"
    CLEARED = "cleared"

    @property
    def is_live(self) -> bool:
        """Tell whether the ticket may not be escalated a second time."""
        return self in _LIVE

    @property
    def wants_acknowledgement(self) -> bool:
        """Tell whether somebody still has to take it."""
        return self in _UNANSWERED


_UNANSWERED = frozenset({EscalationState.QUEUED, EscalationState.NOTIFYING, EscalationState.EXHAUSTED})
_LIVE = _UNANSWERED | {EscalationState.ARMED, EscalationState.ACKNOWLEDGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One message to one person through one channel, and what is proved of it."""

    key: MessageKey
    round: int
    level: int
    person: PersonId
    channel: ChannelId
    state: DeliveryState
    at: datetime
    detail: CleanText = NO_TEXT
    reference: str = ""
    is_dropped: bool = False
    """Nothing more is tried, because it was no longer needed; what may have arrived before still may have."""

    @property
    def has_reached(self) -> bool:
        """Tell whether it reached the person, or may have."""
        return self.state in {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgedBy:
    """Who took it, when, and in what words."""

    person: PersonId
    name: str
    at: datetime
    channel: ChannelId | None
    words: CleanText = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One episode of bringing one ticket to the leadership contact."""

    id: EscalationId
    brief: Brief
    policy: Policy
    by: PersonId | None
    state: EscalationState
    armed_at: datetime
    next_action_at: datetime | None
    """When something happens next by itself; None when nothing will."""
    round: int = 1
    level: int = -1
    """Index into ``policy.levels``; -1 before the first."""
    level_began_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    acknowledged: AcknowledgedBy | None = None
    ended_at: datetime | None = None
    reason: CleanText = NO_TEXT

    @property
    def told(self) -> tuple[Attempt, ...]:
        """Return the attempts that reached, or may have reached, a person."""
        return tuple(attempt for attempt in self.attempts if attempt.has_reached)
