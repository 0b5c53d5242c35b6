"""What a long message says is written once, read only to be sent, and not lost with a newer format of the store."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, timedelta
from importlib import resources
from pathlib import Path

import msgspec
import pytest

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.domain.message import DeliveryState, OutgoingMessage
from oncall_tui.domain.text import CleanText
from oncall_tui.ports import Claimed, Settlement
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.store.sqlite_format import APPLICATION_ID
from oncall_tui.store.steadfast import SteadfastStore
from tests.rig import MovingClock
from tests.store.make import LEASE, NOW, message

pytestmark = pytest.mark.anyio

WORDS = "Login fails for every user"
LONG = replace(message("k"), body=CleanText("- 4312 Acme KK: Login fails for every user …\n" * 100))
OF_FORMAT_1 = (
    '{"key":"k","purpose":"notification","channel":"dana-push","person":"dana","title":"4312 Acme KK",'
    f'"body":"{WORDS}","stream":"ticket:helpdesk:4312","url":"","is_possible_duplicate":false,"is_silent":false}}'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def store_of_format_1(path: Path) -> None:
    """Write the file of an older version, in which one message waits."""
    script = resources.files("oncall_tui.store") / "migrations" / "0001_journal_and_outbox.sql"
    with closing(sqlite3.connect(path)) as file:
        file.executescript(script.read_text(encoding="utf-8"))
        file.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        file.execute("PRAGMA user_version = 1")
        values = ("k", "2026-11-20T22:05:00.000000Z", OF_FORMAT_1, "2026-11-20T22:05:00.000000Z")
        file.execute(
            "INSERT INTO outbox"
            " (key, stored_at, message, next_try_at, state, urgency, tries, holder, detail, reference)"
            " VALUES (?, ?, ?, ?, 'pending', 0, 0, '', '', '')",
            values,
        )
        file.commit()


async def test_a_message_of_an_older_version_keeps_its_words_whatever_becomes_of_it(path: Path) -> None:
    store_of_format_1(path)
    store = await SqliteStore.open(path)
    now = NOW
    for state in (DeliveryState.RETRYING, DeliveryState.UNKNOWN):
        assert said(await store.claim(now=now, holder="me", lease=LEASE)) == WORDS
        assert await store.renew(message("k").key, now=now, holder="me", lease=LEASE)
        settlement = Settlement(key=message("k").key, state=state, next_try_at=now)
        await store.append(SHIFT_STREAM, [], at=now, settle=settlement)
    memory = MemoryStore(await store.snapshot())
    await memory.claim(now=now, holder="me", lease=LEASE)
    await store.reunite(memory.snapshot, holder="me")
    assert [waiting.body for waiting, _, _ in await store.unsettled()] == [WORDS]
    assert said(await store.claim(now=now + 2 * LEASE, holder="me", lease=LEASE)) == WORDS
    await store.close()


async def test_the_file_of_an_older_version_is_read_without_changing_it(path: Path) -> None:
    store_of_format_1(path)
    before = path.read_bytes()
    store = await SqliteStore.open_to_read(path)
    assert [waiting.body for waiting, _, _ in await store.unsettled()] == [WORDS]
    assert [entry.message.body for entry in (await store.snapshot()).entries] == [WORDS]
    await store.close()
    assert path.read_bytes() == before


async def test_a_change_of_state_writes_no_long_words(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.append(SHIFT_STREAM, [], at=NOW, send=[LONG])
    claimed = await store.claim(now=NOW, holder="me", lease=LEASE)
    settlement = Settlement(key=LONG.key, state=DeliveryState.UNKNOWN, next_try_at=NOW)
    await store.append(SHIFT_STREAM, [], at=NOW, settle=settlement)
    memory = MemoryStore(await store.snapshot())
    await memory.claim(now=NOW, holder="me", lease=LEASE)
    await store.reunite(memory.snapshot, holder="me")
    assert [waiting.body for waiting, _, _ in await store.unsettled()] == [LONG.body]
    await store.close()
    assert said(claimed) == LONG.body
    with closing(sqlite3.connect(path)) as file:
        assert [len(row) < 300 for (row,) in file.execute("SELECT message FROM outbox")] == [True]
        assert file.execute("SELECT body FROM words").fetchall() == [(LONG.body,)]


async def test_an_older_version_refuses_a_message_whose_words_it_does_not_find(path: Path) -> None:
    store = await SqliteStore.open(path)
    await store.append(SHIFT_STREAM, [], at=NOW, send=[LONG])
    await store.close()
    with closing(sqlite3.connect(path)) as file:
        ((written,),) = file.execute("SELECT message FROM outbox").fetchall()
    with pytest.raises(msgspec.ValidationError, match="missing required field `body`"):
        msgspec.json.decode(written, type=OutgoingMessage)  # as that version does


async def test_what_is_sent_is_the_very_text_that_was_stored_and_not_another_of_its_length(path: Path) -> None:
    store = await opened(path)
    await store.append(SHIFT_STREAM, [], at=NOW, send=[LONG])
    claimed = await store.claim(now=NOW, holder="me", lease=LEASE)
    assert claimed is not None
    assert claimed.message == LONG
    assert claimed.message.body is LONG.body
    await store.close()


async def test_what_another_window_stored_is_sent_in_its_words(path: Path) -> None:
    window, store = await SqliteStore.open(path), await opened(path)
    await window.append(SHIFT_STREAM, [], at=NOW, send=[LONG])
    assert said(await store.claim(now=NOW + timedelta(seconds=1), holder="me", lease=LEASE)) == LONG.body
    await store.close()
    await window.close()


async def opened(path: Path) -> SteadfastStore:
    clock = MovingClock()
    store = SteadfastStore(path, DiskReport(Troubles(), clock, UTC), clock=clock, stopwatch=clock.stopwatch)
    await store.open()
    return store


def said(claimed: Claimed | None) -> str:
    return claimed.message.body if claimed is not None else "nothing"
