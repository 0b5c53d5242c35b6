"""A process of its own on a disk that takes nothing; it prints what it saw, as JSON.

``python -m tests.store.poor_disk full|limited|read-only FOLDER``
"""

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.errors import StoreFailed
from oncall_tui.store.sqlite import SqliteStore
from tests.store.make import NOW, lost, message


@contextmanager
def full(folder: Path) -> Iterator[None]:
    ballast = folder / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    yield
    ballast.unlink()


@contextmanager
def limited(folder: Path) -> Iterator[None]:
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, most))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    for options in ("bind", "remount,bind,ro"):
        subprocess.run(["mount", "-o", options, folder, folder], check=True)
    yield
    subprocess.run(["mount", "-o", "remount,bind,rw", folder, folder], check=True)


async def outcome(work: Awaitable[object]) -> str:
    try:
        await work
    except StoreFailed as error:
        return str(error)
    return "done"


async def opened_and_closed(path: Path) -> None:
    await (await SqliteStore.open(path)).close()


async def main(kind: str, folder: Path) -> None:
    path = folder / "journal.db"
    store = await SqliteStore.open(path)
    await store.append(SHIFT_STREAM, [lost()], at=NOW)
    seen: dict[str, object] = {}
    with {"full": full, "limited": limited, "read-only": read_only}[kind](folder):
        seen["append"] = await outcome(store.append(SHIFT_STREAM, [lost("x" * 9000)], at=NOW, send=[message("k")]))
        seen["open"] = await outcome(opened_and_closed(path))
        seen["read"] = [line.version for line in await store.read()]
    await store.append(SHIFT_STREAM, [lost()], at=NOW)
    seen["afterwards"] = [line.version for line in await store.read()]
    seen["outbox"] = len(await store.unsettled())
    await store.close()
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
