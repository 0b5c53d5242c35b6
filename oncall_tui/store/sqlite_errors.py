"""What can go wrong with a SQLite file, each as the sentence a person reads."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from oncall_tui.errors import StoreFailed
from oncall_tui.store.encoding import unstorable
from oncall_tui.text_safety import clean


class StoreLocked(StoreFailed):
    """Another program writes to the file just now, and may soon be done."""


class StoreDamaged(StoreFailed):
    """The file cannot be read as a store any more."""


class StoreHangs(StoreFailed):
    """The disk does not answer at all, and does not say that it failed."""


_DAMAGED: Final = (
    "“{path}” is damaged, or is not a journal of oncall-tui: move it aside, then put back a copy, "
    "or start again to begin a new one."
)
_LOCKED: Final = "Another program keeps “{path}” locked: close what has it open besides oncall-tui, and try again."
MOVED: Final = (
    "“{path}” was moved, deleted or replaced while it was open, and nothing more can be recorded in it: "
    "put it back, or start oncall-tui again."
)
EMPTIED: Final = (
    "“{path}” is not what it was: it was emptied or overwritten from outside. "
    "Put back a copy, or move it aside and start oncall-tui again."
)
EMPTY: Final = (
    "“{path}” is empty, so what was recorded in it is gone: put back a copy, "
    "or delete it and start again to begin a new one."
)
NOT_OURS: Final = "“{path}” belongs to another program and is left alone: name another place for the journal."
_HANGS: Final = (
    "The disk of “{path}” does not answer: look whether it is a network drive without a network, or a failing disk."
)
_UNUSABLE: Final = "“{path}” cannot be used ({reason}): name another place, or make this one usable."
_UNFORESEEN: Final = "“{path}” cannot be used (SQLite's error {code}): move it aside, or name another place."
_SENTENCES: Final[Mapping[int, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: "The disk is full and “{path}” takes nothing more: free some space, then it works again.",
        sqlite3.SQLITE_IOERR: (
            "The system refuses to read or write “{path}”: "
            "look for a full quota, a limit on file sizes or a failing disk."
        ),
        sqlite3.SQLITE_READONLY: "“{path}” is read-only: make the file and its folder writable for yourself.",
        sqlite3.SQLITE_CANTOPEN: "“{path}” cannot be opened: make the file and its folder writable for yourself.",
        sqlite3.SQLITE_BUSY: _LOCKED,
        sqlite3.SQLITE_LOCKED: _LOCKED,
        sqlite3.SQLITE_CORRUPT: _DAMAGED,
        sqlite3.SQLITE_NOTADB: _DAMAGED,
    }
)
_KINDS: Final[Mapping[str, type[StoreFailed]]] = MappingProxyType(
    {_LOCKED: StoreLocked, _DAMAGED: StoreDamaged, EMPTY: StoreDamaged}
)
_PRIMARY: Final = 0xFF
"""The part of SQLite's extended result codes that says which kind of error it is."""


def failed(template: str, path: Path, **more: object) -> StoreFailed:
    """Return the error whose sentence names the file."""
    return _KINDS.get(template, StoreFailed)(template.format(path=clean(str(path)), **more))


def damaged(path: Path) -> StoreFailed:
    """Return the error for a file that cannot be one of ours any more."""
    return failed(_DAMAGED, path)


def hangs(path: Path) -> StoreHangs:
    """Return the error for a disk that does not answer."""
    return StoreHangs(_HANGS.format(path=clean(str(path))))


def read_only(path: Path) -> StoreFailed:
    """Return the error for a file that must not be written."""
    return failed(_SENTENCES[sqlite3.SQLITE_READONLY], path)


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system raise about a file into ``StoreFailed``."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a mistake of this program, which no reader of a sentence could mend
    except sqlite3.Error as error:
        # Text that is no UTF-8 is noticed by Python, whose error has no code.
        code: int = vars(error).get("sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code == sqlite3.SQLITE_READONLY_DBMOVED:
            raise failed(MOVED, path) from error
        raise failed(_SENTENCES.get(code & _PRIMARY, _UNFORESEEN), path, code=code) from error
    except UnicodeEncodeError as error:
        raise unstorable() from error
    except OSError as error:
        reason = clean(error.strerror or type(error).__name__)
        raise failed(_UNUSABLE, path, reason=reason) from error
