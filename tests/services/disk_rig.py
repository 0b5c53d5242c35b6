"""A station over a real journal that breaks, in this process or in one of its own that prints what it saw, as JSON.

``python -m tests.services.disk_rig BREAKAGE FOLDER``, or ``killed FILE``: it prints what it sent while the file was
locked, and waits to be killed; or ``hanging FILE``: it leaves while the disk hangs, and ends.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall_tui.crash import CrashFile
from oncall_tui.domain.message import MessageKey
from oncall_tui.errors import StoreFailed
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.disk_thread import DiskThread
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.store.steadfast import SteadfastStore
from tests.rig import MovingClock, Rig
from tests.store.broken import IN_A_PROCESS_OF_ITS_OWN, Breakage, locked
from tests.store.hanging import HangingDisk

PATIENCE = timedelta(milliseconds=30)
RECOVERY = 11
"""Seconds after which a disk that refused is tried again."""


async def disk_rig(path: Path, clock: MovingClock | None = None, threads: Callable[[], DiskThread] = DiskThread) -> Rig:
    """Return a station over the journal of a file, as a new process opens it."""
    clock = clock or MovingClock()
    troubles = Troubles()
    report = DiskReport(troubles, clock, ZoneInfo("America/New_York"))
    store = SteadfastStore(
        path, report, clock=clock, stopwatch=lambda: clock().timestamp(), patience=PATIENCE, threads=threads
    )
    await store.open()
    rig = Rig(store=store, clock=clock, troubles=troubles)
    await rig.station.open()
    await rig.read()
    return rig


@asynccontextmanager
async def running(
    path: Path, clock: MovingClock | None = None, threads: Callable[[], DiskThread] = DiskThread
) -> AsyncIterator[Rig]:
    """Run a station until it is closed in good order."""
    rig = await disk_rig(path, clock, threads)
    yield rig
    await rig.station.close()


def keys(rig: Rig) -> list[MessageKey]:
    """Return what every channel took."""
    return [message.key for channel in rig.channels.values() for message in channel.received]


def notices(rig: Rig) -> list[str]:
    """Return every lasting sentence on the screen."""
    return list(rig.station.board.desk().notices)


async def escalate_on(
    path: Path, breakage: Breakage, threads: Callable[[], DiskThread] = DiskThread
) -> dict[str, object]:
    """Press E on a disk that breaks while the journal is open, mend it, start again; return what was seen."""
    async with running(path, threads=threads) as rig:
        await rig.station.actions.note_good_news("before")
        with breakage(path):
            await rig.escalate()
            await rig.pass_time(seconds=6)
            seen: dict[str, object] = {"received": rig.received(), "broken": notices(rig)}
            seen["files"] = await files(path.parent)
        await rig.pass_time(seconds=RECOVERY)
        seen["mended"] = notices(rig)
        sent = keys(rig)
    async with running(path, rig.clock) as again:
        await again.pass_time(seconds=30)
        seen["restarted"] = again.escalation_line
        seen["sent twice"] = [key for key in keys(again) if key in sent]
        seen["kept"] = len(again.station.logbook.shift_events)
    return seen


async def start_on(path: Path, breakage: Breakage, threads: Callable[[], DiskThread] = DiskThread) -> dict[str, object]:
    """Start on a disk that broke while nothing ran, and press E there; return what was seen."""
    async with running(path) as first:
        await first.station.actions.note_good_news("before")
    with breakage(path):
        async with running(path, threads=threads) as rig:
            await rig.escalate()
            await rig.pass_time(seconds=6)
            kept = len(rig.station.logbook.shift_events)
            return {"received": rig.received(), "started": notices(rig), "known": kept}


async def files(folder: Path) -> list[str]:
    """Return what is said of a handover and of a crash that should be written there."""
    sentences = [CrashFile(folder / "crashes", MovingClock()).write(ValueError("x" * 9000))]
    try:
        await HandoverFiles(folder).save("handover.md", "x" * 9000)
    except StoreFailed as error:
        sentences.append(str(error))
    return sentences


async def _seen(breakage: Breakage, folder: Path) -> dict[str, object]:
    return await escalate_on(folder / "journal.db", breakage) | await start_on(folder / "second.db", breakage)


async def _sent_without_a_disk(path: Path) -> list[MessageKey]:
    rig = await disk_rig(path)
    with locked(path):
        await rig.pass_time(seconds=6)
        return keys(rig) if notices(rig) else []


async def _left_while_the_disk_hangs(path: Path) -> list[str]:
    disk = HangingDisk()
    async with running(path, threads=disk.threads) as rig:
        disk.hang()
        await rig.pass_time(seconds=6)
        return rig.received()


if __name__ == "__main__":
    named, place = sys.argv[1], Path(sys.argv[2])
    if named == "hanging":
        print(json.dumps(asyncio.run(_left_while_the_disk_hangs(place))), flush=True)
        sys.exit()
    if named == "killed":
        print(json.dumps(asyncio.run(_sent_without_a_disk(place))), flush=True)
        signal.pause()
    print(json.dumps(asyncio.run(_seen(IN_A_PROCESS_OF_ITS_OWN[named], place))))
