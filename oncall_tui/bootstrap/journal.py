"""The team's journal on the disk."""

from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

from oncall_tui.clock import Clock, stopwatch, utc_now
from oncall_tui.config import Config
from oncall_tui.ports import Journal, Store
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.troubles import Troubles
from oncall_tui.store.disk_thread import DiskThread
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.sqlite import SqliteStore


async def open_store(config: Config, clock: Clock, troubles: Troubles) -> Store:
    """Open the team's journal; whatever is wrong with the disk is said, and stops nothing."""
    from oncall_tui.store.disk_report import DiskReport  # noqa: PLC0415 - whoever only reads needs neither
    from oncall_tui.store.steadfast import SteadfastStore  # noqa: PLC0415 - see above

    me = next((person for person in config.people if person.id == config.me), None)
    zone = ZoneInfo(me.time_zone if me else config.team.time_zone)
    store = SteadfastStore(config.team.store, DiskReport(troubles, clock, zone), clock=clock, stopwatch=stopwatch)
    await store.open()
    return store


async def logbook_of(config: Config, thread: DiskThread | None = None) -> Logbook:
    """Return what the team's journal says, or raise ``StoreFailed``; nothing where there is none yet.

    Args:
        config: Whose journal.
        thread: What asks the disk.
    """
    store = await _open_to_read(config.team.store, thread or DiskThread())
    logbook = Logbook(store, utc_now)
    try:
        await logbook.catch_up()
    finally:
        await store.close()
    return logbook


async def _open_to_read(path: Path, thread: DiskThread) -> Journal:
    is_there = True
    with suppress(OSError):  # opening it says what is wrong
        is_there = await thread.run(path.exists)
    if is_there:
        return await SqliteStore.open_to_read(path, thread=thread)
    thread.end()
    return MemoryStore()
