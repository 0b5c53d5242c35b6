"""A disk that hangs: nothing fails, and nothing comes back until it wakes up."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import TypeVar

from oncall_tui.store.disk_thread import DiskThread, OneThread

T = TypeVar("T")


class HangingDisk:
    """Threads in which all work stands still while the disk hangs, before it is done or after."""

    def __init__(self, *, is_done_first: bool = False) -> None:
        self._is_done_first = is_done_first
        self._answers = Event()
        self._answers.set()
        self._hangs = asyncio.Event()
        self._asked: list[Callable[[], object]] = []
        self.given_up = 0
        """How often it was waited for in vain."""

    def threads(self) -> DiskThread:
        """Return a thread on this disk, given up on as soon as the disk hangs."""
        return DiskThread(lambda: _Thread(self), self._give_up)

    async def _give_up(self, _within: timedelta) -> None:
        await self._hangs.wait()
        self.given_up += 1

    @contextmanager
    def hanging(self, _path: Path) -> Iterator[None]:
        """Hang until the block ends; then do first what was asked for meanwhile."""
        self.hang()
        yield
        self._hangs.clear()
        self._answers.set()
        for answer in self._asked:
            answer()

    def hang(self) -> None:
        self._asked.clear()
        self._answers.clear()
        self._hangs.set()

    def work(self, work: Callable[[], T]) -> T:
        if not self._is_done_first:
            self._answers.wait()
        done = work()
        self._answers.wait()
        return done

    def asked(self, answer: "Future[T]") -> None:
        self._asked.append(lambda: wait([answer]))


class _Thread:
    def __init__(self, disk: HangingDisk) -> None:
        self._disk, self._thread = disk, OneThread()

    def start(self, work: Callable[[], T]) -> "Future[T]":
        future = self._thread.start(lambda: self._disk.work(work))
        self._disk.asked(future)
        return future

    def end(self) -> None:
        self._thread.end()
