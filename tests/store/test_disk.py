"""Disks that are full, slow, swapped or broken: never silence, never a traceback, always a sentence."""

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.errors import StoreFailed
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.store.sqlite_format import set_pragmas
from tests.store.make import LEASE, NOW, lost, message

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
DAMAGED = r"journal\.db” is damaged, or is not a journal of oncall-tui: move it aside, then put back a copy"
MOVED = r"journal\.db” was moved, deleted or replaced while it was open"
EMPTIED = r"journal\.db” is not what it was: it was emptied or overwritten from outside"
NOT_OURS = r"journal\.db” belongs to another program and is left alone: name another place"
LOCKED = r"Another program keeps “.+journal\.db” locked: close what has it open"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "journal.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    store = await SqliteStore.open(path, patience=timedelta(milliseconds=200))
    await store.append(SHIFT_STREAM, [lost()], at=NOW, send=[message("k")])
    yield store
    await store.close()


async def record(store: SqliteStore) -> None:
    await store.append(SHIFT_STREAM, [lost()], at=NOW)


async def make_store(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.append(SHIFT_STREAM, [lost()], at=NOW, send=[message("k")])
    await store.close()


async def test_only_its_owner_can_read_what_is_recorded(store: SqliteStore, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.db"]


async def test_the_file_says_whose_it_is_and_cannot_be_rewritten(store: SqliteStore, path: Path) -> None:
    with closing(sqlite3.connect(path)) as reader:
        assert reader.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"onca", "big"),)
        assert reader.execute("PRAGMA user_version").fetchone() == (2,)
        for statement in ("UPDATE journal SET at = ''", "DELETE FROM journal"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                reader.execute(statement)


def test_a_disk_that_cannot_be_made_safe_is_refused() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(StoreFailed, match="does not keep the journal safe: journal_mode is memory and must be delete"),
    ):
        set_pragmas(connection, {"journal_mode": "delete"})


async def test_a_lock_of_another_program_is_reported_and_the_screen_goes_on(store: SqliteStore, path: Path) -> None:
    turns = 0
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        recording = asyncio.ensure_future(record(store))
        while not recording.done():
            turns += 1
            await asyncio.sleep(0)
        with pytest.raises(StoreFailed, match=LOCKED):
            await recording
    assert turns > 10
    await record(store)
    assert len(await store.read()) == 2


async def test_a_locked_file_is_not_opened(path: Path) -> None:
    await make_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreFailed, match=LOCKED):
            await SqliteStore.open(path, patience=timedelta(milliseconds=50))


async def test_an_overwritten_header_is_noticed_while_open_and_at_the_next_start(
    store: SqliteStore, path: Path
) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(1024))
    with pytest.raises(StoreFailed, match=DAMAGED):
        await record(store)
    with pytest.raises(StoreFailed, match=DAMAGED):
        await SqliteStore.open(path)


async def test_an_overwritten_page_is_noticed_at_the_next_start(path: Path) -> None:
    await make_store(path)
    with path.open("r+b") as file:
        file.seek(-8192, os.SEEK_END)
        file.write(b"\xff" * 4096)
    with pytest.raises(StoreFailed, match=DAMAGED):
        await SqliteStore.open(path)


@pytest.mark.parametrize("scribble", [b'"source":1234567890', b'"source":"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8"'])
async def test_an_overwritten_word_is_noticed_when_it_is_read(path: Path, scribble: bytes) -> None:
    await make_store(path)
    path.write_bytes(path.read_bytes().replace(b'"source":"helpdesk"', scribble))
    store = await SqliteStore.open(path)
    with pytest.raises(StoreFailed, match=r"damaged.+ put back a copy"):
        await store.read()
    await store.close()


async def test_a_file_cut_to_nothing_is_noticed_while_open_and_at_the_next_start(
    store: SqliteStore, path: Path
) -> None:
    os.truncate(path, 0)
    for work in (record(store), store.read(), store.unsettled(), store.claim(now=NOW, holder="a", lease=LEASE)):
        with pytest.raises(StoreFailed, match=EMPTIED):
            await work
    with pytest.raises(StoreFailed, match=r"journal\.db” is empty, so what was recorded in it is gone"):
        await SqliteStore.open(path)
    assert path.stat().st_size == 0


async def test_a_deleted_file_is_noticed(store: SqliteStore, path: Path) -> None:
    path.unlink()
    for work in (record(store), store.read(), store.claim(now=NOW, holder="a", lease=LEASE)):
        with pytest.raises(StoreFailed, match=MOVED):
            await work


async def test_a_moved_file_is_noticed_and_works_again_once_it_is_back(store: SqliteStore, path: Path) -> None:
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(StoreFailed, match=MOVED):
        await record(store)
    elsewhere.rename(path)
    await record(store)
    assert [line.version for line in await store.read()] == [1, 2]


async def test_another_store_moved_into_its_place_is_noticed(store: SqliteStore, path: Path) -> None:
    other = path.with_name("other.db")
    await make_store(other)
    other.rename(path)
    with pytest.raises(StoreFailed, match=MOVED):
        await record(store)


async def test_another_store_of_the_same_shape_copied_over_it_is_noticed(store: SqliteStore, path: Path) -> None:
    other = path.with_name("other.db")
    await make_store(other)
    assert other.stat().st_size == path.stat().st_size
    shutil.copyfile(other, path)
    with pytest.raises(StoreFailed, match=EMPTIED):
        await record(store)


