"""A help desk that fails, in whatever way, never makes the list look calm: tickets stay, and the screen says why."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from textual.pilot import Pilot

from oncall_tui.bootstrap.stations import station_of
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
    "refuses": (REFUSES, "connection was refused"),
    "silent": (Reply(fault=Fault.SILENCE), "did not answer"),
    "hangs-up": (Reply(fault=Fault.HANG_UP), "broke off the connection"),
    "cut": (Reply(body=b"[" + b" " * 99, fault=Fault.CUT), "in the middle of its answer"),
    "locked": (reply({"error": "who are you"}, 401), "refused the credentials (401)"),
    "busy": (reply({"error": "later"}, 429, Retry_After="1"), "asks for a pause"),
    "broken": (reply({"error": "out of order"}, 500), "error of its own (500)"),
    "garbled": (Reply(body=b'[{"id": "1"'), "broken JSON"),
    "login": (Reply(body=LOGIN_PAGE.body, headers={"Content-Type": "text/html"}), "answered with a web page"),
}
"""What goes wrong, and a word of the reason the screen gives."""


@dataclass(slots=True)
class Desk:
    """A help desk with one ticket, that fails and recovers when it is told to."""

    number: int
    port: int = 0
    server: HttpServer = field(init=False)
    _asked: asyncio.Event = field(default_factory=asyncio.Event)
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

    async def was_asked(self, times: int) -> None:
        """Wait until it was asked so often."""
        while len(self.server.asked) < times:
            self._asked.clear()
            await self._asked.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._asked.set()
        serving = asyncio.ensure_future(self.server.serve(reader, writer))
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({serving, over}, return_when=asyncio.FIRST_COMPLETED)
        self._asked.set()
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
            assert "Nothing is waiting" not in screen.text
            assert "0 open" not in screen.text
            for desk in desks.values():
                await desk.open()
            await screen.shows("9 open", *numbers, not_any_more="+")

            before = {name: len(desk.server.asked) for name, desk in desks.items()}
            for name, desk in desks.items():
                await desk.fail(FAULTS[name][0])
            await screen.shows("+8 more", "9 open", *numbers)
            await screen.pilot.press("v")
            await screen.shows(*(why for _, why in FAULTS.values()))
            await screen.pilot.press("escape")
            await asked_again(desks, before)
            for desk in desks.values():
                await desk.open()
            await screen.shows("9 open", *numbers, not_any_more="more: V")
            await screen.shows(" s ago", not_any_more="stale")


async def asked_again(desks: Mapping[str, Desk], before: Mapping[str, int]) -> None:
    """Wait until every desk that listens was asked twice more, although it failed."""
    async with asyncio.timeout(LONG):
        for name, desk in desks.items():
            if FAULTS[name][0] is not REFUSES:
                await desk.was_asked(before[name] + 2)


async def test_a_single_source_that_fails_is_named_in_the_header_with_since_when_and_below_with_why(
    tmp_path: Path,
) -> None:
    async with open_desks({"helpdesk": None}) as desks, watching(tmp_path, desks) as screen:
        desk = desks["helpdesk"]
        await screen.shows(" s ago", "2001", "1 open")
        await desk.fail(Reply(body=LOGIN_PAGE.body, headers={"Content-Type": "text/html"}))
        await screen.shows("helpdesk stale since", "helpdesk: answered with a web page", "2001", "1 open")
        await desk.open()
        await screen.shows(" s ago", "2001", "1 open", not_any_more="stale")


async def test_a_source_that_never_answered_leaves_a_screen_that_says_so_and_no_calm_list(tmp_path: Path) -> None:
    async with open_desks({"helpdesk": None}) as desks:
        await desks["helpdesk"].fail(REFUSES)
        async with watching(tmp_path, desks) as screen:
            await screen.shows("No source answers: I cannot see.", "helpdesk failed since", "refused")
            assert "Nothing is waiting" not in screen.text
            assert " open" not in screen.text
            await desks["helpdesk"].fail(reply([]))
            await screen.shows("Nothing is waiting.", not_any_more="cannot see")
