"""How a shift changes hands: one handover, folded from the things that happened to it.

``advance`` is the whole machine and is pure: given what is known, one thing that happened and the instant it happened,
it returns what is known then and who has to be told. Times count from T, the end of the shift::

    T-60 draft ──► T-30 complete ──► T-15 delivered ──► accepted
                                       │    ▲  T+3 reminder, T+5 other channels, T+10 leadership
                                       ▼    │
                                      declined (leadership hears at once)

Handed over early, or delivered late, T is when it was delivered. Of several steps that are overdue only the last is
taken, so that a machine that slept tells nobody the same thing three times. Until somebody accepts, the outgoing person
stays on call: ``duty`` reads that from here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from oncall_tui.domain.events import HandoverCarriedOver
from oncall_tui.domain.handover_events import (
    FlowEvent,
    FlowStep,
    HandoverAccepted,
    HandoverAnswered,
    HandoverAsked,
    HandoverDeclined,
    HandoverDelivered,
    HandoverDrafted,
    HandoverNoteWritten,
    HandoverStepped,
    NotePart,
    Severity,
    SeverityChosen,
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

_AFTER = {
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
    def counts_from(self) -> datetime | None:
        """Return T: the end of the shift, or when it was delivered where that was later or on purpose earlier."""
        if self.delivered_at is None or self.shift_ends_at is None:
            return self.shift_ends_at
        return self.delivered_at if self.is_early else max(self.shift_ends_at, self.delivered_at)


Step = tuple[Flow, tuple[Tell, ...]]


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
        return tuple((step, counts_from + after) for step, after in _AFTER.items() if step not in flow.steps)
    return ()


def is_delivery_due(flow: Flow, now: datetime) -> bool:
    """Tell whether the draft has to be frozen and delivered now, complete or not."""
    ends_at = flow.shift_ends_at
    return flow.stage is Stage.DRAFT and ends_at is not None and (flow.is_early or ends_at - DELIVER_BEFORE <= now)


AnyFlowEvent = FlowEvent | HandoverCarriedOver


def advance(flow: Flow | None, event: AnyFlowEvent, now: datetime) -> Step | None:
    """Return what is known after an event at an instant, and who has to be told; None when it changes nothing."""
    known = flow or Flow(shift_starts_at=event.shift_starts_at)
    step = _advanced(known, event, now)
    return None if step is None else (replace(step[0], changes=known.changes + 1), step[1])


def _advanced(flow: Flow, event: AnyFlowEvent, now: datetime) -> Step | None:
    match event:
        case HandoverDrafted():
            return _drafted(flow, event)
        case HandoverStepped():
            return _stepped(flow, event, now)
        case HandoverDelivered():
            return _delivered(flow, event, now)
        case HandoverNoteWritten() | SeverityChosen():
            return _written(flow, event)
        case _:
            return _answered(flow, event, now)


def _drafted(flow: Flow, event: HandoverDrafted) -> Step | None:
    if flow.is_begun:
        return None
    drafted = replace(
        flow,
        stage=Stage.DRAFT,
        shift_ends_at=event.shift_ends_at,
        outgoing=event.outgoing,
        incoming=event.incoming,
        is_early=event.is_early,
    )
    return drafted, ()


def _carried_over(flow: Flow, event: HandoverCarriedOver, now: datetime) -> Step | None:
    if flow.stage is Stage.ACCEPTED:
        return None
    accepted = HandoverAccepted(
        shift_starts_at=event.shift_starts_at, by=event.by, reds=event.reds, first_action=event.first_action
    )
    carried = replace(
        flow,
        stage=Stage.ACCEPTED,
        shift_ends_at=event.shift_ends_at,
        outgoing=event.outgoing,
        incoming=event.by,
        notes=dict(event.notes) or flow.notes,
        accepted=accepted,
        accepted_at=now,
        written_at=event.written_at,
    )
    return carried, ()


def _stepped(flow: Flow, event: HandoverStepped, now: datetime) -> Step | None:
    if event.step is FlowStep.NOBODY_NEXT:
        if event.step in flow.steps or flow.stage is Stage.ACCEPTED:
            return None
        told = replace(
            flow,
            steps=flow.steps | {event.step},
            outgoing=flow.outgoing or event.outgoing,
            shift_ends_at=flow.shift_ends_at or event.shift_ends_at,
        )
        return told, (Tell(about=About.NOBODY_NEXT, to=Audience.LEADERSHIP),)
    if due_step(flow, now) is not event.step:
        return None
    order = list(_AFTER)
    passed = frozenset(order[: order.index(event.step) + 1]) if event.step in _AFTER else frozenset({event.step})
    return replace(flow, steps=flow.steps | passed), _told(flow, event.step)


def _told(flow: Flow, step: FlowStep) -> tuple[Tell, ...]:
    match step:
        case FlowStep.REMIND:
            return (Tell(about=About.REMINDER, to=Audience.INCOMING),)
        case FlowStep.OTHER_CHANNELS:
            return (Tell(about=About.REMINDER, to=Audience.INCOMING, on_other_channels=True),)
        case FlowStep.LEADERSHIP:
            leadership = Tell(about=About.NOT_ACCEPTED, to=Audience.LEADERSHIP)
            if flow.steps & {FlowStep.REMIND, FlowStep.OTHER_CHANNELS}:
                return (leadership,)
            return (Tell(about=About.REMINDER, to=Audience.INCOMING), leadership)  # nobody was awake to remind her
        case _:
            return ()


def _delivered(flow: Flow, event: HandoverDelivered, now: datetime) -> Step | None:
    if flow.stage is Stage.ACCEPTED or (flow.stage is not Stage.DRAFT and not event.is_by_hand):
        return None
    stage = Stage.DELIVERED if flow.is_begun else Stage.PLANNED
    delivered = replace(
        flow,
        stage=stage,
        delivered=event,
        delivered_at=now,
        frozen_notes=flow.notes,
        incoming=event.incoming or flow.incoming,
        declined=None,
        steps=flow.steps if flow.stage is Stage.DRAFT else flow.steps - set(_AFTER),
    )
    return delivered, ()


def _written(flow: Flow, event: HandoverNoteWritten | SeverityChosen) -> Step | None:
    if isinstance(event, HandoverNoteWritten):
        if flow.notes.get(event.part, NO_TEXT) == event.text:
            return None
        return replace(flow, notes={**flow.notes, event.part: event.text}), ()
    chosen = {ticket: severity for ticket, severity in flow.chosen.items() if ticket != event.ticket}
    if event.severity is not None:
        chosen[event.ticket] = event.severity
    return None if chosen == flow.chosen else (replace(flow, chosen=chosen), ())


def _asked(flow: Flow, event: HandoverAsked | HandoverAnswered, now: datetime) -> Step | None:
    if isinstance(event, HandoverAsked):
        if not flow.is_open or event.by != flow.incoming or event.key in flow.answered:
            return None
        question = Question(words=event.words, by=event.by, at=now, key=event.key)
        asked = replace(flow, questions=(*flow.questions, question), answered=_with(flow, event.key))
        return asked, (Tell(about=About.QUESTION, to=Audience.OUTGOING),)
    if flow.question is None:
        return None
    answered = replace(flow.question, answer=event.words)
    questions = tuple(answered if question is flow.question else question for question in flow.questions)
    return replace(flow, questions=questions), (Tell(about=About.ANSWER, to=Audience.INCOMING),)


def _answered(
    flow: Flow,
    event: HandoverAsked | HandoverAnswered | HandoverAccepted | HandoverDeclined | HandoverCarriedOver,
    now: datetime,
) -> Step | None:
    if isinstance(event, HandoverAsked | HandoverAnswered):
        return _asked(flow, event, now)
    if isinstance(event, HandoverCarriedOver):
        return _carried_over(flow, event, now)
    return _decided(flow, event, now)


def _decided(flow: Flow, event: HandoverAccepted | HandoverDeclined, now: datetime) -> Step | None:
    if flow.stage not in {Stage.DELIVERED, Stage.DECLINED} or event.by != flow.incoming:
        return None
    if isinstance(event, HandoverDeclined):
        if flow.stage is Stage.DECLINED or event.key in flow.answered:
            return None
        declined = replace(flow, stage=Stage.DECLINED, declined=event, answered=_with(flow, event.key))
        to = (Audience.LEADERSHIP, Audience.OUTGOING)
        return declined, tuple(Tell(about=About.DECLINED, to=audience) for audience in to)
    accepted = replace(flow, stage=Stage.ACCEPTED, accepted=event, accepted_at=now)
    has_worried = flow.declined is not None or FlowStep.LEADERSHIP in flow.steps
    told = (Audience.OUTGOING, Audience.LEADERSHIP) if has_worried else (Audience.OUTGOING,)
    return accepted, tuple(Tell(about=About.ACCEPTED, to=audience) for audience in told)


def _with(flow: Flow, key: MessageKey | None) -> frozenset[MessageKey]:
    return flow.answered if key is None else flow.answered | {key}
