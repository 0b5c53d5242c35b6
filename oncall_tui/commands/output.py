"""How commands write instants and sentences, and say that they found something."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import overload

from oncall_tui.text_safety import clean_body, escaped_json

FINDING = 1
"""The exit code that says: it ran, and something needs your eye."""


@overload
def rfc3339(at: datetime) -> str: ...
@overload
def rfc3339(at: None) -> None: ...
@overload
def rfc3339(at: datetime | None) -> str | None: ...
def rfc3339(at: datetime | None) -> str | None:
    """Return an instant as RFC 3339 in UTC, to the second."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def wall(at: datetime, offset: timedelta) -> str:
    """Return the weekday and time that a clock at an offset shows."""
    return (at + offset).strftime("%a %H:%M")


def span(length: timedelta) -> str:
    """Return a length as ``58 h 55 m``."""
    minutes = int(length.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} m"


def print_harmless(what: "Mapping[str, object] | str | object") -> None:
    """Print text for a person, or JSON; nothing that strangers wrote may steer the terminal."""
    if isinstance(what, str):
        print(clean_body(what, limit=10_000_000))
    else:
        print(escaped_json(json.dumps(what, ensure_ascii=False, indent=2)))