async def test_what_is_no_store_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("Dear diary, " * 500)
    with pytest.raises(StoreFailed, match=DAMAGED):
        await SqliteStore.open(path)
    assert path.read_text().startswith("Dear diary")


async def test_another_program_s_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE cookies (name)")
    before = path.read_bytes()
    with pytest.raises(StoreFailed, match=NOT_OURS):
        await SqliteStore.open(path, aside=path.with_name("aside"))
    assert path.read_bytes() == before


async def test_a_file_of_a_newer_version_is_refused_and_left_alone(path: Path) -> None:
    await make_store(path)
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreFailed, match=r"newer version of oncall-tui \(format 7, this one knows 2\): update"):
        await SqliteStore.open(path)


async def test_the_leftovers_of_a_deleted_store_do_not_harm_the_next(store: SqliteStore, path: Path) -> None:
    leftover = path.with_name("journal.db-journal")
    with closing(sqlite3.connect(path, isolation_level=None)) as crashing:
        crashing.execute("PRAGMA cache_size = 1")
        crashing.execute("BEGIN")
        crashing.execute("UPDATE outbox SET detail = 'changed'")
        crashing.execute("UPDATE outbox SET message = zeroblob(90000)")  # more than the cache holds, so it is written
        kept = leftover.read_bytes()
        crashing.execute("ROLLBACK")
    path.unlink()
    leftover.write_bytes(kept)
    fresh = await SqliteStore.open(path)
    assert await fresh.unsettled() == []
    await fresh.close()


async def test_windows_that_start_at_once_share_one_store(path: Path) -> None:
    windows = await asyncio.gather(*(SqliteStore.open(path) for _ in range(4)))
    for window in windows:
        await record(window)
    assert [line.version for line in await windows[0].read()] == [1, 2, 3, 4]
    for window in windows:
        await window.close()
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.db"]


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFailed, match=r"file/own/journal\.db” cannot be used \(Not a directory\): name another"):
        await SqliteStore.open(tmp_path / "file" / "own" / "journal.db")


async def test_a_closed_store_says_so_and_may_be_closed_twice(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.close()
    await store.close()
    with pytest.raises(StoreFailed, match="The journal is closed"):
        await store.read()


async def test_a_write_that_was_asked_for_happens_even_when_nobody_waits_any_more(path: Path) -> None:
    store = await SqliteStore.open(path)
    writes = [asyncio.ensure_future(record(store)) for _ in range(5)]
    await asyncio.sleep(0)
    for write in writes:
        write.cancel()
    await store.close()
    again = await SqliteStore.open(path)
    assert len(await again.read()) == 5
    await again.close()


async def test_half_a_character_is_refused_and_nothing_is_recorded(store: SqliteStore) -> None:
    with pytest.raises(StoreFailed, match="half a character"):
        await store.append(SHIFT_STREAM, [lost(), lost("\ud83d")], at=NOW)
    with pytest.raises(StoreFailed, match="half a character"):
        await store.claim(now=NOW, holder="\ud83d", lease=LEASE)
    assert len(await store.read()) == 1


def on_poor_disk(kind: str, folder: Path, *, mounted: bool) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.store.poor_disk", kind, str(folder)]
    if mounted:
        mount = 'mount -t tmpfs -o size=256k tmpfs "$0" || exit 77; exec "$@"'
        command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(folder), *command]
        if not shutil.which("unshare"):
            pytest.skip("no unshare here, so no small disk can be mounted")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    if mounted and (done.returncode == 77 or "unshare" in done.stderr):
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_full_disk_takes_nothing_lets_itself_be_read_and_works_again_by_itself(tmp_path: Path) -> None:
    seen = on_poor_disk("full", tmp_path, mounted=True)
    assert seen.pop("append").endswith("journal.db” takes nothing more: free some space, then it works again.")
    assert seen == {"open": "done", "read": [1], "afterwards": [1, 2], "outbox": 0}


def test_a_limit_on_file_sizes_takes_nothing_and_lets_itself_be_read(tmp_path: Path) -> None:
    seen = on_poor_disk("limited", tmp_path, mounted=False)
    assert seen.pop("append").startswith("The system refuses to read or write “")
    assert seen == {"open": "done", "read": [1], "afterwards": [1, 2], "outbox": 0}


def test_a_read_only_disk_is_refused_at_the_start_and_said_while_open(tmp_path: Path) -> None:
    seen = on_poor_disk("read-only", tmp_path, mounted=True)
    assert seen.pop("open").endswith("is read-only: make the file and its folder writable for yourself.")
    assert seen.pop("append").endswith("make the file and its folder writable for yourself.")
    assert seen == {"read": [1], "afterwards": [1, 2], "outbox": 0}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root; the mounted disk shows the same")
@pytest.mark.parametrize("spoil", [lambda path: path.chmod(0o400), lambda path: path.parent.chmod(0o500)])
async def test_a_file_or_folder_without_write_permission_is_refused(path: Path, spoil: Callable[[Path], None]) -> None:
    await make_store(path)
    spoil(path)
    with pytest.raises(StoreFailed, match="is read-only: make the file and its folder writable"):
        await SqliteStore.open(path)
    path.parent.chmod(0o700)
