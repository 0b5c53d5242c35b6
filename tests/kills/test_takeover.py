"""Of two watches on one journal one sends; when it is killed in the middle of that, the other does, and soon."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oncall_tui.bootstrap.stations import station_of
from oncall_tui.clock import stopwatch
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.leases import LEASE
from tests.kills.dashboard import LONG, ROOT
from tests.kills.leader import Leaders
from tests.kills.scene import Scene

pytestmark = pytest.mark.anyio

TAKEN_OVER_WITHIN = 15.0
LONGER_THAN_A_LEASE = LEASE.total_seconds() + 1


@contextmanager
def watch(scene: Scene) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "oncall_tui", "--config", str(scene.config), "watch"]
    with subprocess.Popen(command, cwd=ROOT, env=scene.environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


async def escalated(scene: Scene) -> str:
    """Escalate a ticket, and leave before anything is sent."""
    number = scene.open_ticket()
    station = await station_of(scene.read())
    await station.open()
    await station.polling.read_all()
    row = station.board.desk().row(TicketId(f"helpdesk:{number}"))
    assert row is not None
    await station.actions.escalate(row)
    await station.close()
    return number


@pytest.mark.parametrize("deaths", [1, pytest.param(10, marks=pytest.mark.full)])
async def test_a_message_whose_holder_is_killed_while_it_sends_goes_out_within_fifteen_seconds(
    tmp_path: Path, deaths: int
) -> None:
    took = []
    for death in range(deaths):
        folder = tmp_path / str(death)
        folder.mkdir()
        async with Leaders() as leaders:
            took.append(await _taken_over_after(Scene(folder, leaders.url, undo="0s", timeout="15s"), leaders))
    print(f"{deaths} holders killed while they sent: taken over after {min(took):.1f} to {max(took):.1f} s")
    assert max(took) <= TAKEN_OVER_WITHIN


async def _taken_over_after(scene: Scene, leaders: Leaders) -> float:
    scene.write()
    number = await escalated(scene)
    leaders.gate.clear()
    with watch(scene) as holder:
        async with asyncio.timeout(LONG):
            await leaders.arrived.wait()
        with watch(scene):
            await asyncio.sleep(LONGER_THAN_A_LEASE)
            assert len(leaders.of(number)) == 1  # the other leaves it to the one that is still sending
            leaders.arrived.clear()
            holder.kill()
            holder.wait()
            died = stopwatch()
            leaders.gate.set()
            async with asyncio.timeout(LONG):
                await leaders.arrived.wait()
            took = stopwatch() - died
    assert [told.is_possible_duplicate for told in leaders.of(number)] == [False, True]
    assert len({told.key for told in leaders.of(number)}) == 1
    return took
