"""Handovers as files, beside the journal."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.errors import StoreFailed
from oncall_tui.store.parcels import pack


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
            why = error.strerror or type(error).__name__
            raise StoreFailed(f"the handover could not be saved as {path}: {why}") from error
        return str(path)

    async def keep(self, name: str, content: Parcel | AcceptanceReceipt) -> str:
        """Save what the other machine reads under a name, and return where it is."""
        return await self.save(name, pack(content))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    try:
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)  # half a handover is none
        raise
