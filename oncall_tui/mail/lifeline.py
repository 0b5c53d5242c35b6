"""Blocking work in a thread that can be let go of at once."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar

T = TypeVar("T")


class Lifeline:
    """The sockets a thread works with; cutting it ends whatever the thread is waiting for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._is_cut = False

    def hold(self, connection: socket.socket | None) -> None:
        """Remember a connection, or end it when nobody waits for it any more."""
        with self._lock:
            if connection is not None and connection not in self._sockets:
                self._sockets.append(connection)
            if self._is_cut:
                self._end_all()

    def cut(self) -> None:
        """End every connection, now and later."""
        with self._lock:
            self._is_cut = True
            self._end_all()

    def _end_all(self) -> None:
        for connection in self._sockets:
            with suppress(OSError):
                # The plain socket's method: that of a TLS socket would pull its state from under the reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


async def in_thread(work: Callable[[Lifeline], T], *, limit: timedelta) -> T:
    """Run blocking mail work in a thread, or raise ``TimeoutError``; its connections never outlive the call."""
    lifeline = Lifeline()
    try:
        async with asyncio.timeout(limit.total_seconds()):
            return await asyncio.to_thread(work, lifeline)
    finally:
        lifeline.cut()
