"""What is written down of an error that nobody foresaw: enough to mend it, and no secret."""

import os
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from oncall_tui import __version__
from oncall_tui.clock import Clock
from oncall_tui.secrets import Secret, redact
from oncall_tui.text_safety import clean_body

_LIMIT = 100_000


@dataclass(slots=True)
class CrashFile:
    """Writes each report into one folder, readable by its owner only."""

    folder: Path
    clock: Clock
    secrets: Sequence[Secret] = field(default=(), repr=False)

    def write(self, error: BaseException) -> str:
        """Write an error down without local variables or secrets, and return one sentence about it."""
        kind = type(error).__name__
        at = self.clock()
        path = self.folder / f"crash-{at:%Y%m%dT%H%M%S%f}.txt"
        trace = "".join(traceback.format_exception(error))  # frames and lines only: locals may hold secrets
        text = f"oncall-tui {__version__}, {at:%Y-%m-%dT%H:%M:%SZ}\n\n{trace}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(clean_body(redact(text, self.secrets), limit=_LIMIT))
        except OSError as trouble:
            why = trouble.strerror or type(trouble).__name__
            return f"An error nobody foresaw ({kind}); it could not be written down: {why}."
        return f"An error nobody foresaw ({kind}); please report {path}, which holds no secrets."
