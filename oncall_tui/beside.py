"""Blocking work beside the event loop, in threads that hold up neither each other nor whoever wants to leave."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Final, ParamSpec, TypeVar

from oncall_tui.clock import stopwatch

P = ParamSpec("P")
T = TypeVar("T")

ANSWERS_WITHIN: Final = timedelta(seconds=2)
"""How long a disk may take: more than the whole wait for another window's lock, less than a person would."""
_LEFT_WITHIN: Final = timedelta(seconds=1)
"""How long whoever leaves waits for work that was begun: more than a disk needs that answers at all."""

MOST_UNANSWERED: Final = 32
"""So many questions are put to a disk that answers none: it may hang for a weekend, and each of them holds a thread."""
_unanswered: Final[set[object]] = set()


class Beside(ThreadPoolExecutor):
    """A thread for each piece of work, so that a disk that hangs leaves one over for asking where a leader's server is.

    None keeps the process from ending: a disk, or a name server, may hang without ever saying that it failed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._at_work: set[Thread] = set()

    def submit(self, work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> "Future[T]":
        """Begin some work."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # so that it cannot be cancelled any more
        thread = Thread(target=fulfil, args=(future, partial(work, *arguments, **named)), daemon=True)
        self._at_work = {other for other in self._at_work if other.is_alive()} | {thread}
        thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Wait a little for what was begun."""
        ends_at = stopwatch() + _LEFT_WITHIN.total_seconds()
        for thread in self._at_work if wait else ():
            thread.join(max(ends_at - stopwatch(), 0))


def fulfil(future: "Future[T]", work: Callable[[], T]) -> None:
    """Do some work for whoever waits for it."""
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whoever asked for the work gets its error
        future.set_exception(error)


async def by_disk(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Return what the disk answers, or raise ``TimeoutError`` when it does not; what was begun goes on all the same."""
    if len(_unanswered) >= MOST_UNANSWERED:
        raise TimeoutError
    asked = object()
    _unanswered.add(asked)

    def ask() -> T:
        try:
            return work(*arguments, **named)
        finally:
            _unanswered.discard(asked)

    async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
        return await asyncio.to_thread(ask)
