"""Shows what stood in the list when it was last seen, by hand and before anything slow is loaded.

Nothing but the list itself may act on a key, so whatever is typed meanwhile is thrown away when the dashboard takes the
terminal over; a process that ends before that leaves the terminal as it was.
"""

import os
import signal
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import FrameType, TracebackType
from typing import Final, Self

import tomli

from oncall_tui.config_path import SQLITE, find, store_path
from oncall_tui.glimpse import FILE, Glimpse, keep_glimpse, read_glimpse
from oncall_tui.ui.glimpse_text import page

ENTER: Final = "\x1b[?1049h"
"""Switches to the alternate screen, as Textual writes it."""
_DRAW: Final = "\x1b[H\x1b[2J\x1b[?25l\x1b[?7l"
"""Clears it, hides the cursor, and lets a line that is too long after all push no other out of its place."""
_LEAVE: Final = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_INPUT, _DRAWN_ON = 0, 2
_DISK_ANSWERS_WITHIN: Final = 0.2
"""Seconds; one that hangs must hold up neither who starts nor who leaves."""
_ENDS: Final[Mapping[signal.Signals, Callable[[int, FrameType | None], None] | signal.Handlers]] = {
    signal.SIGINT: signal.default_int_handler,
    **dict.fromkeys((signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP), signal.SIG_DFL),
}
"""What may end or stop the process at any moment, and what is done about it without us."""


class FirstSight:
    """What is on the terminal until the dashboard draws."""

    def __init__(self, path: Path | None, clock: Callable[[], datetime]) -> None:
        """Know where a glimpse is kept; None where it is kept nowhere."""
        self._path, self._clock = path, clock
        self._keeping: Thread | None = None
        self.is_up = False

    def __enter__(self) -> Self:
        """Show the glimpse, where it holds a ticket and there is a terminal to show it on."""
        if self._path is not None and os.isatty(_INPUT) and os.isatty(_DRAWN_ON):
            glimpse = _read(self._path)
            if glimpse is not None and glimpse.groups:
                self._show(glimpse)
        return self

    def keep(self, glimpse: Glimpse) -> None:
        """Keep what the next start is to show, without waiting for a disk; not while an earlier one is being kept."""
        if self._path is not None and not (self._keeping is not None and self._keeping.is_alive()):
            self._keeping = Thread(target=keep_glimpse, args=(self._path, glimpse), daemon=True)
            self._keeping.start()

    def _show(self, glimpse: Glimpse) -> None:
        try:
            width, height = os.get_terminal_size(_DRAWN_ON)
            lines = page(glimpse, self._clock(), width, height)
        except (OSError, OverflowError):  # no size, or an instant at the very edge of what can be told
            return
        self.is_up = True
        for number, usual in _ENDS.items():
            if signal.getsignal(number) == usual:
                signal.signal(number, self._end)
        _write(f"{ENTER}{_DRAW}" + "\r\n".join(lines))

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Leave the terminal as it was, unless somebody took it over."""
        self.leave()
        if self._keeping is not None:
            self._keeping.join(_DISK_ANSWERS_WITHIN)

    def leave(self) -> None:
        """Leave the terminal as it was."""
        if self.is_up:
            self._let_go()
            _write(_LEAVE)

    def hand_over(self) -> bool:
        """Let somebody else draw on the screen that is shown; return whether there is one."""
        was_up = self.is_up
        if was_up:
            self._let_go()
            with suppress(termios.error):
                termios.tcflush(_INPUT, termios.TCIFLUSH)
        return was_up

    def _let_go(self) -> None:
        self.is_up = False
        for number, usual in _ENDS.items():
            if signal.getsignal(number) == self._end:
                signal.signal(number, usual)

    def _end(self, number: int, _frame: FrameType | None) -> None:
        """End, or stop, as the process would have without us."""
        self.leave()
        signal.raise_signal(signal.Signals(number))


def first_sight(config: Path | None, environ: Mapping[str, str], clock: Callable[[], datetime]) -> FirstSight:
    """Return what to show before a config is read; nothing where it was never seen, or cannot be found so quickly."""
    return FirstSight(_glimpse_path(config, environ), clock)


def _glimpse_path(config: Path | None, environ: Mapping[str, str]) -> Path | None:
    """Return where a glimpse of a config's journal lies; whatever is wrong with the config is said by who reads it."""
    path = find(config, environ)
    if path is None:
        return None
    try:
        team = tomli.loads(path.read_bytes().decode("utf-8-sig")).get("team")
    except (OSError, ValueError):
        return None
    store = team.get("store", SQLITE) if isinstance(team, dict) else None
    return store_path(store).parent / FILE if isinstance(store, str) else None


def _read(path: Path) -> Glimpse | None:
    """Return what was kept, unless the disk takes longer to answer than it is worth."""
    found: list[Glimpse | None] = []
    reading = Thread(target=lambda: found.append(read_glimpse(path)), daemon=True)
    reading.start()
    reading.join(_DISK_ANSWERS_WITHIN)
    return found[0] if found else None


def _write(text: str) -> None:
    with suppress(OSError):
        os.write(_DRAWN_ON, text.encode(errors="replace"))
