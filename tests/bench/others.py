"""Others on the same machine: Textual's own table, and two programs where they are installed."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.bench import floor
from tests.bench.figure import Figure
from tests.bench.keys import DOWN
from tests.bench.terminal import Terminal, python

HOMES = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
JIRATUI = """
jira_api_username: "ana@firm.example"
jira_api_token: "none"
jira_api_base_url: "http://127.0.0.1:9"
"""
COLUMNS = ("ticket", "waiting", "due", "touches", "customer", "subject")


class Table(App[None]):
    """As many rows as are asked for, in Textual's own table."""

    def compose(self) -> ComposeResult:
        """Lay out the table."""
        yield DataTable(cursor_type="row")

    def on_mount(self) -> None:
        """Fill it."""
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        for number in range(int(sys.argv[1])):
            table.add_row(str(number), "2 h", "in 3 h", "5", f"Firm {number}", "Login fails for every user")


def others(rounds: int) -> Sequence[Figure]:
    """Measure them against the floor, and against our list."""
    pairs = [(_first(python("tests.bench.floor"), floor.READY), _first(_table(100), "Firm")) for _ in range(rounds)]
    return [_starts("DataTable of 100", pairs), *_keys(rounds * 4), _program("jiratui", "ui"), _program("posting")]


def _table(count: int) -> Sequence[str]:
    return python("tests.bench.others", str(count))


def _first(command: Sequence[str], shown: str) -> float:
    with Terminal(command) as terminal:
        return terminal.until(shown)


def _starts(name: str, pairs: Sequence[tuple[float, float]]) -> Figure:
    return Figure(
        name=f"start of {name}",
        limit=None,
        unit="ms, the first frame of an app with one line",
        ours=[pair[1] * 1000 for pair in pairs],
        floor=[pair[0] * 1000 for pair in pairs],
    )


def _keys(turns: int) -> Sequence[Figure]:
    with Terminal(_table(10_000)) as table, Terminal(python("tests.bench.desk", "10000", "--still")) as ours:
        for terminal in (table, ours):
            terminal.until("Firm")
            terminal.settle(2)
            for _ in range(30):
                terminal.key(DOWN)
        pairs = [(table.key(DOWN), ours.key(DOWN)) for _ in range(turns)]
    return [
        Figure(
            name="scroll by one, 10,000 tickets",
            limit=1,
            unit="ms with DataTable",
            ours=[pair[1] * 1000 for pair in pairs],
            floor=[pair[0] * 1000 for pair in pairs],
        )
    ]


def _program(name: str, *words: str) -> Figure:
    """Measure a program that asks nobody but this machine, in a home of its own."""
    found = shutil.which(name)
    if found is None:
        return _skipped(name, "is not installed")
    pairs = []
    with tempfile.TemporaryDirectory() as home:
        config = Path(home, "jiratui.yaml")
        config.write_text(JIRATUI)
        environ = {**dict.fromkeys(HOMES, home), "JIRA_TUI_CONFIG_FILE": str(config)}
        try:
            for _ in range(3):
                least = _first(python("tests.bench.floor"), floor.READY)
                with Terminal((found, *words), environ) as terminal:
                    pairs.append((least, terminal.first_frame()))
        except EOFError:
            return _skipped(name, "ends at once")
    return _starts(name, pairs)


def _skipped(name: str, why: str) -> Figure:
    return Figure(name=f"start of {name}", limit=None, unit="", ours=[0.0], note=f"skipped: {name} {why}")


if __name__ == "__main__":
    Table().run()
