"""The real dashboard in a pseudo terminal: what it writes, what it shows, and keys typed into it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from oncall_tui.clock import stopwatch
from tests.hostile.terminal import Screen, tokens, whole

PATIENCE = 60.0
"""Seconds until something that should show is given up on: far more than it ever takes."""
KEY_REPEAT = 0.033


@dataclass(slots=True)
class Dashboard:
    """A process with a terminal of its own; entered, it runs."""

    command: Sequence[str]
    environ: Mapping[str, str]
    columns: int = 80
    rows: int = 24
    written: bytearray = field(default_factory=bytearray)
    screen: Screen = field(default_factory=Screen)
    _shown: int = 0
    _terminal: int = -1
    _process: "subprocess.Popen[bytes] | None" = None

    def __enter__(self) -> Self:
        self._terminal, end = pty.openpty()
        fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
        self._process = subprocess.Popen(
            self.command, stdin=end, stdout=end, stderr=end, env=self.environ, start_new_session=True
        )
        os.close(end)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def press(self, keys: str | bytes) -> None:
        os.write(self._terminal, keys if isinstance(keys, bytes) else keys.encode())

    def press_for_long(self, key: str, times: int) -> None:
        """Hold a key down."""
        for _ in range(times):
            self.press(key)
            self.read_for(KEY_REPEAT)

    def read_for(self, seconds: float) -> None:
        """Let time pass, as somebody at the keyboard would."""
        end = stopwatch() + seconds
        while (left := end - stopwatch()) > 0 and self._read(left):
            pass

    def until(self, is_so: Callable[[str], bool], what: str) -> str:
        """Wait until the screen is so, and return it."""
        end = stopwatch() + PATIENCE
        while stopwatch() < end:
            self._show()
            if is_so(self.screen.text):
                return self.screen.text
            if not self._read(0.2) and not self.is_running:
                break
        raise AssertionError(f"{what} never showed; the screen is:\n{self.screen.text}")

    def see(self, text: str) -> str:
        """Wait until a text is on the screen."""
        return self.until(lambda shown: text in shown, repr(text))

    def settle(self) -> None:
        """Wait until nothing was drawn for a moment."""
        while self._read(0.07):
            pass
        self._show()

    def end(self) -> int:
        """Wait for its end, and return its exit code."""
        assert self._process is not None
        end = stopwatch() + PATIENCE
        while self.is_running and stopwatch() < end:
            self._read(0.1)
        while self._read(0.05):
            pass
        self._show()
        return self._process.wait(timeout=1)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._terminal], [], [], seconds)
        if not ready:
            return False
        with suppress(OSError):  # the other end is closed, and everything was read
            new = os.read(self._terminal, 65536)
            self.written += new
            return bool(new)
        return False

    def _show(self) -> None:
        new = whole(bytes(self.written[self._shown :]))
        self._shown += len(new)
        self.screen.show(tokens(new))


def run(command: Sequence[str], environ: Mapping[str, str]) -> tuple[bytes, int]:
    """Run a command on a terminal to its end, and return what it wrote and its exit code."""
    with Dashboard(command, environ) as running:
        code = running.end()
        return bytes(running.written), code
