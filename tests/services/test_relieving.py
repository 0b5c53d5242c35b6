"""A shift changes hands: who is asked, when, and who is on call meanwhile."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from oncall_tui.domain.duty import owner
from oncall_tui.domain.handover_events import HandoverDelivered, HandoverDrafted, NotePart, ShiftFigured
from oncall_tui.domain.handover_flow import Stage
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.rota import Override, Rotation, WeekTime
from oncall_tui.errors import BadUse
from oncall_tui.services.handing_over import Role
from oncall_tui.ui.handover_text import standing
from tests.rig import ANA, BEN, DANA, MovingClock, Rig, team

pytestmark = pytest.mark.anyio

T = datetime(2026, 11, 23, 14, tzinfo=UTC)
"""Monday 09:00 in New York: Ana's shift ends."""
DAYS = Rotation(
    name="Week",
    starts=WeekTime(weekday=0, at=time(9)),
    ends=WeekTime(weekday=4, at=time(18)),
    first_on=date(2026, 11, 23),
    people=(BEN.id,),
)


def before_the_end(minutes: float, *, rig: Rig | None = None) -> Rig:
    """Return a rig some minutes before Ana's shift ends, when Ben's begins at once."""
    rig = rig or Rig()
    rig.clock.now = T - timedelta(minutes=minutes)
    rota = team().rota
    rig.station.board.use_rota(replace(rota, rotations=(*rota.rotations, DAYS)))
    ben = replace(BEN, channels=(*BEN.channels, ChannelId("ben-push")))
    rig.station.board.team = replace(rig.station.board.team, people={**rig.station.board.team.people, BEN.id: ben})
    return rig


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    return before_the_end(61, rig=rig)


async def let_pass(rig: Rig, *, minutes: float = 0, seconds: float = 0) -> None:
    """Let time pass in the steps of the loop."""
    end = rig.clock.now + timedelta(minutes=minutes, seconds=seconds)
    while rig.clock.now < end:
        rig.clock.now = min(end, rig.clock.now + timedelta(seconds=15))
        await rig.turn()


def got(rig: Rig, channel: str) -> list[str]:
    return [message.title for message in rig.channels[ChannelId(channel)].received]


def on_call(rig: Rig) -> str | None:
    desk = rig.station.board.desk()
    return desk.on_call.name if desk.on_call else None


def notices(rig: Rig) -> list[str]:
    return [str(notice) for notice in rig.station.board.desk().notices if "gap" not in notice]


async def test_an_hour_before_the_end_a_draft_appears_and_half_an_hour_before_it_asks_to_be_completed(rig: Rig) -> None:
    assert notices(rig) == []
    await let_pass(rig, minutes=2)
    assert notices(rig) == ["Your handover is drafted: H shows it. It is delivered at 08:45."]
    await let_pass(rig, minutes=31)
    (asked,) = notices(rig)
    assert asked.startswith("Your handover is not complete: say with H what was not done.")
    await rig.station.actions.handover.save_notes("none")
    assert notices(rig) == ["Your handover is complete and is delivered at 08:45; D on H delivers it now."]


async def test_a_quarter_before_the_end_it_is_frozen_and_delivered_complete_or_not(rig: Rig) -> None:
    await let_pass(rig, minutes=47)
    assert got(rig, "ben-mail") == ["Handover from Ana Ruiz: 1 red, 1 open"]
    assert "STILL TO BE WRITTEN" in rig.channels[ChannelId("ben-mail")].received[0].body
    rig.source.tickets = ()
    await rig.read()
    assert [line.text for line in rig.station.actions.handover.handing_over.sheet().since] == [
        "- not open any more: 4312 Acme KK: Login fails for every user"
    ]


async def test_until_somebody_accepts_the_outgoing_person_stays_on_call_and_the_alarm_rises(rig: Rig) -> None:
    await let_pass(rig, minutes=62)
    assert on_call(rig) == "Ana Ruiz"
    assert rig.station.board.desk().is_held
    await let_pass(rig, minutes=2.5)
    assert got(rig, "ben-mail")[1:] == ["Please accept the handover from Ana Ruiz"]
    await let_pass(rig, minutes=2)
    assert got(rig, "ben-push") == ["Please accept the handover from Ana Ruiz"]
    assert got(rig, "dana-push") == []
    await let_pass(rig, minutes=5)
    assert got(rig, "dana-push") == ["Nobody accepted the handover from Ana Ruiz"]
    await let_pass(rig, minutes=30)
    assert (len(got(rig, "ben-mail")), len(got(rig, "ben-push")), len(got(rig, "dana-push"))) == (2, 1, 1)
    assert on_call(rig) == "Ana Ruiz"


