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

from dataclasses import replace
from datetime import datetime

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
    SeverityChosen,
)
from oncall_tui.domain.handover_flow import AFTER, About, Audience, Flow, Question, Stage, Tell, due_step
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.text import NO_TEXT

Step = tuple[Flow, tuple[Tell, ...]]
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
    order = list(AFTER)
    passed = frozenset(order[: order.index(event.step) + 1]) if event.step in AFTER else frozenset({event.step})
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
        steps=flow.steps if flow.stage is Stage.DRAFT else flow.steps - set(AFTER),
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
        question = Question(words=event.words, by=event.by, at=now, key=event.key, is_unclear=event.is_unclear)
        asked = replace(flow, questions=(*flow.questions, question), answered=_with(flow, event.key))
        return asked, (Tell(about=About.QUESTION, to=Audience.OUTGOING),)
    if flow.question is None or flow.question.is_unclear:
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
        is_judged = flow.unclear is not None and flow.unclear.key == event.key
        if flow.stage is Stage.DECLINED or (event.key in flow.answered and not is_judged):
            return None
        declined = replace(
            flow,
            stage=Stage.DECLINED,
            declined=event,
            answered=_with(flow, event.key),
            questions=tuple(question for question in flow.questions if not question.is_unclear),
        )
        to = (Audience.LEADERSHIP, Audience.OUTGOING)
        return declined, tuple(Tell(about=About.DECLINED, to=audience) for audience in to)
    accepted = replace(flow, stage=Stage.ACCEPTED, accepted=event, accepted_at=now)
    has_worried = flow.declined is not None or FlowStep.LEADERSHIP in flow.steps
    told = (Audience.OUTGOING, Audience.LEADERSHIP) if has_worried else (Audience.OUTGOING,)
    return accepted, tuple(Tell(about=About.ACCEPTED, to=audience) for audience in told)


def _with(flow: Flow, key: MessageKey | None) -> frozenset[MessageKey]:
    return flow.answered if key is None else flow.answered | {key}
