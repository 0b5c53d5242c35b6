"""From the start of a process to what a person waited for."""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import floor
from tests.bench.figure import Figure
from tests.bench.terminal import ROOT, Terminal, as_installed, python

SHOWN = "Marker of the first frame"
TAKES_KEYS = "Escalate"
"""Stands among the keys below the list."""
CONFIG = """
[team]
name = "Bench"
time_zone = "America/New_York"
store = {store}

[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "America/New_York"
channels = ["ana-push"]

[[people]]
id = "dana"
name = "Dana Lee"
time_zone = "America/Vancouver"
channels = ["ana-push"]

[[rota.rotations]]
name = "Always"
starts = "Mon 09:00"
ends = "Mon 09:00"
from = 2026-01-05
people = ["ana"]

[[escalation.levels]]
people = ["dana"]

[[channels]]
id = "ana-push"
kind = "command"
run = ["true"]

[[sources]]
id = "helpdesk"
kind = "file"
path = {tickets}
"""


@contextmanager
def configured(count: int) -> Iterator[Path]:
    """Return a config whose source is a file with so many tickets."""
    with tempfile.TemporaryDirectory() as folder:
        tickets, config = Path(folder, "tickets.json"), Path(folder, "config.toml")
        tickets.write_text(json.dumps([_ticket(number) for number in range(count)]))
        store = json.dumps(str(Path(folder, "data", "journal.sqlite")))
        config.write_text(CONFIG.format(store=store, tickets=json.dumps(str(tickets))))
        yield config


def _ticket(number: int) -> dict[str, object]:
    return {
        "id": str(4000 + number),
        "subject": f"{SHOWN} {number}",
        "waiting_since": "2026-11-21T01:05:00Z",
        "due_at": "2026-11-21T05:05:00Z",
        "requester": {"name": f"Kim {number}", "email": f"kim@firm{number}.example"},
        "time_zone": "Asia/Tokyo",
    }


def start(rounds: int) -> Sequence[Figure]:
    """Measure the first frame with tickets against the first frame of the floor."""
    with configured(20) as config:
        dashboard = python("oncall_tui", "--config", str(config))
        for _ in range(2):  # what is kept for the next start is kept once somebody has read
            _until(dashboard, SHOWN, stay=1.5)
        least = python("tests.bench.floor")
        seen = [
            (_until(least, floor.READY), _until(dashboard, SHOWN), _until(dashboard, TAKES_KEYS)) for _ in range(rounds)
        ]
    return [
        _figure("start to the first frame with tickets", 1.25, [(floor, shown) for floor, shown, _ in seen]),
        _figure("start to the list that takes keys", None, [(floor, taken) for floor, _, taken in seen]),
    ]


def commands(rounds: int) -> Sequence[Figure]:
    """Measure commands without a screen against the floor's first frame, which nobody finds slow."""
    with configured(20) as config:
        asked = {
            "oncall-tui --version": ["--version"],
            "oncall-tui --help": ["--help"],
            "oncall-tui status": ["--config", str(config), "status"],
        }
        for words in asked.values():  # what is compiled is kept
            _run(python("oncall_tui", *words))
        return [
            _figure(
                name,
                None,
                [
                    (_until(python("tests.bench.floor"), floor.READY), _run(python("oncall_tui", *words)))
                    for _ in range(rounds)
                ],
            )
            for name, words in asked.items()
        ]


def _figure(name: str, limit: float | None, pairs: Sequence[tuple[float, float]]) -> Figure:
    return Figure(
        name=name,
        limit=limit,
        unit="ms, the first frame of an app with one line",
        ours=[ours * 1000 for _, ours in pairs],
        floor=[floor * 1000 for floor, _ in pairs],
    )


def _until(command: Sequence[str], shown: str, *, stay: float = 0) -> float:
    with Terminal(command) as terminal:
        seconds = terminal.until(shown)
        terminal.watch(stay)
        return seconds


def _run(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=False, capture_output=True, cwd=ROOT, env=as_installed())
    return time.perf_counter() - began
