"""JSON of strangers, read as checked values."""

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode(body: bytes, as_type: type[T]) -> T:
    """Return JSON as checked values, or raise a ``ValueError``.

    One stranger's broken character must not hide the whole desk, so what the strict reader refuses is read again with
    the faulty characters replaced; truncated JSON fails both.
    """
    try:
        return msgspec.json.decode(body, type=as_type)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        text = body.decode(errors="replace")
    try:
        return msgspec.convert(json.loads(text, strict=False, parse_constant=_refuse), type=as_type)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("nested too deeply, or not of the documented shape") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
