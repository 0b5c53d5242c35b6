"""When the power is cut at any moment, nothing is lost of which somebody was told that it is recorded."""

import asyncio
import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from oncall_tui.domain.events import StreamId
from oncall_tui.domain.message import DeliveryState
from oncall_tui.ports import Settlement
from oncall_tui.store.sqlite import SqliteStore
from tests.servers import program
from tests.store.make import LEASE, NOW, lost, message
from tests.store.power import Disk, calls_of, may_watch

STREAM = StreamId("ticket:helpdesk:4312")
COMMITS = 12
pytestmark = [pytest.mark.servers, pytest.mark.usefixtures("watched")]


@pytest.fixture
def watched() -> None:
    """Skip where no program can be watched; where there has to be strace, only if it may not."""
    program("strace", "strace")
    if not may_watch():
        pytest.skip("strace may not watch a program here")


async def work(path: Path) -> None:
    """Record, a line after the other, and say so after each."""
    store = await SqliteStore.open(path)
    for number in range(COMMITS):
        await store.append(STREAM, [lost(f"k-{number}")], at=NOW, after_version=number, send=[message(f"k-{number}")])
        print(f"recorded {number}", flush=True)
        claimed = await store.claim(now=NOW, holder="doomed", lease=LEASE)
        if claimed is not None and number % 2:
            settle = Settlement(key=claimed.message.key, state=DeliveryState.ACCEPTED)
            await store.append(STREAM, [], at=NOW, settle=settle)
    await store.close()


async def begun(path: Path) -> None:
    await (await SqliteStore.open(path)).close()


async def recorded(path: Path) -> int:
    """Return how many lines are there, each with the message that was stored beside it."""
    store = await SqliteStore.open(path)
    try:
        lines = await store.read()
        assert [line.version for line in lines] == list(range(1, len(lines) + 1))
        assert len(await store.unsettled()) <= len(lines)
        return len(lines)
    finally:
        await store.close()


@dataclass
class Cuts:
    """One run of a program, and what any moment's power cut leaves of it."""

    program: str
    count: Callable[[Path], int]
    folder: Path
    said: int = 0
    lost: int = 0

    def __post_init__(self) -> None:
        self.before = self.folder.with_name("before")
        shutil.copytree(self.folder, self.before)
        self.calls = calls_of("tests.store.test_power_cuts", self.program, str(self.folder / "journal.db"))

    def cut(self, chance: random.Random, *, is_in_order: bool) -> None:
        """Cut the power once, and see what is left."""
        disk = Disk.of(self.folder, self.before)
        for call in self.calls[: chance.randint(1, len(self.calls))]:
            disk.take(call)
        with tempfile.TemporaryDirectory() as left:
            disk.cut(Path(left), chance, is_in_order=is_in_order)
            self.lost += max(0, disk.said - self.count(Path(left) / "journal.db"))
        self.said += disk.said


IN_ORDER = pytest.mark.parametrize("is_in_order", [True, False], ids=["in-order", "in-any-order"])


@IN_ORDER
@pytest.mark.parametrize("cuts", [75, pytest.param(750, marks=pytest.mark.full)])
def test_no_power_cut_loses_what_was_said_to_be_recorded(tmp_path: Path, cuts: int, *, is_in_order: bool) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    asyncio.run(begun(folder / "journal.db"))
    tried = Cuts("store", lambda path: asyncio.run(recorded(path)), folder)
    chance = random.Random(cuts)
    for _ in range(cuts):
        tried.cut(chance, is_in_order=is_in_order)
    print(f"{cuts} power cuts: {tried.lost} of {tried.said} acknowledged commits lost")
    assert tried.lost == 0
    assert tried.said > cuts  # it did get to work


@IN_ORDER
def test_a_store_with_pythons_own_settings_would_lose_some(tmp_path: Path, *, is_in_order: bool) -> None:
    """So the test above can fail: the settings decide."""
    folder = tmp_path / "own"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        connection.execute("CREATE TABLE journal (number)")
    tried = Cuts("careless", careless_count, folder)
    chance = random.Random(1)
    for _ in range(75):
        tried.cut(chance, is_in_order=is_in_order)
    assert tried.lost > 0


def careless(path: Path) -> None:
    """Record as a program does that asks for nothing."""
    with closing(sqlite3.connect(path)) as connection:
        for number in range(COMMITS):
            connection.execute("INSERT INTO journal VALUES (?)", (number,))
            connection.commit()
            print(f"recorded {number}", flush=True)


def careless_count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM journal").fetchone()[0])


if __name__ == "__main__":
    if sys.argv[1] == "store":
        asyncio.run(work(Path(sys.argv[2])))
    else:
        careless(Path(sys.argv[2]))
