"""From E to the first byte at a server on this machine, against a bare POST of a warm client."""

import asyncio
import tempfile
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import httpx

from oncall_tui.channels import webhook
from oncall_tui.clock import utc_now
from oncall_tui.domain.people import ChannelId
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.polling import Feed
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.sqlite import SqliteStore
from tests import rig
from tests.bench.figure import Figure, percentile

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


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


async def _sending(rounds: int) -> Sequence[Figure]:
    server = Server()
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
    bare, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        store = await SqliteStore.open(Path(folder, "journal.sqlite"))
        source = rig.ScriptedSource(tickets=[rig.ticket(str(number)) for number in range(rounds)])
        channel = webhook.build(ChannelId("dana-push"), webhook.Settings(url=url), utc_now)
        team = rig.team()
        policy = replace(team.policy, undo=timedelta(minutes=1))
        station = put_together(
            Parts(
                team=replace(team, policy=policy),
                feeds=[Feed(source=source, kind="file")],
                channels={ChannelId("dana-push"): channel},
                store=store,
                shelf=rig.MemoryShelf(),
                report=repr,
                troubles=Troubles(),
                clocks=Clocks(wall=utc_now, awake=time.perf_counter),
                holder="bench",
                new_id=lambda: f"e{time.perf_counter_ns()}",
                jitter=lambda: 0.5,
            )
        )
        await station.open()
        loops = asyncio.create_task(station.run())
        await asyncio.sleep(0.5)
        async with httpx.AsyncClient() as warm:
            for ticket in source.tickets:
                row = station.board.desk().row(ticket.id)
                assert row is not None
                bare.append(await _first_byte(server, warm.post(url, json={"title": ticket.subject})))
                await station.actions.escalate(row)
                ours.append(await _first_byte(server, station.actions.send_now(ticket.id)))
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()
    listening.close()
    unit = "ms, a bare POST of a warm client"
    return [
        Figure(name="E, pressed again, to the first byte, p50", limit=2.5, unit=unit, ours=ours[1:], floor=bare[1:]),
        Figure(
            name="E, pressed again, to the first byte, p99",
            limit=None,
            unit=unit,
            ours=[percentile(ours[1:], 0.99)],
            floor=[percentile(bare[1:], 0.99)],
        ),
    ]


async def _first_byte(server: Server, sending: Coroutine[None, None, object]) -> float:
    while not server.came.empty():
        server.came.get_nowait()
    began = time.perf_counter()
    task = asyncio.ensure_future(sending)
    came = await server.came.get()
    await task
    await asyncio.sleep(0.02)
    return (came - began) * 1000


def sending(rounds: int) -> Sequence[Figure]:
    """Measure both alternately."""
    return asyncio.run(_sending(rounds))
