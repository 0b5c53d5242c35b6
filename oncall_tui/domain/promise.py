"""What somebody means who promises a customer something ``by 09:00 their time``."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from oncall_tui.domain.wall_time import instant, local

LONGEST: Final = timedelta(days=31)
"""Nobody on call for a weekend keeps what is promised further ahead."""

_THEIRS: Final = re.compile(r"\b(?:their|the customer'?s?|customer'?s?) (?:time|clock)\b|\btheirs\b")
_OURS: Final = re.compile(r"\b(?:our|my) (?:time|clock)\b|\bhere\b|\bours\b|\bmine\b")
_LENGTH: Final = re.compile(
    r"(?:in |within )?(?:(?P<d>[0-9]{1,3}) ?(?:d|days?))? ?(?:(?P<h>[0-9]{1,4}) ?(?:h|hrs?|hours?))? ?"
    r"(?:(?P<m>[0-9]{1,5}) ?(?:m|min|mins|minutes?))?"
)
_CLOCK: Final = re.compile(r"(?P<hour>[0-9]{1,2})(?:[:.](?P<minute>[0-9]{2}))? ?(?P<half>am|pm)?")
_FILLERS: Final = re.compile(r"\b(?:by|until|till|before|at|next)\b ?")
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMED_TIMES: Final = {"noon": time(12), "midnight": time()}
_DAY: Final = timedelta(days=1)
_NOON_HOUR: Final = 12
_HOW: Final = "write a time, such as “by 09:00 their time”, “tomorrow 10:00”, “Mon 09:00” or “in 2 h”"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPromise:
    """A promise as it was understood."""

    due_at: datetime
    words: str
    """What is promised; empty for an answer."""
    is_their_clock: bool
    """The time was meant on the customer's clock."""


def spoken_promise(text: str, now: datetime, *, ours: tzinfo, theirs: tzinfo | None) -> SpokenPromise:
    """Read a time, on our clock unless it says ``their time``, and what is promised behind a comma.

    A time of day without a day is the next one. A time that does not exist is the first instant after the hole; of one
    that comes twice the earlier counts, which keeps the promise in both readings.

    Raises:
        ValueError: With a sentence that says what cannot be read and what to write instead.
    """
    when, _, words = text.partition(",")
    said = " ".join(when.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").casefold().split())
    is_theirs = _THEIRS.search(said) is not None
    if is_theirs and theirs is None:
        raise ValueError("nobody knows their clock: press C to set it, or write the time on ours")
    zone = theirs if is_theirs and theirs is not None else ours
    plain = " ".join(_OURS.sub("", _THEIRS.sub("", said)).split())
    due_at = _after_a_while(plain, now) or _at_a_time(plain, now, zone)
    if due_at <= now:
        raise ValueError(f"{when.strip()} is over already; write a time that is still to come")
    if due_at > now + LONGEST:
        raise ValueError(f"that is more than {LONGEST.days} days ahead; promise something nearer")
    return SpokenPromise(due_at=due_at, words=words.strip(), is_their_clock=is_theirs)


def _after_a_while(text: str, now: datetime) -> datetime | None:
    found = _LENGTH.fullmatch(text)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes = (int(found[unit] or 0) for unit in "dhm")
    return now + timedelta(days=days, hours=hours, minutes=minutes)


def _at_a_time(text: str, now: datetime, zone: tzinfo) -> datetime:
    words = _FILLERS.sub("", text).split()
    day = next((read for word in words if (read := _day(word, now, zone)) is not None), None)
    rest = " ".join(word for word in words if _day(word, now, zone) is None)
    at = _time(rest)
    if at is None:
        raise ValueError(f"{text!r} names a day and no time; {_HOW}" if day and not rest else _HOW)
    return _first(now, at, zone, day or (lambda _: True))


_Wanted = Callable[[date], bool]
"""Whether a day is one that is meant."""


def _first(now: datetime, at: time, zone: tzinfo, is_meant: _Wanted) -> datetime:
    """Return the first such time of day after now on a day that is meant; the last one where all are over."""
    today = local(now, zone).date()
    days = (today + ahead * _DAY for ahead in range(LONGEST.days + 2))
    times = [instant(day, at, zone) for day in days if is_meant(day)]
    if not times:
        raise ValueError(f"that day is over, or more than {LONGEST.days} days ahead; {_HOW}")
    return next((due_at for due_at in times if due_at > now), times[-1])


def _day(word: str, now: datetime, zone: tzinfo) -> _Wanted | None:
    today = local(now, zone).date()
    if word in {"today", "tonight", "tomorrow"}:
        wanted = today + (_DAY if word == "tomorrow" else timedelta())
        return lambda day: day == wanted
    for number, name in enumerate(_DAYS):
        if word in {name, name[:3]}:
            return lambda day: day.weekday() == number
    try:
        written = date.fromisoformat(word) if "-" in word else None
    except ValueError:
        return None
    return None if written is None else lambda day: day == written


def _time(text: str) -> time | None:
    if text in _NAMED_TIMES:
        return _NAMED_TIMES[text]
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if found["half"]:
        if not 1 <= hour <= _NOON_HOUR:
            raise ValueError(f"{text} is no time of day; {_HOW}")
        hour = hour % _NOON_HOUR + (_NOON_HOUR if found["half"] == "pm" else 0)
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"{text} is no time of day; {_HOW}") from None
