"""The terminal the dashboard is shown in, and whether it is still there."""

import os
import termios
from contextlib import suppress
from typing import ClassVar, Final, TextIO
from weakref import WeakSet

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from oncall_tui.ui.first_sight import ENTER, FirstSight

_INPUT: Final = 0
_DRAWN_ON: Final = 2
_STREAMS: Final = (0, 1, 2)


class LastingDriver(LinuxDriver):
    """Textual's own driver, for a terminal that may be closed at any moment, or send what is no key.

    The thread that draws dies of the first write that fails; everybody else then waits for it for ever. The thread that
    reads dies of the first byte that is not UTF-8, and the whole dashboard with it.
    """

    running: ClassVar[WeakSet["LastingDriver"]] = WeakSet()
    follows: ClassVar[FirstSight | None] = None
    """What was shown before, on the alternate screen; entering that again would clear it."""

    def __init__(
        self, app: App[None], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._is_entered = False
        self.running.add(self)
        if self._file is not None:
            self._file = _Lasting(self._file)  # type: ignore[assignment]  # it is written to, flushed and nothing else

    def start_application_mode(self) -> None:
        """Take the terminal over from what was shown first."""
        self._is_entered = self.follows is not None and self.follows.hand_over()
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual declares nothing here

    def write(self, data: str) -> None:
        """Write to the terminal."""
        if data == ENTER and self._is_entered:
            self._is_entered = False
        else:
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the dashboard ends; what came together with a byte that is none is lost."""
        while True:
            try:
                return super().run_input_thread()  # the end: whether it was asked for may be forgotten by now
            except UnicodeDecodeError:
                continue


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


def stop_reading() -> None:
    """Let every thread that reads keys end, however the app ended: one left alone would read nothing for ever."""
    for driver in list(LastingDriver.running):
        driver.exit_event.set()


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
