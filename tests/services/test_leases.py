"""Of several processes exactly one sends a message, for as long as it lives and hardly longer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from oncall_tui.domain.message import OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.services.leases import LEASE
from tests.rig import MovingClock, Rig, ScriptedChannel

pytestmark = pytest.mark.anyio

PUSH = ChannelId("dana-push")
SECOND = timedelta(seconds=1)
TAKEN_OVER_WITHIN = timedelta(seconds=15)


@dataclass
class SlowChannel(ScriptedChannel):
    """A provider that answers when a test lets it."""

    lets_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: OutgoingMessage) -> Receipt:
        self.received.append(message)
        await self.lets_go.wait()
        return Receipt(reference="late")


@dataclass
class Pair:
    """Two stations over one store; the first is sending a message that takes long."""

    first: Rig
    other: Rig
    slow: SlowChannel

    async def second_passes(self, *, is_first_alive: bool = True) -> None:
        self.first.clock.now += SECOND
        if is_first_alive:
            await self.first.station.delivery.renew()
        await self.other.turn()

    @property
    def taken(self) -> list[OutgoingMessage]:
        return self.other.channels[PUSH].received


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    first = Rig(clock=MovingClock())
    slow = first.channels[PUSH] = SlowChannel()
    other = Rig(store=first.store, clock=first.clock)
    first.holder, other.holder = "first", "other"
    await first.restart()
    await other.restart()
    await first.escalate()
    first.clock.now += timedelta(seconds=5)
    await first.station.escalating.step()
    await first.station.delivery.send_next()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(slow.received) == 1
    yield Pair(first, other, slow)
    slow.lets_go.set()
    await first.station.delivery.finish()


async def test_a_slow_message_stays_with_whoever_is_sending_it(pair: Pair) -> None:
    for _ in range(45):
        await pair.second_passes()
    assert pair.taken == []
    pair.slow.lets_go.set()
    await pair.first.station.delivery.finish()
    assert await pair.first.store.unsettled() == []
    for _ in range(10):
        await pair.second_passes()
    assert pair.taken == []


async def test_another_process_goes_on_within_fifteen_seconds_of_the_death_of_the_first(pair: Pair) -> None:
    for _ in range(20):  # it may die at any moment of a lease, also long after the first was taken
        await pair.second_passes()
    died_at = pair.first.clock.now
    while not pair.taken and pair.first.clock.now < died_at + timedelta(minutes=1):
        await pair.second_passes(is_first_alive=False)
    assert pair.first.clock.now - died_at <= TAKEN_OVER_WITHIN
    assert [message.is_possible_duplicate for message in pair.taken] == [True]


@pytest.mark.parametrize("has_seen_it", [True, False], ids=["who saw it", "who died before it"])
async def test_a_clock_set_back_does_not_keep_a_dead_ones_message_for_hours(pair: Pair, *, has_seen_it: bool) -> None:
    pair.first.clock.set(timedelta(hours=-2))
    await pair.second_passes(is_first_alive=has_seen_it)
    died_at = pair.first.clock.now
    for _ in range(int(TAKEN_OVER_WITHIN / SECOND)):
        await pair.second_passes(is_first_alive=False)
    assert len(pair.taken) == 1
    assert pair.first.clock.now - died_at <= TAKEN_OVER_WITHIN


async def test_what_another_took_meanwhile_is_left_to_it(pair: Pair) -> None:
    pair.first.clock.now += LEASE  # the first was stopped, as by a debugger
    await pair.other.turn()
    assert len(pair.taken) == 1
    pair.slow.lets_go.set()
    await pair.first.station.delivery.finish()
    for _ in range(30):
        await pair.second_passes()
    assert len(pair.taken) == 1
    assert await pair.first.store.unsettled() == []
