"""What part of the day it is for a customer, and when that changes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from oncall_tui.domain.wall_time import instant, local

NIGHT_BEGINS: Final = time(22)
NIGHT_ENDS: Final = time(7)

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENTRY = "[a-z]+(?: ?- ?[a-z]+)?"
_TIME = "[0-9]{1,2}:[0-9]{2}"
_HOURS = re.compile(f"(?P<days>{_ENTRY}(?: ?, ?{_ENTRY})*),? (?P<opens>{_TIME}) ?- ?(?P<closes>{_TIME})")
_MIDNIGHT = time()
_DAY = timedelta(days=1)
_HOURS_OF_DAY: Final = 24
_LOOK_AHEAD: Final = 28
"""Days in which working hours begin again after the longest holidays, and after a change of the date line."""

HolidayOn = Callable[[date], str]
"""Returns the name of the holiday a date is, or nothing."""


def no_holiday(_: date) -> str:
    """Name no day a holiday."""
    return ""


class Day(StrEnum):
    """What a customer's clock means for us."""

    AT_WORK = "at work"
    AWAKE = "awake"
    ASLEEP = "asleep"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDay:
    """The part of the day now, and what comes next."""

    day: Day
    name: str = ""
    """What the holiday is called; empty on any other day."""
    opens_at: datetime | None = None
    """When working hours begin next; None while at work, or unknown."""
    closes_at: datetime | None = None
    """When working hours end; None unless at work."""
    wakes_at: datetime | None = None
    """When the night ends; None unless asleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """When a customer works, on the customer's clock."""

    days: frozenset[int]
    """0 is Monday."""
    opens: time
    closes: time
    """Later than ``opens``, or midnight for the end of the day."""


MONDAY_TO_FRIDAY: Final = WorkingHours(days=frozenset({0, 1, 2, 3, 4}), opens=time(9), closes=time(18))
SUNDAY_TO_THURSDAY: Final = WorkingHours(days=frozenset({6, 0, 1, 2, 3}), opens=time(9), closes=time(18))
SUNDAY_TO_FRIDAY: Final = WorkingHours(days=frozenset({6, 0, 1, 2, 3, 4}), opens=time(9), closes=time(18))

SATURDAY_TO_THURSDAY: Final = WorkingHours(days=frozenset({5, 6, 0, 1, 2, 3}), opens=time(9), closes=time(18))
NOT_FRIDAY_NOR_SUNDAY: Final = WorkingHours(days=frozenset({0, 1, 2, 3, 5}), opens=time(9), closes=time(18))

_RESTING_FRIDAY_AND_SATURDAY: Final = "BD BH DJ DZ EG IL IQ JO KW LY MV OM PS QA SA SD SY YE"
_OTHER_WEEKENDS: Final = {
    **dict.fromkeys(_RESTING_FRIDAY_AND_SATURDAY.split(), SUNDAY_TO_THURSDAY),
    **dict.fromkeys(("AF", "IR"), SATURDAY_TO_THURSDAY),
    "BN": NOT_FRIDAY_NOR_SUNDAY,
    "NP": SUNDAY_TO_FRIDAY,
}
"""Working days by country, where they are not Monday to Friday."""


def default_hours(country: str) -> WorkingHours:
    """Return when people in a country usually work; Monday to Friday where nothing else is known."""
    return _OTHER_WEEKENDS.get(country, MONDAY_TO_FRIDAY)


def working_hours(text: str) -> WorkingHours:
    """Read hours such as ``Mon-Fri 09:00-18:00`` or ``Sat, Mon-Wed 8:30-24:00``.

    Raises:
        ValueError: With a sentence that says what cannot be read and what to write instead.
    """
    found = _HOURS.fullmatch(" ".join(text.replace("\N{EN DASH}", "-").casefold().split()))
    if found is None:
        raise ValueError(f'hours {text!r} cannot be read; write days and times such as "Mon-Fri 09:00-18:00"')
    opens, closes = _time(found["opens"]), _time(found["closes"])
    if closes <= opens and closes != _MIDNIGHT:
        raise ValueError(f"hours {text!r} close before they open; end them at 24:00 at the latest")
    return WorkingHours(days=frozenset(_days(found["days"])), opens=opens, closes=closes)


