"""What is kept for good and seldom read: held as its JSON, and compressed.

A handover of a thousand tickets takes a fifth of its characters so. As a string it would take two bytes for each of
them as soon as one is not Latin, for as long as a journal lasts.
"""

import json
import zlib
from collections.abc import Iterable
from typing import Final

from oncall_tui.domain.text import NO_TEXT, CleanText

to_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Writes a value as shortly as JSON can say it."""


class Packed:
    """Holds the JSON of a value; half a character (a lone surrogate) in it is refused with ``ValueError``."""

    __slots__ = ("_packed",)

    def __init__(self, written: Iterable[str]) -> None:
        """Take the JSON piece by piece, so that the whole of it is never held."""
        compressor = zlib.compressobj()
        self._packed = b"".join((*(compressor.compress(piece.encode()) for piece in written), compressor.flush()))

    @property
    def as_json(self) -> bytes:
        """Return the value as it is written down."""
        return zlib.decompress(self._packed)

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same value of the same kind."""
        return isinstance(other, Packed) and type(other) is type(self) and other._packed == self._packed

    def __hash__(self) -> int:
        """Return what equal ones share."""
        return hash(self._packed)


class Document(Packed):
    """Holds a long text."""

    __slots__ = ()

    def __init__(self, text: CleanText) -> None:
        super().__init__([to_json(text)])

    def read(self) -> CleanText:
        """Return the text."""
        return CleanText(json.loads(self.as_json))

    def __repr__(self) -> str:
        """Return the text itself."""
        return f"Document({self.read()!r})"


NO_DOCUMENT: Final = Document(NO_TEXT)
