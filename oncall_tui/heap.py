"""Lets the C library give large pieces of memory back to the system as soon as they are free."""

from contextlib import suppress
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""Both as ``malloc.h`` of glibc numbers them."""
_LARGE: Final = 128 * 1024
"""Bytes: glibc's own first value, which it raises for good whenever a larger piece is freed."""


def give_back_large_pieces() -> None:
    """Map whatever is large by itself for good, where that can be asked for; elsewhere nothing happens.

    What is rare and large, such as the handover of a thousand tickets, otherwise comes to lie among small pieces that
    stay, and what it took is held for days, in each thread anew. See ``mallopt(3)``.
    """
    with suppress(ImportError, OSError, AttributeError):  # no ctypes, no such library, another C library
        import ctypes  # noqa: PLC0415 - it takes milliseconds, and the list is on the screen before

        library = ctypes.CDLL(None)
        library.mallopt(_TRIM_THRESHOLD, _LARGE)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
