"""README's pictures: the demo at a fixed instant, drawn by the dashboard itself."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.bootstrap.demo import demo_station
from oncall_tui.domain.ticket import TicketId
from oncall_tui.sources.demo.team import NIGHT_STARTS_AT
from oncall_tui.ui.app import OnCallApp
from tests.rig import MovingClock
from tests.screen import WRITE_GOLDEN

pytestmark = pytest.mark.anyio

PICTURES = Path(__file__).parents[2] / ".github" / "pictures"
FROM_ELSEWHERE = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)
"""Textual's picture fetches its font from another host; ours asks nobody and uses the reader's own."""


async def picture(size: tuple[int, int], folder: Path) -> str:
    clock = MovingClock(NIGHT_STARTS_AT)
    station = demo_station(starts_at=None, seed=7, tickets=15, folder=folder, clock=clock)
    await station.open()
    await station.polling.read_all()
    row = station.board.desk().row(TicketId("helpdesk:4312"))
    assert row is not None
    await station.actions.escalate(row)
    clock.now += timedelta(seconds=1)
    app = OnCallApp(station.actions, clock=clock, stopwatch=lambda: 0.0, desk=station.board.desk())
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await pilot.press("down")
        await app.workers.wait_for_complete()
        await pilot.pause()
        drawn = app.export_screenshot(title="oncall-tui demo")
    await station.close()
    return FROM_ELSEWHERE.sub("", drawn)


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_readmes_picture_is_what_the_demo_shows(size: tuple[int, int], tmp_path: Path) -> None:
    drawn = await picture(size, tmp_path)
    path = PICTURES / f"demo-{size[0]}x{size[1]}.svg"
    if os.environ.get(WRITE_GOLDEN):
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawn, encoding="utf-8")
    assert path.exists(), f"{path} is missing; set {WRITE_GOLDEN}=1 to draw it"
    assert drawn == path.read_text(encoding="utf-8")
    assert set(re.findall(r"\w+://[\w./]+", drawn)) <= {"http://www.w3.org/2000/svg"}  # it asks nobody for anything
