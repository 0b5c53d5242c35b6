"""A process of its own on a disk that takes nothing; it prints what it saw, as JSON.

``python -m tests.store.poor_disk full|limited|read-only FOLDER``
"""

import asyncio
import json
import sys
from collections.abc import Awaitable
from pathlib import Path

from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.errors import StoreFailed
from oncall_tui.store.sqlite import SqliteStore
from tests.store.broken import full, limited, read_only_folder
from tests.store.make import NOW, lost, message


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
    with {"full": full, "limited": limited, "read-only": read_only_folder}[kind](path):
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
