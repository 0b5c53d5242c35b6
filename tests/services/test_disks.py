"""E on every kind of broken disk: the message goes out, and the screen tells the truth."""

import asyncio
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.text import CleanText
from oncall_tui.services.unrecorded import Unrecorded
from oncall_tui.store.encoding import encode_event
from oncall_tui.store.sqlite import SqliteStore
from tests.rig import FRIDAY_NIGHT, MovingClock, ticket
from tests.services.disk_rig import RECOVERY, disk_rig, escalate_on, keys, notices, running, start_on
from tests.store import broken
from tests.store.hanging import HangingDisk

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
NOT_RECORDED = (
    "Not recorded since Fri 22:05: escalations still go out, and this window remembers them until it is closed. "
)
UNKNOWN = "Escalations of before are not known here, and not shown. "
LOCKED = "Another program keeps “{path}” locked: close what has it open besides oncall-tui, and try again."
KEPT = "The journal was damaged. Since Fri 22:05 it is kept as “journal.db.damaged-20261121T030500000000Z”; "
BEGUN_WHOLE = f"{KEPT}a new one was begun with everything this window knows."
BEGUN_LATER = BEGUN_WHOLE.replace("0500000000Z", "0505000000Z")
"""A page is missed only when it is next read."""
BEGUN_EMPTY = f"{KEPT}escalations that only it knew are not shown: look after them by hand."
MOVED = "The journal was moved or deleted: a new one was begun Fri 22:05, with everything this window knows."
FULL = "The disk is full and “{path}” takes nothing more: free some space, then it works again."
REFUSES = (
    "The system refuses to read or write “{path}”: look for a full quota, a limit on file sizes or a failing disk."
)
HANGS = "The disk of “{path}” does not answer: look whether it is a network drive without a network, or a failing disk."
READ_ONLY = "“{path}” is read-only: make the file and its folder writable for yourself."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "journal.db"


@pytest.mark.parametrize(
    ("breakage", "sentences"),
    [
        pytest.param(broken.locked, [NOT_RECORDED + LOCKED], id="locked"),
        pytest.param(broken.header_overwritten, [BEGUN_WHOLE], id="header overwritten"),
        pytest.param(broken.page_overwritten, [BEGUN_LATER], id="page overwritten"),
        pytest.param(broken.emptied, [BEGUN_WHOLE], id="emptied"),
        pytest.param(broken.deleted, [MOVED], id="deleted"),
        pytest.param(broken.moved, [MOVED], id="moved"),
        pytest.param(broken.replaced, [], id="replaced by its own copy"),
    ],
)
async def test_e_goes_out_on_a_disk_that_breaks_and_nothing_is_lost_or_sent_twice_once_it_works(
    path: Path, breakage: broken.Breakage, sentences: list[str]
) -> None:
    seen = await escalate_on(path, breakage)
    assert (seen["received"], seen["broken"]) == (["dana-push"], [sentence.format(path=path) for sentence in sentences])
    assert seen["mended"] == ([] if breakage is broken.locked else sentences)
    assert (seen["restarted"], seen["sent twice"], seen["kept"]) == ("notifying", [], 1)


@pytest.mark.parametrize(
    ("breakage", "sentence"),
    [
        pytest.param(broken.locked, NOT_RECORDED + UNKNOWN + LOCKED, id="locked"),
        pytest.param(broken.header_overwritten, BEGUN_EMPTY, id="header overwritten"),
        pytest.param(broken.page_overwritten, BEGUN_EMPTY, id="page overwritten"),
        pytest.param(broken.emptied, BEGUN_EMPTY, id="emptied"),
        pytest.param(broken.no_database, BEGUN_EMPTY, id="not a database"),
        pytest.param(
            broken.of_another_program,
            f"{NOT_RECORDED}{UNKNOWN}“{{path}}” belongs to another program and is left alone: "
            "name another place for the journal.",
            id="another program's database",
        ),
        pytest.param(
            broken.of_a_newer_version,
            f"{NOT_RECORDED}{UNKNOWN}“{{path}}” was written by a newer version of oncall-tui "
            "(format 7, this one knows 2): update oncall-tui on this machine.",
            id="newer version",
        ),
        pytest.param(
            broken.without_a_folder,
            f"{NOT_RECORDED}{UNKNOWN}“{{path}}” cannot be used (File exists): name another place, "
            "or make this one usable.",
            id="no folder",
        ),
    ],
)
async def test_e_goes_out_when_the_journal_cannot_be_opened(
    path: Path, breakage: broken.Breakage, sentence: str
) -> None:
    seen = await start_on(path, breakage)
    assert seen == {"received": ["dana-push"], "started": [sentence.format(path=path)], "known": 0}


