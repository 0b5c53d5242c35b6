"""The terminal the dashboard is shown in, and whether it is still there."""

import os
import termios
from typing import Final

_INPUT: Final = 0
_STREAMS: Final = (0, 1, 2)


def is_there() -> bool:
    """Tell whether standard input still is a terminal; one that was closed is none any more."""
    # Asked in this way because reading a closed terminal gives an end of file, again and again, or an error.
    try:
        termios.tcgetattr(_INPUT)
    except termios.error:
        return False
    return True


def let_go() -> None:
    """Read from and write to nothing from now on, so that no farewell fails for want of a terminal."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in _STREAMS:
        os.dup2(nothing, stream)
    os.close(nothing)
