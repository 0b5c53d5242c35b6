"""A SQLite file that keeps what it has acknowledged, or says that it cannot.

The settings are those under which no acknowledged commit was lost in simulated power cuts; a file that was swapped,
emptied or deleted while it is open is noticed, because SQLite itself would go on writing into nothing.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from uuid import uuid4

from oncall_tui.store.sqlite_errors import EMPTIED, MOVED, StoreDamaged, damaged, failed, read_only, sentences
from oncall_tui.store.sqlite_format import (
    APPLICATION_ID,
    PRAGMAS,
    check_ours,
    migrate,
    set_pragmas,
    stand_in,
    transaction,
)


class SqliteFile:
    """One open file of ours; every call comes from the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, is_new: bool) -> None:
        self._path, self._connection = path, connection
        self._place = _place(path)
        self.instance, self.is_new = _instance(connection), is_new
        if not self.instance:
            raise damaged(path)

    @classmethod
    def open(cls, path: Path, *, patience: timedelta, aside: Path | None = None) -> Self:
        """Open a file, creating or migrating it where needed; wait ``patience`` for another program's lock.

        With ``aside``, a damaged file is moved there and a new one begun.
        """
        with sentences(path):
            if not path.exists():
                _create(path)
                return cls._open(path, patience, is_new=True)
            found = _place(path)
            try:
                return cls._open(path, patience, is_new=False)
            except StoreDamaged:
                if aside is None or _place(path) != found:
                    raise  # or another window has begun a new one meanwhile
                _move_aside(path, aside)
                return cls._open(path, patience, is_new=True)

    @classmethod
    def _open(cls, path: Path, patience: timedelta, *, is_new: bool) -> Self:
        with sentences(path), ExitStack() as undo:
            connection = undo.enter_context(closing(_connect(path, patience, mode="rw")))
            check_ours(connection, path)
            if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
                raise read_only(path)
            set_pragmas(connection, PRAGMAS)
            migrate(connection)
            file = cls(path, connection, is_new=is_new)
            undo.pop_all()
            return file

    @classmethod
    def open_to_read(cls, path: Path, *, patience: timedelta) -> Self:
        """Open a file without changing anything about it."""
        with sentences(path), ExitStack() as undo:
            connection = undo.enter_context(closing(_connect(path, patience, mode="ro")))
            check_ours(connection, path)
            stand_in(connection)
            file = cls(path, connection, is_new=False)
            undo.pop_all()
            return file

    @contextmanager
    def transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, or nothing of it; IMMEDIATE to write, DEFERRED to read."""
        with sentences(self._path):
            self._check_place()
            # Drops cached pages: SQLite takes another store of the same shape, copied over this one, for its own.
            self._connection.execute("PRAGMA shrink_memory")
            with transaction(self._connection, kind):
                if _instance(self._connection) != self.instance:
                    raise failed(EMPTIED, self._path)
                yield self._connection
                self._check_place()

    def close(self) -> None:
        """Let go of the file."""
        with sentences(self._path):
            self._connection.close()

    def _check_place(self) -> None:
        try:
            place = _place(self._path)
        except FileNotFoundError as error:
            raise failed(MOVED, self._path) from error
        if place != self._place:
            raise failed(MOVED, self._path)


def _create(path: Path) -> None:
    """Create a whole store under another name and give it its own at the end, so that an empty file is never ours."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Left over from a file that was deleted, it would be played back into the new one.
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(_connect(draft, timedelta(seconds=1), mode="rw")) as connection:
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            set_pragmas(connection, PRAGMAS)
            migrate(connection)
        _publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another window was first
    except OSError:
        draft.rename(path)  # a file system without links


def _move_aside(path: Path, aside: Path) -> None:
    path.rename(aside)
    with suppress(FileNotFoundError):
        path.with_name(f"{path.name}-journal").rename(aside.with_name(f"{aside.name}-journal"))
    _create(path)


def _connect(path: Path, patience: timedelta, *, mode: Literal["rw", "ro"]) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"  # neither creates a file
    return sqlite3.connect(address, uri=True, timeout=patience.total_seconds(), isolation_level=None)


def _place(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _instance(connection: sqlite3.Connection) -> str:
    """Return the store's id, or nothing when the file does not hold a store any more."""
    try:
        row = connection.execute("SELECT instance FROM meta").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        return ""  # no such table
    return str(row[0]) if row else ""
