"""The store that never stops an escalation: on the disk while there is one, in memory while there is not.

One rule: this process answers from its own memory of everything that was recorded, and every change goes to the disk
first. The first change or look the disk refuses is carried out in memory, and so is all that follows, until the disk
takes back *everything* in one transaction; from then on it comes first again. Either all of it is on the disk or
nothing, so a process that is killed in between leaves the disk as it last was.

What that means for other windows on the same file: as long as a window is in memory, it neither sees nor stops what
another one does, and either may send a message that both had stored, under the same key. When it is back, each has the
other's lines: none is lost and none recorded twice. The lines are numbered anew by this process, so that its readers
see one journal that only grows, whatever became of the file.

A disk that hangs refuses nothing: it is waited for only so long, and then counts as one that refused. What it was
asked for last may still be written whenever it wakes up; it is left alone until then, and reunited like any other, so
that nothing is recorded twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from oncall_tui.beside import ANSWERS_WITHIN
from oncall_tui.clock import Clock, Stopwatch
from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import Claimed, Hold, Settlement, Written
from oncall_tui.store.disk_report import DiskReport
from oncall_tui.store.disk_thread import READS_ALL_WITHIN, DiskThread
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.outbox import Entry
from oncall_tui.store.snapshot import Snapshot
from oncall_tui.store.sqlite import PATIENCE, SqliteStore
from oncall_tui.store.sqlite_errors import StoreHangs, StoreLocked

T = TypeVar("T")

TRY_AGAIN_AFTER: Final = timedelta(seconds=10)
"""How long a disk that refused is left alone."""
_PER_LINE: Final = timedelta(microseconds=100)
"""How much longer a disk may take for each line, when it is asked for all: five times what was measured."""
_LOCKED_TRIES: Final = 3
"""How often a locked file is waited for before this process goes on without it."""


class SteadfastStore:
    """Journal and outbox that take everything, whatever becomes of the disk."""

    def __init__(
        self,
        path: Path,
        report: DiskReport,
        *,
        clock: Clock,
        stopwatch: Stopwatch,
        patience: timedelta = PATIENCE,
        threads: Callable[[], DiskThread] = DiskThread,
    ) -> None:
        self._path, self._report, self._clock, self._stopwatch = path, report, clock, stopwatch
        self._patience, self._threads = patience, threads
        self._thread: DiskThread | None = None
        self._memory = MemoryStore()
        self._disk: SqliteStore | None = None
        self._instance = ""
        self._seen = 0
        self._holder = ""
        self._next_try = 0.0
        self._turn = asyncio.Lock()
        self._is_closed = False
        self._recorded_until: int | None = None

    @property
    def recorded_until(self) -> int | None:
        """Return the last line that the disk has; None while it has all."""
        return self._recorded_until

    async def open(self) -> None:
        """Begin with what the disk holds; one that cannot be opened is said, and everything works without it."""
        async with self._turn:
            error = await self._try_disk()
            for _ in range(_LOCKED_TRIES - 1):
                if isinstance(error, StoreLocked):
                    error = await self._try_disk()
            if error is not None:
                if not isinstance(error, StoreHangs):
                    await self._read_what_can_be_read()
                self._recorded_until = self._memory.length
                self._refused(error)

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
        """Record events, their messages and a settlement at once, or raise ``StreamMoved``; nothing else stops it."""
        self._holder = hold.holder if hold is not None else self._holder

        async def on_disk(disk: SqliteStore) -> Written:
            written = await disk.append(
                stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
            )
            await self._memory.append(stream, [], at=at, send=send, settle=settle, hold=hold)
            return replace(written, lines=await self._look(disk, written.lines) if written.lines else ())

        async def in_memory() -> Written:
            return await self._memory.append(
                stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
            )

        return await self._do(on_disk, in_memory)

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        """Return what was recorded after a ``seq``, oldest first: all of it, or so many lines at most."""
        if most is not None and after + most <= self._memory.length:
            return await self._memory.read(after, most)  # what was once recorded stays as it is

        async def on_disk(disk: SqliteStore) -> Sequence[Recorded]:
            await self._look(disk)
            return await self._memory.read(after, most)

        return await self._do(on_disk, lambda: self._memory.read(after, most))

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the most urgent message that is due, or None."""
        self._holder = holder

        async def on_disk(disk: SqliteStore) -> Claimed | None:
            claimed = await disk.claim(now=now, holder=holder, lease=lease)
            if claimed is not None:
                sending = DeliveryState.SENDING
                self._memory.hold(
                    Entry(
                        message=claimed.message,
                        state=sending,
                        next_try_at=now + lease,
                        tries=claimed.tries,
                        holder=holder,
                    )
                )
            return claimed

        return await self._do(on_disk, lambda: self._memory.claim(now=now, holder=holder, lease=lease))

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        """Let the lease of a message that is still being sent end so much later."""

        async def in_memory() -> bool:
            return await self._memory.renew(key, now=now, holder=holder, lease=lease)

        async def on_disk(disk: SqliteStore) -> bool:
            return await disk.renew(key, now=now, holder=holder, lease=lease) and await in_memory()

        return await self._do(on_disk, in_memory)

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, the one due longest first."""
        return await self._do(lambda disk: disk.unsettled(), self._memory.unsettled)

    async def close(self) -> None:
        """Give the disk a last chance to take what it has not got, and let go of it."""
        async with self._turn:
            if not self._is_closed:
                self._is_closed = True
                if self._disk is None:
                    await self._try_disk()
                await self._let_go()

    async def _do(
        self,
        on_disk: Callable[[SqliteStore], Awaitable[T]],
        in_memory: Callable[[], Awaitable[T]],
    ) -> T:
        # Shielded: disk and memory change together, even when nobody waits for it any more.
        return await asyncio.shield(asyncio.create_task(self._in_turn(on_disk, in_memory)))

    async def _in_turn(
        self,
        on_disk: Callable[[SqliteStore], Awaitable[T]],
        in_memory: Callable[[], Awaitable[T]],
    ) -> T:
        async with self._turn:
            if self._disk is not None:
                try:
                    return await _patiently(on_disk, self._disk)
                except StoreFailed as error:
                    await self._leave_disk(error)
            try:
                return await in_memory()
            finally:
                if not self._is_closed and self._stopwatch() >= self._next_try:
                    await self._try_disk()

    async def _look(self, disk: SqliteStore, written: Sequence[Recorded] = ()) -> Sequence[Recorded]:
        """Take over the lines that are new on the disk, and return those of them that were just written."""
        if written and written[0].seq == self._seen + 1:
            news = written
        else:
            try:
                news = await disk.read(self._seen)
            except StoreFailed as error:
                if not written:
                    raise
                await self._leave_disk(error)  # what was written is not written again in memory
                return self._memory.adopt(written)
        adopted = self._memory.adopt(news)
        self._seen = news[-1].seq if news else self._seen
        mine = {line.seq for line in written}
        return [own for own, line in zip(adopted, news, strict=True) if line.seq in mine]

    async def _leave_disk(self, error: StoreFailed) -> None:
        if self._disk is not None and not isinstance(error, StoreLocked | StoreHangs):
            with suppress(StoreFailed):  # what this process has seen has to do
                self._take_over(await self._disk.snapshot(within=self._may_take))
        await self._let_go()
        self._refused(error)
        if not isinstance(error, StoreLocked | StoreHangs):
            self._next_try = self._stopwatch()  # another file may take it at once

    async def _try_disk(self) -> StoreFailed | None:
        if self._thread is not None and self._thread.hangs:
            return None
        try:
            await self._go_to_disk()
        except StoreFailed as error:
            self._refused(error)
            return error
        return None

    async def _go_to_disk(self) -> None:
        """Open the file, and let it take everything this process knows; raise ``StoreFailed`` when it does not."""
        aside = self._path.with_name(f"{self._path.name}.damaged-{self._clock():%Y%m%dT%H%M%S%fZ}")
        self._thread = self._threads()
        try:
            disk = await SqliteStore.open(
                self._path, patience=self._patience, aside=aside, thread=self._thread, words=self._memory.words
            )
        finally:
            was_damaged = not self._thread.hangs and await self._exists(aside)
            if was_damaged:
                self._report.was_damaged(aside)
        try:
            self._take_over(await disk.reunite(self._memory.snapshot, holder=self._holder, within=self._may_take))
        except StoreFailed:
            await _close(disk)
            raise
        if disk.instance != (self._instance or disk.instance) and not was_damaged:
            self._report.is_another(is_new=disk.is_new)
        self._disk, self._instance = disk, disk.instance
        self._recorded_until = None
        self._report.records()

    @property
    def _may_take(self) -> timedelta:
        """Return how long the disk may take for everything: at the start, before it is known how much that is, long."""
        lines = self._memory.length
        return ANSWERS_WITHIN + lines * _PER_LINE if lines else READS_ALL_WITHIN

    async def _exists(self, path: Path) -> bool:
        thread = self._threads()
        try:
            return await thread.run(path.exists)
        except OSError:  # it does not answer either
            return False
        finally:
            thread.end()

    async def _read_what_can_be_read(self) -> None:
        self._thread = self._threads()
        with suppress(StoreFailed):
            disk = await SqliteStore.open_to_read(self._path, patience=self._patience, thread=self._thread)
            try:
                self._take_over(await disk.snapshot())
                self._report.knows_past = True
            finally:
                await disk.close()

    def _take_over(self, known: Snapshot) -> None:
        self._memory.learn(known)
        self._seen = known.lines[-1].seq if known.lines else 0

    def _refused(self, error: StoreFailed) -> None:
        self._next_try = self._stopwatch() + TRY_AGAIN_AFTER.total_seconds()
        self._recorded_until = self._memory.length if self._recorded_until is None else self._recorded_until
        self._report.refuses(error)

    async def _let_go(self) -> None:
        disk, self._disk = self._disk, None
        if disk is not None:
            await _close(disk)


async def _close(disk: SqliteStore) -> None:
    with suppress(StoreFailed):
        await disk.close()


async def _patiently(work: Callable[[SqliteStore], Awaitable[T]], disk: SqliteStore) -> T:
    for _ in range(_LOCKED_TRIES - 1):
        try:
            return await work(disk)
        except StoreLocked:
            continue
    return await work(disk)
