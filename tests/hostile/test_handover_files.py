"""Handovers as files, and answers to them, that a stranger wrote: one sentence, or harmless words; never a crash."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from oncall_tui.domain.parcel import Parcel
from oncall_tui.domain.people import PersonId
from oncall_tui.errors import BadUse
from oncall_tui.services.handing_over import Role
from oncall_tui.store import parcels
from tests.hostile.corpus import CORPUS, SHORT
from tests.hostile.terminal import line_findings
from tests.rig import ANA, BEN, Rig
from tests.services.test_accepting_files import FILE, PROMISED
from tests.services.test_relieving import T, before_the_end, let_pass

pytestmark = pytest.mark.anyio


@pytest.fixture
async def file() -> bytes:
    """Return a handover from Ana to Ben, as it was written."""
    rig = Rig()
    await rig.station.open()
    await rig.read()
    await rig.escalate(why="MARK")
    await rig.pass_time(seconds=10)
    await rig.station.logbook.did(PROMISED)
    await rig.station.actions.handover.save_notes("MARK")
    await rig.station.actions.handover.deliver()
    return rig.shelf.saved[FILE].encode()


def sealed(body: str, *, kind: str = "oncall-tui handover") -> bytes:
    """Return a file with a checksum that is right, whatever stands in it."""
    raw = body.encode()
    head = json.dumps({"format": kind, "version": 1, "checksum": sha256(raw).hexdigest()})
    return f'{head[:-1]}, "body": {body}}}'.encode()


def rewritten(file: bytes, change: Callable[[str, object], object]) -> bytes:
    def walk(key: str, value: object) -> object:
        if isinstance(value, Mapping):
            return {name: walk(name, item) for name, item in value.items()}
        return [walk(key, item) for item in value] if isinstance(value, list) else change(key, value)

    return sealed(json.dumps(walk("", json.loads(file)["body"])))


def texts_become(word: str) -> Callable[[str, object], object]:
    free = {"text", "words", "subject", "customer", "why", "name", "phone", "reason", "number", "urgency", "quote"}
    return lambda key, value: word if (key in free or value == "MARK") and isinstance(value, str) else value


async def journal_after(file: bytes) -> tuple[str, Rig]:
    """Return everything a machine knows once it took a file, and the machine; nothing may have crashed it."""
    content = parcels.unpack(file, FILE)
    assert isinstance(content, Parcel)
    rig = Rig()
    await rig.station.open()
    await rig.station.actions.handover.accepting.carry_over(content, "4312", "I ring Kenji", by=BEN.id)
    await rig.restart()
    await rig.pass_time(seconds=5)
    assert rig.reports == []
    return content.text + "\n".join(m.title + m.body for c in rig.channels.values() for m in c.received), rig


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.full) for n in range(1, 16))])
async def test_a_file_full_of_what_strangers_write_steers_nothing(file: bytes, part: int) -> None:
    for word in SHORT[part::160]:
        said, rig = await journal_after(rewritten(file, texts_become(word)))
        lines = rig.station.actions.handover.handing_over.sheet().lines
        assert line_findings("\n".join((said, *(line.text for line in lines))).encode()) == []


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        "[" * 200_000 + "]" * 200_000,
        '{"a":' * 900 + "1" + "}" * 900,
        '{"team":"' + "x" * 10_000_000 + '"}',
        '{"team":"' + "\\u001b" * 1_600_000 + '"}',
        "1e999",
        "null",
        '{"lines": {}}',
    ],
    ids=["open", "deep", "deep within limits", "10 MB", "10 MB of escapes", "infinite", "null", "another shape"],
)
@pytest.mark.parametrize("kind", ["oncall-tui handover", "oncall-tui receipt"])
def test_what_is_built_to_break_a_reader_gets_one_sentence(body: str, kind: str) -> None:
    with pytest.raises(BadUse) as refused:
        parcels.unpack(sealed(body, kind=kind), FILE)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "instant", ["2026-11-21T03:05:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "x", 5, None]
)
@pytest.mark.parametrize("key", ["at", "due_at", "shift_starts_at", "shift_ends_at", "written_at"])
async def test_an_instant_no_weekend_has_is_refused_and_changes_nothing(file: bytes, key: str, instant: object) -> None:
    spoilt = rewritten(file, lambda name, value: instant if name == key and value is not None else value)
    with pytest.raises(BadUse, match="cannot read"):
        parcels.unpack(spoilt, FILE)


async def test_a_length_no_weekend_has_is_refused(file: bytes) -> None:
    spoilt = rewritten(file, lambda key, value: "P999999D" if key in {"undo", "wait"} else value)
    with pytest.raises(BadUse, match="cannot read"):
        parcels.unpack(spoilt, FILE)


def test_a_file_of_noise_gets_one_sentence(tmp_path: Path) -> None:
    for number, word in enumerate(SHORT[::40]):
        path = tmp_path / f"{number}.json"
        path.write_bytes(word.encode(errors="surrogatepass"))
        with pytest.raises(BadUse) as refused:
            parcels.read(path)
        assert line_findings(str(refused.value).encode()) == []


async def test_words_of_an_answer_steer_nothing_wherever_they_are_shown() -> None:
    for word in (*SHORT[::160], CORPUS[-1][:50_000]):
        rig = Rig()
        await rig.station.open()
        await rig.read()
        before_the_end(14, rig=rig)
        await let_pass(rig, seconds=20)
        rig.station.board.sits_here(BEN.id)
        for answer in (rig.station.actions.handover.ask, rig.station.actions.handover.decline):
            await answer(f"x{word}")
        await rig.station.actions.handover.accept(f"x{word}", f"x{word}")
        rig.station.board.sits_here(ANA.id)
        rig.clock.now = T + timedelta(minutes=5)
        await let_pass(rig, seconds=10)
        shown = [str(notice) for notice in rig.station.board.desk().notices]
        told = [m.title + m.body for channel in rig.channels.values() for m in channel.received]
        assert line_findings("\n".join((*shown, *told)).encode()) == []
        assert rig.reports == []


async def test_words_for_somebody_else_or_another_team_leave_the_journal_as_it_was(file: bytes) -> None:
    content = parcels.unpack(rewritten(file, lambda key, value: "x\x1b[2J" if key == "team" else value), FILE)
    assert isinstance(content, Parcel)
    rig = Rig()
    await rig.station.open()
    before = await rig.store.read()
    with pytest.raises(BadUse, match="of the team"):
        await rig.station.actions.handover.accepting.carry_over(content, "4312", "I ring", by=PersonId("ben"))
    assert await rig.store.read() == before
    assert rig.station.actions.handover.handing_over.sheet().role is Role.OUTGOING
