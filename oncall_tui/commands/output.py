"""How commands write instants and sentences."""

from datetime import UTC, datetime, timedelta
from typing import overload


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
