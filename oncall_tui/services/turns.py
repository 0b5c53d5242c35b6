"""Long work on the event loop in short turns, between which keys are answered whole."""

import asyncio
from collections.abc import Generator
from typing import Final, TypeVar

T = TypeVar("T")

TURN: Final = 0.002
"""Seconds of work in one turn, a step more at most."""
PAUSE: Final = 0.002
"""Seconds until the next turn: answering a key takes the loop around many times, and each must not cost a turn."""


async def in_turns(steps: Generator[None, None, T]) -> T:
    """Do work that is made of steps, and return its result."""
    loop = asyncio.get_running_loop()
    while True:
        ends_at = loop.time() + TURN
        while loop.time() < ends_at:
            try:
                next(steps)
            except StopIteration as end:
                result: T = end.value
                return result
        await asyncio.sleep(PAUSE)
