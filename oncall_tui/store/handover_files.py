"""Handovers as files, beside the journal."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from oncall_tui.errors import StoreFailed


@dataclass(frozen=True, slots=True)
class HandoverFiles:
    """Saves each handover under its name in one folder, readable by its owner only."""

    folder: Path

    async def save(self, name: str, text: str) -> str:
        """Save a text under a name, replacing an earlier one of the same shift, and return where it is."""
        path = self.folder / name
        try:
            await asyncio.to_thread(_write, path, text)
        except OSError as error:
            raise StoreFailed(f"the handover could not be saved as {path}: {error.strerror}") from error
        return str(path)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
