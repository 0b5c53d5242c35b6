"""What the first frame does not wait for."""

import subprocess
import sys
from pathlib import Path

PROBE = """
import asyncio, sys
from pathlib import Path
from oncall_tui import bootstrap
from oncall_tui.ui.app import OnCallApp

async def main():
    station = bootstrap.demo_station(starts_at=None, seed=7, tickets=14, folder=Path(sys.argv[1]))
    await station.open()
    app = OnCallApp(station.actions, clock=station.actions.clock, stopwatch=lambda: 0.0, desk=station.board.desk())
    async with app.run_test() as pilot:
        await pilot.pause()
        print(sorted({"holidays", "phonenumbers", "icalendar"} & set(sys.modules)))

asyncio.run(main())
"""


def test_the_first_frame_waits_for_no_book_about_places(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr
