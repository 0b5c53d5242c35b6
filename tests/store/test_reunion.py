"""Two stores that went separate ways know the same afterwards, each line and each acceptance once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.events import SHIFT_STREAM, Recorded, SourceLost
from oncall_tui.domain.message import DeliveryState
from oncall_tui.errors import StoreFailed
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.outbox import Entry
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite import SqliteStore
from tests.store.make import LEASE, NOW, lost, message

pytestmark = pytest.mark.anyio

FRESH = Entry(message=message("k"), next_try_at=NOW)
MINE = FRESH.claim(now=NOW, holder="me", lease=LEASE)
THEIRS = FRESH.claim(now=NOW, holder="they", lease=LEASE)
ACCEPTED = replace(MINE, state=DeliveryState.ACCEPTED, holder="")
REJECTED = replace(MINE, state=DeliveryState.REJECTED, holder="")
RETRYING = replace(MINE, state=DeliveryState.RETRYING, holder="")


@pytest.mark.parametrize(
    ("here", "there", "united"),
    [
        pytest.param(THEIRS, ACCEPTED, ACCEPTED, id="an acceptance outdoes whoever is sending"),
        pytest.param(ACCEPTED, RETRYING, ACCEPTED, id="accepted stays accepted"),
        pytest.param(REJECTED, RETRYING, REJECTED, id="refused for good stays refused"),
        pytest.param(REJECTED, ACCEPTED, ACCEPTED, id="an acceptance outdoes a refusal"),
        pytest.param(THEIRS, RETRYING, THEIRS, id="what another is sending stays his"),
        pytest.param(MINE, RETRYING, RETRYING, id="my own claim gives way to what I know since"),
        pytest.param(FRESH, REJECTED, REJECTED, id="what I settled is settled"),
        pytest.param(replace(RETRYING, tries=3), RETRYING, replace(RETRYING, tries=3), id="tried here since then"),
    ],
)
def test_of_two_tellings_the_stronger_counts(here: Entry, there: Entry, united: Entry) -> None:
    assert here.reunited(there, holder="me") == united


async def test_lines_of_both_are_kept_once_however_often_they_meet(tmp_path: Path) -> None:
    disk = await SqliteStore.open(tmp_path / "journal.db")
    await disk.append(SHIFT_STREAM, [lost("both")], at=NOW)
    memory = MemoryStore(await disk.snapshot())
    await disk.append(SHIFT_STREAM, [lost("disk")], at=NOW)
    await memory.append(SHIFT_STREAM, [lost("memory")], at=NOW + timedelta(seconds=1), send=[message("k")])
    for _ in range(2):
        memory.learn(await disk.reunite(memory.snapshot, holder="me"))
    assert [source_of(line) for line in await disk.read()] == ["both", "disk", "memory"]
    assert sorted(source_of(line) for line in await memory.read()) == ["both", "disk", "memory"]
    assert [line.version for line in await memory.read()] == [1, 2, 3]
    assert [sent.key for sent, _, _ in await disk.unsettled()] == ["k"]
    await disk.close()


async def test_nothing_is_taken_over_by_halves(tmp_path: Path) -> None:
    disk = await SqliteStore.open(tmp_path / "journal.db")
    memory = MemoryStore()
    lines = (await memory.append(SHIFT_STREAM, [lost("good"), lost("\ud83d")], at=NOW)).lines
    with pytest.raises(StoreFailed, match="half a character"):
        await disk.reunite(Snapshot(lines=lines), holder="me")
    assert await disk.read() == []
    await disk.close()


def source_of(line: Recorded) -> str:
    assert isinstance(line.event, SourceLost)
    return line.event.source
