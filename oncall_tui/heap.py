"""Lets the C library give memory back to the system that is free, where it can be asked to (glibc)."""

from contextlib import suppress
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""Both as ``malloc.h`` of glibc numbers them."""
_LARGE: Final = 128 * 1024
"""Bytes: glibc's own first value, which it raises for good whenever a larger piece is freed."""


def give_back() -> None:
    """Give back every page on which nothing lies, and map whatever is large by itself from now on.

    What is rare and large, such as the handover of a thousand tickets, otherwise comes to lie among small pieces that
    stay, and what it took is held for days, in each thread anew. See ``mallopt(3)`` and ``malloc_trim(3)``. Done again
    it takes a quarter of a millisecond; with another C library it does nothing.
    """
    with suppress(ImportError, OSError, AttributeError):  # no ctypes, no such library, or not this one
        import ctypes  # noqa: PLC0415 - it takes milliseconds, and the list is on the screen before

        library = ctypes.CDLL(None)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.malloc_trim(0)
