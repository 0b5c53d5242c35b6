"""How the values of the domain are written down: JSON, and instants as text that sorts by time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from types import MappingProxyType
from typing import Final, get_args

import msgspec

from oncall_tui.domain.document import Document, Packed
from oncall_tui.domain.events import Carried, Event, Freight, Recorded, StreamId
from oncall_tui.domain.frozen_tickets import FrozenTicket, FrozenTickets
from oncall_tui.domain.message import OutgoingMessage
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.errors import StoreFailed
from oncall_tui.packed import instants_after, steps_between
from oncall_tui.text_safety import clean

_FREIGHT: Final[Mapping[str, msgspec.json.Decoder[Carried]]] = MappingProxyType(
    {kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(Carried)}
)
"""What a handover may carry from one journal into another."""


def write_down(value: object) -> object:
    """Return what is written of a value that JSON does not know: what is packed, or an event of another journal."""
    match value:
        case Packed():
            return msgspec.Raw(value.as_json)
        case Freight():
            return {"kind": type(value.event).__name__, "event": msgspec.to_builtins(value.event)}
        case _:
            raise TypeError(f"{type(value).__name__} cannot be written down")


def read_back(kind: type, value: object) -> object:
    """Read such a value, or raise ``ValueError`` for one this version does not know."""
    match value:
        case str() if kind is Document:
            return Document(CleanText(value))
        case list() if kind is FrozenTickets:
            return FrozenTickets(msgspec.convert(value, tuple[FrozenTicket, ...]))
        case {"kind": str(name), "event": event} if kind is Freight and name in _FREIGHT:
            return Freight(_FREIGHT[name].decode(msgspec.json.encode(event)))
        case _:
            raise ValueError(f"no {kind.__name__}, or one of a kind this version does not know")


_EVENTS: Final[Mapping[str, msgspec.json.Decoder[Event]]] = MappingProxyType(
    {kind.__name__: msgspec.json.Decoder(kind, dec_hook=read_back) for kind in get_args(Event)}
)
"""Derived from the union, so that a new event is known here by itself."""
_ENCODER: Final = msgspec.json.Encoder(enc_hook=write_down, decimal_format="number")
"""Writes exact sums as the numbers they are, which readers of any version understand."""
_LINES: Final = msgspec.json.Decoder(tuple[int, list[int], list[tuple[StreamId, int, str, msgspec.Raw]]])
_FIELDS: Final = msgspec.json.Decoder(dict[str, object])


def encode_event(event: Event) -> tuple[str, bytes]:
    """Return an event's kind, which is the name of its class, and its body."""
    return type(event).__name__, _encode(event)


def decode_event(kind: str, body: bytes | str) -> Event:
    """Read an event back, or raise ``StoreFailed`` for one this version cannot read."""
    decoder = _EVENTS.get(kind)
    if decoder is None:
        raise StoreFailed(
            f"The journal holds an entry of the kind “{clean(kind, limit=60)}”, which this version of oncall-tui does "
            "not know. A newer version wrote it: update oncall-tui on this machine."
        )
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable(f"an entry of the kind “{kind}”", error) from error


def encode_message(message: OutgoingMessage) -> bytes:
    """Return a message's JSON; of one without words, without a place for them.

    So a version that knows no other place refuses such a message, and never sends it as if it said nothing.
    """
    if message.body:
        return _encode(message)
    fields: dict[str, object] = msgspec.to_builtins(message)
    del fields["body"]
    return _encode(fields)


def decode_message(body: bytes | str) -> OutgoingMessage:
    """Read a message back, or raise ``StoreFailed`` for one this version cannot read."""
    try:
        return msgspec.convert({"body": NO_TEXT, **_FIELDS.decode(body)}, OutgoingMessage)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _unreadable("a message", error) from error


def encode_instant(instant: datetime) -> str:
    """Return RFC 3339 in UTC with microseconds: always 27 characters, so that text sorts by time."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def decode_instant(text: str) -> datetime:
    """Read an instant back, or raise ``StoreFailed``."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _unreadable("an instant", error) from error


def _encode(value: Event | OutgoingMessage | dict[str, object]) -> bytes:
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError as error:
        raise unstorable() from error


def _unreadable(what: str, error: Exception) -> StoreFailed:
    return StoreFailed(
        f"The journal holds {what} that cannot be read ({clean(str(error), limit=200)}). A newer version of oncall-tui "
        "wrote it, or the file is damaged: update oncall-tui on this machine, or put back a copy of the file."
    )


def unstorable() -> StoreFailed:
    """Return the error for text that no encoding can hold."""
    return StoreFailed("A text holds half a character (a lone surrogate) and cannot be recorded: leave that text out.")


class _Lines:
    """Lines of a journal as bytes, for ``PackedLog``; they are found by their streams, and numbered one by one."""

    def key(self, line: Recorded) -> str:
        return line.stream

    def pack(self, lines: Sequence[Recorded]) -> bytes | None:
        try:
            bodies = [encode_event(line.event) for line in lines]
        except StoreFailed:
            return None
        rest = [(x.stream, x.version, kind, msgspec.Raw(body)) for x, (kind, body) in zip(lines, bodies, strict=True)]
        return _ENCODER.encode((lines[0].seq, steps_between(line.at for line in lines), rest))

    def unpack(self, packed: bytes) -> Sequence[Recorded]:
        first, steps, lines = _LINES.decode(packed)
        return [
            Recorded(seq=seq, stream=stream, version=version, at=at, event=decode_event(kind, bytes(body)))
            for seq, at, (stream, version, kind, body) in zip(count(first), instants_after(steps), lines)
        ]


LINES: Final = _Lines()
