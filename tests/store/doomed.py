"""A process of its own that is killed while it records, again and again: ``python -m tests.store.doomed ROUNDS FILE``.

Each round forks a child that works until it is killed; what was acknowledged to its caller is printed, a line each.
"""

import asyncio
import os
import random
import select
import signal
import sys
from datetime import timedelta
from pathlib import Path

from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.events import NotificationAccepted, StreamId
from oncall_tui.domain.message import DeliveryState
from oncall_tui.ports import Settlement
from oncall_tui.store.sqlite import SqliteStore
from tests.store.make import LEASE, NOW, lost, message

STREAM = StreamId("ticket:helpdesk:4312")


async def work(path: Path) -> None:
    """Queue a message with its event, then claim one and record its acceptance, for ever."""
    store = await SqliteStore.open(path)
    version = len(await store.read())
    while True:
        key = f"k-{version + 1}"
        queued = await store.append(STREAM, [lost(key)], at=NOW, after_version=version, send=[message(key)])
        _acknowledge(queued[-1].version)
        claimed = await store.claim(now=NOW + timedelta(days=version), holder="doomed", lease=LEASE)
        version += 1
        if claimed is not None:
            sent = claimed.message.key
            accepted = NotificationAccepted(escalation=EscalationId("e"), key=sent)
            settle = Settlement(key=sent, state=DeliveryState.ACCEPTED)
            done = await store.append(STREAM, [accepted], at=NOW, after_version=version, settle=settle)
            _acknowledge(done[-1].version)
            version += 1


def _acknowledge(version: int) -> None:
    os.write(1, b"%d\n" % version)


def main(rounds: int, path: Path) -> None:
    for _ in range(rounds):
        child = os.fork()
        if not child:
            asyncio.run(work(path))
        select.select([], [], [], random.uniform(0.005, 0.06))  # some of it opening, most of it writing
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
