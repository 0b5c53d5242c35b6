"""A SQLite file that keeps what it has acknowledged, or says that it cannot.

The settings are those under which no acknowledged commit was lost in simulated power cuts; a file that was swapped,
emptied or deleted while it is open is noticed, because SQLite itself would go on writing into nothing.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, Self
from uuid import uuid4

from oncall_tui.errors import StoreFailed
from oncall_tui.store.sqlite_errors import EMPTIED, MOVED, damaged, failed, read_only, sentences

_APPLICATION_ID: Final = int.from_bytes(b"onca", "big")
_PRAGMAS: Final[Mapping[str, str | int]] = MappingProxyType(
    {
        "journal_mode": "delete",
        "synchronous": 3,  # EXTRA: the folder is synced as well, without which a commit can come undone
        "foreign_keys": 1,
        # On macOS a plain fsync leaves the bytes in the drive's cache.
        **({"fullfsync": 1} if sys.platform == "darwin" else {}),
    }
)
_EMPTY: Final = (
    "“{path}” is empty, so what was recorded in it is gone: put back a copy, "
    "or delete it and start again to begin a new one."
)


class SqliteFile:
    """One open file of ours; every call comes from the thread that opened it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path, self._connection = path, connection
        self._place = _place(path)
        self._instance = _instance(connection)

    @classmethod
    def open(cls, path: Path, *, patience: timedelta) -> Self:
        """Open a file, creating or migrating it where needed; wait ``patience`` for another program's lock."""
        with sentences(path), ExitStack() as undo:
            if not path.exists():
                _create(path)
            if not path.stat().st_size:
                raise failed(_EMPTY, path)
            connection = undo.enter_context(closing(_connect(path, patience)))
            _check_ours(connection, path)
            if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
                raise read_only(path)
            _set_pragmas(connection, _PRAGMAS)
            _migrate(connection)
            file = cls(path, connection)
            if not file._instance:
                raise damaged(path)
            undo.pop_all()
            return file

    @contextmanager
    def transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[sqlite3.Connection]:
        """Commit what the block does, or nothing of it; IMMEDIATE to write, DEFERRED to read."""
        with sentences(self._path):
            self._check_place()
            # Drops cached pages: SQLite takes another store of the same shape, copied over this one, for its own.
            self._connection.execute("PRAGMA shrink_memory")
            with _transaction(self._connection, kind):
                if _instance(self._connection) != self._instance:
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
        with closing(_connect(draft, timedelta(seconds=1))) as connection:
            connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            _set_pragmas(connection, _PRAGMAS)
            _migrate(connection)
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


def _connect(path: Path, patience: timedelta) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode=rw"  # never creates a file
    return sqlite3.connect(address, uri=True, timeout=patience.total_seconds(), isolation_level=None)


def _check_ours(connection: sqlite3.Connection, path: Path) -> None:
    if _pragma(connection, "application_id") != _APPLICATION_ID or _pragma(connection, "integrity_check(1)") != "ok":
        raise damaged(path)
    version, known = _pragma(connection, "user_version"), len(_migrations())
    if int(version) > known:
        raise failed(
            "“{path}” was written by a newer version of oncall-tui (format {version}, this one knows {known}): "
            "update oncall-tui on this machine.",
            path,
            version=version,
            known=known,
        )


def _set_pragmas(connection: sqlite3.Connection, pragmas: Mapping[str, str | int]) -> None:
    for name, wanted in pragmas.items():
        connection.execute(f"PRAGMA {name} = {wanted}")
        found = _pragma(connection, name)
        if found != wanted:
            raise StoreFailed(
                f"SQLite on this machine does not keep the journal safe: {name} is {found} and must be {wanted}. "
                "Use another build of Python or another disk."
            )


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest format, one transaction for each step."""
    for number, script in enumerate(_migrations(), start=1):
        if int(_pragma(connection, "user_version")) >= number:
            continue
        with _transaction(connection, "IMMEDIATE"):
            if int(_pragma(connection, "user_version")) < number:  # asked again: another window may have been first
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _migrations() -> list[str]:
    folder = resources.files("oncall_tui.store") / "migrations"
    scripts = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".sql")), key=lambda entry: entry.name)
    return [script.read_text(encoding="utf-8") for script in scripts]


def _statements(script: str) -> Iterator[str]:
    # Not executescript, which commits whatever is open.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextmanager
def _transaction(connection: sqlite3.Connection, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _pragma(connection: sqlite3.Connection, name: str) -> str | int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return value if isinstance(value, int) else str(value)


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
