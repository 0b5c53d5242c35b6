"""Letters for tests, written as mail programs write them."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime


def raw_letter(*, body: str = "", at: datetime | None = None, **headers: str) -> bytes:
    """Return a letter with these headers (underscores become hyphens), dated with the offset of ``at``."""
    return letter_of(headers, body=body, at=at)


def letter_of(headers: Mapping[str, str], *, body: str = "", at: datetime | None = None) -> bytes:
    """Return a letter with the headers of a mapping, as ``raw_letter`` does."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if at is not None:
        lines.append(f"Date: {format_datetime(at)}")
    return "\r\n".join([*lines, "", body.replace("\n", "\r\n")]).encode("utf-8", "surrogateescape")
