"""The store in one SQLite file, used from a thread of its own so that the screen never waits for a disk."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self, TypeVar

from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, OutgoingMessage
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import LONGEST_PAUSE, Claimed, Settlement
from oncall_tui.store.encoding import (
    decode_event,
    decode_instant,
    decode_message,
    encode_event,
    encode_instant,
    encode_message,
)
from oncall_tui.store.outbox import Entry, urgency
from oncall_tui.store.sqlite_file import SqliteFile
from oncall_tui.store.versions import check_version

T = TypeVar("T")

PATIENCE: Final = timedelta(seconds=1)
"""How long a call waits while another window writes."""

_SELECT_ENTRY: Final = "SELECT message, state, next_try_at, tries, holder, detail, reference FROM outbox"
_IS_OPEN: Final = "state IN ('pending', 'sending', 'retrying', 'unknown')"
_IS_DUE: Final = "(state = 'pending' OR next_try_at <= ? OR (state != 'sending' AND next_try_at > ?))"
_TURN: Final = "urgency, next_try_at, number"


class SqliteStore:
    """Journal and outbox in one file; several windows may have it open."""

    def __init__(self, file: SqliteFile, thread: ThreadPoolExecutor) -> None:
        self._file, self._thread = file, thread
        self._is_closed = False

    @classmethod
    async def open(cls, path: Path, *, patience: timedelta = PATIENCE) -> Self:
        """Open the store, creating it where there is none, or raise ``StoreFailed``."""
        with ExitStack() as undo:
            thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
            undo.callback(thread.shutdown, wait=False)
            file = await _in_thread(thread, lambda: SqliteFile.open(path.absolute(), patience=patience))
            undo.pop_all()
        return cls(file, thread)

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

        def work() -> list[Recorded]:
            with self._file.transaction("IMMEDIATE") as connection:
                version = _version(connection, stream)
                check_version(stream, found=version, expected=after_version)
                recorded = [
                    _record(connection, stream, event, at=at, version=version + step)
                    for step, event in enumerate(events, start=1)
                ]
                for message in send:
                    _put(connection, message, at=at)
                if settle is not None:
                    _settle(connection, settle, at=at)
            return recorded

        return await self._run(work)

    async def read(self, after: int = 0) -> Sequence[Recorded]:
        """Return everything recorded after a ``seq``, oldest first."""

        def work() -> list[Recorded]:
            query = "SELECT seq, stream, version, at, kind, body FROM journal WHERE seq > ? ORDER BY seq"
            with self._file.transaction("DEFERRED") as connection:
                rows: list[tuple[int, str, int, str, str, str]] = connection.execute(query, (after,)).fetchall()
            return [
                Recorded(
                    seq=seq,
                    stream=StreamId(stream),
                    version=version,
                    at=decode_instant(at),
                    event=decode_event(kind, body),
                )
                for seq, stream, version, at, kind, body in rows
            ]

        return await self._run(work)

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the message that is due longest, or None."""

        def work() -> Claimed | None:
            query = f"{_SELECT_ENTRY} WHERE {_IS_OPEN} AND {_IS_DUE} ORDER BY {_TURN} LIMIT 1"
            with self._file.transaction("IMMEDIATE") as connection:
                found = connection.execute(query, (encode_instant(now), encode_instant(now + LONGEST_PAUSE))).fetchone()
                if found is None:
                    return None
                entry = _entry(found).claim(now=now, holder=holder, lease=lease)
                _update(connection, entry)
            return entry.claimed

        return await self._run(work)

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, the one due longest first."""

        def work() -> list[tuple[OutgoingMessage, DeliveryState, datetime]]:
            with self._file.transaction("DEFERRED") as connection:
                rows = connection.execute(f"{_SELECT_ENTRY} WHERE {_IS_OPEN} ORDER BY {_TURN}").fetchall()
            entries = [_entry(row) for row in rows]
            return [(entry.message, entry.state, entry.next_try_at) for entry in entries]

        return await self._run(work)

    async def close(self) -> None:
        """Finish what was asked before and let go of the file."""
        if not self._is_closed:
            self._is_closed = True
            await _in_thread(self._thread, self._file.close)
            self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        if self._is_closed:
            raise StoreFailed("The journal is closed: start oncall-tui again.")
        return await _in_thread(self._thread, work)


async def _in_thread(thread: ThreadPoolExecutor, work: Callable[[], T]) -> T:
    # Shielded, because a write that was asked for happens even when nobody waits for it any more.
    return await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, work))


def _version(connection: sqlite3.Connection, stream: StreamId) -> int:
    query = "SELECT coalesce(max(version), 0) FROM journal WHERE stream = ?"
    (version,) = connection.execute(query, (stream,)).fetchone()
    return int(version)


def _record(connection: sqlite3.Connection, stream: StreamId, event: Event, *, at: datetime, version: int) -> Recorded:
    cursor = connection.execute(
        "INSERT INTO journal (stream, version, at, kind, body) VALUES (?, ?, ?, ?, ?)",
        (stream, version, encode_instant(at), *encode_event(event)),
    )
    return Recorded(seq=cursor.lastrowid or 0, stream=stream, version=version, at=at, event=event)


def _put(connection: sqlite3.Connection, message: OutgoingMessage, *, at: datetime) -> None:
    fresh = Entry(message=message, next_try_at=at)
    connection.execute(
        "INSERT INTO outbox (message, state, next_try_at, tries, holder, detail, reference, key, stored_at, urgency)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
        (*_row(fresh), fresh.key, encode_instant(at), urgency(message)),
    )


def _settle(connection: sqlite3.Connection, settlement: Settlement, *, at: datetime) -> None:
    found = connection.execute(f"{_SELECT_ENTRY} WHERE key = ?", (settlement.key,)).fetchone()
    if found is not None:
        _update(connection, _entry(found).settle(settlement, at=at))


def _update(connection: sqlite3.Connection, entry: Entry) -> None:
    connection.execute(
        "UPDATE outbox SET message = ?, state = ?, next_try_at = ?, tries = ?, holder = ?, detail = ?, reference = ?"
        " WHERE key = ?",
        (*_row(entry), entry.key),
    )


def _row(entry: Entry) -> tuple[str, str, str, int, str, str, str]:
    message, next_try_at = encode_message(entry.message), encode_instant(entry.next_try_at)
    return message, entry.state.value, next_try_at, entry.tries, entry.holder, entry.detail, entry.reference


def _entry(row: tuple[str, str, str, int, str, str, str]) -> Entry:
    message, state, next_try_at, tries, holder, detail, reference = row
    return Entry(
        message=decode_message(message),
        state=DeliveryState(state),
        next_try_at=decode_instant(next_try_at),
        tries=tries,
        holder=holder,
        detail=CleanText(detail),
        reference=reference,
    )
