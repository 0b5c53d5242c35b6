"""What is about to leave is ready but for its first byte, and no byte of it leaves before it is stored."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from oncall_tui.channels import webhook
from oncall_tui.domain.events import Event, StreamId
from oncall_tui.domain.message import DeliveryState, OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import Hold, MayLeave, Settlement, Written
from oncall_tui.services.departures import Departures
from oncall_tui.store.memory import MemoryStore
from tests.rig import FRIDAY_NIGHT, HELPDESK, Rig, ScriptedChannel
from tests.servers.sink import Canned, Sink
from tests.store.make import message

pytestmark = pytest.mark.anyio

PUSH = ChannelId("dana-push")
TICKET = TicketId(f"{HELPDESK}:4312")
PATIENCE = 20


class Disk(MemoryStore):
    """A store that takes as long to store a message as a test wants, and fails when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked, self.answers = asyncio.Event(), asyncio.Event()
        self.error: StoreFailed | None = None
        self.stored: list[OutgoingMessage] = []

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
        if send:
            self.is_asked.set()
            await self.answers.wait()
            if self.error is not None:
                raise self.error
            self.stored += send
        return await super().append(
            stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
        )


@dataclass
class Push(ScriptedChannel):
    """Posts over HTTP, and tells when a message is ready and waits."""

    url: str = ""
    waits: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.http = webhook.build(PUSH, webhook.Settings(url=self.url), lambda: FRIDAY_NIGHT)

    async def send(self, message: OutgoingMessage) -> Receipt:
        return await self.http.send(message)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        async def waits() -> None:
            self.waits.set()
            await may_leave()

        return await self.http.send_when(message, waits)


@pytest.fixture
async def disk() -> Disk:
    return Disk()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


@pytest.fixture
async def rig(disk: Disk, sink: Sink) -> AsyncIterator[Rig]:
    """A station whose undo seconds run, and whose first message is ready."""
    rig, push = Rig(store=disk), Push(url=sink.url)
    rig.channels[PUSH] = push
    await rig.restart()
    with rig.station.delivery.at_work():
        await rig.escalate()
        await rig.station.escalating.step()
        await asyncio.wait_for(push.waits.wait(), PATIENCE)
        yield rig
    await asyncio.wait_for(sink.all_gone(), PATIENCE)


async def until_asked(disk: Disk, pressed: "asyncio.Task[None]") -> None:
    """Wait until the disk is asked to store a message, and let whatever could leave before have its turns."""
    await asyncio.wait_for(disk.is_asked.wait(), PATIENCE)
    for _ in range(50):
        await asyncio.sleep(0)
    assert not pressed.done()


async def delivered(rig: Rig) -> None:
    await rig.station.delivery.finish(within=timedelta(seconds=PATIENCE))


async def test_nothing_leaves_while_the_disk_stores_it_and_all_of_it_once_when_it_has(
    rig: Rig, disk: Disk, sink: Sink
) -> None:
    pressed = asyncio.create_task(rig.station.actions.send_now(TICKET))
    await until_asked(disk, pressed)
    assert (sink.connections, sink.begun) == (1, 0)
    disk.answers.set()
    await pressed
    await delivered(rig)
    (escalation,) = rig.station.logbook.escalations
    (attempt,) = escalation.attempts
    assert attempt.state is DeliveryState.ACCEPTED
    assert [request.key for request in sink.requests] == [attempt.key]
    assert sink.connections == 1


async def test_nothing_ever_leaves_that_the_disk_refused_and_the_next_press_sends_it(
    rig: Rig, disk: Disk, sink: Sink
) -> None:
    disk.error = StoreFailed("the disk is full")
    disk.answers.set()
    with pytest.raises(StoreFailed, match="the disk is full"):
        await rig.station.actions.send_now(TICKET)
    assert sink.begun == 0
    disk.error = None
    await rig.station.actions.send_now(TICKET)
    await delivered(rig)
    assert len(sink.requests) == 1


async def test_nothing_leaves_for_whoever_left_while_the_disk_hung(rig: Rig, disk: Disk, sink: Sink) -> None:
    pressed = asyncio.create_task(rig.station.actions.send_now(TICKET))
    await until_asked(disk, pressed)
    pressed.cancel()
    await asyncio.wait({pressed})
    assert sink.begun == 0


async def test_what_is_stopped_is_called_off_and_its_connection_closed(rig: Rig, sink: Sink) -> None:
    assert await rig.station.actions.stop(TICKET)
    await rig.station.escalating.step()
    await asyncio.wait_for(sink.all_gone(), PATIENCE)
    assert (sink.connections, sink.begun) == (1, 0)


async def test_what_waits_is_called_off_where_nobody_sends_any_more(disk: Disk, sink: Sink) -> None:
    rig, push = Rig(store=disk), Push(url=sink.url)
    rig.channels[PUSH] = push
    await rig.restart()
    with rig.station.delivery.at_work():
        await rig.escalate()
        await rig.station.escalating.step()
        await asyncio.wait_for(push.waits.wait(), PATIENCE)
    await asyncio.wait_for(sink.all_gone(), PATIENCE)
    assert (sink.connections, sink.begun) == (1, 0)


async def test_what_waited_too_long_is_called_off_and_got_ready_anew_where_it_still_comes(sink: Sink) -> None:
    push = Push(url=sink.url)
    departures = Departures({PUSH: push}, waits_for=timedelta(milliseconds=50))
    told = message("e1/1/1/dana/dana-push")
    for connections in (1, 2):
        departures.get_ready([told])
        await asyncio.wait_for(push.waits.wait(), PATIENCE)
        await asyncio.wait_for(sink.all_gone(), PATIENCE)
        assert sink.connections == connections
        push.waits.clear()
    assert departures.leave(told) is None
    assert sink.begun == 0


async def test_what_reads_otherwise_by_now_is_sent_as_it_was_stored(rig: Rig, disk: Disk, sink: Sink) -> None:
    disk.answers.set()
    rig.clock.now += timedelta(minutes=1)
    await rig.station.actions.send_now(TICKET)
    await delivered(rig)
    (request,) = sink.requests
    (stored,) = disk.stored
    assert json.loads(request.body)["body"] == stored.body
    assert (sink.connections, sink.begun) == (2, 1)


async def test_what_lost_its_connection_while_it_waited_leaves_on_another(rig: Rig, disk: Disk, sink: Sink) -> None:
    disk.answers.set()
    sink.hang_up()
    await asyncio.wait_for(sink.all_gone(), PATIENCE)
    await rig.station.actions.send_now(TICKET)
    await delivered(rig)
    (escalation,) = rig.station.logbook.escalations
    assert [attempt.state for attempt in escalation.attempts] == [DeliveryState.ACCEPTED]
    assert (sink.connections, len(sink.requests)) == (2, 1)


async def test_what_left_and_was_asked_for_a_pause_is_not_sent_again_before_it_is_over(
    rig: Rig, disk: Disk, sink: Sink
) -> None:
    disk.answers.set()
    sink.taken = Canned(status=429, headers=(("Retry-After", "7"),))
    await rig.station.actions.send_now(TICKET)
    await delivered(rig)
    ((_, state, next_try_at),) = await disk.unsettled()
    assert (state, next_try_at, len(sink.requests)) == (
        DeliveryState.RETRYING,
        rig.clock.now + timedelta(seconds=7),
        1,
    )


async def test_the_same_is_got_ready_once_however_often_somebody_looks_ahead(rig: Rig, sink: Sink) -> None:
    for _ in range(5):
        await rig.station.escalating.step()
    assert sink.connections == 1
