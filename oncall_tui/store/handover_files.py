"""Handovers as files, beside the journal."""

from dataclasses import dataclass
from pathlib import Path

from oncall_tui.beside import by_disk
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.errors import StoreFailed
from oncall_tui.private_file import replace_whole
from oncall_tui.store.parcels import pack


@dataclass(frozen=True, slots=True)
class HandoverFiles:
    """Saves each handover under its name in one folder, readable by its owner only."""

    folder: Path

    async def save(self, name: str, text: str) -> str:
        """Save a text under a name, replacing an earlier one of the same shift, and return where it is."""
        return await self._write(name, text.encode())

    async def keep(self, name: str, content: Parcel | AcceptanceReceipt) -> str:
        """Save what the other machine reads under a name, and return where it is."""
        return await self._write(name, pack(content))

    async def _write(self, name: str, content: bytes | bytearray) -> str:
        path = self.folder / name
        try:
            await by_disk(replace_whole, path, content)
        except OSError as error:
            why = error.strerror or "the disk does not answer"
            raise StoreFailed(f"the handover could not be saved as {path}: {why}") from error
        return str(path)
