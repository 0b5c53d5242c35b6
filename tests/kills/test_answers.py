"""A reply arrives exactly once, whenever the process that sends it dies; the help desk's own record is the judge."""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.bootstrap.stations import station_of
from oncall_tui.clock import utc_now
from oncall_tui.domain.answer import Answer, AnswerState
from oncall_tui.services.logbook import Logbook
from tests.kills.dashboard import LONG, ROOT, Dashboard
from tests.kills.doomed import AHEAD
from tests.kills.scene import FIRST, Scene, ticket
from tests.servers.http import Asked, Fault, HttpServer, Reply, http_server, reply

pytestmark = pytest.mark.anyio

FASTER = 4
"""How fast the last clock runs: reading a ticket and writing to it together still keep within their lease."""
TAKEN = reply({}, 201)
BROKEN = reply({"error": "out of order"}, 500)
FAILS = (
    (True, TAKEN),
    (True, Reply(fault=Fault.HANG_UP)),
    (True, TAKEN),
    (True, Reply(fault=Fault.SILENCE)),
    (True, TAKEN),
    (False, BROKEN),
    (True, BROKEN),
    (False, Reply(fault=Fault.HANG_UP)),
)
"""What becomes of the first try of each answer, by the number of its ticket: whether it is kept, and what is said."""


@dataclass
class FakeHelpDesk:
    """Keeps every answer that arrives, without looking whether it knows it already."""

    fails: bool = True
    count: int = 0
    tries: Counter[str] = field(default_factory=Counter)
    kept: list[dict[str, str]] = field(default_factory=list)
    shown: dict[str, list[dict[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """What was kept, as the messages of each ticket."""

    def answer(self, asked: Asked) -> Reply:
        if asked.method == "GET":
            return reply({"tickets": [self._ticket(FIRST + n) for n in range(self.count)]})
        found = json.loads(asked.body)
        self.tries[found["key"]] += 1
        is_kept, said = FAILS[int(found["ticket"]) % len(FAILS)] if self._is_to_fail(found["key"]) else (True, TAKEN)
        if is_kept:
            self.kept.append(found)
            message = {"at": utc_now().isoformat(), "from": "Ana", "text": found["text"], "key": found["key"]}
            self.shown[found["ticket"]].append(message)
        return said

    def _is_to_fail(self, key: str) -> bool:
        return self.fails and self.tries[key] == 1

    def _ticket(self, number: int) -> dict[str, object]:
        asked = {"at": "2026-11-20T10:00:00Z", "from": "Kenji Mori", "text": "Help."}
        return {**ticket(number), "messages": [asked, *self.shown[str(number)]]}


def answers(logbook: Logbook) -> Iterator[Answer]:
    for record in logbook.records.values():
        yield from record.answering.answers


async def settle(scene: Scene, ahead: timedelta) -> None:
    """Start once more, on a clock that runs fast, and let every answer that was stored come to its end."""
    began = utc_now()
    station = await station_of(scene.read(), lambda: began + ahead + (utc_now() - began) * FASTER)
    await station.open()
    changed = asyncio.Event()
    station.logbook.on_change(changed.set)
    loops = asyncio.create_task(station.run())
    try:
        async with asyncio.timeout(LONG * 8):
            while any(answer.state.is_on_its_way for answer in answers(station.logbook)):
                await changed.wait()
                changed.clear()
    finally:
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()


async def judge(scene: Scene, desk: FakeHelpDesk, promised: set[str]) -> None:
    stored = list(answers(await logbook_of(scene.read())))
    arrived = Counter(one["ticket"] for one in desk.kept)
    wanted = Counter(answer.ticket.partition(":")[2] for answer in stored)
    print(f"{len(stored)} replies stored, {sum(arrived.values())} arrived, {sum(desk.tries.values())} tries")
    assert promised <= wanted.keys()
    assert arrived == wanted
    assert {answer.state for answer in stored} <= {AnswerState.CONFIRMED}


@pytest.mark.parametrize("kills", [30, pytest.param(300, marks=pytest.mark.full)])
async def test_a_station_killed_while_it_replies_sends_each_reply_exactly_once(tmp_path: Path, kills: int) -> None:
    async with http_server() as server:
        desk = FakeHelpDesk(count=kills)
        scene = running_scene(tmp_path, server, desk)
        numbers = [str(FIRST + turn) for turn in range(kills)]
        command = (sys.executable, "-m", "tests.kills.doomed_answers", str(scene.config), str(kills), *numbers)
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        async with asyncio.timeout(LONG + kills * 3):
            said, _ = await process.communicate()
        assert process.returncode == 0
        await settle(scene, AHEAD * (kills + 1))
    promised = {line.removeprefix("stored ") for line in said.decode().splitlines()}
    await judge(scene, desk, promised)
    assert len(desk.kept) >= kills // 3  # it did get to work


@pytest.mark.parametrize("kills", [4, pytest.param(40, marks=pytest.mark.full)])
async def test_a_dashboard_killed_while_it_replies_sends_each_reply_exactly_once(tmp_path: Path, kills: int) -> None:
    async with http_server() as server:
        desk = FakeHelpDesk(count=1)
        scene = running_scene(tmp_path, server, desk)
        for turn in range(kills):
            desk.count = turn + 1
            await _reply_and_die(scene, str(FIRST + turn), 1.2 * turn / kills)
        await settle(scene, AHEAD)
    await judge(scene, desk, set())
    assert desk.kept


async def _reply_and_die(scene: Scene, number: str, wait: float) -> None:
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.draws(number)
        dashboard.type("r")
        await dashboard.draws("the customer reads this")
        dashboard.type(f"We look into {number}.")
        await dashboard.draws(f"into {number}.")
        await asyncio.sleep(0.2)
        dashboard.type("\x13")
        await dashboard.draws("again sends this")
        await asyncio.sleep(0.8)  # a key held down is one press
        dashboard.type("\x13")
        await asyncio.sleep(wait)
        await dashboard.kill()
    finally:
        dashboard.stop()


def running_scene(folder: Path, server: HttpServer, desk: FakeHelpDesk) -> Scene:
    server.answer_by(desk.answer)
    scene = Scene(
        folder,
        "http://127.0.0.1:9",
        sources={"helpdesk": f"{server.url}/tickets"},
        answers=f"{server.url}/answers",
    )
    scene.write()
    return scene
