"""The real dashboard in a real terminal, full of what strangers wrote: it draws it, and obeys none of it."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.hostile.clickable import COLUMNS, ROWS
from tests.hostile.corpus import CORPUS, SHORT
from tests.hostile.dashboard import Dashboard, run
from tests.hostile.desk import HostileDesk
from tests.hostile.terminal import findings, line_findings

SIZES = [(80, 24), (140, 40)]
WIDE_ONLY = [pytest.param(*SIZES[0], marks=pytest.mark.full), SIZES[1]]
"""Both in the whole count; in the ordinary run the size that shows the ticket beside the list."""
DOWN, HOME, ESC, PALETTE, PAGE_DOWN = "\x1b[B", "\x1b[H", "\x1b", "\x10", "\x1b[6~"
ESC_ALONE = 0.3
"""Seconds until Textual takes an ESC for a key and not for the start of another one."""
CLICKABLE = [word for word in SHORT if "@click" in word or "@mouse" in word or "link=" in word]
LONGER_THAN_ANY_LIMIT = 50_000
PLACES = {
    "\r": "Esc Back",
    "x": "Nothing was escalated",
    "h": "D Deliver",
    "w": "planned and past",
    "?": "Escalate the ticket under the cursor",
    "v": "cannot be read",
    PALETTE: "Search for commands",
}
"""Each key with what its place shows."""
BROKEN = """
[[sources]]
id = "broken"
kind = "file"
path = "nowhere"
refresh = "1h"
"""


def visit_every_place(running: Dashboard, pages: int) -> None:
    running.see(" open  ")
    for _ in range(pages):
        running.press(PAGE_DOWN)
        running.settle()
    for key, shown in PLACES.items():
        running.press(key)
        running.see(shown)
        running.press(PAGE_DOWN)
        running.settle()
        running.press(ESC)
        running.read_for(ESC_ALONE)
        running.see("E Escalate  ⏎ Open")
        running.settle()
    running.press("q")


def assert_nothing_obeyed(desk: HostileDesk, running: Dashboard, exit_code: int) -> None:
    assert findings(bytes(running.written)) == []
    assert (exit_code, desk.escalations, desk.sent, desk.files) == (0, 0, [], set())


@pytest.mark.parametrize(("columns", "rows"), WIDE_ONLY)
def test_no_place_writes_what_steers_a_terminal(tmp_path: Path, columns: int, rows: int) -> None:
    words = SHORT[columns % 16 :: 16]
    desk = HostileDesk(tmp_path, words, config_words=words, more_tables=BROKEN)
    with Dashboard(desk.command(), desk.environ, columns, rows) as running:
        visit_every_place(running, pages=len(words) // (rows - 6) + 2)
        assert_nothing_obeyed(desk, running, running.end())


@pytest.mark.full
@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_no_ticket_of_the_whole_corpus_steers_a_terminal(tmp_path: Path, columns: int, rows: int) -> None:
    words = [word[:LONGER_THAN_ANY_LIMIT] for word in CORPUS]  # a desk of 64 MB is refused as a whole
    desk = HostileDesk(tmp_path, words, config_words=words, more_tables=BROKEN)
    with Dashboard(desk.command(), desk.environ, columns, rows) as running:
        running.see(" open  ")
        for _ in CORPUS:  # one by one: the ticket under the cursor is shown in full beside the list
            running.press(DOWN)
            running.read_for(0.03)
        running.press(HOME)
        visit_every_place(running, pages=0)
        assert_nothing_obeyed(desk, running, running.end())


def calendars_on(page: str) -> set[int]:
    """Return the numbers of the calendars that are named on a page."""
    plain = " ".join(line.strip(" │") for line in page.splitlines())
    return {int(number) for number in re.findall(r"calendar +(\d+) ", plain)}


IN_CALENDARS = [
    pytest.param(SHORT[5::16], id="a sixteenth"),
    pytest.param(SHORT, id="all", marks=pytest.mark.full),
]


@pytest.mark.parametrize("words", IN_CALENDARS)
def test_no_calendar_steers_a_terminal(tmp_path: Path, words: Sequence[str]) -> None:
    desk = HostileDesk(tmp_path, calendar_words=words)
    with Dashboard(desk.command(), desk.environ, 140, 40) as running:
        running.see(" open  ")
        running.see(f"+{len(words) - 1} more: V")
        running.press("w")
        running.see("planned and past")
        running.see("calendar")
        running.settle()
        running.press(ESC)
        running.read_for(ESC_ALONE)
        running.see("E Escalate  ⏎ Open")
        running.press("v")
        running.see("The event “")
        named: set[int] = set()
        for _ in range(len(words) // 3):
            running.settle()
            named |= calendars_on(running.screen.text)
            running.press(PAGE_DOWN)
        assert len(named) >= len(words) * 0.9  # what wraps in a strange place is not found again
        running.press(ESC)
        running.read_for(ESC_ALONE)
        running.see("E Escalate  ⏎ Open")
        running.settle()
        running.press("q")
        assert_nothing_obeyed(desk, running, running.end())


def _click(running: Dashboard, column: int, row: int) -> None:
    for button, end in ((35, "M"), (0, "M"), (0, "m")):  # the pointer comes, and the button goes down and up
        running.press(f"\x1b[<{button};{column};{row}{end}")


def click_everywhere(running: Dashboard) -> None:
    for row in range(1, ROWS + 1):
        for column in (30, 45, 62, 100):
            _click(running, column, row)
        running.read_for(0.02)
    running.settle()


def test_the_same_clicks_are_obeyed_where_text_is_markup(tmp_path: Path) -> None:
    desk = HostileDesk(tmp_path)
    command = [sys.executable, "-m", "tests.hostile.clickable"]
    with Dashboard(command, desk.environ, COLUMNS, ROWS) as running:
        running.see("OpenOpen")
        click_everywhere(running)
        running.press("q")
        assert running.end() == 0
    assert findings(bytes(running.written)).count("\x07") == 4 * ROWS  # it rang each time


def test_a_click_on_what_strangers_wrote_runs_nothing(tmp_path: Path) -> None:
    desk = HostileDesk(tmp_path, CLICKABLE)
    with Dashboard(desk.command(), desk.environ, COLUMNS, ROWS) as running:
        running.see("[@click=")
        click_everywhere(running)
        running.see("E Escalate  ⏎ Open")
        running.press("q")
        assert_nothing_obeyed(desk, running, running.end())


COMMANDS = [("list",), ("list", "--json"), ("handover",), ("check",)]
OTHERS = [("handover", "--json"), ("status",), ("check", "--json"), ("rota",), ("rota", "--json"), ("rota", "--ics")]


@pytest.mark.parametrize(
    "arguments",
    [*COMMANDS, *(pytest.param(words, marks=pytest.mark.full) for words in OTHERS)],
    ids=" ".join,
)
def test_no_command_prints_a_control_character(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    words = SHORT[3::8]
    desk = HostileDesk(tmp_path, SHORT[::2], config_words=SHORT, more_tables=BROKEN, calendar_words=words)
    written, code = run(desk.command(*arguments), desk.environ)
    assert line_findings(written) == []
    assert code in {0, 1}
    assert b"Traceback" not in written
    if "--json" in arguments:
        json.loads(written)
