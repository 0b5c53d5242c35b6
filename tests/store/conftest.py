"""The backends the contract is tried on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC
from pathlib import Path

import pytest

from oncall_tui.ports import Store
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.store.steadfast import SteadfastStore
from tests.store.make import NOW

Open = Callable[[], Awaitable[Store]]


def _sqlite(folder: Path) -> Open:
    async def open_store() -> Store:
        return await SqliteStore.open(folder / "journal.db")

    return open_store


def _memory(folder: Path) -> Open:
    store = MemoryStore()

    async def open_store() -> Store:
        return store

    return open_store


def _steadfast(folder: Path) -> Open:
    async def open_store() -> Store:
        report = DiskReport(Troubles(), lambda: NOW, UTC)
        store = SteadfastStore(folder / "journal.db", report, clock=lambda: NOW, stopwatch=lambda: 0.0)
        await store.open()
        return store

    return open_store


BACKENDS: dict[str, Callable[[Path], Open]] = {"sqlite": _sqlite, "memory": _memory, "steadfast": _steadfast}


@pytest.fixture(params=BACKENDS)
async def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Open the store of one test; each further call is another window on the same store."""
    open_window = BACKENDS[request.param](tmp_path)
    windows: list[Store] = []

    async def opened() -> Store:
        windows.append(await open_window())
        return windows[-1]

    yield opened
    for window in windows:
        await window.close()


@pytest.fixture
async def store(open_store: Open) -> Store:
    """Open one window on the store of one test."""
    return await open_store()
