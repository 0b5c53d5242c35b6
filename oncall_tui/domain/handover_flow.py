"""One handover as it stands: its stage, what was written and said, and what time alone will make happen to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover_events import (
    FlowStep,
    HandoverAccepted,
    HandoverDeclined,
    HandoverDelivered,
    NotePart,
)
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId

NOBODY_NEXT_BEFORE = timedelta(hours=24)
DRAFT_BEFORE = timedelta(minutes=60)
COMPLETE_BEFORE = timedelta(minutes=30)
DELIVER_BEFORE = timedelta(minutes=15)
REMIND_AFTER = timedelta(minutes=3)
OTHER_CHANNELS_AFTER = timedelta(minutes=5)
LEADERSHIP_AFTER = timedelta(minutes=10)

AFTER = {
    FlowStep.REMIND: REMIND_AFTER,
    FlowStep.OTHER_CHANNELS: OTHER_CHANNELS_AFTER,
    FlowStep.LEADERSHIP: LEADERSHIP_AFTER,
}
"""What happens while nobody accepts, in its order."""


class Stage(StrEnum):
    """Where a handover stands."""

    PLANNED = "planned"
    """Something was written for it, and no draft appeared yet."""
    DRAFT = "draft"
    DELIVERED = "delivered"
    DECLINED = "declined"
    ACCEPTED = "accepted"


class Audience(StrEnum):
    """Who is told."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    LEADERSHIP = "leadership"


class About(StrEnum):
    """What they are told."""

    NOBODY_NEXT = "nobody next"
    REMINDER = "reminder"
    NOT_ACCEPTED = "not accepted"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    QUESTION = "question"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Somebody has to be told something."""

    about: About
    to: Audience
    on_other_channels: bool = False
    """Through every channel but the first; where there is only one, through that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the incoming person asked back, and what she was told."""

    words: CleanText
    by: PersonId
    at: datetime
    key: MessageKey | None = None
    answer: CleanText = NO_TEXT
    is_unclear: bool = False
    """It is an answer that could be a yes or a no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The handover of one shift as it stands."""

    shift_starts_at: datetime
    shift_ends_at: datetime | None = None
    """None until a draft appeared."""
    outgoing: PersonId | None = None
    incoming: PersonId | None = None
    """Who is asked to accept; None while nobody comes next."""
    stage: Stage = Stage.PLANNED
    is_early: bool = False
    steps: frozenset[FlowStep] = frozenset()
    """Those that were taken, or that a later one made pointless."""
    notes: Mapping[NotePart, CleanText] = field(default_factory=dict)
    chosen: Mapping[TicketId, Severity] = field(default_factory=dict)
    delivered: HandoverDelivered | None = None
    delivered_at: datetime | None = None
    frozen_notes: Mapping[NotePart, CleanText] = field(default_factory=dict)
    """What had been written when it was delivered."""
    questions: tuple[Question, ...] = ()
    accepted: HandoverAccepted | None = None
    accepted_at: datetime | None = None
    declined: HandoverDeclined | None = None
    answered: frozenset[MessageKey] = frozenset()
    """Messages whose answer was a question or a refusal: a channel says the same again for as long as it is asked."""
    written_at: datetime | None = None
    """When the file was written that it came in; None where it was no file."""
    changes: int = 0
    """How many events it was folded from; makes the keys of its messages."""

    @property
    def is_begun(self) -> bool:
        """Tell whether this shift ends by its handover and not by the clock alone."""
        return self.stage is not Stage.PLANNED

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to accept it."""
        return self.stage in {Stage.DRAFT, Stage.DELIVERED, Stage.DECLINED} and self.incoming is not None

    @property
    def question(self) -> Question | None:
        """Return the oldest question that nobody has answered."""
        return next((question for question in self.questions if not question.answer), None)

    @property
    def unclear(self) -> Question | None:
        """Return the oldest answer of which the outgoing person has to say whether it is a yes."""
        return next((question for question in self.questions if question.is_unclear and not question.answer), None)

    @property
    def is_without_reds(self) -> bool:
        """Tell whether it was accepted without a word though something was red."""
        has_red = self.delivered is not None and self.delivered.tickets.has_red
        return self.accepted is not None and has_red and not self.accepted.reds.strip()

    @property
    def counts_from(self) -> datetime | None:
        """Return T: the end of the shift, or when it was delivered where that was later or on purpose earlier."""
        if self.delivered_at is None or self.shift_ends_at is None:
            return self.shift_ends_at
        return self.delivered_at if self.is_early else max(self.shift_ends_at, self.delivered_at)


def due_step(flow: Flow, now: datetime) -> FlowStep | None:
    """Return the step that is due; of several that are overdue the last."""
    due = [step for step, at in plan(flow) if at <= now]
    return due[-1] if due else None


def plan(flow: Flow) -> tuple[tuple[FlowStep, datetime], ...]:
    """Return what time alone will make happen, and when, the next first."""
    counts_from = flow.counts_from
    if counts_from is None:
        return ()
    if flow.stage is Stage.DRAFT and not flow.is_early and FlowStep.COMPLETE not in flow.steps:
        return ((FlowStep.COMPLETE, counts_from - COMPLETE_BEFORE),)
    if flow.stage is Stage.DELIVERED and flow.incoming is not None:
        return tuple((step, counts_from + after) for step, after in AFTER.items() if step not in flow.steps)
    return ()


def is_delivery_due(flow: Flow, now: datetime) -> bool:
    """Tell whether the draft has to be frozen and delivered now, complete or not."""
    ends_at = flow.shift_ends_at
    return flow.stage is Stage.DRAFT and ends_at is not None and (flow.is_early or ends_at - DELIVER_BEFORE <= now)
