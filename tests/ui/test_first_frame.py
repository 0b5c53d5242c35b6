"""What the first frame does not wait for, and what a key later does not wait for either."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from oncall_tui.glimpse import keep_glimpse
from oncall_tui.ui.glimpsing import glimpse_of
from oncall_tui.ui.places import LATE
from tests.desk_make import live

PROBE = """
import asyncio, sys
from pathlib import Path

import pytest
from oncall_tui.bootstrap.demo import demo_station
from oncall_tui.ui.app import OnCallApp

async def main():
    station = demo_station(starts_at=None, seed=7, tickets=15, folder=Path(sys.argv[1]))
    await station.open()
    app = OnCallApp(station.actions, clock=station.actions.clock, stopwatch=lambda: 0.0, desk=station.board.desk())
    async with app.run_test() as pilot:
        await pilot.pause()
        late = {"holidays", "phonenumbers", "icalendar", "httpx", "psycopg", "keyring", "textual.widgets._text_area"}
        print(sorted(late & set(sys.modules)))

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


def test_whatever_a_key_would_load_is_loaded_before_anybody_presses_it() -> None:
    screens = Path(__file__).parents[2] / "oncall_tui" / "ui"
    inside = {
        node.module
        for file in screens.rglob("*.py")
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("oncall_tui.ui")
    }
    assert inside == set(LATE)


BOOKS = """
import asyncio, sys, threading
from pathlib import Path

from oncall_tui.bootstrap.demo import demo_station

BOOKS = {"holidays", "icalendar", "phonenumbers"}
here, beside = set(), set()

def note(event, arguments):
    if event == "import":
        (here if threading.current_thread() is threading.main_thread() else beside).add(arguments[0])

async def main():
    station = demo_station(starts_at=None, seed=7, tickets=15, folder=Path(sys.argv[1]))
    await station.open()
    seen = asyncio.Event()
    station.board.watch_from_now_on(lambda desk: desk.groups and seen.set())
    sys.addaudithook(note)
    running = asyncio.create_task(station.run())
    await asyncio.wait_for(seen.wait(), 50)
    print(sorted(here & BOOKS), sorted(beside & BOOKS))
    running.cancel()

asyncio.run(main())
"""


def test_the_first_tickets_open_no_book_while_a_key_could_be_waiting(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOOKS, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[] ['holidays', 'icalendar', 'phonenumbers']\n", 0), done.stderr


FIRST_SIGHT = """
import sys
from pathlib import Path
from oncall_tui.clock import utc_now
from oncall_tui.ui.first_sight import first_sight

with first_sight(Path(sys.argv[1]), {}, utc_now):
    slow = {"textual", "httpx", "asyncio", "sqlite3", "ssl", "oncall_tui.domain.ticket", "oncall_tui.config"}
    print(sorted(slow & set(sys.modules)))
"""


def test_what_was_seen_last_is_shown_before_anything_slow_is_loaded(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.replace("STORE", str(tmp_path / "journal.sqlite")), encoding="utf-8")
    keep_glimpse(tmp_path / "glimpse.json", glimpse_of(live()) or pytest.fail("nothing was seen"))
    done = subprocess.run(
        [sys.executable, "-c", FIRST_SIGHT, str(config)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


QUICK = """
import contextlib, sys
from oncall_tui.__main__ import main

with contextlib.suppress(SystemExit):
    main(sys.argv[1:])
ours = {"commands.run", "bootstrap.stations", "bootstrap.demo", "services.assembly", "services.desk", "store.steadfast"}
print(sorted({"textual", "httpx", "holidays", *(f"oncall_tui.{name}" for name in ours)} & set(sys.modules)))
"""
CONFIG = """
[team]
name = "Acme Support"
time_zone = "America/New_York"
store = "STORE"

[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "America/New_York"
phone = "+1 212 555 0100"

[[rota.rotations]]
name = "Weekend"
starts = "Fri 18:00"
ends = "Mon 09:00"
from = 2026-01-02
people = ["ana"]
"""


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["--config", "CONFIG", "status"]], ids=lambda w: w[-1])
def test_what_shows_no_screen_and_reads_no_help_desk_loads_neither(tmp_path: Path, words: list[str]) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.replace("STORE", str(tmp_path / "journal.sqlite")), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", QUICK, *(str(config) if word == "CONFIG" else word for word in words)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
