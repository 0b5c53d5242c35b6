"""Carrying on in memory when the disk takes nothing any more."""

from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.ports import Settlement
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.sqlite import SqliteStore
from tests.store.make import LEASE, NOW, lost, message

pytestmark = pytest.mark.anyio


async def test_what_is_settled_is_known_by_its_key_and_what_is_not_word_for_word() -> None:
    memory = MemoryStore()
    await memory.append(SHIFT_STREAM, [], at=NOW, send=[message("told"), message("owed")])
    settlement = Settlement(key=MessageKey("told"), state=DeliveryState.ACCEPTED)
    await memory.append(SHIFT_STREAM, [], at=NOW, settle=settlement)
    bodies = {entry.key: entry.message.body for entry in memory.snapshot.entries}
    assert bodies == {"told": "", "owed": "Login fails for every user"}
    await memory.append(SHIFT_STREAM, [], at=NOW, send=[message("told")])
    assert [sent.key for sent, _, _ in await memory.unsettled()] == ["owed"]


async def test_memory_carries_on_where_the_disk_stopped(tmp_path: Path) -> None:
    disk = await SqliteStore.open(tmp_path / "journal.db")
    recorded = (
        await disk.append(SHIFT_STREAM, [lost("a"), lost("b")], at=NOW, send=[message("sending"), message("k")])
    ).lines
    await disk.claim(now=NOW, holder="disk", lease=LEASE)
    memory = MemoryStore(await disk.snapshot())
    await disk.close()

    (line,) = (await memory.append(SHIFT_STREAM, [lost("c")], at=NOW, after_version=2, send=[message("k")])).lines
    assert (line.seq, line.version) == (3, 3)
    assert await memory.read() == [*recorded, line]
    assert [(sent.key, state) for sent, state, _ in await memory.unsettled()] == [
        ("k", DeliveryState.PENDING),
        ("sending", DeliveryState.SENDING),
    ]
    claims = [await memory.claim(now=NOW + LEASE + timedelta(seconds=1), holder="m", lease=LEASE) for _ in range(2)]
    assert [claim and claim.message.is_possible_duplicate for claim in claims] == [False, True]
