"""The format of the store's SQLite file: whose it is, how safely it is kept, and the steps that lead to the newest."""

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from oncall_tui.errors import StoreFailed
from oncall_tui.store.sqlite_errors import EMPTY, NOT_OURS, damaged, failed

APPLICATION_ID: Final = int.from_bytes(b"onca", "big")
PRAGMAS: Final[Mapping[str, str | int]] = MappingProxyType(
    {
        "journal_mode": "delete",
        "synchronous": 3,  # EXTRA: the folder is synced as well, without which a commit can come undone
        "foreign_keys": 1,
        # On macOS a plain fsync leaves the bytes in the drive's cache.
        **({"fullfsync": 1} if sys.platform == "darwin" else {}),
    }
)
_WITH_WORDS: Final = 2
"""The first format in which words lie beside the outbox."""


def check_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``StoreFailed`` for a file that is not ours, is damaged or was written by a newer version."""
    if not path.stat().st_size:
        raise failed(EMPTY, path)  # SQLite takes it for an empty database
    if _pragma(connection, "integrity_check(1)") != "ok":
        raise damaged(path)
    if _pragma(connection, "application_id") != APPLICATION_ID:
        raise failed(NOT_OURS, path)
    version, known = _pragma(connection, "user_version"), len(_migrations())
    if int(version) > known:
        raise failed(
            "“{path}” was written by a newer version of oncall-tui (format {version}, this one knows {known}): "
            "update oncall-tui on this machine.",
            path,
            version=version,
            known=known,
        )


def set_pragmas(connection: sqlite3.Connection, pragmas: Mapping[str, str | int]) -> None:
    """Set each, read it back, and raise ``StoreFailed`` for one that was not taken."""
    for name, wanted in pragmas.items():
        connection.execute(f"PRAGMA {name} = {wanted}")
        found = _pragma(connection, name)
        if found != wanted:
            raise StoreFailed(
                f"SQLite on this machine does not keep the journal safe: {name} is {found} and must be {wanted}. "
                "Use another build of Python or another disk."
            )


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to the newest format, one transaction for each step."""
    for number, script in enumerate(_migrations(), start=1):
        if int(_pragma(connection, "user_version")) >= number:
            continue
        with transaction(connection, "IMMEDIATE"):
            if int(_pragma(connection, "user_version")) < number:  # asked again: another window may have been first
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def stand_in(connection: sqlite3.Connection) -> None:
    """Let a file of an older format, which must not be changed, be read as one of the newest: what is new is empty."""
    if int(_pragma(connection, "user_version")) < _WITH_WORDS:
        connection.execute("PRAGMA temp_store = memory")
        connection.execute("CREATE TEMP TABLE words (number INTEGER PRIMARY KEY, body TEXT NOT NULL)")


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
def transaction(connection: sqlite3.Connection, kind: Literal["IMMEDIATE", "DEFERRED"]) -> Iterator[None]:
    """Commit what the block does, or nothing of it."""
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
