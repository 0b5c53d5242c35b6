"""Long work on the event loop in short turns, between which keys are answered whole."""

import asyncio
from collections.abc import Callable, Generator, Iterable
from itertools import islice
from typing import Final, TypeVar

from oncall_tui import litter

E = TypeVar("E")
T = TypeVar("T")

TURN: Final = 0.001
"""Seconds of work in one turn, a step more at most."""
PAUSE: Final = 0.001
"""Seconds until the next turn: answering a key takes the loop around many times, and each must not cost a turn."""
LONG: Final = 20
"""Turns after which work is long, and garbage is looked for before it makes more."""
LASTING: Final = 100
"""Turns of work on many thousand tickets; what it makes of them lasts, and is no garbage."""
_AT_ONCE: Final = 64


async def in_turns(steps: Generator[None, None, T]) -> T:
    """Do work that is made of steps, and return its result."""
    loop = asyncio.get_running_loop()
    turns = 0
    while True:
        ends_at = loop.time() + TURN
        while loop.time() < ends_at:
            try:
                next(steps)
            except StopIteration as end:
                if turns >= LASTING:
                    litter.end_crowd()
                result: T = end.value
                return result
        turns += 1
        await asyncio.sleep(PAUSE)
        if turns == LONG:
            litter.begin_crowd()
            await asyncio.sleep(PAUSE)


async def made_of(entries: Iterable[E], make: Callable[[E], T]) -> list[T]:
    """Return what is made of each entry."""
    return await in_turns(_made_of(entries, make))


def _made_of(entries: Iterable[E], make: Callable[[E], T]) -> Generator[None, None, list[T]]:
    found: list[T] = []
    remaining = iter(entries)
    while some := list(islice(remaining, _AT_ONCE)):
        found += map(make, some)
        yield
    return found