def local_day(at: datetime, zone: tzinfo, hours: WorkingHours, holiday_on: HolidayOn = no_holiday) -> LocalDay:
    """Return the part of the day on a customer's clock: work before night, night before holiday and weekend.

    Who works on every day of the week works on holidays too.
    """
    is_free = no_holiday if len(hours.days) == len(_DAYS) else holiday_on
    shown = local(at, zone)
    today = shown.date()
    holiday = is_free(today)
    if not holiday and (closes_at := _closes_at(at, today, zone, hours)):
        return LocalDay(day=Day.AT_WORK, closes_at=closes_at)
    opens_at = _opens_at(at, today, zone, hours, is_free)
    if NIGHT_ENDS <= shown.time() < NIGHT_BEGINS:
        day = Day.HOLIDAY if holiday else Day.AWAKE if today.weekday() in hours.days else Day.WEEKEND
        return LocalDay(day=day, name=holiday, opens_at=opens_at)
    morning = today + (_DAY if shown.time() >= NIGHT_BEGINS else timedelta())
    night_ends_at = instant(morning, NIGHT_ENDS, zone)
    wakes_at = min(night_ends_at, opens_at or night_ends_at)  # who opens before seven is up by then
    return LocalDay(day=Day.ASLEEP, wakes_at=wakes_at, opens_at=opens_at)


def works_on(day: date, hours: WorkingHours, holiday_on: HolidayOn = no_holiday) -> bool:
    """Tell whether a customer works on a date."""
    is_holiday = len(hours.days) < len(_DAYS) and bool(holiday_on(day))
    return day.weekday() in hours.days and not is_holiday


def day_by_hours(hours: WorkingHours | None) -> tuple[Day, ...]:
    """Return at work, awake or asleep for each hour of the clock; without hours nobody works that day."""
    return tuple(_part(time(hour), hours) for hour in range(_HOURS_OF_DAY))


def _part(at: time, hours: WorkingHours | None) -> Day:
    if hours is not None and hours.opens.replace(minute=0) <= at and (at < hours.closes or hours.closes == _MIDNIGHT):
        return Day.AT_WORK
    return Day.AWAKE if NIGHT_ENDS <= at < NIGHT_BEGINS else Day.ASLEEP


def _closes_at(at: datetime, on: date, zone: tzinfo, hours: WorkingHours) -> datetime | None:
    """Return when the hours under way end, or None outside of them."""
    if on.weekday() not in hours.days:
        return None
    last_on = on + _DAY if hours.closes == _MIDNIGHT else on
    closes_at = instant(last_on, hours.closes, zone, is_end=True)
    return closes_at if instant(on, hours.opens, zone) <= at < closes_at else None


def _opens_at(at: datetime, on: date, zone: tzinfo, hours: WorkingHours, is_free: HolidayOn) -> datetime | None:
    for day in (on + days * _DAY for days in range(_LOOK_AHEAD) if (on + days * _DAY).weekday() in hours.days):
        opens_at = instant(day, hours.opens, zone)
        if opens_at > at and not is_free(day) and local(opens_at, zone).date() == day:  # the date line skips days
            return opens_at
    return None


def _time(text: str) -> time:
    hour, minute = (int(number) for number in text.split(":"))
    if (hour, minute) == (24, 0):
        return _MIDNIGHT
    try:
        return time(hour, minute)
    except ValueError:
        raise ValueError(f"{text} is no time of day; write one such as 09:00") from None


def _days(text: str) -> Iterator[int]:
    for entry in text.split(","):
        first, _, last = (name.strip() for name in entry.partition("-"))
        begin = _day(first)
        length = (_day(last) - begin) % len(_DAYS) if last else 0
        yield from ((begin + day) % len(_DAYS) for day in range(length + 1))


def _day(name: str) -> int:
    for number, day in enumerate(_DAYS):
        if name in {day, day[:3]}:
            return number
    raise ValueError(f"{name} is no day of the week; write one such as Mon")
