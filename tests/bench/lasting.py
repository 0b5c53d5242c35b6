"""Sixty hours on a clock that is moved: 3,600 seconds, 60 readings and 500 new tickets in each, ten escalations in all.

Everything a dashboard does is done as often as it would be: each second every loop has its turn over a journal on a
disk and the clock on the screen ticks, each reading is parsed anew, and each escalation climbs until it is answered.
"""

import asyncio
import gc
import sys
import tempfile
import threading
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from itertools import count, islice
from pathlib import Path
from string import ascii_lowercase
from typing import Self

from oncall_tui import litter
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Ticket
from oncall_tui.heap import give_back
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.store.steadfast import SteadfastStore
from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.places import load
from oncall_tui.ui.run import TIDIED_EVERY, tidy_up
from tests import rig
from tests.bench import desk
from tests.bench.figure import Figure

_JOURNAL = "journal.sqlite"
_COLLECTED_EVERY = 30
"""Seconds, as ``litter`` does by the clock on the wall, which does not run here."""
_OPEN = 1000
"""A ticket is open for two hours."""
_COME_AND_GO = 500
"""In an hour."""
_CUSTOMERS = 500
"""Each of them writes once an hour: what is known of a customer is kept, and grows with customers only."""
_ESCALATED_EVERY = 6 * 3600
"""Seconds; what is known of an escalation is kept, for the handover and for good."""
_ESCALATED_AT = 60
"""Seconds into each such span."""
_HANDED_OVER_WITHIN = 2
"""Hours before the end of sixty in which the shift ends, so that its handover is written."""
_ANSWERED_AFTER = 400
"""Seconds from E to the acknowledgement: two channels and two levels are told before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a process holds at one moment."""

    resident: float
    """MiB."""
    blocks: int
    """Pieces of memory that Python has given out."""
    objects: int
    """Those among them that the collector looks after."""
    tasks: int
    descriptors: int
    threads: int

    @classmethod
    def now(cls) -> Self:
        """Return what is held, and looked through for garbage no more thoroughly than while somebody sits there."""
        litter.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return cls(
            resident=pages * 4096 / 1024**2,
            blocks=sys.getallocatedblocks(),
            objects=len(gc.get_objects()) + gc.get_freeze_count(),
            tasks=len(asyncio.all_tasks()),
            descriptors=len(list(Path("/proc/self/fd").iterdir())),
            threads=threading.active_count(),
        )


class Life:
    """A dashboard, and everything that happens around it."""

    def __init__(self, station_rig: rig.Rig, app: OnCallApp) -> None:
        self._rig, self._app = station_rig, app
        self._coming = map(_in_words_of_its_own, desk.newcomers(customers=_CUSTOMERS), count())
        self._open = deque(islice(self._coming, _OPEN), maxlen=_OPEN)
        self._seconds = 0

    async def live(self, hours: int) -> None:
        """Live through so many hours."""
        for minute in range(1, hours * 60 + 1):
            await self._read()
            for _ in range(60):
                await self._second()
            self._carry_off()
            await asyncio.sleep(0.002)
            if minute % 60 == 0:
                self._forget()

    async def _read(self) -> None:
        come = _COME_AND_GO * (self._seconds // 60 + 1) // 60 - _COME_AND_GO * (self._seconds // 60) // 60
        self._open.extend(islice(self._coming, come))
        self._rig.source.tickets = desk.changed(list(self._open), 0.01, seed=self._seconds)
        await self._rig.read()

    async def _second(self) -> None:
        self._seconds += 1
        self._rig.clock.now += timedelta(seconds=1)
        await self._rig.turn()
        if self._seconds % _ESCALATED_EVERY == _ESCALATED_AT:
            await self._rig.escalate(self._open[-1].number)
        elif self._seconds % _ESCALATED_EVERY == _ESCALATED_AT + _ANSWERED_AFTER:
            self._rig.answer("dana-push")
        if self._seconds % _COLLECTED_EVERY == 0:
            litter.collect()
        if self._seconds % TIDIED_EVERY == 0:
            tidy_up()
        self._app._tick()
        await asyncio.sleep(0)

    def _carry_off(self) -> None:
        """Let go of the letters that phones and mailboxes took: real ones do not hold them in this process."""
        for channel in self._rig.channels.values():
            if isinstance(channel, rig.ScriptedChannel):
                channel.received[:] = [asked for asked in channel.received if asked.purpose is Purpose.NOTIFICATION]

    def _forget(self) -> None:
        """Let go of what the phones, which stand in for real ones, hold of this hour."""
        for channel in self._rig.channels.values():
            if isinstance(channel, rig.ScriptedChannel):
                channel.asked.clear()
                channel.received.clear()
                channel.answers.clear()


def _in_words_of_its_own(ticket: Ticket, number: int) -> Ticket:
    """Return a ticket with a subject that never comes again."""
    word = "".join(ascii_lowercase[int(digit)] for digit in f"{number:08}")
    return replace(ticket, subject=CleanText(f"{ticket.subject} {word}"))


@asynccontextmanager
async def _begun(folder: Path) -> AsyncIterator[Life]:
    troubles, clock = Troubles(), rig.MovingClock()
    report = DiskReport(troubles, clock, UTC)
    store = SteadfastStore(folder / _JOURNAL, report, clock=clock, stopwatch=clock.stopwatch)
    await store.open()
    made = rig.Rig(store=store, clock=clock, troubles=troubles, handovers=HandoverFiles(folder / "handovers"))
    station = made.station
    await station.open()
    app = OnCallApp(station.actions, clock=clock, stopwatch=clock.stopwatch, desk=station.board.desk())
    app.animation_level = "none"
    async with app.run_test(size=(80, 24)):
        station.board.watch(app.show)
        await asyncio.to_thread(load)
        await asyncio.to_thread(give_back)
        litter.settle()
        board = asyncio.create_task(station.board.run())
        with station.delivery.at_work():
            yield Life(made, app)
        board.cancel()
    await station.close()


async def _hours(count: int) -> Sequence[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        async with _begun(Path(folder)) as life:
            await life.live(1)
            first = Traces.now()
            until = max(count - _HANDED_OVER_WITHIN, 1)
            await life.live(until - 1)
            before = Traces.now()
            await life.live(count - until)
            last = Traces.now()
    after = f"over {count} simulated hours after the first"
    until_then = f"until the handover of {_OPEN:,} tickets, after the first hour"
    return [
        _growth(f"pieces of memory {after}", first.blocks, last.blocks, "pieces", limit=5),
        _growth(f"memory {until_then}", first.resident, before.resident, "MiB", limit=5),
        _growth(f"memory {after}, that handover included", first.resident, last.resident, "MiB", limit=5),
        _growth(f"objects {after}", first.objects, last.objects, "objects"),
        _more("tasks", first.tasks, last.tasks),
        _more("open files and connections", first.descriptors, last.descriptors),
        _more("threads", first.threads, last.threads),
    ]


def _growth(name: str, first: float, last: float, unit: str, *, limit: float | None = None) -> Figure:
    note = f"{first:,.0f} {unit}, then {last:,.0f}"
    return Figure(name=name, limit=limit, unit="%", ours=[(last / first - 1) * 100], note=note)


def _more(what: str, first: int, last: int) -> Figure:
    return Figure(name=f"{what} more than after the first hour", limit=0, unit=what, ours=[last - first])


def hours(count: int) -> Sequence[Figure]:
    """Measure what is left behind by time alone."""
    return asyncio.run(_hours(count))
