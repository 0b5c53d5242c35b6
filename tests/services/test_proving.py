"""A test message shows who can really be reached."""

from datetime import timedelta

import pytest

from oncall_tui.bootstrap.stations import target_of
from oncall_tui.domain.message import Acknowledgement, OutgoingMessage, Proof, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.reach import PROVED_FOR, proof_of, reach, reach_problems
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.services.proving import Proving
from tests.rig import BEN, DANA, SAM, Rig, team

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    return rig


def answers_at_once(rig: Rig, channel: str) -> None:
    scripted = rig.channels[ChannelId(channel)]

    def answer(message: OutgoingMessage) -> None:
        words = CleanText("I am here")
        scripted.answers[message.key] = Acknowledgement(key=message.key, at=rig.clock.now, words=words)

    scripted.on_send = answer


async def prove(rig: Rig) -> tuple[bool, list[str]]:
    said: list[str] = []
    proving = Proving(team().policy, rig.station.escalating.channels, rig.station.logbook, rig.clock, said.append)
    return await proving.prove(within=timedelta(0)), said


async def test_everybody_on_a_level_gets_a_message_marked_as_a_test_on_every_channel(rig: Rig) -> None:
    await prove(rig)
    assert rig.received(Purpose.TEST) == ["dana-push", "dana-phone", "sam-push"]
    assert rig.channels[ChannelId("sam-push")].received[0].title == "TEST: can you be reached?"


async def test_who_answers_is_proved_reachable_and_when(rig: Rig) -> None:
    for channel in ("dana-push", "dana-phone", "sam-push"):
        answers_at_once(rig, channel)
    is_everybody, said = await prove(rig)
    assert is_everybody
    assert "Dana Lee by dana-push: acknowledged: “I am here”" in said
    reached = reach(rig.station.logbook.shift_events)
    assert reached[DANA.id, ChannelId("dana-push")].proof is Proof.ACKNOWLEDGED
    assert [proof_of(level, reached) for level in team().policy.levels] == [rig.clock.now, rig.clock.now]


async def test_who_does_not_answer_is_not_proved(rig: Rig) -> None:
    is_everybody, said = await prove(rig)
    assert not is_everybody
    assert "Sam Cho by sam-push: NOT ACKNOWLEDGED within 0 min" in said
    assert proof_of(team().policy.levels[1], reach(rig.station.logbook.shift_events)) is None


async def test_a_channel_that_refuses_is_named_with_its_reason(rig: Rig) -> None:
    rig.channels[ChannelId("sam-push")].errors.append(Rejected("no such user"))
    is_everybody, said = await prove(rig)
    assert not is_everybody
    assert "Sam Cho by sam-push: NOT REACHED: no such user" in said
    assert (SAM.id, ChannelId("sam-push")) not in reach(rig.station.logbook.shift_events)


async def test_a_channel_that_can_show_no_more_than_acceptance_says_so(rig: Rig) -> None:
    rig.channels[ChannelId("sam-push")].proves = Proof.ACCEPTED
    _, said = await prove(rig)
    assert "Sam Cho by sam-push: accepted; this channel cannot show more" in said


async def test_people_who_take_turns_on_call_are_tested_too_and_each_channel_once(rig: Rig) -> None:
    proving = Proving(team().policy, rig.station.escalating.channels, rig.station.logbook, rig.clock, lambda _: None)
    levels = [target for level in team().policy.levels for target in level.targets]
    await proving.prove(within=timedelta(0), also=[target_of(BEN), *levels])
    assert rig.received(Purpose.TEST) == ["dana-push", "dana-phone", "sam-push", "ben-mail"]


async def test_a_level_that_was_never_tested_or_too_long_ago_is_a_problem(rig: Rig) -> None:
    def problems() -> list[str]:
        logbook = rig.station.logbook
        return list(reach_problems(team().policy, reach(logbook.shift_events, logbook.escalations), rig.clock.now))

    never = "Nobody of level 2 was ever proved reachable; run “oncall-tui check --send-test”."
    assert problems() == [never.replace("level 2", "level 1"), never]
    answers_at_once(rig, "dana-push")
    await prove(rig)
    assert problems() == [never]
    rig.clock.now += PROVED_FOR
    assert problems() == [never]
    rig.clock.now += timedelta(days=1)
    old = "Level 1 was last proved reachable 31 days ago; run “oncall-tui check --send-test”."
    assert problems() == [old, never]


async def test_an_escalation_she_acknowledged_proves_as_much_as_a_test(rig: Rig) -> None:
    await rig.read()
    await rig.escalate()
    await rig.pass_time(minutes=6)
    rig.answer("sam-push", "mine")
    await rig.pass_time(seconds=1)
    logbook = rig.station.logbook
    reached = reach(logbook.shift_events, logbook.escalations)
    assert proof_of(team().policy.levels[1], reached) == rig.clock.now - timedelta(seconds=1)
