"""The dashboard in a real terminal, tmux, which a test reads and types into."""

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from oncall_tui.clock import stopwatch
from tests.servers import program

ROOT = Path(__file__).parents[2]


class Terminal:
    """A tmux of its own, with one window; what it prints wakes whoever waits for a text."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self._socket = f"oncall-tui-{uuid4().hex[:8]}"
        self._width, self._height = size
        self._output = folder / "output"
        os.mkfifo(self._output)
        self._reader = os.open(self._output, os.O_RDWR | os.O_NONBLOCK)

    def run(self, *arguments: str, environment: dict[str, str]) -> None:
        """Start the program with these arguments."""
        settings = [f"-e{name}={value}" for name, value in environment.items()]
        size = ["-x", str(self._width), "-y", str(self._height)]
        # Whoever imports readline, as pytest does, has these in its environment, and they would count for the size.
        command = ["env", "-u", "LINES", "-u", "COLUMNS", sys.executable, "-m", "oncall_tui", *arguments]
        self._tmux("-f", os.devnull, "new-session", "-d", *size, *settings, "-c", str(ROOT), *command)
        self._tmux("pipe-pane", "-o", f"cat > {self._output}")

    def press(self, *keys: str) -> None:
        """Press keys, each by its tmux name."""
        for key in keys:
            self._tmux("send-keys", key)

    @property
    def lines(self) -> list[str]:
        """Return the screen, line by line."""
        return self._tmux("capture-pane", "-p").splitlines()

    def wait_until(self, holds: Callable[[str], bool], *, within: float = 30) -> str:
        """Return the screen once something holds of it; fail with the screen when it never does."""
        ends = stopwatch() + within
        while not holds(screen := "\n".join(self.lines)):
            left = ends - stopwatch()
            assert left > 0, screen
            if select.select([self._reader], [], [], min(left, 1))[0]:
                os.read(self._reader, 1_000_000)
        return screen

    def wait_for(self, text: str, *, within: float = 30) -> str:
        """Return the screen once it shows a text."""
        return self.wait_until(lambda screen: text in screen, within=within)

    def close(self) -> None:
        """End the program and its terminal."""
        subprocess.run([*self._command, "kill-server"], check=False, capture_output=True, timeout=10)
        os.close(self._reader)

    @property
    def _command(self) -> Sequence[str]:
        return ["tmux", "-L", self._socket]

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run([*self._command, *arguments], check=True, capture_output=True, text=True, timeout=10)
        return done.stdout


@contextmanager
def terminal(folder: Path, size: tuple[int, int] = (80, 24)) -> Iterator[Terminal]:
    """Open a terminal, or skip where tmux is not installed."""
    program("tmux", "tmux")
    folder.mkdir(exist_ok=True)
    opened = Terminal(folder, size)
    try:
        yield opened
    finally:
        opened.close()
        shutil.rmtree(folder, ignore_errors=True)