async def test_an_answer_through_a_channel_accepts_and_everything_changes_hands_at_once(rig: Rig) -> None:
    await rig.escalate()
    await let_pass(rig, minutes=62)
    assert on_call(rig) == "Ana Ruiz"
    rig.answer("ben-mail", "4312 is red; I ring Kenji first")
    await let_pass(rig, seconds=2)
    assert on_call(rig) == "Ben Okafor"
    flow = rig.station.logbook.flows[datetime(2026, 11, 20, 23, tzinfo=UTC)]
    assert flow.accepted is not None
    assert flow.accepted.reds == "4312 is red; I ring Kenji first"
    assert flow.accepted.tickets == ("helpdesk:4312",)
    assert flow.accepted.escalations == ("e1",)


@pytest.mark.parametrize("words", ["No, I am ill", "cannot, sorry", "I can't: I am on a plane"])
async def test_a_refusal_through_a_channel_never_accepts_and_leadership_hears_it_at_once(rig: Rig, words: str) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail", words)
    await let_pass(rig, minutes=20)
    assert on_call(rig) == "Ana Ruiz"
    (message,) = rig.channels[ChannelId("dana-push")].received
    assert message.title == "Ben Okafor cannot take over"
    assert message.purpose is Purpose.NOTICE
    assert message.body.startswith(f"Ben Okafor did not accept: “{words}”. Ana Ruiz (+1 212 555 0100) stays on call")


