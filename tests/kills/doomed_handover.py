"""Handovers of which one side is killed: ``python -m tests.kills.doomed_handover CONFIG SEED ROUNDS``.

In each round one station delivers, another accepts, and one of the two is killed at a random moment of the acceptance.
Prints for each round who was killed, whether the acceptance was reported as done, and who owns everything for two
stations that start afterwards.
"""

import asyncio
import os
import random
import select
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.config import Config
from oncall_tui.domain.duty import owner
from oncall_tui.domain.handover_events import HandoverAccepted
from oncall_tui.services.station import Station

LATE = 0.05
"""Most seconds between the key and the kill."""
Side = Callable[[Config, int], Coroutine[None, None, None]]


async def opened(config: Config, *, is_incoming: bool) -> Station:
    """Return a station at which one of the two people sits."""
    station = await station_of(config)
    await station.open()
    await station.polling.read_all()
    shift = station.board.team.rota.on_call(station.board.desk().at)
    assert shift is not None
    following = station.board.following(shift)
    assert following is not None
    station.board.sits_here(following.person if is_incoming else shift.person)
    return station


async def outgoing(config: Config, pipe: int) -> None:
    """Deliver, and go on with every loop for ever."""
    station = await opened(config, is_incoming=False)
    await station.actions.handover.save_notes("none")
    await station.actions.handover.deliver()
    os.write(pipe, b"delivered\n")
    await station.run()


async def incoming(config: Config, pipe: int) -> None:
    """Accept, and go on with every loop for ever."""
    station = await opened(config, is_incoming=True)
    os.write(pipe, b"pressed\n")
    loops = asyncio.create_task(station.run())
    await station.actions.handover.accept("1001 is late", "I ring Kenji")
    os.write(pipe, b"accepted\n")
    await loops


def begin(side: Side, config: Config) -> tuple[int, int]:
    """Fork a side; return its process, and where it says what it did."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        asyncio.run(side(config, writing))
    os.close(writing)
    return child, reading


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def said(reading: int) -> bytes:
    """Return the next line of a side; nothing when it is gone."""
    line = b""
    while not line.endswith(b"\n") and (letter := os.read(reading, 1)):
        line += letter
    return line


def handed_over(config: Config, chance: random.Random) -> tuple[str, bool]:
    """Let one side deliver and the other accept, while one of them dies; return who, and whether it was accepted."""
    victim = chance.choice(("outgoing", "incoming"))
    giver, from_giver = begin(outgoing, config)
    assert said(from_giver) == b"delivered\n"
    taker, from_taker = begin(incoming, config)
    assert said(from_taker) == b"pressed\n"
    select.select([], [], [], chance.uniform(0, LATE))
    if victim == "incoming":
        kill(taker)
        is_accepted = said(from_taker) == b"accepted\n"
        kill(giver)
    else:
        kill(giver)
        is_accepted = said(from_taker) == b"accepted\n"
        kill(taker)
    os.close(from_giver)
    os.close(from_taker)
    return victim, is_accepted


async def owners(config: Config) -> tuple[list[str], int]:
    """Return who owns everything for two stations that start, and how often it was accepted."""
    seen, times = [], 0
    for is_incoming in (False, True):
        station = await opened(config, is_incoming=is_incoming)
        flows = station.logbook.flows.values()
        person = owner(station.board.team.rota, flows, station.board.desk().at)
        on_call = station.board.desk().on_call
        seen.append("outgoing" if person == next(iter(flows)).outgoing else "incoming")
        assert on_call is not None
        assert on_call.id == person
        times = sum(isinstance(line.event, HandoverAccepted) for line in station.logbook.shift_events)
        await station.close()
    return seen, times


if __name__ == "__main__":
    seed = random.Random(int(sys.argv[2]))
    loaded = load_config(Path(sys.argv[1]), {})
    for _ in range(int(sys.argv[3])):
        for left in Path(sys.argv[1]).parent.glob("journal.sqlite*"):
            left.unlink()
        dead, accepted = handed_over(loaded, seed)
        print(dead, accepted, *asyncio.run(owners(loaded)), sep="|", flush=True)
