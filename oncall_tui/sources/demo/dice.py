"""Chance that is the same on every machine and in every version of Python."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws that depend on nothing but the names given; good for some forty draws."""

    __slots__ = ("_pool",)

    def __init__(self, *names: object) -> None:
        self._pool = int.from_bytes(blake2b(repr(names).encode()).digest())

    def below(self, sides: int) -> int:
        """Return a number from 0 to ``sides - 1``."""
        self._pool, rolled = divmod(self._pool, sides)
        return rolled

    def between(self, low: int, high: int) -> int:
        """Return a number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self.below(len(options))]
