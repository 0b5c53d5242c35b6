"""A VTE terminal on a display nobody sees: what it shows, what it types by itself, and keys typed into it."""

import json
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from oncall_tui.clock import stopwatch
from tests.hostile.dashboard import PATIENCE

PYTHON = "/usr/bin/python3"
"""The system's own: no other one has ``gi``."""
WINDOW = Path(__file__).with_name("vte_window.py")
LONGEST = 180
"""Seconds after which a window closes whatever happens."""
_VERSIONS = "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('Vte', '2.91')"


@contextmanager
def display() -> Iterator[str]:
    """Run an X server without a screen, or skip where it or VTE is absent; yield the display's name."""
    server = shutil.which("Xvfb")
    if server is None:
        pytest.skip("Xvfb is not here (Debian: xvfb)")
    has_vte = Path(PYTHON).exists() and not subprocess.call([PYTHON, "-I", "-c", _VERSIONS], stderr=subprocess.DEVNULL)
    if not has_vte:
        pytest.skip(f"{PYTHON} has no VTE (Debian: python3-gi, gir1.2-gtk-3.0, gir1.2-vte-2.91)")
    command = [server, "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
            number = process.stdout.readline().decode().strip() if ready else ""
            assert number, "Xvfb named no display"
            yield f":{number}"
        finally:
            process.terminate()


@dataclass(slots=True)
class VteTerminal:
    """A window with a command in it."""

    process: "subprocess.Popen[bytes]"
    shown: str = ""
    answered: str = ""
    """Everything the terminal sent to the command: its answers, and the keys typed here."""
    ended: int | None = None
    """The command's wait status."""
    _rest: bytes = b""

    def press(self, keys: str) -> None:
        assert self.process.stdin is not None
        os.write(self.process.stdin.fileno(), keys.encode())

    def see(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.until(lambda: text in self.shown, repr(text))

    def end(self) -> int:
        """Wait for the command's end, and return its exit code."""
        self.until(lambda: self.ended is not None, "the end")
        return os.waitstatus_to_exitcode(self.ended or 0)

    def until(self, is_so: Callable[[], bool], what: str) -> None:
        end = stopwatch() + PATIENCE
        while not is_so():
            left = end - stopwatch()
            assert left > 0, f"{what} never came; the screen is:\n{self.shown}"
            assert self._read(left) or left < 1, f"{what} never came, and the window closed:\n{self.shown}"

    def read_for(self, seconds: float) -> None:
        """Let time pass, as somebody at the keyboard would."""
        end = stopwatch() + seconds
        while (left := end - stopwatch()) > 0 and self._read(left):
            pass

    def _read(self, seconds: float) -> bool:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        new = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        *lines, self._rest = (self._rest + new).split(b"\n")
        for line in lines:
            self._note(json.loads(line))
        return bool(new)

    def _note(self, said: Mapping[str, object]) -> None:
        match said:
            case {"shown": str(text)}:
                self.shown = text
            case {"answered": str(text)}:
                self.answered += text
            case {"ended": int(status)}:
                self.ended = status


@contextmanager
def vte(display_name: str, command: Sequence[str], environ: Mapping[str, str]) -> Iterator[VteTerminal]:
    """Run a command in a VTE terminal; what is left of it ends with the block."""
    full = {
        **environ,
        "DISPLAY": display_name,
        "GDK_BACKEND": "x11",
        "NO_AT_BRIDGE": "1",
        "GSETTINGS_BACKEND": "memory",
    }
    command = [PYTHON, "-I", str(WINDOW), str(LONGEST), *command]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=full) as process:
        try:
            yield VteTerminal(process)
        finally:
            process.kill()