@pytest.mark.parametrize("breakage", [broken.of_another_program, broken.of_a_newer_version])
async def test_what_is_not_ours_or_newer_is_never_touched(path: Path, breakage: broken.Breakage) -> None:
    async with running(path):
        pass
    with breakage(path):
        before = path.read_bytes()
        async with running(path) as rig:
            await rig.escalate()
            await rig.pass_time(seconds=RECOVERY)
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.db"]


def in_a_process(breakage: str, folder: Path) -> dict[str, Any]:
    mount = 'mount -t tmpfs -o size=256k tmpfs "$0" || exit 77; exec "$@"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(folder)]
    if not shutil.which("unshare"):
        pytest.skip("no unshare here, so no small disk can be mounted")
    command += [sys.executable, "-m", "tests.services.disk_rig", breakage, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@pytest.mark.parametrize(
    ("breakage", "why", "file_trouble"),
    [
        pytest.param("full", FULL, "No space left on device", id="full"),
        pytest.param("limited", REFUSES, "File too large", id="limit on file sizes"),
        pytest.param("read-only folder", READ_ONLY, "Read-only file system", id="read-only"),
    ],
)
def test_e_goes_out_on_a_disk_that_takes_nothing_and_is_recorded_once_it_does(
    tmp_path: Path, breakage: str, why: str, file_trouble: str
) -> None:
    seen = in_a_process(breakage, tmp_path)
    files = seen.pop("files")
    assert seen == {
        "received": ["dana-push"],
        "broken": [NOT_RECORDED + why.format(path=tmp_path / "journal.db")],
        "mended": [],
        "restarted": "notifying",
        "sent twice": [],
        "kept": 1,
        "started": [NOT_RECORDED + why.format(path=tmp_path / "second.db")],
        "known": 1,
    }
    assert files == [
        f"An error nobody foresaw (ValueError); it could not be written down: {file_trouble}.",
        f"the handover could not be saved as {tmp_path / 'handover.md'}: {file_trouble}",
    ]


def test_e_goes_out_when_only_the_file_is_read_only_and_what_it_holds_is_shown(tmp_path: Path) -> None:
    seen = in_a_process("read-only file", tmp_path)
    assert seen["started"] == [NOT_RECORDED + READ_ONLY.format(path=tmp_path / "second.db")]
    assert (seen["received"], seen["known"]) == (["dana-push"], 1)


async def test_e_goes_out_with_text_no_disk_can_hold(path: Path) -> None:
    async with running(path) as rig:
        rig.source.tickets = (ticket(subject="half a character: \ud83d"),)
        await rig.read()
        await rig.escalate()
        await rig.pass_time(seconds=6)
        assert rig.received() == ["dana-push"]
        why = "A text holds half a character (a lone surrogate) and cannot be recorded: leave that text out."
        assert notices(rig) == [NOT_RECORDED + why]


async def test_what_a_locked_journal_holds_is_shown_once_it_is_free(path: Path) -> None:
    async with running(path) as first:
        await first.escalate()
        await first.pass_time(seconds=6)
    with broken.locked(path):
        rig = await disk_rig(path, first.clock)
        assert rig.escalation_line == "none"
    await rig.pass_time(seconds=RECOVERY)
    assert (rig.escalation_line, notices(rig)) == ("notifying", [])
    await rig.station.close()


async def test_an_answer_another_window_recorded_meanwhile_ends_the_ladder_here(path: Path) -> None:
    async with running(path) as rig, running(path, rig.clock) as other:
        await rig.escalate()
        await rig.pass_time(seconds=6)
        with broken.locked(path):
            await rig.pass_time(seconds=1)
            assert notices(rig)
        await other.turn()
        await other.station.actions.reached_by_phone(ticket().id, "Dana", "has it")
        await rig.pass_time(minutes=20)
        assert (rig.escalation_line, rig.received()) == ("acknowledged", ["dana-push"])


async def test_two_windows_whose_journal_was_deleted_share_the_new_one(path: Path) -> None:
    async with running(path) as rig, running(path, rig.clock) as other:
        await rig.escalate()
        await rig.pass_time(seconds=6)
        path.unlink()
        await rig.station.actions.note_good_news("from one")
        await other.station.actions.note_good_news("from the other")
        await rig.turn()
        await other.turn()
        logbooks = [window.station.logbook for window in (rig, other)]
        assert [len(logbook.shift_events) for logbook in logbooks] == [2, 2]
        assert rig.escalation_line == other.escalation_line == "notifying"


async def test_a_ladder_climbs_to_its_end_without_a_disk(path: Path) -> None:
    async with running(path) as rig:
        with broken.locked(path):
            await rig.escalate()
            await rig.pass_time(minutes=5, seconds=6)
            assert rig.received() == ["dana-push", "dana-phone", "sam-push"]
            rig.answer("sam-push", "mine")
            await rig.pass_time(seconds=5)
            assert rig.escalation_line == "acknowledged"
    async with running(path, rig.clock) as again:
        assert again.escalation_line == "acknowledged"


def killed_after_sending(path: Path) -> list[str]:
    """Return the keys a process had accepted in memory only when it was killed."""
    command = [sys.executable, "-m", "tests.services.disk_rig", "killed", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        accepted: list[str] = json.loads(child.stdout.readline())
        child.kill()
    return accepted


@pytest.mark.parametrize("is_done_first", [False, True], ids=["before it writes", "after it wrote"])
async def test_e_goes_out_on_a_disk_that_hangs_and_what_it_writes_late_is_there_once(
    path: Path, *, is_done_first: bool
) -> None:
    disk = HangingDisk(is_done_first=is_done_first)
    seen = await escalate_on(path, disk.hanging, disk.threads)
    assert (seen["received"], seen["broken"]) == (["dana-push"], [NOT_RECORDED + HANGS.format(path=path)])
    assert (seen["mended"], seen["restarted"], seen["sent twice"], seen["kept"]) == ([], "notifying", [], 1)
    journal = await SqliteStore.open_to_read(path)
    events = [encode_event(line.event) for line in await journal.read()]
    await journal.close()
    assert len(events) == len(set(events)), events


async def test_e_goes_out_when_the_disk_hangs_from_the_start(path: Path) -> None:
    disk = HangingDisk()
    seen = await start_on(path, disk.hanging, disk.threads)
    assert seen == {
        "received": ["dana-push"],
        "started": [NOT_RECORDED + UNKNOWN + HANGS.format(path=path)],
        "known": 0,
    }


async def test_a_disk_that_hangs_is_waited_for_once_and_not_again_at_every_step(path: Path) -> None:
    disk = HangingDisk()
    async with running(path, threads=disk.threads) as rig:
        with disk.hanging(path):
            await rig.escalate()
            await rig.pass_time(minutes=20)
            assert {"dana-push", "dana-phone", "sam-push"} <= set(rig.received())
            assert disk.given_up == 1


def test_who_leaves_while_the_disk_hangs_is_not_held_up(path: Path) -> None:
    asyncio.run(armed(path))
    command = [sys.executable, "-m", "tests.services.disk_rig", "hanging", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ('["dana-push"]\n', "", 0)


async def armed(path: Path) -> MovingClock:
    async with running(path) as rig:
        await rig.escalate()
        await rig.station.actions.note_good_news("before")
    return rig.clock


async def carried_on(path: Path, clock: MovingClock) -> tuple[list[MessageKey], str, int]:
    clock.now = FRIDAY_NIGHT.replace(second=8)
    async with running(path, clock) as rig:
        await rig.pass_time(seconds=20)
        return keys(rig), rig.escalation_line, len(rig.station.logbook.shift_events)


def test_what_a_killed_process_had_sent_is_only_ever_sent_again_under_the_same_key(path: Path) -> None:
    clock = asyncio.run(armed(path))
    accepted = killed_after_sending(path)
    assert len(accepted) == 1
    sent, state, kept = asyncio.run(carried_on(path, clock))
    assert (sent, state, kept) == (accepted, "notifying", 1)


async def test_a_handover_that_cannot_be_saved_is_delivered_all_the_same(path: Path) -> None:
    async with running(path) as rig:
        rig.shelf.error = "the handover could not be saved as handover.md: No space left on device"
        await rig.station.actions.handover.save_notes("none")
        sentence = await rig.station.actions.handover.deliver()
        await rig.pass_time(seconds=1)
        assert rig.channels[next(key for key in rig.channels if key == "ben-mail")].received
        assert sentence == CleanText(
            "NOT SAVED (the handover could not be saved as handover.md: No space left on device), but "
            "on its way through ben-mail."
        )


async def test_the_desk_knows_which_escalations_a_broken_disk_does_not(path: Path) -> None:
    async with running(path) as rig:
        rig.source.tickets = (ticket(), ticket("4313"))
        await rig.read()
        await rig.escalate("4313")
        assert rig.station.board.desk().unrecorded == Unrecorded()
        with broken.locked(path):
            await rig.escalate()
            await rig.pass_time(seconds=6)
            desk = rig.station.board.desk()
        by_number = {escalation.brief.number: escalation.id for escalation in desk.escalations}
        assert desk.unrecorded == Unrecorded(
            unknown=frozenset({by_number["4312"]}), outdated=frozenset({by_number["4313"]})
        )
        await rig.pass_time(seconds=RECOVERY)
        assert rig.station.board.desk().unrecorded == Unrecorded()
