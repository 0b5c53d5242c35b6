"""A refresh of 100,000 tickets behind a running screen: how long it holds the event loop, and its memory."""

import asyncio
import gc
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from oncall_tui import litter
from oncall_tui.clock import stopwatch
from oncall_tui.domain.ticket import Ticket
from oncall_tui.heap import give_back
from oncall_tui.services.station import Station
from oncall_tui.ui.app import OnCallApp
from tests import rig
from tests.bench import desk
from tests.bench.figure import Figure

COUNT = 100_000
_BEAT = 0.001


class Pulse:
    """Beats each millisecond, and remembers the longest time our own code ran between two beats.

    Time in which the machine did something else does not count: it would say more about the machine.
    """

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Beat for ever."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(_BEAT)
            self.longest = max(self.longest, time.thread_time() - began)


@contextmanager
def collections() -> Iterator[list[float]]:
    """Return how long each garbage collection took."""
    pauses: list[float] = []
    began = [0.0]

    def note(phase: str, _: object) -> None:
        if phase == "start":
            began[0] = time.thread_time()
        else:
            pauses.append(time.thread_time() - began[0])

    gc.callbacks.append(note)
    try:
        yield pauses
    finally:
        gc.callbacks.remove(note)


@asynccontextmanager
async def shown(source: rig.ScriptedSource, *, is_whole: bool = False) -> AsyncIterator[tuple[Station, OnCallApp]]:
    """Return a dashboard that shows a source, on a terminal that is none; the whole of it also witnesses and sends."""
    station = desk.station(source, rig.MovingClock())
    await station.open()
    app = OnCallApp(station.actions, clock=station.actions.clock, stopwatch=stopwatch, desk=station.board.desk())
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)):
        station.board.watch(app.show)
        litter.settle()
        give_back()
        works = [station.board.run(), litter.collect_for_ever()]
        if is_whole:
            others = (station.witnessing, station.relieving, station.breath, station.delivery)
            works += [*(one.run() for one in others), *(loop() for _, loop in station.escalating.loops())]
        loops = [asyncio.create_task(work) for work in works]
        try:
            yield station, app
        finally:
            for loop in loops:
                loop.cancel()


async def _refresh(rounds: int) -> Sequence[Figure]:
    made = desk.tickets(COUNT)
    source = rig.ScriptedSource(tickets=made)
    holds: dict[str, list[float]] = {"first": [], "same": [], "some": [], "order": []}
    async with shown(source, is_whole=True) as (station, app):
        pulse = Pulse()
        beating = asyncio.create_task(pulse.beat())
        with collections() as pauses:
            for turn in range(rounds):
                shares = {"same": 0.0, "some": 0.01} if turn else {"first": 0.0, "same": 0.0, "some": 0.01}
                for name, share in shares.items():
                    source.tickets = desk.changed(source.tickets, share, seed=turn)
                    await asyncio.sleep(0.2)
                    pulse.longest = 0.0
                    await station.polling.read_all()
                    await asyncio.sleep(3 if name != "first" else 8)
                    holds[name].append(pulse.longest * 1000)
                pulse.longest = 0.0
                await app.run_action("order", default_namespace=app.screen)
                await asyncio.sleep(1)
                holds["order"].append(pulse.longest * 1000)
        beating.cancel()
    unit = "ms, the longest hold of the event loop"
    return [
        Figure(name=f"{COUNT:,} tickets for the first time", limit=16, unit=unit, ours=holds["first"]),
        Figure(name=f"refresh of {COUNT:,}, none changed", limit=16, unit=unit, ours=holds["same"]),
        Figure(name=f"refresh of {COUNT:,}, 1 % changed", limit=16, unit=unit, ours=holds["some"]),
        Figure(name=f"another order of {COUNT:,}", limit=16, unit=unit, ours=holds["order"]),
        Figure(name="longest garbage collection", limit=16, unit="ms", ours=[max([*pauses, 0.0]) * 1000]),
    ]


def refresh(rounds: int) -> Sequence[Figure]:
    """Measure holds of the event loop while 100,000 tickets are read again."""
    return asyncio.run(_refresh(rounds))


async def _memory() -> Sequence[Figure]:
    count = 20_000
    made = desk.tickets(count)
    own = sum(map(_own_text, made))
    source = rig.ScriptedSource()
    async with shown(source) as (station, _app):
        await asyncio.sleep(1)
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        source.tickets = desk.tickets(count)
        await station.polling.read_all()
        source.tickets = ()
        await asyncio.sleep(15)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
    return [
        Figure(
            name="memory for a ticket beyond its own text",
            limit=1.0,
            unit="KiB",
            ours=[(grown - own) / count / 1024],
            note=f"{own / count:.0f} bytes of text",
        )
    ]


def _own_text(ticket: Ticket) -> int:
    person = ticket.requester
    words = (ticket.id, ticket.subject, ticket.url, person.name, person.email, person.organisation)
    return sum(map(sys.getsizeof, words))


def memory(_rounds: int) -> Sequence[Figure]:
    """Measure what an open ticket takes in the dashboard, its own strings not counted."""
    return asyncio.run(_memory())
