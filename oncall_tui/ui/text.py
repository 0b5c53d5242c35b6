"""Instants and durations in the words of the screen; pure, so that it is tested without an app."""

from datetime import UTC, datetime, timedelta
from inspect import unwrap
from typing import Protocol, runtime_checkable

from rich.cells import cached_cell_len, set_cell_size

from oncall_tui.domain.wall_time import local, zone_info

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = 7 * DAY
YEAR = 365 * DAY
_THREE_FIGURES = 100
TIMES = "×"  # noqa: RUF001 - the sign of multiplication
UNKNOWN = "–"  # noqa: RUF001 - a dash, not a minus
"""Stands where a source says nothing."""
_measured = unwrap(cached_cell_len)


@runtime_checkable
class _Cached(Protocol):
    """What keeps its answers."""

    def cache_clear(self) -> None:
        """Forget them."""


def cells(text: str) -> int:
    """Return how many cells a text takes on the screen.

    Rich's ``cell_len`` would keep the length of some thousand texts, most of which hold a time that never comes again.
    """
    return len(text) if text.isascii() else _measured(text)


def forget_cells() -> None:
    """Let go of the lengths that Textual had Rich keep all the same, when it divided a line to draw a part of it."""
    if isinstance(cached_cell_len, _Cached):
        cached_cell_len.cache_clear()


def fit(text: str, width: int) -> str:
    """Return text of exactly ``width`` cells, cut with an ellipsis or padded."""
    whole = cut(text, width)
    return whole + " " * (width - cells(whole))


def fit_right(text: str, width: int) -> str:
    """Return text of at least ``width`` cells, padded on its left."""
    return " " * (width - cells(text)) + text


def cut(text: str, width: int) -> str:
    """Return text of at most ``width`` cells; what is cut shows an ellipsis."""
    if cells(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…" if width > 0 else ""


def between(left: str, right: str, width: int) -> str:
    """Return a line with ``right`` at its right edge; ``left`` gives way."""
    return fit(left, width - cells(right) - 1) + " " + right if right else cut(left, width)


def wall(at: datetime, zone: str) -> datetime:
    """Return an instant on a zone's wall clock; in UTC when the zone is unknown."""
    return local(at, zone_info(zone) or UTC)


def place(zone: str) -> str:
    """Return the city of a zone's name."""
    return zone.rpartition("/")[2].replace("_", " ")


def day_and_clock(at: datetime, zone: str) -> str:
    """Return ``Fri 22:05``."""
    return f"{wall(at, zone):%a %H:%M}"


def clock(at: datetime, zone: str, now: datetime) -> str:
    """Return ``22:05``, with its day when that is another one than today."""
    local = wall(at, zone)
    if local.date() == wall(now, zone).date():
        return f"{local:%H:%M}"
    return f"{local:%a %H:%M}" if abs(at - now) < 6 * DAY else f"{local:%a %d %b %H:%M}"


def span(length: timedelta) -> str:
    """Return ``58 h 55 m``; whole minutes, rounded down."""
    if length < MINUTE:
        return "under 1 m"
    days, hours, minutes = length // DAY, length // HOUR, length % HOUR // MINUTE
    if length >= 100 * HOUR:
        return f"{days} d {hours % 24} h"
    return " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "m")) if count)


def next_minute(now: datetime) -> datetime:
    """Return when wall clocks show another minute."""
    return next_minute_to(now.replace(second=0, microsecond=0), now)


def next_minute_to(at: datetime, now: datetime) -> datetime:
    """Return when whole minutes are left to an instant: then it may be over, and just after that one minute less."""
    return now + max((at - now) % MINUTE, timedelta.resolution)


def countdown(left: timedelta) -> str:
    """Return ``4 m 12 s``, rounded up so that it ends when the time is over."""
    seconds = max(0, -int(-left.total_seconds() // 1))
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} m {rest:02} s" if minutes else f"{rest} s"


def age(length: timedelta) -> str:
    """Return one figure with its unit: ``12 s``, ``40 m``, ``2 h``, ``3 d``; rounded down."""
    if length < MINUTE:
        return f"{max(0, int(length.total_seconds()))} s"
    return _coarse(length)


def _coarse(length: timedelta) -> str:
    if length < HOUR:
        return f"{int(length / MINUTE)} m"
    return f"{int(length / HOUR)} h" if length < 2 * DAY else f"{int(length / DAY)} d"


def waiting(since: datetime | None, now: datetime) -> str:
    """Return how long a customer has been waiting for us."""
    if since is None:
        return UNKNOWN
    return "now" if now - since < MINUTE else _coarse(now - since)


def due(due_at: datetime | None, now: datetime) -> str:
    """Return ``late 8 m``, ``due now`` or ``in 3 h``; rounded so that it never promises time there is not.

    It always fits its column: what is left of a figure that was cut would be another one.
    """
    if due_at is None:
        return UNKNOWN
    left = due_at - now
    if abs(left) < MINUTE:
        return "due now"
    return f"in {_at_most_two_figures(left)}" if left > timedelta() else f"late {_at_most_two_figures(-left)}"


def _at_most_two_figures(length: timedelta) -> str:
    if length < _THREE_FIGURES * DAY:
        return _coarse(length)
    return f"{length // WEEK} w" if length < _THREE_FIGURES * WEEK else f"{min(length // YEAR, 99)} y"


def touches(count: int | None) -> str:
    """Return how often our side did something."""
    return UNKNOWN if count is None else f"{count}{TIMES}"
