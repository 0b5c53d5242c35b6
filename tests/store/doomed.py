"""A process of its own that is killed while it records, again and again: ``python -m tests.store.doomed ROUNDS FILE``.

Each round forks a child that works until it is killed; what was acknowledged to its caller is printed, a line each.
"""

import asyncio
import os
import random
import select
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from oncall_tui.domain.events import NotificationAccepted, StreamId
from oncall_tui.domain.message import DeliveryState
from oncall_tui.ports import Settlement
from oncall_tui.store.sqlite import SqliteStore
from tests.store.make import LEASE, NOW, filled, lost, message

STREAM = StreamId("ticket:helpdesk:4312")
MOST_LINES = 7


async def work(path: Path, pipe: int) -> None:
    """Queue a message with its event, then claim one and record its acceptance, for ever."""
    store = await SqliteStore.open(path)
    version = len(await store.read())
    while True:
        key = f"k-{version + 1}"
        await store.append(STREAM, [lost(key)], at=NOW, after_version=version, send=[message(key)])
        version = _acknowledge(pipe, version + 1)
        claimed = await store.claim(now=NOW + timedelta(days=version), holder="doomed", lease=LEASE)
        if claimed is not None:
            sent = claimed.message.key
            accepted = replace(filled(NotificationAccepted), key=sent)
            settle = Settlement(key=sent, state=DeliveryState.ACCEPTED)
            await store.append(STREAM, [accepted], at=NOW, after_version=version, settle=settle)
            version = _acknowledge(pipe, version + 1)


def _acknowledge(pipe: int, version: int) -> int:
    os.write(pipe, b"%d\n" % version)
    return version


def die_after(lines: int, path: Path) -> bytes:
    """Kill a child somewhere behind its first ``lines`` acknowledgements, and return all it acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        asyncio.run(work(path, writing))
    os.close(writing)
    with os.fdopen(reading, "rb") as acknowledgements:
        begun = b"".join(acknowledgements.readline() for _ in range(lines))
        # Without a line to wait for, the child dies while it opens the file.
        select.select([], [], [], random.uniform(0, 0.004 if lines else 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return begun + acknowledgements.read()


if __name__ == "__main__":
    for turn in range(int(sys.argv[1])):
        sys.stdout.buffer.write(die_after(turn % MOST_LINES, Path(sys.argv[2])))
