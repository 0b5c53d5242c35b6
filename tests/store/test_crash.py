"""A process that dies at any moment loses nothing it was told had been recorded."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from oncall_tui.domain.events import NotificationAccepted, Recorded, SourceLost
from oncall_tui.store.sqlite import SqliteStore

ROOT = Path(__file__).parents[2]


async def recorded(path: Path) -> tuple[Sequence[Recorded], set[str]]:
    store = await SqliteStore.open(path)
    lines, unsettled = await store.read(), await store.unsettled()
    await store.close()
    return lines, {str(message.key) for message, _, _ in unsettled}


@pytest.mark.parametrize("deaths", [20, pytest.param(300, marks=pytest.mark.full)])
def test_what_was_acknowledged_survives_every_kill(tmp_path: Path, deaths: int) -> None:
    path = tmp_path / "journal.db"
    command = [sys.executable, "-m", "tests.store.doomed", str(deaths), str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    acknowledged = {int(line) for line in done.stdout.split()}

    lines, waiting = asyncio.run(recorded(path))
    assert len(acknowledged) > deaths  # it did get to work
    assert [line.version for line in lines] == list(range(1, len(lines) + 1))
    assert acknowledged <= {line.version for line in lines}
    queued = {str(line.event.source) for line in lines if isinstance(line.event, SourceLost)}
    accepted = {str(line.event.key) for line in lines if isinstance(line.event, NotificationAccepted)}
    assert waiting == queued - accepted
