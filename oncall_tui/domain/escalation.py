"""How bad news reaches a leader: one escalation, folded from the things that happened to it.

``advance`` is the whole machine. It is pure: given what is known, one thing that happened and the instant it
happened, it returns what is known now and what has to leave. Folding the journal through it rebuilds every state;
the effects of a replay are simply not carried out again.

States::

    armed ──► queued ──► notifying ──► acknowledged ──► resolved
      │          └───────────┴──► exhausted ──┘
      └──► withdrawn         (ticket solved before anyone acknowledged: cleared)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId

EscalationId = NewType("EscalationId", str)

CHANNEL_SPACING = timedelta(minutes=1)
"""Within a level, a person's channels follow one another a minute apart."""
EXHAUSTED_REMINDER = timedelta(minutes=15)
"""How often an escalation that reached nobody rings again."""


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
class Target:
    """One person on a level, as known when the escalation began."""

    person: PersonId
    name: str
    phone: str = ""
    time_zone: str = "UTC"
    channels: tuple[ChannelId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """People who are notified together, and how long they have to answer."""

    targets: tuple[Target, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The ladder as it stood when the escalation began; a later change of the config does not alter it."""

    levels: tuple[Level, ...]
    rounds: int = 3
    undo: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The ticket as it stood when E went down, so that a message can be written without the help desk."""

    ticket: TicketId
    subject: CleanText
    customer: CleanText = NO_TEXT
    requester: CleanText = NO_TEXT
    tier: CleanText = NO_TEXT
    customer_zone: str = ""
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    touches: int | None = None
    url: str = ""
    why: CleanText = NO_TEXT
    on_call_name: str = ""
    on_call_phone: str = ""
    team: str = ""


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
    plan: Plan
    by: PersonId | None
    state: EscalationState
    armed_at: datetime
    next_action_at: datetime | None
    """When something happens next by itself; None when nothing will."""
    round: int = 1
    level: int = -1
    """Index into ``plan.levels``; -1 before the first."""
    level_began_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()
    acknowledged: AcknowledgedBy | None = None
    ended_at: datetime | None = None
    reason: CleanText = NO_TEXT

    @property
    def told(self) -> tuple[Attempt, ...]:
        """Return the attempts that reached, or may have reached, a person."""
        reached = {DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.SENDING}
        return tuple(attempt for attempt in self.attempts if attempt.state in reached)

    def target(self, person: PersonId) -> Target | None:
        """Return the plan's entry for a person."""
        return next((t for level in self.plan.levels for t in level.targets if t.person == person), None)
