"""Handovers as files: JSON with a version and a checksum, and every text in it a stranger's when it is read.

The checksum finds damage and proves nothing about who wrote it.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from oncall_tui.domain.events import Freight
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.errors import BadUse
from oncall_tui.store.encoding import read_back, write_down
from oncall_tui.text_safety import clean, clean_body

VERSION: Final = 1
LIMIT: Final = 20_000_000
"""Bytes; no handover of a weekend comes near it."""
_TEXT_LIMIT: Final = 1_000_000
_FORMATS: Final[Mapping[str, type[Parcel | AcceptanceReceipt]]] = MappingProxyType(
    {"oncall-tui handover": Parcel, "oncall-tui receipt": AcceptanceReceipt}
)
_ENCODER: Final = msgspec.json.Encoder(enc_hook=write_down)
_YEARS: Final = range(2000, 2200)
_LONGEST: Final = timedelta(days=366)
_LONG: Final = frozenset({"text", "notes"})
"""Keys whose texts have lines."""


class _Envelope(msgspec.Struct, forbid_unknown_fields=False):
    format: str
    version: int
    checksum: str
    body: msgspec.Raw


def pack(content: Parcel | AcceptanceReceipt) -> bytearray:
    """Return what is written into a file; it is made in one piece, of which there is never a second."""
    kind = next(name for name, known in _FORMATS.items() if isinstance(content, known))
    written = bytearray(f'{{"format":"{kind}","version":{VERSION},"body":'.encode())
    begin = len(written)
    _ENCODER.encode_into(content, written, begin)
    with memoryview(written) as view:
        checksum = sha256(view[begin:]).hexdigest()
    written += f',"checksum":"{checksum}"}}\n'.encode()
    return written


def unpack(written: bytes | bytearray, name: str) -> Parcel | AcceptanceReceipt:
    """Read the content of a file called ``name``, or raise ``BadUse`` with one sentence that says what is wrong."""
    name = clean(name, limit=200)
    try:
        envelope = msgspec.json.decode(written, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # the last: nested without end
        raise BadUse(f"{name} is no handover file of oncall-tui, or only a part of one; ask for it again") from None
    kind = _FORMATS.get(envelope.format)
    if kind is None:
        raise BadUse(f"{name} is no handover file of oncall-tui; take the .json that lies beside the .md")
    if envelope.version > VERSION:
        raise BadUse(f"{name} was written by a newer oncall-tui; update oncall-tui on this machine")
    body = bytes(envelope.body)
    if sha256(body).hexdigest() != envelope.checksum:
        raise BadUse(f"{name} is damaged: its content does not match its checksum; ask for it again")
    try:
        harmless = _cleaned(msgspec.json.decode(body), "")
        content = msgspec.convert(harmless, type=kind, dec_hook=read_back)
        _refuse_impossible_times(content)
    except (msgspec.DecodeError, msgspec.ValidationError, ValueError, RecursionError):
        raise BadUse(f"{name} holds something this version cannot read; update oncall-tui on both machines") from None
    return content


def read(path: Path) -> Parcel | AcceptanceReceipt:
    """Read a file, or raise ``BadUse`` with one sentence that says what is wrong."""
    name = clean(str(path), limit=200)
    try:
        with path.open("rb") as file:
            written = file.read(LIMIT + 1)
    except OSError as error:
        raise BadUse(f"{name} cannot be read: {error.strerror or type(error).__name__}") from None
    if len(written) > LIMIT:
        raise BadUse(f"{name} is too large to be a handover")
    return unpack(written, path.name)


def _cleaned(value: object, key: str) -> object:
    """Return a decoded value with every text in it made harmless, and no link but a web address."""
    match value:
        case str() if key == "url":
            return clean(value, limit=2000) if value.startswith(("https://", "http://")) else ""
        case str():
            return clean_body(value, limit=_TEXT_LIMIT) if key in _LONG else clean(value, limit=2000)
        case list():
            return [_cleaned(item, key) for item in value]
        case dict():
            return {clean(str(name)): _cleaned(item, str(name)) for name, item in value.items()}
        case _:
            return value


def _refuse_impossible_times(value: object) -> None:
    """Raise ``ValueError`` for an instant or a length no weekend has: in the journal it would break every start."""
    match value:
        case datetime() if value.tzinfo is None or value.year not in _YEARS:
            raise ValueError("an instant without a zone, or of another century")
        case timedelta() if abs(value) > _LONGEST:
            raise ValueError("a length of more than a year")
        case tuple() | list():
            for item in value:
                _refuse_impossible_times(item)
        case Freight():
            _refuse_impossible_times(value.event)
        case _ if is_dataclass(value):
            for field in fields(value):
                _refuse_impossible_times(getattr(value, field.name))
