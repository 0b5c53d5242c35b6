"""10,000 open tickets read from each vendor's mock: its memory, and how long it holds the event loop.

The vendor runs in a process of its own, so that only the reader is measured; what it waits for limits is skipped.
"""

import asyncio
import gc
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain

from oncall_tui import litter
from tests.bench.figure import Figure
from tests.bench.refreshing import Pulse
from tests.servers.http import http_server
from tests.sources.hurrying import hurried
from tests.sources.test_ten_thousand import KINDS
from tests.sources.vendors import Vendor

COUNT = 10_000
_MEGABYTE = 1_000_000


async def serve(kind: type[Vendor]) -> None:
    """Be a vendor until the standard input ends."""
    async with http_server() as server:
        server.answer_by(kind(range(1, COUNT + 1)).answer)
        print(server.url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def vendor(kind: type[Vendor]) -> Iterator[str]:
    """Run a vendor and return its address."""
    command = [sys.executable, "-m", "tests.bench.reading", kind.__name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()


async def _held(kind: type[Vendor], url: str) -> float:
    """Return the longest hold of the event loop in milliseconds, over a first reading and the one after it."""
    source = hurried(kind([]).make(url))
    litter.settle()
    pulse = Pulse()
    others = [asyncio.create_task(pulse.beat()), asyncio.create_task(litter.collect_for_ever())]
    await asyncio.sleep(0.1)
    pulse.longest = 0.0
    for _ in range(2):
        assert len(await source.open_tickets()) == COUNT
        await asyncio.sleep(0.01)
    for other in others:
        other.cancel()
    return pulse.longest * 1000


async def _memory(kind: type[Vendor], url: str) -> tuple[float, float]:
    """Return the most a reading takes, and what its list alone holds, in megabytes."""
    source = hurried(kind([]).make(url))
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tickets = await source.open_tickets()
        peak = tracemalloc.get_traced_memory()[1] - before
        del source
        gc.collect()
        own = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(tickets) == COUNT
    return peak / _MEGABYTE, own / _MEGABYTE


def _figures(kind: type[Vendor], rounds: int) -> Sequence[Figure]:
    name = f"{COUNT:,} tickets of {kind.__name__.lower()}"
    with vendor(kind) as url:
        holds = [asyncio.run(_held(kind, url)) for _ in range(rounds)]
        peaks, own = zip(*[asyncio.run(_memory(kind, url)) for _ in range(rounds)], strict=True)
    return [
        Figure(name=f"{name}, most memory", limit=2, unit="MB, the list alone", ours=peaks, floor=own),
        Figure(name=f"{name}, read", limit=16, unit="ms, the longest hold of the event loop", ours=holds),
    ]


def reading(rounds: int) -> Sequence[Figure]:
    """Measure each vendor."""
    return list(chain.from_iterable(_figures(kind, rounds) for kind in KINDS))


if __name__ == "__main__":
    asyncio.run(serve(next(kind for kind in KINDS if kind.__name__ == sys.argv[1])))
