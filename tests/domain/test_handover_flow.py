"""The machine by which a shift changes hands, and who is on call at every moment of it."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.duty import HELD_FOR, on_duty, owner
from oncall_tui.domain.handover_events import (
    FlowEvent,
    FlowStep,
    HandoverAccepted,
    HandoverAnswered,
    HandoverAsked,
    HandoverDeclined,
    HandoverDelivered,
    HandoverDrafted,
    HandoverStepped,
)
from oncall_tui.domain.handover_flow import About, Audience, Flow, Stage, due_step, is_delivery_due
from oncall_tui.domain.handover_machine import advance
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from tests.make import FRIDAY_EVENING as STARTS
from tests.make import MONDAY_MORNING as ENDS
from tests.rig import ANA, BEN, SAM, team

MINUTE = timedelta(minutes=1)
ROTA = team().rota
DRAFTED = HandoverDrafted(shift_starts_at=STARTS, shift_ends_at=ENDS, outgoing=ANA.id, incoming=BEN.id)
DELIVERED = HandoverDelivered(shift_starts_at=STARTS, keys=(), incoming=BEN.id, is_by_hand=False)


def accepted(by: PersonId = BEN.id) -> HandoverAccepted:
    return HandoverAccepted(shift_starts_at=STARTS, by=by)


def stepped(step: FlowStep) -> HandoverStepped:
    return HandoverStepped(shift_starts_at=STARTS, step=step)


def after(*happened: tuple[float, FlowEvent]) -> Flow:
    """Return the handover after events, each some minutes after the shift's end."""
    flow: Flow | None = None
    for minutes, event in happened:
        step = advance(flow, event, ENDS + minutes * MINUTE)
        flow = step[0] if step is not None else flow
    assert flow is not None
    return flow


def told(flow: Flow, minutes: float, event: FlowEvent) -> list[tuple[About, Audience, bool]] | None:
    step = advance(flow, event, ENDS + minutes * MINUTE)
    return None if step is None else [(tell.about, tell.to, tell.on_other_channels) for tell in step[1]]


def test_each_step_is_due_at_its_time_and_only_once() -> None:
    flow = after((-60, DRAFTED))
    assert due_step(flow, ENDS - 31 * MINUTE) is None
    assert due_step(flow, ENDS - 30 * MINUTE) is FlowStep.COMPLETE
    assert not is_delivery_due(flow, ENDS - 16 * MINUTE)
    assert is_delivery_due(flow, ENDS - 15 * MINUTE)
    flow = after((-60, DRAFTED), (-30, stepped(FlowStep.COMPLETE)), (-15, DELIVERED))
    reminder = (About.REMINDER, Audience.INCOMING)
    assert told(flow, 2, stepped(FlowStep.REMIND)) is None
    assert told(flow, 3, stepped(FlowStep.REMIND)) == [(*reminder, False)]
    flow = after((-60, DRAFTED), (-15, DELIVERED), (3, stepped(FlowStep.REMIND)))
    assert told(flow, 4, stepped(FlowStep.REMIND)) is None
    assert told(flow, 5, stepped(FlowStep.OTHER_CHANNELS)) == [(*reminder, True)]
    assert told(flow, 10, stepped(FlowStep.LEADERSHIP)) == [(About.NOT_ACCEPTED, Audience.LEADERSHIP, False)]


def test_of_several_overdue_steps_only_the_last_is_taken() -> None:
    flow = after((-60, DRAFTED), (-15, DELIVERED))
    assert told(flow, 40, stepped(FlowStep.REMIND)) is None
    assert told(flow, 40, stepped(FlowStep.LEADERSHIP)) == [
        (About.REMINDER, Audience.INCOMING, False),
        (About.NOT_ACCEPTED, Audience.LEADERSHIP, False),
    ]
    flow = after((-60, DRAFTED), (-15, DELIVERED), (40, stepped(FlowStep.LEADERSHIP)))
    assert due_step(flow, ENDS + 600 * MINUTE) is None


def test_delivered_late_it_counts_from_then() -> None:
    flow = after((-60, DRAFTED), (40, DELIVERED))
    assert due_step(flow, ENDS + 42 * MINUTE) is None
    assert due_step(flow, ENDS + 43 * MINUTE) is FlowStep.REMIND


