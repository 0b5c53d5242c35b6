"""What is written down of an error that nobody foresaw: enough to mend it, and no secret."""

import os
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from oncall_tui import __version__
from oncall_tui.clock import Clock
from oncall_tui.secrets import Secret, redact
from oncall_tui.text_safety import clean_body

KEPT = 20
"""How many reports are kept; the one that was not met again for longest goes first."""
_LIMIT = 100_000


@dataclass(slots=True)
class CrashFile:
    """Writes each report into one folder, readable by its owner only, and the same error once."""

    folder: Path
    clock: Clock
    secrets: Sequence[Secret] = field(default=(), repr=False)
    tells_words: bool = True
    """Whether the errors' own words are written down; False where secrets in them would not be known."""

    def write(self, error: BaseException) -> str:
        """Write an error down without local variables or secrets, and return one sentence about it.

        Python's own traceback holds frames and lines only; local variables may hold secrets.
        """
        kind = type(error).__name__
        try:
            path = self._written_before(error) or self._write(error)
        except OSError as trouble:
            why = trouble.strerror or type(trouble).__name__
            return f"An error nobody foresaw ({kind}); it could not be written down: {why}."
        return f"An error nobody foresaw ({kind}); please report {path}, which holds no secrets."

    def _written_before(self, error: BaseException) -> Path | None:
        """Return the report of the same error, which counts as new again: a loop that fails would fill the disk."""
        path = next(self.folder.glob(f"crash-*-{_fingerprint(error)}.txt"), None)
        if path is not None:
            self._date(path)
        return path

    def _date(self, path: Path) -> None:
        at = self.clock().timestamp()
        os.utime(path, (at, at))

    def _write(self, error: BaseException) -> Path:
        at = self.clock()
        path = self.folder / f"crash-{at:%Y%m%dT%H%M%S%f}-{_fingerprint(error)}.txt"
        trace = "".join(traceback.format_exception(error) if self.tells_words else _wordless(error))
        text = f"oncall-tui {__version__}, {at:%Y-%m-%dT%H:%M:%SZ}\n\n{trace}"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(clean_body(redact(text, self.secrets), limit=_LIMIT))
        self._date(path)
        self._forget_oldest()
        return path

    def _forget_oldest(self) -> None:
        with suppress(OSError):  # another window may tidy up too
            reports = sorted(self.folder.glob("crash-*.txt"), key=lambda path: (path.stat().st_mtime, path.name))
            for path in reports[:-KEPT]:
                path.unlink()


def _fingerprint(error: BaseException) -> str:
    """Return what tells one defect from another: kinds and places, and no words, which differ each time."""
    return sha256("\n".join((__version__, *_places(error))).encode()).hexdigest()[:12]


def _places(error: BaseException) -> Iterator[str]:
    for each in _all_in(error, set()):
        yield type(each).__qualname__
        yield from (f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(each.__traceback__))


def _wordless(error: BaseException) -> Iterator[str]:
    for each in _all_in(error, set()):
        yield f"{type(each).__qualname__}\n"
        yield from traceback.format_tb(each.__traceback__)


def _all_in(error: BaseException, seen: set[int]) -> Iterator[BaseException]:
    """Yield an error and every error it came from or holds, each once."""
    if id(error) not in seen:
        seen.add(id(error))
        yield error
        within = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        for other in (error.__cause__, error.__context__, *within):
            if other is not None:
                yield from _all_in(other, seen)
