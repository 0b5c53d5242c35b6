"""The way to a leader is open before she is told, and never one to somebody who will not be."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import TicketId
from tests.rig import HELPDESK, Rig, ScriptedChannel

pytestmark = pytest.mark.anyio

TICKET = TicketId(f"{HELPDESK}:4312")
CHANNELS = ("dana-push", "dana-phone", "sam-push")


@dataclass
class Doorway(ScriptedChannel):
    """A channel whose way stays open until it is closed or breaks."""

    opened: int = 0
    closed: int = 0
    breaks: asyncio.Event = field(default_factory=asyncio.Event)

    async def stay_ready(self) -> None:
        self.opened += 1
        try:
            await self.breaks.wait()
            raise OSError("the way broke")
        finally:
            self.closed += 1


@pytest.fixture
async def doors() -> dict[str, Doorway]:
    return {name: Doorway() for name in CHANNELS}


@pytest.fixture
async def rig(doors: dict[str, Doorway]) -> AsyncIterator[Rig]:
    rig = Rig()
    rig.channels.update({ChannelId(name): door for name, door in doors.items()})
    await rig.restart()
    with rig.station.delivery.at_work():
        yield rig


def opened(doors: dict[str, Doorway]) -> list[int]:
    return [doors[name].opened for name in CHANNELS]


async def live(rig: Rig, seconds: int) -> None:
    for _ in range(seconds):
        await rig.pass_time(seconds=1)
        for _ in range(3):  # what was begun has its turn, and what ended is forgotten
            await asyncio.sleep(0)


async def test_the_first_way_is_open_while_one_can_still_undo(rig: Rig, doors: dict[str, Doorway]) -> None:
    await live(rig, 3)
    assert opened(doors) == [0, 0, 0]
    await rig.escalate()
    await live(rig, 3)
    assert opened(doors) == [1, 0, 0]
    assert rig.received() == []


async def test_each_further_way_is_opened_shortly_before_its_step(rig: Rig, doors: dict[str, Doorway]) -> None:
    await rig.escalate()
    await live(rig, 5 + 45)
    assert opened(doors) == [1, 0, 0]
    await live(rig, 9)
    assert opened(doors) == [1, 1, 0]
    assert rig.received() == ["dana-push"]


async def test_no_way_is_opened_for_what_is_taken_back(rig: Rig, doors: dict[str, Doorway]) -> None:
    await rig.escalate()
    assert await rig.station.actions.stop(TICKET)
    await live(rig, 60)
    assert opened(doors) == [0, 0, 0]


async def test_a_way_that_breaks_is_opened_again_and_stops_nothing(rig: Rig, doors: dict[str, Doorway]) -> None:
    await rig.escalate()
    await live(rig, 2)
    doors["dana-push"].breaks.set()
    await live(rig, 3)
    assert doors["dana-push"].opened > 1
    assert rig.received() == ["dana-push"]
    assert rig.station.board.desk().notices == ()


async def test_ways_are_closed_when_nobody_sends_here_any_more(doors: dict[str, Doorway]) -> None:
    rig = Rig()
    rig.channels.update({ChannelId(name): door for name, door in doors.items()})
    await rig.restart()
    with rig.station.delivery.at_work():
        await rig.escalate()
        await live(rig, 2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (doors["dana-push"].opened, doors["dana-push"].closed) == (1, 1)
    rig.clock.now += timedelta(seconds=1)
    await rig.station.escalating.step()
    assert opened(doors) == [1, 0, 0]