def test_nobody_but_the_person_asked_accepts_declines_or_asks() -> None:
    flow = after((-60, DRAFTED), (-15, DELIVERED))
    assert told(flow, 1, accepted(SAM.id)) is None
    assert told(flow, 1, HandoverDeclined(shift_starts_at=STARTS, by=SAM.id, reason=CleanText("no"))) is None
    assert told(flow, 1, HandoverAsked(shift_starts_at=STARTS, by=ANA.id, words=CleanText("?"))) is None
    assert told(after((-60, DRAFTED)), 1, accepted()) is None


def test_whoever_worried_hears_that_it_was_accepted() -> None:
    flow = after((-60, DRAFTED), (-15, DELIVERED), (10, stepped(FlowStep.LEADERSHIP)))
    assert told(flow, 12, accepted()) == [
        (About.ACCEPTED, Audience.OUTGOING, False),
        (About.ACCEPTED, Audience.LEADERSHIP, False),
    ]


def test_who_declined_may_still_accept_and_another_delivery_asks_anew() -> None:
    declined = HandoverDeclined(shift_starts_at=STARTS, by=BEN.id, reason=CleanText("ill"))
    flow = after((-60, DRAFTED), (-15, DELIVERED), (1, declined))
    assert flow.stage is Stage.DECLINED
    assert due_step(flow, ENDS + 60 * MINUTE) is None
    assert after((-60, DRAFTED), (-15, DELIVERED), (1, declined), (2, accepted())).stage is Stage.ACCEPTED
    by_hand = HandoverDelivered(shift_starts_at=STARTS, keys=(), incoming=SAM.id)
    again = after((-60, DRAFTED), (-15, DELIVERED), (1, declined), (5, by_hand))
    assert (again.stage, again.incoming) == (Stage.DELIVERED, SAM.id)
    assert due_step(again, ENDS + 8 * MINUTE) is FlowStep.REMIND


def test_a_handover_nobody_accepts_for_a_week_is_forgotten() -> None:
    flow = after((-60, DRAFTED), (-15, DELIVERED))
    (held, forgotten) = (on_duty(ROTA, [flow], ENDS + HELD_FOR - MINUTE), on_duty(ROTA, [flow], ENDS + HELD_FOR))
    assert held is not None
    assert held.person == ANA.id
    assert forgotten is None or not forgotten.is_held


WORDS = CleanText("words")
EVENTS: st.SearchStrategy[FlowEvent] = st.sampled_from(
    [
        DRAFTED,
        DELIVERED,
        HandoverDelivered(shift_starts_at=STARTS, keys=(), incoming=BEN.id),
        *(stepped(step) for step in FlowStep),
        *(accepted(person.id) for person in (ANA, BEN, SAM)),
        *(HandoverDeclined(shift_starts_at=STARTS, by=person.id, reason=WORDS) for person in (BEN, SAM)),
        HandoverAsked(shift_starts_at=STARTS, by=BEN.id, words=WORDS),
        HandoverAnswered(shift_starts_at=STARTS, by=ANA.id, words=WORDS),
    ]
)


@settings(deadline=None)  # a busy machine is no finding
@given(st.lists(st.tuples(st.integers(0, 20), EVENTS), max_size=12), st.integers(-90, 90))
def test_whatever_happens_there_is_exactly_one_owner_and_she_accepted_or_never_left(
    happened: list[tuple[int, FlowEvent]], asked_at: int
) -> None:
    flow: Flow | None = None
    now: datetime = ENDS - 70 * MINUTE
    for minutes, event in happened:
        now += minutes * MINUTE
        step = advance(flow, event, now)
        if flow is not None and flow.accepted is not None and step is not None:
            assert step[0].accepted == flow.accepted
        flow = step[0] if step is not None else flow
    moment = max(now, ENDS + asked_at * MINUTE)
    flows = [flow] if flow is not None else []
    duty = on_duty(ROTA, flows, moment)
    one = owner(ROTA, flows, moment)
    if flow is not None and flow.accepted is not None:
        assert one == BEN.id
    elif flow is not None and flow.is_begun:
        assert one == ANA.id
    assert duty is None or duty.person == one
