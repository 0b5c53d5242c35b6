"""A station without a screen that is killed while it escalates: ``python -m tests.kills.doomed CONFIG SEED NUMBER…``.

For each number a child is forked, which escalates that ticket, prints ``stored NUMBER`` once it has been told so, goes
on with whatever its forerunners left, and is killed at a random moment. Each child's clock is ahead of its forerunner's
by more than a lease, so that none waits for the dead.
"""

import asyncio
import os
import random
import select
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.clock import clock_started_at, utc_now
from oncall_tui.config import Config
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.leases import LEASE

AHEAD = LEASE + timedelta(seconds=1)
SOON, LATE = 0.02, 0.25
"""Most seconds between the key and the kill: while it is being stored, and while it is being sent."""


async def work(config: Config, number: str, ahead: timedelta, pipe: int) -> None:
    """Escalate a ticket and run every loop, for ever."""
    station = await station_of(config, clock_started_at(utc_now() + ahead))
    await station.open()
    await station.polling.read_all()
    row = station.board.desk().row(TicketId(f"helpdesk:{number}"))
    assert row is not None
    os.write(pipe, b"pressed\n")
    loops = asyncio.create_task(station.run())
    await station.actions.escalate(row)
    os.write(pipe, f"stored {number}\n".encode())
    await loops


Work = Callable[[Config, str, timedelta, int], Coroutine[None, None, None]]


def die(work: Work, config: Config, number: str, ahead: timedelta, wait: float, *, is_stored: bool) -> str:
    """Kill a child ``wait`` seconds after its key, or after it was stored, and return what it said before."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        asyncio.run(work(config, number, ahead, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        said.readline()
        begun = said.readline() if is_stored else b""
        select.select([], [], [], wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return (begun + said.read()).decode()


if __name__ == "__main__":
    chance = random.Random(int(sys.argv[2]))
    loaded = load_config(Path(sys.argv[1]), {})
    for turn, ticket in enumerate(sys.argv[3:]):
        wait = chance.uniform(0, SOON if turn % 2 else LATE)
        sys.stdout.write(die(work, loaded, ticket, turn * AHEAD, wait, is_stored=turn % 3 == 0))
