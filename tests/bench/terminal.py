"""A real terminal of 80 by 24 in which a program is started, and what it costs there."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[])")
_SOME_WORDS = 5
COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
QUIET = 0.06
"""Seconds without output after which a frame is over."""


def as_installed() -> dict[str, str]:
    """Return an environment in which a program finds itself compiled, as whoever has installed it does.

    Where Python is told not to keep what it compiled, each start would compile our own files and nobody else's.
    """
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def python(module: str, *arguments: str) -> Sequence[str]:
    """Return the command that runs a module."""
    return (sys.executable, "-m", module, *arguments)


class Terminal:
    """A program and the terminal it runs in."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.started_at = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            start_new_session=True,
            env=as_installed() | COLOURS | dict(environ or {}),
        )
        os.close(slave)
        self.written = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, within: float) -> bytes:
        if not select.select([self._master], [], [], max(within, 0))[0]:
            return b""
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # it has ended
            raise EOFError from None
        self.written += len(chunk)
        return chunk

    def until(self, marker: str, *, within: float = 120) -> float:
        """Return the seconds from the start of the program to the first frame that shows a text."""
        return self._until(marker, within) - self.started_at

    def _until(self, marker: str, within: float) -> float:
        wanted, seen, end = marker.encode(), b"", time.perf_counter() + within
        while wanted not in seen:
            left = end - time.perf_counter()
            if left <= 0:
                raise TimeoutError(f"{marker!r} was not shown within {within} s; the last was {seen[-400:]!r}")
            seen += self._read(left)
        return time.perf_counter()

    def first_frame(self) -> float:
        """Return the seconds from the start of a program we do not know to a frame with some words in it."""
        seen = b""
        while len(_ESCAPES.sub(b"", seen).split()) < _SOME_WORDS:
            seen += self._read(120)
        return time.perf_counter() - self.started_at

    def settle(self, quiet: float = QUIET) -> None:
        """Read until nothing more is written."""
        while self._read(quiet):
            pass

    def key(self, keys: str, *, shows: str = "") -> float:
        """Press keys; return the seconds until something is drawn, or until a text is.

        Time in which the program could have run and the machine did something else does not count.
        """
        waited, began = self._waited, time.perf_counter()
        os.write(self._master, keys.encode())
        if shows:
            drawn_at = self._until(shows, 60)
        else:
            self._read(10)
            drawn_at = time.perf_counter()
        waited = self._waited - waited
        self.settle()
        return max(drawn_at - began - waited, 0.0)

    def watch(self, seconds: float) -> int:
        """Return how many bytes are written in some seconds."""
        before, end = self.written, time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)
        return self.written - before

    def type(self, text: str) -> None:
        """Send something, whatever it leads to."""
        os.write(self._master, text.encode())

    @property
    def _waited(self) -> float:
        """Return the seconds in which the main thread could have run and no processor was free."""
        return int(Path(f"/proc/{self._process.pid}/schedstat").read_text().split()[1]) / 1e9

    @property
    def processor_time(self) -> float:
        """Return the seconds every thread has run, in nanoseconds' steps."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def close(self) -> None:
        """End the program."""
        self._process.kill()
        with suppress(EOFError):
            while self._read(0):
                pass
        self._process.wait()
        os.close(self._master)
