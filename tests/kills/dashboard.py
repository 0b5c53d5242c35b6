"""The real dashboard in a terminal of its own, that a test types into, reads, kills and closes."""

import asyncio
import fcntl
import os
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from oncall_tui.ui.list_lines import CURSOR
from tests.kills.scene import Scene

ROOT = Path(__file__).parents[2]
IN_TERMINAL = """
import fcntl, os, sys, termios
if sys.argv[1] == "controlling":
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, "-m", "oncall_tui", *sys.argv[2:]])
"""
LONG = 30.0
"""Seconds after which something will not happen any more, however busy the machine is."""
_HOME = "\x1b[H"
_TAKES_KEYS = "\x1b[?1004h"
"""Asked for by Textual when it takes the terminal over."""
_SCREEN_LEFT = "\x1b[?1049l"
_APART = 0.1
"""Seconds between two keys that a person presses."""
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_AS_BEFORE = {1049: "l", 1000: "l", 1003: "l", 1006: "l", 1015: "l", 1004: "l", 2004: "l", 25: "h", 7: "h"}
"""How each mode of the terminal has to be left: alternate screen, mouse, focus, paste, cursor, wrapping."""


@dataclass(slots=True)
class Dashboard:
    """A running ``oncall-tui``."""

    process: subprocess.Popen[bytes]
    master: int
    written: bytearray = field(default_factory=bytearray)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _is_open: bool = True

    @classmethod
    def start(
        cls, scene: Scene, *, is_controlled: bool = True, stdin: int | None = None, stderr: int | None = None
    ) -> Self:
        """Start it in 80 columns and 24 lines.

        Args:
            scene: What it works with.
            is_controlled: Whether the end of the terminal sends a signal.
            stdin: What it reads instead of the terminal.
            stderr: Where it draws instead of the terminal.
        """
        master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        kind = "controlling" if is_controlled and stdin is None else "mere"
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", IN_TERMINAL, kind, "--config", str(scene.config)],
            cwd=ROOT,
            env=scene.environment,
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave if stderr is None else stderr,
            start_new_session=True,
        )
        os.close(slave)
        os.set_blocking(master, False)
        started = cls(process, master)
        asyncio.get_running_loop().add_reader(master, started._read)
        return started

    @property
    def text(self) -> str:
        """Return everything it ever drew, without what steers the terminal."""
        return _SEQUENCE.sub("", self.written.decode(errors="replace"))

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    @property
    def first_sight(self) -> str:
        """Return what it drew before it took keys."""
        return _SEQUENCE.sub("", self.written.decode(errors="replace").partition(_TAKES_KEYS)[0])

    async def draws(self, words: str, *, within: float = LONG) -> None:
        """Wait until it has drawn some words at a time when it takes keys, or has left the screen."""
        await self._until(lambda: words in self._drawn_live, f"drew {words!r}", within)

    @property
    def _drawn_live(self) -> str:
        first, _, live = self.written.decode(errors="replace").partition(_TAKES_KEYS)
        return _SEQUENCE.sub("", live or first.rpartition(_SCREEN_LEFT)[2])

    async def shows_first(self, words: str) -> None:
        """Wait until it has drawn some words before it takes keys."""
        await self._until(lambda: words in self.first_sight, f"first drew {words!r}", LONG)

    async def point_at(self, number: str) -> None:
        """Go to the first ticket, which has this number once it was read, and let the key guard forget that key.

        What was known of the last start is on the screen before, and the cursor stays where it was.
        """
        await self.draws(number)
        self.type(_HOME)
        await self._until(
            lambda: re.search(rf"{CURSOR}. {number}", self.text) is not None, f"pointed at {number}", LONG
        )
        await asyncio.sleep(_APART)

    async def writes(self, sequence: str, *, within: float = LONG) -> None:
        """Wait until it has steered the terminal in some way."""
        await self._until(lambda: sequence.encode() in self.written, f"wrote {sequence!r}", within)

    async def _until(self, is_true: Callable[[], bool], what: str, within: float) -> None:
        try:
            async with asyncio.timeout(within):
                while not is_true():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"it never {what}, but: {self.text[-3000:]}") from None

    async def end(self) -> int:
        """Wait until it has ended, and return its exit code; what it drew last is read too."""
        code = await asyncio.to_thread(self.process.wait, LONG)
        self._read()
        return code

    async def kill(self) -> None:
        """Let it die without a word."""
        self.process.kill()
        await self.end()
        self.close()

    def close(self) -> None:
        """Take its terminal away."""
        if self._is_open:
            self._is_open = False
            asyncio.get_running_loop().remove_reader(self.master)
            os.close(self.master)

    def stop(self) -> None:
        """Leave nothing behind, whatever the test came to."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stderr):
            if pipe is not None:
                pipe.close()
        self.close()

    def left_behind(self) -> list[str]:
        """Return what of the terminal is not as it was before."""
        drawn = self.written.decode(errors="replace")
        modes = dict(re.findall(r"\x1b\[\?(\d+)([hl])", drawn))
        wrong = [f"?{mode}{modes[str(mode)]}" for mode, end in _AS_BEFORE.items() if modes.get(str(mode), end) != end]
        local = termios.tcgetattr(self.master)[3]
        names = {"echo": termios.ECHO, "lines": termios.ICANON, "signals": termios.ISIG}
        return wrong + [f"no {name}" for name, flag in names.items() if not local & flag]

    def _read(self) -> None:
        while self._is_open:
            try:
                some = os.read(self.master, 65536)
            except BlockingIOError:
                break
            except OSError:  # nobody is on the other side any more
                asyncio.get_running_loop().remove_reader(self.master)
                break
            if not some:
                break
            self.written += some
        self._changed.set()
