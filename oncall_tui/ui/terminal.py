"""The terminal the dashboard is shown in, and whether it is still there."""

import os
import termios
from contextlib import suppress
from typing import Final, TextIO

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

_INPUT: Final = 0
_DRAWN_ON: Final = 2
_STREAMS: Final = (0, 1, 2)


class LastingDriver(LinuxDriver):
    """Textual's own driver, for a terminal that may be closed at any moment.

    The thread that draws dies of the first write that fails; everybody else then waits for it for ever.
    """

    def __init__(
        self, app: App[None], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        if self._file is not None:
            self._file = _Lasting(self._file)  # type: ignore[assignment]  # it is written to, flushed and nothing else


class _Lasting:
    """An output that takes everything, whether or not anybody is there to see it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Draw, if that is possible."""
        with suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        """Have it drawn, if that is possible."""
        with suppress(OSError):
            self._file.flush()


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
