"""From E to the first byte at a server on this machine, against a bare POST of a warm client.

The floor is that POST after a bare commit as durable as ours, both in the event loop and with nothing around them.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Final

import httpx

from oncall_tui.channels import webhook
from oncall_tui.clock import stopwatch, utc_now
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import Ticket
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.polling import Feed
from oncall_tui.services.station import Station
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.sqlite_format import PRAGMAS, set_pragmas
from oncall_tui.store.steadfast import SteadfastStore
from tests import rig
from tests.bench.figure import Figure, percentile

_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_PUSH: Final = ChannelId("dana-push")
_PAUSE: Final = 0.06
"""Seconds between two things a person does: a second press within 50 ms counts as no press of a person's."""
_AS_MUCH: Final = "x" * 3000
"""As much as an escalation writes: its event and its message."""


@dataclass
class Server:
    """Takes everything, and knows when its first byte came."""

    came: asyncio.Queue[float] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer until the client goes."""
        while begun := await reader.read(1):
            self.came.put_nowait(time.perf_counter())
            head = begun + await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(_ANSWER)
        writer.close()

    async def first_byte(self, sending: Coroutine[None, None, object]) -> float:
        """Return how many milliseconds passed until the first byte came."""
        await asyncio.sleep(_PAUSE)
        while not self.came.empty():
            self.came.get_nowait()
        began = time.perf_counter()
        task = asyncio.ensure_future(sending)
        came = await self.came.get()
        await task
        return (came - began) * 1000


class Bare:
    """A POST of a warm client, and a commit as durable as ours, with nothing around them."""

    def __init__(self, url: str, path: Path, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http
        self._connection = sqlite3.connect(path, isolation_level=None)
        set_pragmas(self._connection, PRAGMAS)
        self._connection.execute("CREATE TABLE line (number INTEGER PRIMARY KEY, body TEXT)")

    async def post(self) -> None:
        """Post."""
        await self._http.post(self._url, json={"title": _AS_MUCH[:200]})

    async def commit_and_post(self) -> None:
        """Commit, then post."""
        self._connection.execute("INSERT INTO line (body) VALUES (?)", (_AS_MUCH,))
        await self.post()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


@asynccontextmanager
async def _working(url: str, folder: Path, tickets: Sequence[Ticket]) -> AsyncIterator[Station]:
    """Return a station that runs over a real journal and a real channel."""
    troubles, team = Troubles(), rig.team()
    store = SteadfastStore(
        folder / "journal.sqlite", DiskReport(troubles, utc_now, UTC), clock=utc_now, stopwatch=stopwatch
    )
    await store.open()
    station = put_together(
        Parts(
            team=replace(team, policy=replace(team.policy, undo=timedelta(minutes=1))),
            feeds=[Feed(source=rig.ScriptedSource(tickets=tickets), kind="file")],
            channels={_PUSH: webhook.build(_PUSH, webhook.Settings(url=url), utc_now)},
            store=store,
            shelf=rig.MemoryShelf(),
            report=repr,
            troubles=troubles,
            clocks=Clocks(wall=utc_now, awake=stopwatch),
            holder="bench",
            new_id=lambda: f"e{time.perf_counter_ns()}",
            jitter=lambda: 0.5,
        )
    )
    await station.open()
    loops = asyncio.create_task(station.run())
    await asyncio.sleep(0.5)
    yield station
    loops.cancel()
    await asyncio.wait({loops})
    await station.close()


async def _sending(rounds: int) -> Sequence[Figure]:
    server, tickets = Server(), [rig.ticket(str(number)) for number in range(rounds + 1)]
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    posted, floor, ours = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        async with _working(url, Path(folder), tickets) as station, httpx.AsyncClient() as http:
            with closing(Bare(url, Path(folder, "bare.sqlite"), http)) as bare:
                for ticket in tickets:
                    row = station.board.desk().row(ticket.id)
                    assert row is not None
                    posted.append(await server.first_byte(bare.post()))
                    floor.append(await server.first_byte(bare.commit_and_post()))
                    await station.actions.escalate(row)
                    ours.append(await server.first_byte(station.actions.send_now(ticket.id)))
    listening.close()
    return _figures(posted[1:], floor[1:], ours[1:])


def _figures(posted: Sequence[float], floor: Sequence[float], ours: Sequence[float]) -> Sequence[Figure]:
    name, unit, tail = "E, pressed again, to the first byte", "ms, a bare POST of a warm client", 0.99
    beyond = "ms, a bare commit and a bare POST"
    return [
        Figure(name=f"{name}, p50", limit=2.5, unit=unit, ours=ours, floor=posted),
        Figure(name="the least a durable commit allows there, p50", limit=None, unit=unit, ours=floor, floor=posted),
        Figure(name=f"{name}, against that least, p50", limit=None, unit=beyond, ours=ours, floor=floor),
        Figure(
            name=f"{name}, p99",
            limit=None,
            unit=unit,
            ours=[percentile(ours, tail)],
            floor=[percentile(posted, tail)],
        ),
    ]


def sending(rounds: int) -> Sequence[Figure]:
    """Measure all three in turn."""
    return asyncio.run(_sending(rounds))
