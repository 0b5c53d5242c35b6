"""From E to the leader's answer, through the store and back."""

from datetime import timedelta

import pytest

from oncall_tui.domain.message import Purpose
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected, SourceRefused
from oncall_tui.services.escalating import pause_after
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    return rig


async def test_nothing_leaves_before_the_undo_seconds_are_over(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=4)
    assert rig.received() == []
    await rig.pass_time(seconds=1)
    assert rig.received() == ["dana-push"]


async def test_stopping_in_time_sends_nothing(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=4)
    assert await rig.station.actions.stop(ticket().id)
    await rig.pass_time(minutes=30)
    assert rig.received() == []


async def test_stopping_too_late_says_so(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    assert not await rig.station.actions.stop(ticket().id)


async def test_an_escalation_nobody_takes_climbs_after_five_minutes(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=5, seconds=6)
    assert rig.received() == ["dana-push", "dana-phone", "sam-push"]


async def test_the_leaders_answer_is_on_the_desk_with_her_words_and_ends_the_ladder(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=30)
    rig.answer("dana-push", "On it, calling them at 8")
    await rig.pass_time(minutes=60)
    escalation = rig.station.board.desk().escalation_of(ticket().id)
    assert escalation is not None
    assert escalation.acknowledged is not None
    assert (escalation.acknowledged.name, escalation.acknowledged.words) == ("Dana Lee", "On it, calling them at 8")
    assert rig.received() == ["dana-push"]


async def test_everybody_else_who_was_told_is_stood_down(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=6)
    rig.answer("sam-push")
    await rig.pass_time(minutes=1)
    assert rig.received(Purpose.STAND_DOWN) == ["dana-phone"]


async def test_a_message_is_checked_again_just_before_it_leaves(rig: Rig) -> None:
    rig.channels[next(iter(rig.channels))].errors.append(NotSent("busy"))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    await rig.station.actions.reached_by_phone(ticket().id, "Dana", "has it")
    await rig.pass_time(minutes=10)
    assert rig.received() == []


async def test_a_message_certainly_not_taken_is_tried_again_under_its_own_key(rig: Rig) -> None:
    channel = rig.channels[next(iter(rig.channels))]
    keys = []
    channel.on_send = lambda message: keys.append((message.key, message.is_possible_duplicate))
    channel.errors += [NotSent("refused"), NotSent("refused")]
    await rig.escalate()
    await rig.pass_time(seconds=20)
    assert len(keys) == 3
    assert set(keys) == {(keys[0][0], False)}
    assert rig.received() == ["dana-push"]


async def test_an_ambiguous_outcome_is_sent_again_as_a_possible_duplicate(rig: Rig) -> None:
    channel = rig.channels[next(iter(rig.channels))]
    channel.errors.append(OutcomeUnknown("no answer"))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    assert rig.escalation_line == "queued"
    await rig.pass_time(seconds=10)
    assert [message.is_possible_duplicate for message in channel.received] == [True]
    assert rig.escalation_line == "notifying"


async def test_a_rejected_channel_gives_way_to_the_next_at_once(rig: Rig) -> None:
    rig.channels[next(iter(rig.channels))].errors.append(Rejected("no such user"))
    await rig.escalate()
    await rig.pass_time(seconds=8)
    assert rig.received() == ["dana-phone"]


async def test_one_marked_accepted_is_never_sent_again_even_after_restarts(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=10)
    for _ in range(3):
        await rig.restart()
        await rig.pass_time(seconds=30)
    assert rig.received() == ["dana-push", "dana-phone"]


async def test_after_a_restart_it_carries_on_where_it_was(rig: Rig) -> None:
    await rig.escalate()
    await rig.restart()
    await rig.pass_time(seconds=6)
    assert rig.received() == ["dana-push"]
    rig.answer("dana-push", "mine")
    await rig.restart()
    await rig.pass_time(seconds=6)
    assert rig.escalation_line == "acknowledged"


async def test_e_twice_is_one_escalation(rig: Rig) -> None:
    await rig.escalate()
    await rig.escalate()
    await rig.pass_time(seconds=10)
    assert rig.received() == ["dana-push"]


async def test_two_terminals_on_one_store_make_one_escalation_and_one_message(rig: Rig) -> None:
    other = Rig(store=rig.store, clock=rig.clock)
    await other.station.open()
    await other.read()
    await rig.escalate()
    await other.escalate()
    await rig.pass_time(seconds=6)
    await other.pass_time(seconds=6)
    assert rig.received() + other.received() == ["dana-push"]


async def test_a_machine_that_slept_for_hours_sends_one_message_to_a_person(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    rig.clock.now += timedelta(hours=3)
    await rig.turn()
    assert rig.received() == ["dana-push", "sam-push"]


async def test_a_ticket_that_vanished_from_a_complete_answer_stands_the_leader_down(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=10)
    rig.source.tickets = ()
    await rig.read()
    await rig.pass_time(minutes=20)
    assert rig.escalation_line == "cleared"
    assert rig.received() == ["dana-push"]
    assert rig.received(Purpose.STAND_DOWN) == ["dana-push"]


async def test_a_source_that_fails_clears_nothing(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=10)
    rig.source.error = SourceRefused("helpdesk refused the credentials")
    await rig.read()
    assert rig.escalation_line == "notifying"


async def test_the_message_says_everything_a_leader_needs(rig: Rig) -> None:
    await rig.escalate(why="Late, and the third shop today")
    await rig.pass_time(seconds=6)
    message = rig.channels[next(iter(rig.channels))].received[0]
    assert message.title == "[4312] Acme KK: Login fails for every user"
    assert message.body == CleanText(
        "Acme KK needs a decision: Login fails for every user\n"
        "\n"
        "Why now: Late, and the third shop today\n"
        "\n"
        "Ticket 4312, from Kenji Mori\n"
        "Written Fri 19:05 (your time), Sat 12:05 (theirs)\n"
        "Waiting since Sat 10:05 (theirs): 2 h when this was written\n"
        "Promised for Fri 18:57 (your time): late by 8 m when this was written\n"
        "Touches so far: 5\n"
        "\n"
        "Asked of you: say that you have it, and what to do. On call: Ana Ruiz, +1 212 555 0100.\n"
        "https://desk.example/4312",
    )


async def test_leaving_says_how_many_messages_the_next_start_has_to_send(rig: Rig) -> None:
    rig.channels[next(iter(rig.channels))].errors.append(NotSent("busy"))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    assert await rig.station.close() == 1
    await rig.restart()
    await rig.pass_time(seconds=10)
    assert await rig.station.close() == 0


async def test_nobody_answering_ends_loud_and_rings_again(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=50)
    assert rig.escalation_line == "exhausted"
    assert rig.received() == ["dana-push"] * 3 + ["dana-phone"] * 3 + ["sam-push"] * 3


@pytest.mark.parametrize(
    ("wanted", "seconds"),
    [(None, 5), (timedelta(seconds=1), 5), (timedelta(seconds=20), 20), (timedelta(hours=1), 60)],
)
def test_a_provider_that_was_asked_too_often_is_left_alone_but_not_for_long(
    wanted: timedelta | None, seconds: int
) -> None:
    assert pause_after(NotSent("dana-push asks for a pause", wanted)) == timedelta(seconds=seconds)


def test_a_provider_that_could_not_tell_is_asked_again_soon() -> None:
    assert pause_after(OutcomeUnknown("dana-push did not answer")) == timedelta(seconds=5)
