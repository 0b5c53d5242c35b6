"""No ticket shifts a column: rows are as wide for a real terminal as the dashboard thinks they are."""

import os
import re
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.cells import cell_len

from oncall_tui.clock import stopwatch
from oncall_tui.ui.list_lines import CURSOR
from oncall_tui.ui.text import TIMES, UNKNOWN
from tests.hostile.corpus import SHORT
from tests.hostile.dashboard import PATIENCE
from tests.hostile.desk import HostileDesk

COLUMNS, ROWS = 140, 40
STEP = 28
"""Fewer tickets than fit, because headings take lines too."""
ELSEWHERE = "Nothing was escalated"
FIGURES_END = 36
"""Where the sign behind the last figure stands."""
pytestmark = pytest.mark.skipif(
    shutil.which("tmux") is None, reason="tmux is the terminal that measures, and is absent"
)


@dataclass(frozen=True, slots=True)
class Tmux:
    """A terminal that can be asked what stands where."""

    socket: str
    environ: dict[str, str]

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self.socket, "-f", os.devnull, *arguments],
            env=self.environ,
            capture_output=True,
            check=True,
        )
        return done.stdout.decode()

    def lines(self) -> list[str]:
        """Return the screen; a line is as many cells as the terminal is wide."""
        return self("capture-pane", "-p", "-N").split("\n")[:ROWS]

    def until(self, is_so: Callable[[list[str]], bool]) -> list[str]:
        end = stopwatch() + PATIENCE
        while not is_so(lines := self.lines()):
            assert stopwatch() < end, "\n".join(lines)
            time.sleep(0.05)
        return lines

    def steady(self) -> list[str]:
        """Return the screen once nothing is being drawn; the header's clock does not count."""
        before: list[str] = []
        while (lines := self.lines())[2:] != before[2:]:
            before = lines
            time.sleep(0.05)
        return lines


@contextmanager
def dashboard_in_tmux(desk: HostileDesk) -> Iterator[Tmux]:
    terminal = Tmux(f"hostile-{os.getpid()}", desk.environ)
    terminal("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), *desk.command())
    try:
        yield terminal
    finally:
        terminal("kill-server")


def rows_of(tmux: Tmux, count: int) -> dict[str, str]:
    """Return every row of the list by its ticket's number."""
    rows: dict[str, str] = {}
    tmux.until(lambda lines: " open  " in lines[1])
    for _ in range(count // STEP + 2):
        rows |= {row[1]: line for line in tmux.steady() if (row := re.match(rf"[{CURSOR} ]  (\d+) ", line))}
        tmux("send-keys", "-N", str(STEP), "Down")
        go_away_and_back(tmux)
    assert len(rows) == count
    return rows


def go_away_and_back(tmux: Tmux) -> None:
    """See to it that every key before has been obeyed, and that everything is drawn anew."""
    tmux("send-keys", "x")
    tmux.until(lambda lines: ELSEWHERE in "\n".join(lines))
    tmux("send-keys", "x")
    tmux.until(lambda lines: ELSEWHERE not in "\n".join(lines))


def has_spacing_marks(line: str) -> bool:
    """Tell whether a row has vowel signs of Indic and kindred scripts.

    Terminals give them a cell of their own, Textual gives them none, and neither is wrong. They stand right of the
    figures, so that only their own row's text moves.
    """
    return any(unicodedata.category(character) == "Mc" for character in line)


WORDS = [
    pytest.param(SHORT[::6], id="a sixth"),
    pytest.param(SHORT, id="all", marks=pytest.mark.full),
]


@pytest.mark.parametrize("words", WORDS)
def test_the_columns_of_every_row_stand_one_below_the_other(tmp_path: Path, words: Sequence[str]) -> None:
    desk = HostileDesk(tmp_path, words, plain_ids=True)
    with dashboard_in_tmux(desk) as tmux:
        rows = rows_of(tmux, len(words))
    assert {line.index(TIMES) for line in rows.values()} == {FIGURES_END}
    assert {character for line in rows.values() for character in line[:FIGURES_END]} <= {
        *" 0123456789h",
        CURSOR,
        UNKNOWN,
    }
    assert [line for line in rows.values() if cell_len(line) != COLUMNS and not has_spacing_marks(line)] == []
