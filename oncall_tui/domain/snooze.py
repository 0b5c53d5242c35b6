"""Until when a ticket may wait, as somebody types it."""

import re
from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import instant, local, zone_info

MORNING: Final = "morning"
UNTIL_THEY_WRITE: Final = "write"
LONGEST: Final = timedelta(days=14)
"""Nothing is put aside for longer than the longest turn on call."""
_LENGTH = re.compile(r"(?:(\d{1,2})\s*d)?\s*(?:(\d{1,3})\s*h)?\s*(?:(\d{1,4})\s*m)?")
_CLOCK = re.compile(r"(?:(?P<day>mon|tue|wed|thu|fri|sat|sun|tomorrow)[a-z]*\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = timedelta(days=1)


def customer_morning(row: Row, now: datetime) -> datetime | None:
    """Return when the customer's next working day begins; None where nobody knows the customer's clock."""
    if row.day.opens_at is not None:
        return row.day.opens_at
    zone = zone_info(row.zone.zone)
    if row.works_today is None or zone is None:
        return row.day.wakes_at
    return instant(local(now, zone).date() + _DAY, row.works_today.opens, zone)


def snoozed_until(text: str, now: datetime, here: tzinfo, morning: datetime | None) -> datetime | None:
    """Return the instant somebody means; None for the time the customer writes.

    Args:
        text: ``morning``, ``write``, a length such as ``2h30m``, or a time such as ``14:30`` or ``Mon 9:00``.
        now: The present instant.
        here: The clock of whoever types.
        morning: The customer's morning.

    Raises:
        ValueError: With a sentence that says what to write instead.
    """
    wanted = " ".join(text.casefold().split())
    if wanted == UNTIL_THEY_WRITE:
        return None
    if wanted == MORNING:
        if morning is None:
            raise ValueError("nobody knows this customer's clock: write a time, or press C to correct it")
        return morning
    until = _after_length(wanted, now) or _at_clock(wanted, now, here)
    if until is None:
        raise ValueError(f"“{text}” is no time: write morning, write, 2h, 14:30 or Mon 9:00")
    if until - now > LONGEST:
        raise ValueError(f"a ticket can wait for {LONGEST.days} days at most")
    return until


def _after_length(text: str, now: datetime) -> datetime | None:
    found = _LENGTH.fullmatch(text)
    if found is None or not text:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes)
    return now + length if length else None


def _at_clock(text: str, now: datetime, here: tzinfo) -> datetime | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    try:
        at = time(int(found["hour"]), int(found["minute"]))
    except ValueError:
        return None
    today = local(now, here).date()
    if found["day"] == "tomorrow":
        return instant(today + _DAY, at, here)
    ahead = (_DAYS.index(found["day"]) - today.weekday()) % len(_DAYS) if found["day"] else 0
    until = instant(today + ahead * _DAY, at, here)
    return until if until > now else instant(today + (ahead + (len(_DAYS) if found["day"] else 1)) * _DAY, at, here)
