"""However the dashboard ends, what is being sent finishes, what is stored stays, and the terminal is as it was."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.events import EscalationArmed, NotificationAccepted, NotificationDelayed
from tests.kills.dashboard import Dashboard
from tests.kills.doomed import AHEAD
from tests.kills.evidence import judge, recorded, settle
from tests.kills.leader import Leaders
from tests.kills.scene import Scene

pytestmark = pytest.mark.anyio

ASKED = "nobody will go on with it"
UNDO = timedelta(hours=1)
"""Longer than anything here takes."""
STOOD_STILL = 3.0
"""Seconds: longer than the undo second, shorter than any lease."""
RESTORED = "\x1b[?1049l"


@dataclass(slots=True)
class Play:
    """One dashboard with one ticket, and the leaders behind it."""

    scene: Scene
    leaders: Leaders
    dashboard: Dashboard
    number: str
    asks: bool = False
    """Whether leaving by a key is asked about first."""
    is_asked: bool = False
    in_flight: bool = False

    async def escalate(self) -> None:
        self.dashboard.type("e")
        await self.dashboard.draws(f"▲ Escalating {self.number}" if self.scene.undo != "0s" else f"▲ {self.number}")


Moment = Callable[[Play], Awaitable[None]]
End = Callable[[Play], Awaitable[int]]


async def idle(play: Play) -> None:
    """Nothing is under way."""


async def undo_running(play: Play) -> None:
    await play.escalate()
    play.asks = True


async def in_flight(play: Play) -> None:
    play.leaders.gate.clear()
    play.dashboard.type("e")
    await play.leaders.arrived.wait()
    play.asks = play.in_flight = True


async def accepted(play: Play) -> None:
    await play.escalate()
    await play.dashboard.draws("accepted")
    play.asks = True


async def retrying(play: Play) -> None:
    """The message was sent by a process that is dead, and is on its way once more."""
    play.leaders.gate.clear()
    await play.leaders.arrived.wait()
    await play.dashboard.draws(f"▲ {play.number}")
    play.asks = play.in_flight = True


async def dialog(play: Play) -> None:
    await play.escalate()
    play.dashboard.type("q")
    await play.dashboard.draws(ASKED)
    play.asks = play.is_asked = True


MOMENTS: dict[str, tuple[Moment, str]] = {
    "idle": (idle, "0s"),
    "undo running": (undo_running, f"{UNDO // timedelta(hours=1)}h"),
    "in flight": (in_flight, "0s"),
    "accepted": (accepted, "0s"),
    "retrying": (retrying, "0s"),
    "dialog": (dialog, f"{UNDO // timedelta(hours=1)}h"),
}
"""What is going on, and how long E can be taken back meanwhile."""


async def _by_key(play: Play, key: str) -> int:
    if play.asks and not play.is_asked:
        play.dashboard.type(key)
        await play.dashboard.draws(ASKED)
    play.dashboard.type(key)
    return await _finished(play)


def _by_signal(number: signal.Signals) -> End:
    async def end(play: Play) -> int:
        play.dashboard.send(number)
        return await _finished(play)

    return end


async def _closed(play: Play) -> int:
    play.dashboard.close()
    asyncio.get_running_loop().call_later(0.5, play.leaders.gate.set)
    return await play.dashboard.end()


async def _killed(play: Play) -> int:
    await play.dashboard.kill()
    play.leaders.gate.set()
    return play.dashboard.process.returncode


async def _finished(play: Play) -> int:
    """Let the answer come only once the dashboard has left the screen."""
    await play.dashboard.writes(RESTORED)
    play.leaders.gate.set()
    return await play.dashboard.end()


ENDS: dict[str, tuple[End, int]] = {
    "q": (lambda play: _by_key(play, "q"), 0),
    "ctrl+q": (lambda play: _by_key(play, "\x11"), 0),
    "SIGINT": (_by_signal(signal.SIGINT), 130),
    "SIGTERM": (_by_signal(signal.SIGTERM), 143),
    "SIGHUP": (_by_signal(signal.SIGHUP), 129),
    "closed": (_closed, 129),
    "SIGKILL": (_killed, -9),
}
"""How it ends, and the exit code that says so."""


@asynccontextmanager
async def playing(folder: Path, moment: str, *, is_controlled: bool = True) -> AsyncIterator[Play]:
    async with Leaders(acknowledges=False) as leaders:
        scene = Scene(folder, leaders.url, undo=MOMENTS[moment][1], timeout="15s")
        scene.write()
        number = scene.open_ticket(2)
        if moment == "retrying":
            await _leave_a_retry(scene, leaders, number)
        dashboard = Dashboard.start(scene, is_controlled=is_controlled)
        try:
            await dashboard.draws(number)
            play = Play(scene, leaders, dashboard, number)
            await MOMENTS[moment][0](play)
            yield play
        finally:
            dashboard.stop()
            leaders.gate.set()


async def _leave_a_retry(scene: Scene, leaders: Leaders, number: str) -> None:
    """Let a dashboard die after a first try that failed."""
    leaders.is_out_of_order = True
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.draws(number)
        dashboard.type("e")
        await dashboard.draws("may have arrived")
        await dashboard.kill()
    finally:
        dashboard.stop()
    leaders.is_out_of_order = False
    leaders.arrived.clear()
    leaders.gate.clear()


def _combinations() -> list[object]:
    """Return every end at every moment; the ordinary run takes a third, with each end and each moment in it."""
    return [
        pytest.param(end, moment, marks=() if (row + column) % 3 == 0 else pytest.mark.full, id=f"{end}-{moment}")
        for row, end in enumerate(ENDS)
        for column, moment in enumerate(MOMENTS)
    ]


@pytest.mark.parametrize(("end", "moment"), _combinations())
async def test_every_end_at_every_moment_leaves_nothing_broken(tmp_path: Path, end: str, moment: str) -> None:
    leave, code = ENDS[end]
    async with playing(tmp_path, moment) as play:
        assert await leave(play) == code
        if end not in {"closed", "SIGKILL"}:
            assert play.dashboard.left_behind() == []
            assert "Traceback" not in play.dashboard.text
        events = [line.event for line in await recorded(play.scene)]
        assert sum(isinstance(event, EscalationArmed) for event in events) == (0 if moment == "idle" else 1)
        if play.in_flight and end != "SIGKILL":
            assert isinstance(events[-1], NotificationAccepted)
        await settle(play.scene, ahead=AHEAD + UNDO)
        promised = () if moment == "idle" else (play.number,)
        verdict = await judge(play.scene, play.leaders, kills=1, promised=promised, claimed=())
        assert verdict.is_clean, verdict


async def test_a_dashboard_that_stood_still_while_the_answer_came_reads_it_when_it_goes_on(tmp_path: Path) -> None:
    async with playing(tmp_path, "in flight") as play:
        play.dashboard.send(signal.SIGSTOP)
        play.leaders.gate.set()
        play.dashboard.send(signal.SIGCONT)
        await play.dashboard.draws("accepted")
        assert len(play.leaders.of(play.number)) == 1


async def test_a_dashboard_that_stood_still_for_three_seconds_sends_what_was_due_once(tmp_path: Path) -> None:
    """Invariant I9: the undo second passes meanwhile."""
    async with Leaders(acknowledges=False) as leaders:
        scene = Scene(tmp_path, leaders.url, undo="1s", timeout="15s")
        scene.write()
        number = scene.open_ticket()
        dashboard = Dashboard.start(scene)
        try:
            await dashboard.draws(number)
            dashboard.type("e")
            await dashboard.draws(f"▲ Escalating {number}")
            dashboard.send(signal.SIGSTOP)
            await asyncio.sleep(STOOD_STILL)
            dashboard.send(signal.SIGCONT)
            await dashboard.draws("accepted")
            await asyncio.sleep(STOOD_STILL)
            assert len(leaders.of(number)) == 1
        finally:
            dashboard.stop()


@pytest.mark.parametrize("moment", ["idle", pytest.param("in flight", marks=pytest.mark.full)])
async def test_a_terminal_that_goes_away_without_a_signal_ends_it_too(tmp_path: Path, moment: str) -> None:
    async with playing(tmp_path, moment, is_controlled=False) as play:
        assert await _closed(play) == 129


async def test_a_terminal_that_goes_away_while_it_is_first_drawn_on_ends_it_too(tmp_path: Path) -> None:
    scene = Scene(tmp_path, "http://127.0.0.1:9")
    scene.write()
    scene.open_ticket()
    dashboard = Dashboard.start(scene)
    try:
        await dashboard.writes("\x1b[?1049h")
        dashboard.close()
        assert await dashboard.end() == 129
    finally:
        dashboard.stop()


async def test_an_answer_that_does_not_come_holds_the_end_up_for_five_seconds_only(tmp_path: Path) -> None:
    async with playing(tmp_path, "in flight") as play:
        play.dashboard.send(signal.SIGTERM)
        assert await play.dashboard.end() == 143
        events = [line.event for line in await recorded(play.scene)]
        assert not any(isinstance(event, NotificationAccepted | NotificationDelayed) for event in events)


@pytest.mark.parametrize(("stdin", "stderr"), [(subprocess.PIPE, None), (None, subprocess.PIPE)])
async def test_without_a_terminal_it_says_so_and_draws_nothing(
    tmp_path: Path, stdin: int | None, stderr: int | None
) -> None:
    scene = Scene(tmp_path, "http://127.0.0.1:9")
    scene.write()
    scene.open_ticket()
    dashboard = Dashboard.start(scene, stdin=stdin, stderr=stderr)
    try:
        assert await dashboard.end() == 2
        said = dashboard.process.stderr.read().decode() if dashboard.process.stderr else dashboard.text
        assert "the dashboard needs a terminal" in said
        assert "\x1b" not in said + dashboard.written.decode()
    finally:
        dashboard.stop()