async def test_what_could_be_a_yes_or_a_no_is_shown_as_words_and_the_outgoing_person_decides(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail", "No problem, I take it")
    await let_pass(rig, seconds=10)
    assert notices(rig) == [
        "Ben Okafor answered: “No problem, I take it” Is that a yes? On H: A is yes, N is no.",
    ]
    assert (on_call(rig), got(rig, "dana-push")) == ("Ana Ruiz", [])
    with pytest.raises(BadUse, match="nobody asked anything"):
        await rig.station.actions.handover.answer("yes")
    await rig.station.actions.handover.judge(is_yes=True)
    assert on_call(rig) == "Ben Okafor"
    assert notices(rig) == ["You are off: Ben Okafor has accepted: “No problem, I take it”."]


async def test_taken_for_a_no_leadership_hears_it_and_only_whoever_hands_over_decides(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail", "Sorry for the mess")
    await let_pass(rig, seconds=10)
    rig.station.board.sits_here(BEN.id)
    with pytest.raises(BadUse, match="Ana Ruiz decides what the answer means, not you"):
        await rig.station.actions.handover.judge(is_yes=True)
    rig.station.board.sits_here(ANA.id)
    await rig.station.actions.handover.judge(is_yes=False)
    await let_pass(rig, minutes=1)
    assert (on_call(rig), got(rig, "dana-push")) == ("Ana Ruiz", ["Ben Okafor cannot take over"])
    with pytest.raises(BadUse, match="no answer waits"):
        await rig.station.actions.handover.judge(is_yes=False)


async def test_accepted_by_a_button_it_says_that_the_reds_were_not_repeated(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail")
    await let_pass(rig, seconds=10)
    assert notices(rig) == [
        "You are off, but Ben Okafor has accepted without repeating the reds: ring to make sure.",
    ]
    await let_pass(rig, minutes=61)
    assert notices(rig) == []


async def test_an_old_refusal_does_not_answer_a_handover_that_is_delivered_anew(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail", "No, not before I have slept")
    await let_pass(rig, minutes=1)
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.deliver()
    await let_pass(rig, minutes=2)
    flow = rig.station.board.open_flow()
    assert flow is not None
    assert flow.stage is Stage.DELIVERED
    rig.answer("ben-mail", "All right, I ring Kenji")
    await let_pass(rig, minutes=1)
    assert on_call(rig) == "Ben Okafor"


async def test_a_question_through_a_channel_is_answered_before_it_is_accepted(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.answer("ben-mail", "What did Kenji say?")
    await let_pass(rig, seconds=10)
    assert notices(rig) == ["Ben Okafor asks: “What did Kenji say?” Answer with A on H."]
    assert on_call(rig) == "Ana Ruiz"
    await rig.station.actions.handover.answer("He waits for a SAML trace.")
    await let_pass(rig, seconds=10)
    assert got(rig, "ben-mail")[-1] == "Ana Ruiz answers; please accept the handover"
    rig.answer("ben-mail", "Thanks, I send the trace first")
    await let_pass(rig, seconds=5)
    assert rig.station.board.open_flow() is None


async def test_whoever_comes_next_accepts_on_the_screen_in_her_own_words(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    actions = rig.station.actions
    with pytest.raises(BadUse, match="Ben Okafor is asked to accept, not you"):
        await actions.handover.accept("4312", "I ring Kenji")
    rig.station.board.sits_here(BEN.id)
    with pytest.raises(BadUse, match="say in your own words what is red"):
        await actions.handover.accept(" ", "I ring Kenji")
    with pytest.raises(BadUse, match="say what you do first"):
        await actions.handover.accept("4312 is down", "")
    await actions.handover.accept("4312 is down", "I ring Kenji")
    assert on_call(rig) == "Ben Okafor"
    with pytest.raises(BadUse, match="no handover waits for an answer"):
        await actions.handover.accept("4312 is down", "I ring Kenji")


async def test_whoever_is_asked_sees_what_she_is_asked_and_not_an_old_shift_of_her_own(rig: Rig) -> None:
    rota = rig.station.board.team.rota
    earlier = Override(starts=T - timedelta(hours=9), ends=T - timedelta(hours=4), person=BEN.id)
    rig.station.board.use_rota(replace(rota, overrides=(earlier,)))
    rig.station.board.sits_here(BEN.id)
    assert rig.station.board.desk().ended_shift is not None
    await let_pass(rig, minutes=50)
    assert rig.station.board.desk().ended_shift is None
    sheet = rig.station.actions.handover.handing_over.sheet()
    assert (sheet.role, sheet.handover.outgoing) == (Role.INCOMING, ANA)


async def test_whoever_goes_on_after_her_shift_hands_it_to_nobody(rig: Rig) -> None:
    rota = rig.station.board.team.rota
    rig.station.board.use_rota(
        replace(rota, overrides=(Override(starts=T, ends=T + timedelta(hours=9), person=ANA.id),))
    )
    await rig.station.actions.handover.save_notes("none")
    with pytest.raises(BadUse, match="Ana Ruiz goes on after this shift: ask for a cover on W instead"):
        await rig.station.actions.handover.deliver()
    assert rig.station.board.open_flow() is None


async def test_whoever_looks_at_anothers_handover_is_not_told_that_it_is_hers(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    sheet = rig.station.actions.handover.handing_over.sheet
    assert standing(sheet(), rig.clock.now).endswith("has not accepted it yet. You stay on call.")
    rig.station.board.sits_here(DANA.id)
    assert standing(sheet(), rig.clock.now).endswith("has not accepted it yet. Ana Ruiz stays on call.")


async def test_after_a_sleep_overdue_steps_are_one(rig: Rig) -> None:
    await let_pass(rig, minutes=50)
    rig.clock.now = T + timedelta(minutes=40)
    await let_pass(rig, seconds=20)
    assert got(rig, "ben-mail")[1:] == ["Please accept the handover from Ana Ruiz"]
    assert got(rig, "ben-push") == []
    assert got(rig, "dana-push") == ["Nobody accepted the handover from Ana Ruiz"]


async def test_a_machine_that_slept_through_all_of_it_delivers_first_and_counts_from_then(rig: Rig) -> None:
    await let_pass(rig, minutes=2)
    rig.clock.now = T + timedelta(minutes=40)
    await let_pass(rig, seconds=20)
    assert len(got(rig, "ben-mail")) == 1
    assert got(rig, "dana-push") == []
    await let_pass(rig, minutes=11)
    assert got(rig, "dana-push") == ["Nobody accepted the handover from Ana Ruiz"]


async def test_a_restart_between_any_two_steps_repeats_none(rig: Rig) -> None:
    for _ in range(15):
        await let_pass(rig, minutes=5)
        await rig.restart()
        before_the_end((T - rig.clock.now) / timedelta(minutes=1), rig=rig)
    assert (len(got(rig, "ben-mail")), len(got(rig, "ben-push")), len(got(rig, "dana-push"))) == (2, 1, 1)
    drafts = [e for e in rig.station.logbook.shift_events if isinstance(e.event, HandoverDrafted | HandoverDelivered)]
    assert len(drafts) == 2


async def test_two_processes_on_one_store_take_each_step_once() -> None:
    clock = MovingClock(now=T - timedelta(minutes=61))
    one = Rig(clock=clock)
    other = Rig(store=one.store, clock=clock)
    for rig in (one, other):
        await rig.station.open()
        await rig.read()
        before_the_end(61, rig=rig)
    end = T + timedelta(minutes=15)
    while clock.now < end:
        clock.now += timedelta(seconds=5)
        await one.turn()
        await other.turn()
    received = [title for rig in (one, other) for title in (*got(rig, "ben-mail"), *got(rig, "ben-push"))]
    assert sorted(received) == [
        "Handover from Ana Ruiz: 1 red, 1 open",
        *["Please accept the handover from Ana Ruiz"] * 2,
    ]
    assert got(one, "dana-push") + got(other, "dana-push") == ["Nobody accepted the handover from Ana Ruiz"]


async def test_delivered_long_before_the_end_it_is_an_early_takeover_with_the_same_steps(rig: Rig) -> None:
    rig.clock.now = T - timedelta(hours=30)
    await rig.station.actions.handover.save_notes("I am ill")
    await rig.station.actions.handover.deliver()
    await let_pass(rig, minutes=3.5)
    assert got(rig, "ben-mail")[1:] == ["Please accept the handover from Ana Ruiz"]
    assert on_call(rig) == "Ana Ruiz"
    rig.answer("ben-mail", "Get well. I look at 4312")
    await let_pass(rig, minutes=10)
    assert on_call(rig) == "Ben Okafor"
    assert got(rig, "dana-push") == []
    rig.clock.now = T - timedelta(minutes=59)
    await let_pass(rig, minutes=70)
    assert on_call(rig) == "Ben Okafor"


async def test_accepted_before_the_end_of_the_last_shift_of_the_week_nothing_more_is_handed_over() -> None:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    rig.clock.now = T - timedelta(minutes=16)
    await let_pass(rig, minutes=2)
    assert got(rig, "ben-mail") == ["Handover from Ana Ruiz: 1 red, 1 open"]
    rig.answer("ben-mail", "4312 is red; I ring Kenji first")
    await let_pass(rig, minutes=4)
    assert on_call(rig) == "Ben Okafor"
    await let_pass(rig, minutes=20)
    assert got(rig, "ben-mail") == ["Handover from Ana Ruiz: 1 red, 1 open"]
    assert on_call(rig) is None
    board = rig.station.board
    assert owner(board.team.rota, rig.station.logbook.flows.values(), rig.clock.now) == BEN.id


async def test_nobody_comes_next_and_leadership_hears_it_a_day_before() -> None:
    rig = Rig()
    await rig.station.open()
    only = Override(starts=datetime(2026, 11, 20, 23, tzinfo=UTC), ends=T, person=ANA.id)
    rig.station.board.use_rota(replace(team().rota, rotations=(), overrides=(only,)))
    rig.clock.now = T - timedelta(hours=25)
    await let_pass(rig, minutes=5)
    assert got(rig, "dana-push") == []
    rig.clock.now = T - timedelta(hours=24)
    await let_pass(rig, minutes=5)
    assert got(rig, "dana-push") == ["Nobody is on call next"]
    assert "Please say who comes next" in rig.channels[DANA.channels[0]].received[0].body


async def test_the_figures_of_a_shift_are_kept_once_it_is_really_over(rig: Rig) -> None:
    await rig.escalate()
    await let_pass(rig, seconds=10)
    rig.answer("dana-push", "On it")
    await let_pass(rig, minutes=63)
    figured = [e.event for e in rig.station.logbook.shift_events if isinstance(e.event, ShiftFigured)]
    assert figured == []
    rig.answer("ben-mail", "I take it")
    await let_pass(rig, minutes=2)
    await rig.restart()
    await let_pass(rig, seconds=10)
    (kept,) = (e.event for e in rig.station.logbook.shift_events if isinstance(e.event, ShiftFigured))
    assert (kept.person, kept.escalated, kept.acknowledged) == (ANA.id, 1, 1)
    assert kept.accepted_at is not None
    assert kept.accepted_at > kept.shift_ends_at


async def test_one_key_changes_a_severity_and_it_stays_changed(rig: Rig) -> None:
    row = rig.row()
    assert (await rig.station.actions.handover.choose_severity(row.ticket.id)).name == "WATCH"
    await rig.restart()
    (entry,) = rig.station.actions.handover.handing_over.draft().entries
    assert (entry.severity.name, entry.because) == ("WATCH", "chosen by hand; the rules say red")
    await rig.station.actions.handover.choose_severity(row.ticket.id)
    await rig.station.actions.handover.choose_severity(row.ticket.id)
    (entry,) = rig.station.actions.handover.handing_over.draft().entries
    assert entry.because == "late"


async def test_a_part_is_kept_beside_the_others(rig: Rig) -> None:
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.save_notes("Kobe rings at 9", NotePart.EXPECT)
    assert rig.station.actions.handover.handing_over.notes() == {
        NotePart.NOT_DONE: "none",
        NotePart.EXPECT: "Kobe rings at 9",
    }
    flow = rig.station.actions.handover.handing_over.flow()
    assert flow is not None
    assert flow.stage is Stage.PLANNED
