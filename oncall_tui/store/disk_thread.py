"""A thread for one file, that is waited for only so long: a disk may hang without ever saying that it failed."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from queue import SimpleQueue
from threading import Thread
from typing import Final, Protocol, TypeVar

from oncall_tui.beside import ANSWERS_WITHIN, fulfil

T = TypeVar("T")

READS_ALL_WITHIN: Final = timedelta(seconds=15)
"""How long it may take to read years of journal at the start, before anybody can have pressed a key."""


class Threads(Protocol):
    """Runs work one after the other beside the screen."""

    def start(self, work: Callable[[], T]) -> "Future[T]":
        """Do some work after all that was asked for before."""

    def end(self) -> None:
        """Let the thread go once everything is done."""


class OneThread:
    """A thread that does not keep the process from ending: a disk that hangs must not hold up who wants to leave."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        Thread(target=_work_off, args=(self._work,), name="store", daemon=True).start()

    def start(self, work: Callable[[], T]) -> "Future[T]":
        """Do some work after all that was asked for before."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # so that it cannot be cancelled any more
        self._work.put(lambda: fulfil(future, work))
        return future

    def end(self) -> None:
        """Let the thread go once everything is done."""
        self._work.put(None)


def _work_off(waiting: "SimpleQueue[Callable[[], None] | None]") -> None:
    while (work := waiting.get()) is not None:
        work()


def _tell(loop: asyncio.AbstractEventLoop, answered: asyncio.Event) -> None:
    with suppress(RuntimeError):  # it is closed: whoever waited has left
        loop.call_soon_threadsafe(answered.set)


async def longer_than_a_disk(within: timedelta) -> None:
    """Wait until a disk that has not answered by then counts as one that hangs."""
    await asyncio.sleep(within.total_seconds())


class DiskThread:
    """Asks the disk, and gives up waiting for it; what was asked for is done all the same, should the disk wake up."""

    def __init__(
        self,
        threads: Callable[[], Threads] = OneThread,
        give_up: Callable[[timedelta], Awaitable[None]] = longer_than_a_disk,
    ) -> None:
        self._thread, self._give_up = threads(), give_up
        self._is_answered: Callable[[], bool] = lambda: True

    @property
    def hangs(self) -> bool:
        """Tell whether something is still unanswered that was given up on."""
        return not self._is_answered()

    async def run(self, work: Callable[[], T], *, within: timedelta = ANSWERS_WITHIN) -> T:
        """Return what some work comes to, or raise ``TimeoutError``; it is done even when nobody waits any more."""
        if self.hangs:
            raise TimeoutError
        either = asyncio.Event()
        loop = asyncio.get_running_loop()
        # Nobody cancels this future: a write that was asked for happens even when nobody waits for it any more.
        future = self._thread.start(work)
        future.add_done_callback(lambda _: _tell(loop, either))
        patience = asyncio.ensure_future(self._give_up(within))
        patience.add_done_callback(lambda _: either.set())
        try:
            await either.wait()
        finally:
            patience.cancel()
        if future.done():
            return future.result()
        self._is_answered = future.done
        raise TimeoutError

    def afterwards(self, work: Callable[[], None]) -> None:
        """Do something after all that was asked for, whenever that is, and let the thread go."""
        self._thread.start(work)
        self._thread.end()

    def end(self) -> None:
        """Let the thread go once everything is done."""
        self._thread.end()
