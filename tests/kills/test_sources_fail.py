"""A help desk that fails, in whatever way, never makes the list look calm: what was seen stays, and the screen says why."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.pilot import Pilot

from oncall_tui.bootstrap import station_of
from oncall_tui.clock import stopwatch
from oncall_tui.ui.app import OnCallApp
from tests.kills.dashboard import LONG
from tests.kills.scene import Scene, ticket
from tests.screen import screen_lines
from tests.servers.http import Fault, HttpServer, Reply, reply
from tests.servers.sink import LOGIN_PAGE

pytestmark = pytest.mark.anyio

REFUSES = None
"""Nobody listens."""
FAULTS: Mapping[str, tuple[Reply | None, str]] = {
    "refuses": (REFUSES, "?"),
    "silent": (Reply(fault=Fault.SILENCE), "?"),
    "hangs-up": (Reply(fault=Fault.HANG_UP), "?"),
    "cut": (Reply(body=b"[" + b" " * 99, fault=Fault.CUT), "?"),
    "locked": (reply({"error": "who are you"}, 401), "?"),
    "busy": (reply({"error": "later"}, 429, Retry_After="1"), "?"),
    "broken": (reply({"error": "out of order"}, 500), "?"),
    "garbled": (Reply(body=b'[{"id": "1"'), "?"),
    "login": (Reply(body=LOGIN_PAGE.body, headers={"Content-Type": "text/html"}), "?"),
}
"""What goes wrong, and a word of the reason the screen gives."""


@dataclass(slots=True)
class Desk:
    """A help desk with one ticket, that fails and recovers when it is told to."""

    number: int
    port: int = 0
    server: HttpServer = field(init=False)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _listener: asyncio.Server | None = None

    async def open(self) -> None:
        """Answer with the ticket."""
        await self.fail(reply([ticket(self.number)]))

    async def fail(self, answer: Reply | None) -> None:
        """Answer so from now on; with None, to nobody."""
        if answer is None:
            await self.close()
        elif self._listener is None:
            self._over.clear()
            self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            if not self.port:
                self.port = self._listener.sockets[0].getsockname()[1]
                self.server = HttpServer(self.port, [answer])
        if answer is not None:
            self.server.answer(answer)

    async def close(self) -> None:
        self._over.set()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.ensure_future(self.server.serve(reader, writer))
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({serving, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        serving.cancel()
        writer.close()


@dataclass(slots=True)
class Screen:
    """The dashboard as somebody sees it."""

    app: OnCallApp
    pilot: Pilot[None]

    @property
    def text(self) -> str:
        return "\n".join(screen_lines(self.app))

    async def shows(self, *words: str, not_any_more: str = "\0") -> None:
        """Wait until all of these can be read, and something else cannot."""
        try:
            async with asyncio.timeout(LONG):
                while any(word not in self.text for word in words) or not_any_more in self.text:
                    await self.pilot.pause(0.05)
        except TimeoutError:
            missing = [word for word in words if word not in self.text]
            raise AssertionError(f"never showed {missing} without {not_any_more!r}, but:\n{self.text}") from None


@asynccontextmanager
async def watching(folder: Path, desks: Mapping[str, Desk], *, lines: int = 24) -> AsyncIterator[Screen]:
    sources = {name: f"http://127.0.0.1:{desk.port}/tickets" for name, desk in desks.items()}
    scene = Scene(folder, "http://127.0.0.1:9", sources=sources)
    scene.write()
    station = await station_of(scene.read())
    await station.open()
    app = OnCallApp(station.actions, clock=station.actions.clock, stopwatch=stopwatch, desk=station.board.desk())
    loops = asyncio.create_task(station.run())
    try:
        async with app.run_test(size=(80, lines)) as pilot:
            station.board.watch(app.show)
            yield Screen(app, pilot)
    finally:
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()


@asynccontextmanager
async def open_desks(names: Mapping[str, object]) -> AsyncIterator[Mapping[str, Desk]]:
    async with AsyncExitStack() as undo:
        desks = {name: Desk(2001 + turn) for turn, name in enumerate(names)}
        for desk in desks.values():
            await desk.open()
            undo.push_async_callback(desk.close)
        yield desks


async def test_sources_that_fail_in_every_way_at_once_leave_their_tickets_on_the_screen(tmp_path: Path) -> None:
    async with open_desks(FAULTS) as desks:
        numbers = [str(desk.number) for desk in desks.values()]
        for name, desk in desks.items():
            await desk.fail(FAULTS[name][0])
        async with watching(tmp_path, desks) as screen:
            await screen.shows("No source answers: I cannot see.", *(f"{name} failed since" for name in desks))
            print(screen.text)
            assert "Nothing is waiting" not in screen.text
            assert "0 open" not in screen.text
            for desk in desks.values():
                await desk.open()
            await screen.shows("9 open", *numbers, not_any_more="+")

            before = {name: len(desk.server.asked) for name, desk in desks.items()}
            for name, desk in desks.items():
                await desk.fail(FAULTS[name][0])
            await screen.shows("+8 more", "9 open", *numbers)
            print(screen.text)
            await screen.pilot.press("v")
            await screen.shows(*(f"{name}: " for name in desks))
            print(screen.text)
            await screen.pilot.press("escape")
            for desk in desks.values():
                await desk.open()
            await screen.shows("9 open", *numbers, not_any_more="more: V")
            assert all(len(desk.server.asked) > before[name] for name, desk in desks.items())
