"""An escalation survives the process that raised it: whenever that dies, nothing is lost, doubled or invented."""

import asyncio
import random
import sys
from pathlib import Path

import pytest

from tests.kills.dashboard import LONG, ROOT, Dashboard
from tests.kills.doomed import AHEAD
from tests.kills.evidence import SHOWN_ACCEPTED, SHOWN_ESCALATING, Verdict, judge, settle
from tests.kills.leader import Leaders
from tests.kills.scene import FIRST, Scene

pytestmark = pytest.mark.anyio

AFTER_THE_KEY = 1.9
"""Seconds in which a dashboard arms, lets the undo second pass, sends, and has the answer."""


async def killed_dashboards(scene: Scene, leaders: Leaders, kills: int, seed: int) -> Verdict:
    """Press E in one dashboard after the other, and kill each at a random moment."""
    chance = random.Random(seed)
    promised: set[str] = set()
    claimed: set[str] = set()
    scene.write()
    for turn in range(kills):
        number = scene.open_ticket()
        dashboard = Dashboard.start(scene)
        try:
            await dashboard.point_at(number)
            dashboard.type("e")
            if turn % 3 == 0:
                await dashboard.draws(f"▲ Escalating {number}")
            await asyncio.sleep(chance.uniform(0, AFTER_THE_KEY))
            await dashboard.kill()
        finally:
            dashboard.stop()
        promised |= set(SHOWN_ESCALATING.findall(dashboard.text))
        claimed |= set(SHOWN_ACCEPTED.findall(dashboard.text))
    await settle(scene, ahead=AHEAD)
    return await judge(scene, leaders, kills=kills, promised=promised, claimed=claimed)


async def killed_without_a_screen(scene: Scene, leaders: Leaders, kills: int, seed: int) -> Verdict:
    """Escalate in one process after the other, and kill each at a random moment."""
    scene.write()
    scene.open_ticket(kills)
    numbers = [str(FIRST + turn) for turn in range(kills)]
    command = (sys.executable, "-m", "tests.kills.doomed", str(scene.config), str(seed), *numbers)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    async with asyncio.timeout(LONG + kills * 3):
        said, _ = await process.communicate()
    assert process.returncode == 0
    promised = {line.removeprefix("stored ") for line in said.decode().splitlines()}
    await settle(scene, ahead=AHEAD * (kills + 1))
    return await judge(scene, leaders, kills=kills, promised=promised, claimed=())


@pytest.mark.parametrize("kills", [12, pytest.param(60, marks=pytest.mark.full)])
async def test_a_dashboard_killed_after_e_loses_doubles_and_invents_nothing(tmp_path: Path, kills: int) -> None:
    async with Leaders(fails=True) as leaders:
        verdict = await killed_dashboards(Scene(tmp_path, leaders.url), leaders, kills, seed=kills)
    print(verdict)
    assert verdict.is_clean, verdict
    assert verdict.armed >= kills // 3  # it did get to work


# With the dashboards: 1,000 kills in all, and a tenth of them ordinarily. The clock goes on by a lease with each kill:
# the ordinary ones reach a second round, the many two levels, so that the last station can send all that is left.
@pytest.mark.parametrize(("kills", "wait"), [(44, "2m"), pytest.param(470, "60m", marks=pytest.mark.full)])
@pytest.mark.parametrize("undo", ["0s", "1s"])
async def test_a_station_killed_after_e_loses_doubles_and_invents_nothing(
    tmp_path: Path, kills: int, wait: str, undo: str
) -> None:
    async with Leaders(fails=True) as leaders:
        scene = Scene(tmp_path, leaders.url, undo=undo, wait=wait)
        verdict = await killed_without_a_screen(scene, leaders, kills, seed=kills)
    print(verdict)
    assert verdict.is_clean, verdict
    assert verdict.armed >= kills // 3  # it did get to work
