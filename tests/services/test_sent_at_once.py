"""Bad news leaves as soon as it is stored, and only what is still wanted in that moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.events import Event, StreamId
from oncall_tui.domain.message import DeliveryState, OutgoingMessage, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import NotSent
from oncall_tui.ports import Hold, Settlement, Written
from oncall_tui.services.leases import LEASE
from oncall_tui.store.memory import MemoryStore
from tests.rig import HELPDESK, MovingClock, Rig, ScriptedChannel, ticket

pytestmark = pytest.mark.anyio

PUSH = ChannelId("dana-push")
TICKET = TicketId(f"{HELPDESK}:4312")
SECOND = timedelta(seconds=1)


class Died(Exception):
    """The process was killed."""


class SlowStore(MemoryStore):
    """A store after whose commit something may happen before whoever asked for it hears of it."""

    after_storing: Callable[[], Awaitable[None]] | None = None

    async def append(
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
        hold: Hold | None = None,
    ) -> Written:
        written = await super().append(
            stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
        )
        happens, self.after_storing = (self.after_storing, None) if send else (None, self.after_storing)
        if happens is not None:
            await happens()
        return written


@pytest.fixture
def store() -> SlowStore:
    return SlowStore()


@pytest.fixture
async def rig(store: SlowStore) -> AsyncIterator[Rig]:
    """A station whose undo seconds run, and whose loop sends."""
    rig = Rig(store=store)
    await rig.restart()
    await rig.escalate()
    with rig.station.delivery.at_work():
        yield rig


@pytest.fixture
async def other(rig: Rig) -> Rig:
    """Another window on the same store and leaders."""
    other = Rig(store=rig.store, clock=rig.clock)
    other.holder, other.channels = "other", rig.channels
    await other.restart()
    return other


def received(rig: Rig) -> list[Purpose]:
    return [message.purpose for message in rig.channels[PUSH].received]


async def test_e_again_returns_when_the_message_has_left(rig: Rig) -> None:
    await rig.station.actions.send_now(TICKET)
    assert received(rig) == [Purpose.NOTIFICATION]
    assert await rig.store.unsettled() == []
    (escalation,) = rig.station.logbook.escalations
    assert [attempt.state for attempt in escalation.attempts] == [DeliveryState.ACCEPTED]


async def test_the_end_of_the_undo_seconds_sends_without_waiting_for_a_turn(rig: Rig) -> None:
    rig.clock.now += 5 * SECOND
    await rig.station.escalating.step()
    assert received(rig) == [Purpose.NOTIFICATION]


async def test_it_is_stored_and_held_here_before_it_leaves(rig: Rig) -> None:
    seen: list[object] = []

    class Looking(ScriptedChannel):
        async def send(self, message: OutgoingMessage) -> Receipt:
            seen.append(await rig.store.unsettled())
            return await super().send(message)

    rig.channels[PUSH] = Looking()
    await rig.restart()
    with rig.station.delivery.at_work():
        await rig.station.actions.send_now(TICKET)
    (message,) = rig.channels[PUSH].received
    assert seen == [[(message, DeliveryState.SENDING, rig.clock.now + LEASE)]]


async def test_without_a_loop_that_sends_it_is_stored_for_whoever_has_one(rig: Rig, other: Rig) -> None:
    await other.station.actions.send_now(TICKET)
    assert received(rig) == []
    assert await rig.station.delivery.send_next()
    await rig.station.delivery.finish()
    assert received(rig) == [Purpose.NOTIFICATION]


async def test_no_other_process_sends_what_this_one_is_sending(rig: Rig, other: Rig) -> None:
    lets_go = asyncio.Event()

    class Slow(ScriptedChannel):
        async def send(self, message: OutgoingMessage) -> Receipt:
            self.received.append(message)
            await lets_go.wait()
            raise NotSent("too late")

    rig.channels[PUSH] = Slow()
    await rig.restart()
    with rig.station.delivery.at_work():
        await rig.station.actions.send_now(TICKET)
        for _ in range(30):
            rig.clock.now += SECOND
            await rig.station.delivery.renew()
            assert not await other.station.delivery.send_next()
        lets_go.set()
        await rig.station.delivery.finish()
    assert received(rig) == [Purpose.NOTIFICATION]


async def test_one_that_died_between_storing_and_sending_is_followed_within_fifteen_seconds(
    rig: Rig, store: SlowStore, other: Rig
) -> None:
    async def dies() -> None:
        raise Died

    store.after_storing = dies
    with pytest.raises(Died):
        await rig.station.actions.send_now(TICKET)
    died_at = rig.clock.now
    while not received(rig) and rig.clock.now < died_at + timedelta(minutes=1):
        rig.clock.now += SECOND
        await other.turn()
    assert rig.clock.now - died_at <= timedelta(seconds=15)
    assert [message.is_possible_duplicate for message in rig.channels[PUSH].received] == [True]


async def withdraw(rig: Rig) -> None:
    await rig.station.actions.withdraw(TICKET, "my mistake")


async def reach(rig: Rig) -> None:
    await rig.station.actions.reached_by_phone(TICKET, "dana", "on it")


@pytest.mark.parametrize("decide", [withdraw, reach])
@pytest.mark.parametrize("set_by", [timedelta(hours=3), 60 * timedelta(milliseconds=1), timedelta(hours=-3)])
async def test_what_is_not_wanted_any_more_when_a_machine_goes_on_does_not_leave(
    rig: Rig, store: SlowStore, other: Rig, decide: Callable[[Rig], Awaitable[None]], set_by: timedelta
) -> None:
    async def sleeps_meanwhile() -> None:
        await other.station.logbook.catch_up()
        await decide(other)
        rig.clock.now += set_by

    store.after_storing = sleeps_meanwhile
    await rig.station.actions.send_now(TICKET)
    assert received(rig) == []
    await rig.pass_time(seconds=20)
    assert Purpose.NOTIFICATION not in received(rig)


async def test_what_this_process_itself_takes_back_meanwhile_does_not_leave(rig: Rig, store: SlowStore) -> None:
    async def is_withdrawn_here() -> None:
        await rig.station.logbook.catch_up()
        await withdraw(rig)

    store.after_storing = is_withdrawn_here
    await rig.station.actions.send_now(TICKET)
    assert Purpose.NOTIFICATION not in received(rig)
    (escalation,) = rig.station.logbook.escalations
    assert escalation.state is EscalationState.WITHDRAWN


async def test_lines_of_others_recorded_just_before_are_known_before_it_leaves(
    rig: Rig, store: SlowStore, other: Rig
) -> None:
    await other.station.actions.note_good_news("Kobe Foods says thank you")
    await rig.station.actions.send_now(TICKET)
    assert received(rig) == [Purpose.NOTIFICATION]
    assert [line.seq for line in await store.read()] == [1, 2, 3, 4]
    (known,) = rig.station.logbook.escalations
    assert known.attempts[0].state is DeliveryState.ACCEPTED
    assert rig.station.logbook.shift_events


async def test_what_cannot_be_sent_is_tried_again_in_its_turn(rig: Rig) -> None:
    rig.channels[PUSH].errors.append(NotSent("connection refused"))
    await rig.station.actions.send_now(TICKET)
    assert received(rig) == []
    ((_, state, next_try_at),) = await rig.store.unsettled()
    assert (state, next_try_at) == (DeliveryState.RETRYING, rig.clock.now + 2 * SECOND)
    await rig.pass_time(seconds=3)
    assert received(rig) == [Purpose.NOTIFICATION]


async def test_more_than_can_be_sent_at_once_waits_for_its_turn() -> None:
    lets_go = asyncio.Event()

    class Stuck(ScriptedChannel):
        async def send(self, message: OutgoingMessage) -> Receipt:
            self.received.append(message)
            await lets_go.wait()
            raise NotSent("too late")

    rig = Rig(clock=MovingClock())
    numbers = [str(number) for number in range(12)]
    rig.source.tickets = [ticket(number) for number in numbers]
    rig.channels[PUSH] = Stuck()
    await rig.restart()
    with rig.station.delivery.at_work():
        for number in numbers:
            await rig.escalate(number)
            await rig.station.actions.send_now(TicketId(f"{HELPDESK}:{number}"))
        assert len(rig.channels[PUSH].received) == 8
        states = [state for _, state, _ in await rig.store.unsettled()]
        assert sorted(states) == [DeliveryState.PENDING] * 4 + [DeliveryState.SENDING] * 8
        lets_go.set()
        await rig.station.delivery.finish()
