"""The store in one SQLite file, used from a thread of its own so that the screen never waits for a disk."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Literal, Self, TypeVar

from oncall_tui.beside import ANSWERS_WITHIN
from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import Claimed, Hold, Settlement, Written
from oncall_tui.store import sqlite_rows as rows
from oncall_tui.store.disk_thread import READS_ALL_WITHIN, DiskThread
from oncall_tui.store.outbox import Entry
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite_errors import hangs
from oncall_tui.store.sqlite_file import SqliteFile
from oncall_tui.store.versions import check_version

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=1)
"""How long a call waits while another window writes."""

Words = Callable[[MessageKey], CleanText | None]
"""Returns what a message says where that is known already, or None; called in the thread of the disk."""


def _nothing(_: MessageKey) -> None:
    return None


class SqliteStore:
    """Journal and outbox in one file; several windows may have it open."""

    def __init__(self, path: Path, file: SqliteFile, thread: DiskThread, words: Words) -> None:
        self._path, self._file, self._thread, self._words = path, file, thread, words
        self._is_closed = False

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        patience: timedelta = PATIENCE,
        aside: Path | None = None,
        thread: DiskThread | None = None,
        words: Words = _nothing,
    ) -> Self:
        """Open the store, creating it where there is none, or raise ``StoreFailed``.

        With ``aside``, a damaged file is moved there and a new one begun. The store lets ``thread`` go at its end, and
        reads no long message whose ``words`` somebody holds: what a key says never changes.
        """
        return await cls._open(
            path,
            lambda: SqliteFile.open(path.absolute(), patience=patience, aside=aside),
            thread or DiskThread(),
            words,
        )

    @classmethod
    async def open_to_read(
        cls, path: Path, *, patience: timedelta = PATIENCE, thread: DiskThread | None = None
    ) -> Self:
        """Open the store without changing anything, even on a read-only disk, or raise ``StoreFailed``."""
        return await cls._open(
            path, lambda: SqliteFile.open_to_read(path.absolute(), patience=patience), thread or DiskThread()
        )

    @classmethod
    async def _open(
        cls, path: Path, work: Callable[[], SqliteFile], thread: DiskThread, words: Words = _nothing
    ) -> Self:
        opened: list[SqliteFile] = []
        try:
            await thread.run(lambda: opened.append(work()))
        except BaseException as error:
            thread.afterwards(partial(_close_all, opened))  # one that is opened late after all, too
            if isinstance(error, TimeoutError):
                raise hangs(path) from None
            raise
        return cls(path, opened[0], thread, words)

    @property
    def is_new(self) -> bool:
        """Tell whether the file was created when it was opened."""
        return self._file.is_new

    @property
    def instance(self) -> str:
        """Return the id that tells this file from every other."""
        return self._file.instance

    async def append(  # noqa: PLR0913 - one transaction, each part of which has its name
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
        hold: Hold | None = None,
    ) -> Written:
        """Record events, their messages and a settlement in one transaction, even when the caller is cancelled."""

        def work(connection: sqlite3.Connection) -> Written:
            version = rows.version_of(connection, stream)
            check_version(stream, found=version, expected=after_version)
            recorded = [
                rows.record(connection, stream, event, at=at, version=version + step)
                for step, event in enumerate(events, start=1)
            ]
            stored = [Entry.stored(message, at=at, hold=hold) for message in send]
            new = [entry for entry in stored if rows.put(connection, entry, at=at)]
            entry = rows.entry_of(connection, settle.key) if settle is not None else None
            if entry is not None and settle is not None:
                rows.update(connection, entry.settle(settle, at=at))
            return Written(lines=recorded, claimed=[entry.claimed for entry in new] if hold is not None else ())

        return await self._run("IMMEDIATE", work)

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        """Return what was recorded after a ``seq``, oldest first: all of it, or so many lines at most."""
        within = ANSWERS_WITHIN if after else READS_ALL_WITHIN
        return await self._run("DEFERRED", lambda connection: rows.lines_after(connection, after, most), within=within)

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the message that is due longest, or None."""

        def work(connection: sqlite3.Connection) -> Claimed | None:
            rows.shorten_leases(connection, ends_at=now + lease)
            found = rows.due_entry(connection, now)
            if found is None:
                return None
            entry = found.claim(now=now, holder=holder, lease=lease)
            rows.update(connection, entry)
            if not entry.message.body:
                entry = entry.saying(self._words(entry.key) or rows.words_of(connection, entry.key))
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

    async def snapshot(self, *, within: timedelta = READS_ALL_WITHIN) -> Snapshot:
        """Return all that is recorded."""
        return await self._run("DEFERRED", rows.everything, within=within)

    async def reunite(self, other: Snapshot, *, holder: str, within: timedelta = READS_ALL_WITHIN) -> Snapshot:
        """Record in one transaction what another store knows beyond this one, and return everything known then.

        Args:
            other: All that the other store knows.
            holder: Who sent from it; what anybody else is sending now stays his.
            within: How long the disk may take: everything there is has to be read.
        """
        return await self._run(
            "IMMEDIATE", lambda connection: rows.reunite(connection, other, holder=holder), within=within
        )

    async def close(self) -> None:
        """Finish what was asked before and let go of the file; where the disk hangs, once it wakes up."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._thread.hangs:
            self._thread.afterwards(partial(_close_all, [self._file]))
        else:
            await self._let_go()

    async def _let_go(self) -> None:
        try:
            await self._in_thread(self._file.close)
        finally:
            self._thread.end()

    async def _run(
        self,
        kind: Literal["IMMEDIATE", "DEFERRED"],
        work: Callable[[sqlite3.Connection], T],
        *,
        within: timedelta = ANSWERS_WITHIN,
    ) -> T:
        if self._is_closed:
            raise StoreFailed("The journal is closed: start oncall-tui again.")

        def transaction() -> T:
            with self._file.transaction(kind) as connection:
                return work(connection)

        return await self._in_thread(transaction, within=within)

    async def _in_thread(self, work: Callable[[], T], *, within: timedelta = ANSWERS_WITHIN) -> T:
        try:
            return await self._thread.run(work, within=within)
        except TimeoutError:
            raise hangs(self._path) from None


def _close_all(opened: Sequence[SqliteFile]) -> None:
    with suppress(StoreFailed):
        for file in opened:
            file.close()
