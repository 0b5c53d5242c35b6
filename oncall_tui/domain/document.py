"""A long text that is kept for good and seldom read."""

import json
import zlib
from typing import Final

from oncall_tui.domain.text import NO_TEXT, CleanText


class Document:
    """Holds a text as its JSON, compressed: a handover of a thousand tickets takes a tenth of its characters.

    As a string it would take two bytes for each of them as soon as one is not Latin, for as long as a journal lasts.
    Half a character (a lone surrogate) is refused with ``ValueError``; no clean text has one.
    """

    __slots__ = ("_packed",)

    def __init__(self, text: CleanText) -> None:
        self._packed = zlib.compress(json.dumps(text, ensure_ascii=False).encode())

    def read(self) -> CleanText:
        """Return the text."""
        return CleanText(json.loads(self.as_json))

    @property
    def as_json(self) -> bytes:
        """Return the text as it is written down."""
        return zlib.decompress(self._packed)

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same text."""
        return isinstance(other, Document) and other._packed == self._packed

    def __hash__(self) -> int:
        """Return what equal ones share."""
        return hash(self._packed)

    def __repr__(self) -> str:
        """Return the text itself."""
        return f"Document({self.read()!r})"


NO_DOCUMENT: Final = Document(NO_TEXT)
