"""The terminal the dashboard is shown in, and whether it is still there."""

import os
import termios
from typing import Final

_INPUT: Final = 0
_DRAWN_ON: Final = 2
_STREAMS: Final = (0, 1, 2)


def is_there() -> bool:
    """Tell whether standard input still is a terminal; one that was closed is none any more."""
    # Asked in this way because reading a closed terminal gives an end of file, again and again, or an error.
    try:
        termios.tcgetattr(_INPUT)
    except termios.error:
        return False
    return True


def can_be_drawn_on() -> bool:
    """Tell whether there is a terminal to read keys from, and one to draw on."""
    # Textual draws on standard error: redirected, it would fill a file with what customers wrote.
    return is_there() and os.isatty(_DRAWN_ON)


def let_go() -> None:
    """Read from and write to nothing from now on, so that no farewell fails for want of a terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in _STREAMS:
        os.dup2(nothing, stream)
    os.close(nothing)
