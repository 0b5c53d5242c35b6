"""Ways in which a disk breaks while a journal lies on it, each undone at the end where it can be undone."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path

Breakage = Callable[[Path], AbstractContextManager[None]]


@contextmanager
def full(path: Path) -> Iterator[None]:
    ballast = path.with_name("ballast")
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextmanager
def limited(path: Path) -> Iterator[None]:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def read_only_folder(path: Path) -> Iterator[None]:
    for options in ("bind", "remount,bind,ro"):
        subprocess.run(["mount", "-o", options, path.parent, path.parent], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,bind,rw", path.parent, path.parent], check=True)


@contextmanager
def read_only_file(path: Path) -> Iterator[None]:
    subprocess.run(["mount", "--bind", path, path], check=True)
    subprocess.run(["mount", "-o", "remount,bind,ro", path], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,bind,rw", path], check=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def header_overwritten(path: Path) -> Iterator[None]:
    with path.open("r+b") as file:
        file.write(os.urandom(1024))
    yield


@contextmanager
def page_overwritten(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as reader:
        (page,) = reader.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'").fetchone()
        (size,) = reader.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    yield


@contextmanager
def emptied(path: Path) -> Iterator[None]:
    os.truncate(path, 0)
    yield


@contextmanager
def deleted(path: Path) -> Iterator[None]:
    path.unlink()
    yield


@contextmanager
def moved(path: Path) -> Iterator[None]:
    path.rename(path.with_name("elsewhere.db"))
    yield


@contextmanager
def replaced(path: Path) -> Iterator[None]:
    """Put an older copy of the journal in its place, as restoring a backup does."""
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    copy.rename(path)
    yield


@contextmanager
def no_database(path: Path) -> Iterator[None]:
    path.write_text("Dear diary, " * 500)
    yield


@contextmanager
def of_another_program(path: Path) -> Iterator[None]:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE cookies (name)")
    yield


@contextmanager
def of_a_newer_version(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 7")
    yield


@contextmanager
def without_a_folder(path: Path) -> Iterator[None]:
    shutil.rmtree(path.parent)
    path.parent.write_text("")
    yield


IN_PROCESS: Mapping[str, Breakage] = {
    "locked": locked,
    "header overwritten": header_overwritten,
    "page overwritten": page_overwritten,
    "emptied": emptied,
    "deleted": deleted,
    "moved": moved,
    "replaced": replaced,
}
IN_A_PROCESS_OF_ITS_OWN: Mapping[str, Breakage] = {
    "full": full,
    "limited": limited,
    "read-only folder": read_only_folder,
    "read-only file": read_only_file,
}
