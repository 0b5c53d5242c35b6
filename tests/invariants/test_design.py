"""The fifteen invariants of an escalation, each under its number."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from textual import events

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.message import (
    Acknowledgement,
    Awaited,
    DeliveryState,
    MessageKey,
    OutgoingMessage,
    Purpose,
    Receipt,
)
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import BadUse, NotSent, OutcomeUnknown, Rejected, StoreFailed
from oncall_tui.ports import Written
from oncall_tui.services.logbook import Logbook
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.ui.escalation_text import on_strip, strip_text, timeline
from tests.invariants.screen import showing
from tests.rig import ANA, DANA, FRIDAY_NIGHT, HELPDESK, MovingClock, Rig, ScriptedChannel, ticket

pytestmark = pytest.mark.anyio

PUSH, PHONE, SAM = ChannelId("dana-push"), ChannelId("dana-phone"), ChannelId("sam-push")
ACME = TicketId(f"{HELPDESK}:4312")
UNDO = timedelta(seconds=5)


@pytest.fixture
async def rig() -> Rig:
    return await opened(Rig())


@pytest.fixture
async def on_disk(tmp_path: Path) -> AsyncIterator[Rig]:
    rig = await opened(Rig(store=await SqliteStore.open(tmp_path / "journal.sqlite")))
    yield rig
    await rig.station.close()


async def opened(rig: Rig) -> Rig:
    await rig.station.open()
    await rig.read()
    return rig


def use_levels(rig: Rig, *levels: Level) -> None:
    rig.station.board.team = replace(rig.station.board.team, policy=Policy(levels=levels, rounds=1, undo=UNDO))


def strip(rig: Rig) -> str:
    desk = rig.station.board.desk()
    text = strip_text(on_strip(desk.escalations), desk.at, ANA.time_zone, 100)
    return "" if text is None else f"{text.first}\n{text.second}"


async def lines(rig: Rig, number: str = "4312") -> Sequence[str]:
    escalation = rig.station.logbook.latest(TicketId(f"{HELPDESK}:{number}"))
    assert escalation is not None
    return timeline(escalation, rig.clock.now, ANA.time_zone)


class NeverAnswers(ScriptedChannel):
    """A provider that takes the connection and then says nothing."""

    async def send(self, message: OutgoingMessage) -> Receipt:
        self.received.append(message)
        await asyncio.Event().wait()
        raise AssertionError


# 1. Stored before the first byte leaves; a key press never waits for the network.


async def test_01_stored_before_the_first_byte_leaves(on_disk: Rig, tmp_path: Path) -> None:
    """Another window on the same file already sees the message and its attempt while the first byte leaves."""
    seen: list[tuple[set[MessageKey], set[MessageKey]]] = []

    async def look() -> None:
        other = await SqliteStore.open(tmp_path / "journal.sqlite")
        logbook = Logbook(other, on_disk.clock)
        await logbook.catch_up()
        waiting = {message.key for message, _, _ in await other.unsettled()}
        seen.append((waiting, {a.key for e in logbook.escalations for a in e.attempts}))
        await other.close()

    class Looking(ScriptedChannel):
        async def send(self, message: OutgoingMessage) -> Receipt:
            await look()
            return await super().send(message)

    on_disk.channels[PUSH] = Looking()
    await on_disk.restart()
    await on_disk.escalate()
    await on_disk.pass_time(seconds=6)
    key = MessageKey("e1/1/1/dana/dana-push")
    assert seen == [({key}, {key})]


async def test_01_a_key_press_never_waits_for_the_network(rig: Rig) -> None:
    rig.channels[PUSH] = NeverAnswers()
    await rig.restart()
    await rig.escalate()
    rig.clock.now += UNDO
    await rig.station.escalating.step()
    assert await rig.station.delivery.send_next()
    async with asyncio.timeout(2):  # the provider never answers; each of these returns all the same
        await rig.station.actions.escalate_further(ACME)
        await rig.station.actions.withdraw(ACME, "my mistake")
    assert rig.escalation_line == "withdrawn"
    await rig.station.delivery.finish(within=timedelta())
    for task in list(rig.station.delivery._under_way):
        task.cancel()
    await asyncio.sleep(0)


# 2. The ticket is the one under the cursor when E went down, whatever a refresh does afterwards.


async def test_02_the_ticket_is_the_one_under_the_cursor_when_e_went_down(rig: Rig) -> None:
    rig.source.tickets = (ticket("4312"), ticket("4321"))
    await rig.read()
    async with showing(rig) as screen:
        first = rig.station.board.desk().tickets[0].number
        other = next(t.number for t in rig.station.board.desk().tickets if t.number != first)
        screen.app.post_message(events.Key("e", "e"))
        rig.source.tickets = (ticket(other),)  # a refresh in the same moment: another ticket is on that line now
        await rig.station.polling.read_all()
        screen.app.call_later(screen.app.show, rig.station.board.desk())
        await screen.press("f9")
    assert [e.brief.number for e in rig.station.logbook.escalations] == [first]


# 3. At most one live escalation for a ticket, across terminals and restarts; E again opens it or goes further up.


async def test_03_at_most_one_live_escalation_across_terminals_and_restarts(on_disk: Rig, tmp_path: Path) -> None:
    other = await opened(Rig(store=await SqliteStore.open(tmp_path / "journal.sqlite"), clock=on_disk.clock))
    other.ids = on_disk.ids
    for rig in (on_disk, other, on_disk):
        await asyncio.gather(on_disk.escalate(), other.escalate())
        await rig.pass_time(seconds=4)
        await rig.restart()
    assert len(on_disk.station.logbook.escalations) == 1
    assert on_disk.received() + other.received() == ["dana-push"]
    await other.station.close()


async def test_03_one_live_escalation_though_the_clock_was_set_back_between_two_episodes(rig: Rig) -> None:
    await rig.escalate()
    await rig.station.actions.stop(ACME)
    rig.clock.set(timedelta(hours=-2))
    await rig.escalate()
    await rig.escalate()
    assert sum(escalation.state.is_live for escalation in rig.station.logbook.escalations) == 1


async def test_03_e_again_opens_it(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    async with showing(rig) as screen:
        await screen.press("e")
        assert screen.app.current_mode == "escalations"
    assert len(rig.station.logbook.escalations) == 1


async def test_03_e_twice_at_two_terminals_sends_now_and_skips_nobody(rig: Rig) -> None:
    other = await opened(Rig(store=rig.store, clock=rig.clock))
    await rig.escalate()
    await other.station.logbook.catch_up()
    await rig.station.actions.send_now(ACME)
    await other.station.actions.send_now(ACME)  # that screen still showed the undo seconds
    await rig.turn()
    await other.turn()
    assert rig.received() + other.received() == ["dana-push"]


# 4. Each attempt has a key; a retry reuses it; one marked accepted is never resent.


async def test_04_a_retry_reuses_its_key_and_one_marked_accepted_is_never_resent(on_disk: Rig) -> None:
    tried: list[str] = []
    on_disk.channels[PUSH].on_send = lambda message: tried.append(message.key)
    on_disk.channels[PUSH].errors += [NotSent("busy"), OutcomeUnknown("no answer"), NotSent("busy")]
    await on_disk.escalate()
    await on_disk.pass_time(seconds=40)
    for _ in range(2):
        await on_disk.restart()
        await on_disk.pass_time(seconds=10)
    assert tried == ["e1/1/1/dana/dana-push"] * 4


# 5. An ambiguous outcome (crash or timeout after the request left) is sent again and marked “possible duplicate”.


async def test_05_a_timeout_after_the_request_left_is_sent_again_marked(rig: Rig) -> None:
    rig.channels[PUSH].errors.append(OutcomeUnknown("no answer"))
    await rig.escalate()
    await rig.pass_time(seconds=10)
    assert [message.is_possible_duplicate for message in rig.channels[PUSH].received] == [True]


async def test_05_a_crash_after_the_request_left_is_sent_again_marked(on_disk: Rig) -> None:
    await on_disk.escalate()
    on_disk.clock.now += UNDO
    await on_disk.station.escalating.step()
    claimed = await on_disk.store.claim(now=on_disk.clock.now, holder="dead", lease=timedelta(seconds=20))
    assert claimed is not None
    await on_disk.restart()
    await on_disk.pass_time(seconds=21)
    assert [message.is_possible_duplicate for message in on_disk.channels[PUSH].received] == [True]


async def test_05_what_may_have_arrived_is_shown_so_until_it_is_known(rig: Rig) -> None:
    rig.channels[PUSH].errors += [OutcomeUnknown("no answer"), *[NotSent("busy")] * 9]
    await rig.escalate()
    await rig.pass_time(seconds=30)
    assert "Dana Lee: may have arrived" in strip(rig)


async def test_05_a_clock_set_past_a_lease_sends_nothing_twice(rig: Rig) -> None:
    waiting = rig.channels[PUSH] = NeverAnswers()
    await rig.restart()
    await rig.escalate()
    rig.clock.now += UNDO
    await rig.station.escalating.step()
    await rig.station.delivery.send_next()
    await asyncio.sleep(0)
    rig.clock.set(timedelta(hours=2))
    await rig.station.delivery.send_next()
    await rig.station.delivery.finish(within=timedelta(seconds=0.01))
    assert len(waiting.received) == 1
    for task in list(rig.station.delivery._under_way):
        task.cancel()
    await asyncio.sleep(0)


async def test_05_what_may_have_arrived_and_is_not_tried_any_more_says_so(rig: Rig) -> None:
    rig.channels[PUSH].errors.append(OutcomeUnknown("no answer"))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    await rig.station.actions.reached_by_phone(ACME, "Sam", "on it")
    await rig.pass_time(seconds=5)
    assert any("Dana Lee by dana-push: may have arrived 22:05, not sent again" in line for line in await lines(rig))


# 6. After an acknowledgement nothing more goes out but the stand-down, checked again just before every send.


async def test_06_after_an_acknowledgement_nothing_leaves_but_the_stand_down(rig: Rig) -> None:
    rig.channels[SAM].errors += [NotSent("busy")] * 2
    await rig.escalate()
    await rig.pass_time(minutes=5, seconds=8)  # Sam's message is stored, was tried, and waits for its next try
    rig.answer("dana-phone", "on it")
    await rig.pass_time(minutes=90)
    assert rig.received() == ["dana-push", "dana-phone"]
    assert rig.received(Purpose.STAND_DOWN) == []  # Dana has it herself, and nobody else was told


class PagingService(ScriptedChannel):
    """A service that goes on asking by itself."""

    rings_on = True


async def test_06_whoever_acknowledges_elsewhere_is_not_paged_on_by_her_paging_service(rig: Rig) -> None:
    """Dana answers by telephone: her service is told to stop, and she has nothing to read."""
    service = rig.channels[PUSH] = PagingService()
    await rig.restart()
    await rig.escalate()
    await rig.pass_time(minutes=1, seconds=10)
    rig.answer("dana-phone", "on it")
    await rig.pass_time(minutes=5)
    assert [message.is_silent for message in service.received if message.purpose is Purpose.STAND_DOWN] == [True]
    assert rig.received(Purpose.STAND_DOWN) == ["dana-push"]


async def test_06_a_service_through_which_she_acknowledged_is_left_to_her(rig: Rig) -> None:
    rig.channels[PUSH] = PagingService()
    await rig.restart()
    await rig.escalate()
    await rig.pass_time(minutes=1, seconds=10)
    rig.answer("dana-push", "on it")
    await rig.pass_time(minutes=5)
    assert rig.received(Purpose.STAND_DOWN) == []


async def test_06_everybody_else_reads_one_line_and_every_paging_service_of_theirs_is_told_too(rig: Rig) -> None:
    service = rig.channels[PUSH] = PagingService()
    await rig.restart()
    await rig.escalate()
    await rig.pass_time(minutes=6)
    rig.answer("sam-push", "mine")
    await rig.pass_time(minutes=5)
    assert [message.is_silent for message in service.received if message.purpose is Purpose.STAND_DOWN] == [True]
    (line,) = [m for m in rig.channels[PHONE].received if m.purpose is Purpose.STAND_DOWN]
    assert not line.is_silent
    assert line.body.startswith("Sam Cho has 4312")
    assert rig.received(Purpose.STAND_DOWN) == ["dana-push", "dana-phone"]


async def test_06_a_paging_service_that_took_the_message_late_is_told_to_stop_once_more(rig: Rig) -> None:
    """The first try may have arrived, so it was told to stop; the second try, on its way meanwhile, began anew."""

    class Late(PagingService):
        async def send(self, message: OutgoingMessage) -> Receipt:
            if message.is_possible_duplicate and message.purpose is Purpose.NOTIFICATION:
                await rig.station.actions.reached_by_phone(ACME, "Dana", "on it")
            return await super().send(message)

    service = rig.channels[PUSH] = Late(errors=[OutcomeUnknown("no answer")])
    await rig.restart()
    await rig.escalate()
    await rig.pass_time(minutes=1)
    assert [m.purpose for m in service.received] == [Purpose.NOTIFICATION, Purpose.STAND_DOWN, Purpose.STAND_DOWN]
    assert all(message.is_silent for message in service.received[1:])


async def test_06_it_is_checked_just_before_every_send_though_another_terminal_recorded_it(rig: Rig) -> None:
    other = await opened(Rig(store=rig.store, clock=rig.clock))
    await rig.escalate()
    rig.clock.now += UNDO
    await rig.station.escalating.step()
    await other.station.logbook.catch_up()
    await other.station.actions.reached_by_phone(ACME, "Dana", "has it")
    assert await rig.station.delivery.send_next()
    await rig.station.delivery.finish()
    assert rig.received() == []


async def test_06_whoever_was_told_by_a_message_that_was_in_flight_is_stood_down_too(rig: Rig) -> None:
    """Its holder died after sending; somebody else drops it, and does not claim that it was never sent."""
    use_levels(rig, Level(targets=(target("dana", PUSH), target("sam", SAM))))
    await rig.escalate()
    rig.clock.now += UNDO
    await rig.station.escalating.step()
    await rig.store.claim(now=rig.clock.now, holder="dead", lease=timedelta(seconds=20))
    await rig.station.actions.reached_by_phone(ACME, "Sam", "has it")
    await rig.pass_time(minutes=1)
    assert rig.received() == []
    assert rig.received(Purpose.STAND_DOWN) == ["dana-push"]


# 7. Every live escalation has a next action in the future or says why not; a sweep looks for violations and shouts.


async def test_07_every_live_escalation_has_a_next_action(rig: Rig) -> None:
    await rig.escalate()
    for _ in range(60):
        (escalation,) = rig.station.logbook.escalations
        assert escalation.next_action_at is not None
        assert escalation.next_action_at > rig.clock.now
        await rig.pass_time(minutes=1)
    rig.answer("dana-push")
    await rig.pass_time(seconds=1)
    assert "acknowledged by Dana Lee" in strip(rig)
    assert rig.station.board.desk().notices == ()


async def test_07_the_sweep_shouts_when_nothing_would_happen_any_more(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    logbook = rig.station.logbook
    whole = logbook.escalations[0]
    logbook._escalations[whole.id] = replace(whole, next_action_at=None)
    rig.station.escalating.sweep()
    (sentence,) = rig.station.board.desk().notices
    assert sentence.startswith("ESCALATION 4312 STANDS STILL: nothing more would happen by itself.")
    logbook._escalations[whole.id] = whole
    rig.station.escalating.sweep()
    assert rig.station.board.desk().notices == ()


async def test_07_the_sweep_shouts_when_a_step_is_not_taken(rig: Rig) -> None:
    class Full(MemoryStore):
        async def append(self, *arguments: object, **named: object) -> Written:
            raise StoreFailed("The disk is full; free some space.")

    await rig.escalate()
    await rig.pass_time(seconds=6)
    logbook = Logbook(Full(Snapshot(lines=await rig.store.read(), entries=())), rig.clock)
    await logbook.catch_up()
    rig.station.escalating._logbook = logbook
    rig.clock.now += timedelta(minutes=9)
    with pytest.raises(StoreFailed):
        await rig.station.escalating.step()
    rig.station.escalating.sweep()
    assert "ESCALATION 4312 STANDS STILL: its next step is 8 m overdue." in rig.station.board.desk().notices[0]


# 8. Nothing ends silently: nobody there, no channel, provider down, all levels used: each leaves a visible line.


def target(name: str, *channels: ChannelId) -> Target:
    return Target(person=PersonId(name), name=name.title(), channels=channels)


@pytest.mark.parametrize(
    "levels",
    [(), (Level(targets=()),), (Level(targets=(target("dana"),)),), (Level(targets=(target("ana", PUSH),)),)],
    ids=["no level", "nobody there", "no channel", "only the one who asks"],
)
async def test_08_nobody_to_reach_leaves_a_lasting_line(rig: Rig, levels: tuple[Level, ...]) -> None:
    use_levels(rig, *levels)
    await rig.escalate()
    for _ in range(3):
        await rig.pass_time(minutes=16)
        assert "NOBODY HAS ACKNOWLEDGED" in strip(rig)
    await rig.restart()
    assert "NOBODY HAS ACKNOWLEDGED" in strip(rig)


async def test_08_a_channel_that_does_not_exist_any_more_leaves_a_line(rig: Rig) -> None:
    use_levels(rig, Level(targets=(target("dana", ChannelId("gone"), PHONE),)))
    await rig.escalate()
    await rig.pass_time(seconds=8)
    assert any("refused" in line and "there is no channel gone any more" in line for line in await lines(rig))
    assert rig.received() == ["dana-phone"]


async def test_08_a_provider_that_is_down_leaves_a_line_and_is_tried_on(rig: Rig) -> None:
    for channel in rig.channels.values():
        channel.errors += [NotSent("503 Service Unavailable")] * 500
    await rig.escalate()
    await rig.pass_time(minutes=4)
    assert "not accepted yet, tried again: 503 Service Unavailable" in strip(rig)
    assert await rig.store.unsettled()


async def test_08_all_levels_used_leaves_a_lasting_line_with_the_number_to_ring(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=70)
    assert "4312: NOBODY HAS ACKNOWLEDGED. Ring Dana Lee: +1 604 555 0101" in strip(rig)


async def test_08_every_provider_refusing_for_good_ends_loud_at_once(rig: Rig) -> None:
    for channel in rig.channels.values():
        channel.errors += [Rejected("no such user")] * 50
    await rig.escalate()
    await rig.pass_time(minutes=1)
    assert "NOBODY HAS ACKNOWLEDGED" in strip(rig)


# 9. Timers are instants in UTC; after sleep or downtime overdue steps collapse into one message, never a burst.


async def test_09_overdue_steps_collapse_into_one_message_after_sleep(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    rig.clock.now += timedelta(hours=9)
    await rig.turn()
    await rig.pass_time(seconds=30)
    assert rig.received() == ["dana-push", "sam-push"]


async def test_09_overdue_steps_collapse_into_one_message_after_downtime(on_disk: Rig) -> None:
    await on_disk.escalate()
    await on_disk.pass_time(seconds=6)
    on_disk.clock.now += timedelta(hours=9)
    await on_disk.restart()
    await on_disk.pass_time(seconds=30)
    assert on_disk.received() == ["dana-push", "sam-push"]


async def test_09_of_several_channels_overdue_on_one_level_one_is_used(rig: Rig) -> None:
    use_levels(rig, Level(targets=(target("dana", SAM, PUSH, PHONE),), wait=timedelta(hours=1)))
    await rig.escalate()
    await rig.pass_time(seconds=6)
    rig.clock.now += timedelta(minutes=10)
    await rig.pass_time(minutes=1)
    assert rig.received() == ["dana-phone", "sam-push"]


SPRING_IN_NEW_YORK = datetime(2026, 3, 8, 6, 58, tzinfo=UTC)  # 01:58 there; 02:00 becomes 03:00
AUTUMN_IN_NEW_YORK = datetime(2026, 11, 1, 5, 58, tzinfo=UTC)  # 01:58 there; 02:00 becomes 01:00


@pytest.mark.parametrize("start", [SPRING_IN_NEW_YORK, AUTUMN_IN_NEW_YORK, FRIDAY_NIGHT])
async def test_09_timers_are_instants_so_that_no_change_of_the_wall_clock_by_law_moves_them(start: datetime) -> None:
    rig = await opened(Rig(clock=MovingClock(start)))
    left: list[timedelta] = []
    for channel in rig.channels.values():
        channel.on_send = lambda _: left.append(rig.clock.now - start)
    await rig.escalate()
    await rig.pass_time(minutes=5, seconds=10)
    assert left == [UNDO, UNDO + timedelta(minutes=1), UNDO + timedelta(minutes=5)]


# 10. A clock that jumps back repeats nothing; and it holds up nothing either.

JUMPS = [timedelta(hours=-24), timedelta(hours=-2), timedelta(seconds=-40)]


async def arrivals(rig: Rig) -> list[tuple[float, str]]:
    """Note when each message arrives, by the stopwatch."""
    began, left = rig.clock.stopwatch(), list[tuple[float, str]]()
    for name, channel in rig.channels.items():
        channel.on_send = lambda _, name=name: left.append((rig.clock.stopwatch() - began, name))
    return left


STRAIGHT = [(5.0, "dana-push"), (65.0, "dana-phone"), (305.0, "sam-push"), (905.0, "dana-push")]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("when", [2, 100])
async def test_10_a_clock_set_back_neither_repeats_nor_delays(rig: Rig, jump: timedelta, when: int) -> None:
    left = await arrivals(rig)
    await rig.escalate()
    await rig.pass_time(seconds=when)
    rig.clock.set(jump)
    await rig.pass_time(seconds=910 - when)
    assert [name for _, name in left] == [name for _, name in STRAIGHT]
    assert [at for at, _ in left] == pytest.approx([at for at, _ in STRAIGHT], abs=1)


@pytest.mark.parametrize("jump", [timedelta(hours=hours) for hours in (2, 24)], ids=str)
async def test_10_a_clock_set_forward_repeats_and_skips_nothing_and_is_early_once(rig: Rig, jump: timedelta) -> None:
    left = await arrivals(rig)
    await rig.escalate()
    await rig.pass_time(seconds=100)
    rig.clock.set(jump)
    await rig.pass_time(seconds=650)
    assert [name for _, name in left] == ["dana-push", "dana-phone", "sam-push", "dana-push"]
    assert left[2][0] == pytest.approx(101, abs=1)
    assert left[3][0] == pytest.approx(701, abs=1)


async def test_10_a_clock_that_stands_still_delays_nothing(rig: Rig) -> None:
    left = await arrivals(rig)
    await rig.escalate()
    for _ in range(912):
        rig.clock.set_by -= timedelta(seconds=1)  # time passes, and the clock does not show it
        await rig.turn()
    assert [name for _, name in left] == [name for _, name in STRAIGHT]
    assert [at for at, _ in left] == pytest.approx([at for at, _ in STRAIGHT], abs=1)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_10_a_clock_set_back_while_nobody_ran_delays_by_one_wait_at_most(on_disk: Rig, jump: timedelta) -> None:
    left = await arrivals(on_disk)
    await on_disk.escalate()
    await on_disk.pass_time(seconds=100)
    on_disk.clock.set(jump)
    await on_disk.restart()
    await on_disk.pass_time(seconds=305)
    assert [name for _, name in left] == ["dana-push", "dana-phone", "sam-push"]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_10_a_clock_set_back_does_not_hold_up_a_retry(on_disk: Rig, jump: timedelta) -> None:
    left = await arrivals(on_disk)
    on_disk.channels[PUSH].errors += [NotSent("busy")] * 4
    await on_disk.escalate()
    await on_disk.pass_time(seconds=40)
    on_disk.clock.set(jump)
    await on_disk.pass_time(seconds=75)
    assert "dana-push" in on_disk.received()
    assert [at for at, name in left if name == "dana-push"][-1] < 120


async def test_10_the_time_that_is_announced_is_right_again_after_the_clock_was_set_back(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=100)
    rig.clock.set(timedelta(hours=-2))
    await rig.pass_time(seconds=2)
    (escalation,) = rig.station.logbook.escalations
    assert escalation.next_action_at is not None
    assert (escalation.next_action_at - rig.clock.now).total_seconds() == pytest.approx(203, abs=1)


# 11. No quiet hours, digest or snooze ever delays bad news.


@pytest.mark.parametrize("hour", range(0, 24, 6))
async def test_11_no_hour_of_anybodys_day_delays_bad_news(hour: int) -> None:
    """Dana sleeps, Sam sleeps, the customer sleeps, it is a holiday: the message leaves after the undo seconds."""
    rig = await opened(Rig(clock=MovingClock(datetime(2026, 12, 25, hour, tzinfo=UTC))))
    await rig.station.actions.note_good_news("The export works again")
    await rig.escalate()
    await rig.pass_time(seconds=5)
    assert rig.received() == ["dana-push"]


async def test_11_bad_news_leaves_before_everything_else_that_waits(rig: Rig) -> None:
    order: list[Purpose] = []
    for channel in rig.channels.values():
        channel.on_send = lambda message: order.append(message.purpose)
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.deliver()
    await rig.escalate()
    await rig.station.actions.send_now(ACME)
    await rig.turn()
    assert order == [Purpose.NOTIFICATION, Purpose.HANDOVER]


# 12. An acknowledgement is a deliberate act; fetching a link never counts. Its sender must be the person asked.


async def test_12_only_what_a_channel_calls_a_deliberate_answer_counts(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=4)
    assert rig.channels[PUSH].asked  # asked again and again: accepted, perhaps read, its link fetched; no answer
    assert rig.escalation_line == "notifying"


@pytest.mark.parametrize("key", ["e1/1/1/mallory/dana-push", "e1/1/2/sam/sam-push", "e9/1/1/dana/dana-push", ""])
async def test_12_an_answer_to_a_message_nobody_was_sent_counts_for_nothing(rig: Rig, key: str) -> None:
    class Confused(ScriptedChannel):
        async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
            return [Acknowledgement(key=MessageKey(key), at=rig.clock.now)]

    rig.channels[PUSH] = Confused()
    await rig.restart()
    await rig.escalate()
    await rig.pass_time(minutes=1)
    assert rig.escalation_line == "notifying"


async def test_12_the_answer_is_credited_to_the_person_who_was_asked(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(minutes=6)
    rig.answer("sam-push", "mine")
    await rig.pass_time(seconds=1)
    (escalation,) = rig.station.logbook.escalations
    assert escalation.acknowledged is not None
    assert escalation.acknowledged.person == "sam"


# 13. The person escalating cannot be the only one who acknowledges.


async def test_13_the_person_escalating_cannot_acknowledge_by_hand(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=6)
    with pytest.raises(BadUse):
        await rig.station.actions.reached_by_phone(ACME, "Ana", "I have it myself")
    assert rig.escalation_line == "notifying"


async def test_13_the_person_escalating_is_not_asked_and_cannot_answer_on_her_own_level(rig: Rig) -> None:
    use_levels(rig, Level(targets=(target("ana", PHONE), target("dana", PUSH))))
    await rig.escalate()
    await rig.pass_time(minutes=3)
    assert rig.received() == ["dana-push"]


# 14. Closing the dashboard with a live escalation asks first and says what will stop; the next start carries on.


async def test_14_closing_asks_first_and_the_next_start_carries_on_where_it_was(rig: Rig) -> None:
    async with showing(rig) as screen:
        await screen.press("e")
        await rig.pass_time(seconds=6)
        await screen.look()
        await screen.press("q")
        assert screen.app.is_running
        assert "Escalation of 4312 is live: nobody will go on with it" in " ".join(screen.text.split())
        await screen.press("q")
        assert screen.app._exit
    rig.clock.now += timedelta(seconds=30)
    await rig.restart()
    await rig.pass_time(seconds=40)
    assert rig.received() == ["dana-push", "dana-phone"]


# 15. The journal alone rebuilds every state.


async def test_15_the_journal_alone_rebuilds_every_state(on_disk: Rig) -> None:
    await on_disk.escalate()
    on_disk.channels[PUSH].errors += [NotSent("busy"), OutcomeUnknown("no answer"), Rejected("no such user")]
    on_disk.channels[PHONE].errors += [NotSent("busy")] * 99
    for minutes in (1, 2, 2.5):
        on_disk.clock.set(timedelta(hours=-1))
        await on_disk.pass_time(minutes=minutes)
        fresh = Logbook(on_disk.store, MovingClock(datetime(2031, 1, 1, tzinfo=UTC)))
        await fresh.catch_up()
        assert fresh.escalations == on_disk.station.logbook.escalations
    await on_disk.station.actions.reached_by_phone(ACME, "Dana", "on it")
    await on_disk.pass_time(minutes=2)
    fresh = Logbook(on_disk.store, on_disk.clock)
    await fresh.catch_up()
    assert fresh.escalations == on_disk.station.logbook.escalations
    states = {attempt.state for escalation in fresh.escalations for attempt in escalation.attempts}
    assert states <= {state for state in DeliveryState if state.is_final or state is DeliveryState.UNKNOWN}
    assert fresh.escalations[0].state is EscalationState.ACKNOWLEDGED


# Whose clock is shown to whom


async def test_a_leader_in_another_zone_sees_her_own_local_time_and_the_customers(rig: Rig) -> None:
    """It is 22:05 in New York, 12:05 in Tokyo, 19:05 in Vancouver and 12:05 in Seoul."""
    await rig.escalate()
    await rig.pass_time(minutes=6)
    (dana, *_), (sam, *_) = rig.channels[PUSH].received, rig.channels[SAM].received
    assert "Written Fri 19:05 (your time), Sat 12:05 (theirs)" in dana.body
    assert "Promised for Fri 18:57 (your time)" in dana.body
    assert "Written Sat 12:10 (your time), Sat 12:10 (theirs)" in sam.body
    assert "Promised for Sat 11:57 (your time)" in sam.body
    rig.answer("sam-push", CleanText("mine"))
    await rig.pass_time(seconds=5)
    assert "Sam Cho has 4312" in rig.channels[PHONE].received[-1].body
    assert "since Fri 19:11 (your time)." in rig.channels[PHONE].received[-1].body
    assert DANA.time_zone == "America/Vancouver"


async def test_the_person_on_call_sees_her_own_local_time(rig: Rig) -> None:
    await rig.escalate()
    await rig.pass_time(seconds=30)
    assert "Dana Lee: accepted 22:05" in strip(rig)
    assert "Next in 35 s, at 22:06: Dana Lee by dana-phone." in strip(rig)
