"""What the person on call sees when the disk breaks under her hands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.keypress_guard import VERDICT_AFTER
from tests.rig import Rig
from tests.screen import screen_lines
from tests.services.disk_rig import running
from tests.store import broken

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def escalated(rig: Rig) -> AsyncIterator[Pilot[None]]:
    """Press E in a dashboard over a station, and let the undo seconds pass."""
    actions, ticks = rig.station.actions, iter(range(1000))
    app = OnCallApp(actions, clock=rig.clock, stopwatch=lambda: float(next(ticks)), desk=rig.station.board.desk())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await pilot.pause(VERDICT_AFTER * 1.5)
        await app.workers.wait_for_complete()
        await rig.pass_time(seconds=6)
        app.show(rig.station.board.desk())
        await pilot.pause()
        yield pilot


def text(pilot: Pilot[None]) -> str:
    """Return the screen."""
    return "\n".join(screen_lines(pilot.app))


async def test_e_on_a_locked_journal_sends_and_says_that_it_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with running(path) as rig:
        with broken.locked(path):
            async with escalated(rig) as pilot:
                screen = text(pilot)
    assert rig.received() == ["dana-push"]
    assert "→ Dana Lee: accepted" in screen
    assert "Not recorded since Fri 22:05: escalations still go out, and" in screen


async def test_e_on_a_deleted_journal_sends_and_says_that_a_new_one_was_begun(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    async with running(path) as rig:
        with broken.deleted(path):
            async with escalated(rig) as pilot:
                screen = text(pilot)
                await pilot.press("v")
                await pilot.pause()
                page = " ".join(text(pilot).split())
    assert rig.received() == ["dana-push"]
    assert "The journal was moved or deleted: a new one was begun Fri 22:05" in screen
    assert "everything this window knows." in page
