"""The store in one SQLite file, used from a thread of its own so that the screen never waits for a disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal, Self, TypeVar

from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import Claimed, Settlement
from oncall_tui.store import sqlite_rows as rows
from oncall_tui.store.outbox import Entry
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite_file import SqliteFile
from oncall_tui.store.versions import check_version

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=1)
"""How long a call waits while another window writes."""


class SqliteStore:
    """Journal and outbox in one file; several windows may have it open."""

    def __init__(self, file: SqliteFile, thread: ThreadPoolExecutor) -> None:
        self._file, self._thread = file, thread
        self._is_closed = False

    @classmethod
    async def open(cls, path: Path, *, patience: timedelta = PATIENCE, aside: Path | None = None) -> Self:
        """Open the store, creating it where there is none, or raise ``StoreFailed``.

        With ``aside``, a damaged file is moved there and a new one begun.
        """
        return await cls._open(lambda: SqliteFile.open(path.absolute(), patience=patience, aside=aside))

    @classmethod
    async def open_to_read(cls, path: Path, *, patience: timedelta = PATIENCE) -> Self:
        """Open the store without changing anything, even on a read-only disk, or raise ``StoreFailed``."""
        return await cls._open(lambda: SqliteFile.open_to_read(path.absolute(), patience=patience))

    @classmethod
    async def _open(cls, work: Callable[[], SqliteFile]) -> Self:
        with ExitStack() as undo:
            thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
            undo.callback(thread.shutdown, wait=False)
            file = await _in_thread(thread, work)
            undo.pop_all()
        return cls(file, thread)

    @property
    def is_new(self) -> bool:
        """Tell whether the file was created when it was opened."""
        return self._file.is_new

    @property
    def instance(self) -> str:
        """Return the id that tells this file from every other."""
        return self._file.instance

    async def append(
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
    ) -> Sequence[Recorded]:
        """Record events, their messages and a settlement in one transaction, even when the caller is cancelled."""

        def work(connection: sqlite3.Connection) -> list[Recorded]:
            version = rows.version_of(connection, stream)
            check_version(stream, found=version, expected=after_version)
            recorded = [
                rows.record(connection, stream, event, at=at, version=version + step)
                for step, event in enumerate(events, start=1)
            ]
            for message in send:
                rows.put(connection, Entry(message=message, next_try_at=at), at=at)
            entry = rows.entry_of(connection, settle.key) if settle is not None else None
            if entry is not None and settle is not None:
                rows.update(connection, entry.settle(settle, at=at))
            return recorded

        return await self._run("IMMEDIATE", work)

    async def read(self, after: int = 0) -> Sequence[Recorded]:
        """Return everything recorded after a ``seq``, oldest first."""
        return await self._run("DEFERRED", lambda connection: rows.lines_after(connection, after))

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the message that is due longest, or None."""

        def work(connection: sqlite3.Connection) -> Claimed | None:
            found = rows.due_entry(connection, now)
            if found is None:
                return None
            entry = found.claim(now=now, holder=holder, lease=lease)
            rows.update(connection, entry)
            return entry.claimed

        return await self._run("IMMEDIATE", work)

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        """Let the lease of a message that is still being sent end so much later."""

        def work(connection: sqlite3.Connection) -> bool:
            entry = rows.entry_of(connection, key)
            renewed = None if entry is None else entry.renewed(now=now, holder=holder, lease=lease)
            if renewed is not None:
                rows.update(connection, renewed)
            return renewed is not None

        return await self._run("IMMEDIATE", work)

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, the one due longest first."""
        entries = await self._run("DEFERRED", rows.open_entries)
        return [(entry.message, entry.state, entry.next_try_at) for entry in entries]

    async def snapshot(self) -> Snapshot:
        """Return all that is recorded."""
        return await self._run("DEFERRED", rows.everything)

    async def reunite(self, other: Snapshot, *, holder: str) -> Snapshot:
        """Record in one transaction what another store knows beyond this one, and return everything known then.

        Args:
            other: All that the other store knows.
            holder: Who sent from it; what anybody else is sending now stays his.
        """
        return await self._run("IMMEDIATE", lambda connection: rows.reunite(connection, other, holder=holder))

    async def close(self) -> None:
        """Finish what was asked before and let go of the file."""
        if not self._is_closed:
            self._is_closed = True
            await _in_thread(self._thread, self._file.close)
            self._thread.shutdown()

    async def _run(self, kind: Literal["IMMEDIATE", "DEFERRED"], work: Callable[[sqlite3.Connection], T]) -> T:
        if self._is_closed:
            raise StoreFailed("The journal is closed: start oncall-tui again.")

        def transaction() -> T:
            with self._file.transaction(kind) as connection:
                return work(connection)

        return await _in_thread(self._thread, transaction)


async def _in_thread(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    # Shielded, because a write that was asked for happens even when nobody waits for it any more.
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, work))
