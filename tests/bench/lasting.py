"""Sixty hours on a clock that is moved: 3,600 seconds, 60 readings and 500 tickets that come and go in each."""

import asyncio
import gc
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tests import rig
from tests.bench import desk
from tests.bench.figure import Figure
from tests.bench.refreshing import shown

_OPEN = 500
_GO_AT_ONCE = 8


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024**2


async def _hours(count: int) -> Sequence[Figure]:
    made = desk.tickets(_OPEN + count * 60 * _GO_AT_ONCE + 1)
    source = rig.ScriptedSource(tickets=made[:_OPEN])
    async with shown(source) as (station, app):
        clock = station.actions.clock
        assert isinstance(clock, rig.MovingClock)
        sizes, tasks = [], []
        for minute in range(count * 60):
            begin = minute * _GO_AT_ONCE
            source.tickets = made[begin : begin + _OPEN]
            await station.polling.read_all()
            for _ in range(60):
                clock.now += timedelta(seconds=1)
                app._tick()
                await asyncio.sleep(0)
            await asyncio.sleep(0.002)
            if minute % 60 == 59:
                gc.collect()
                sizes.append(_resident())
                tasks.append(len(asyncio.all_tasks()))
    return [
        Figure(
            name=f"growth over {count} simulated hours after the first",
            limit=5,
            unit="%",
            ours=[(sizes[-1] / sizes[0] - 1) * 100],
            note=f"{sizes[0]:.0f} MiB, then {sizes[-1]:.0f}",
        ),
        Figure(name="tasks more than after the first hour", limit=0, unit="tasks", ours=[tasks[-1] - tasks[0]]),
    ]


def hours(count: int) -> Sequence[Figure]:
    """Measure what is left behind by time alone."""
    return asyncio.run(_hours(count))
