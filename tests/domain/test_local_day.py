"""The part of the day on a customer's clock."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.local_day import (
    MONDAY_TO_FRIDAY,
    SUNDAY_TO_FRIDAY,
    SUNDAY_TO_THURSDAY,
    Day,
    LocalDay,
    WorkingHours,
    day_by_hours,
    default_hours,
    local_day,
    working_hours,
)
from oncall_tui.domain.wall_time import local
from oncall_tui.places import ATLAS
from tests.make import FRIDAY_NIGHT, at


def usual_hours(zone: str) -> WorkingHours:
    return default_hours(ATLAS.country_of_zone(zone))


def until(moment: datetime | None, now: datetime) -> str:
    """Write how long it is until an instant, as ``2 h 55 m``; nothing for no instant."""
    if moment is None:
        return ""
    hours, minutes = divmod((moment - now) // timedelta(minutes=1), 60)
    return f"{hours} h {minutes:02} m"


def told(day: LocalDay, now: datetime) -> tuple[str, str, str, str]:
    return str(day.day), until(day.closes_at, now), until(day.wakes_at, now), until(day.opens_at, now)


@pytest.mark.parametrize(
    ("zone", "clock", "expected"),
    [
        ("Asia/Tokyo", "Sat 12:05", ("weekend", "", "", "44 h 55 m")),
        ("Asia/Riyadh", "Sat 06:05", ("asleep", "", "0 h 55 m", "26 h 55 m")),
        ("Europe/Berlin", "Sat 04:05", ("asleep", "", "2 h 55 m", "52 h 55 m")),
        ("America/Los_Angeles", "Fri 19:05", ("awake", "", "", "61 h 55 m")),
        ("America/New_York", "Fri 22:05", ("asleep", "", "8 h 55 m", "58 h 55 m")),
        ("America/St_Johns", "Fri 23:35", ("asleep", "", "7 h 25 m", "57 h 25 m")),
        ("Asia/Kathmandu", "Sat 08:50", ("weekend", "", "", "24 h 10 m")),
        ("Pacific/Honolulu", "Fri 17:05", ("at work", "0 h 55 m", "", "")),
        ("Pacific/Chatham", "Sat 16:50", ("weekend", "", "", "40 h 10 m")),
        ("Pacific/Apia", "Sat 16:05", ("weekend", "", "", "40 h 55 m")),
        ("Australia/Lord_Howe", "Sat 14:05", ("weekend", "", "", "42 h 55 m")),
    ],
)
def test_friday_night_in_new_york_is_another_part_of_the_day_elsewhere(
    zone: str, clock: str, expected: tuple[str, str, str, str]
) -> None:
    assert f"{FRIDAY_NIGHT.astimezone(ZoneInfo(zone)):%a %H:%M}" == clock
    assert told(local_day(FRIDAY_NIGHT, ZoneInfo(zone), usual_hours(zone)), FRIDAY_NIGHT) == expected


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-22 06:00", "Asia/Riyadh", ("at work", "9 h 00 m", "", "")),  # Sunday 09:00
        ("2026-11-20 09:00", "Asia/Riyadh", ("weekend", "", "", "45 h 00 m")),  # Friday noon
        ("2026-11-22 08:00", "Asia/Jerusalem", ("at work", "8 h 00 m", "", "")),
        ("2026-11-20 08:00", "Asia/Kathmandu", ("at work", "4 h 15 m", "", "")),  # Friday 13:45
        ("2026-11-23 06:30", "Europe/Berlin", ("awake", "", "", "1 h 30 m")),  # Monday 07:30
        ("2026-11-23 05:59", "Europe/Berlin", ("asleep", "", "0 h 01 m", "2 h 01 m")),
        ("2026-11-23 08:00", "Europe/Berlin", ("at work", "9 h 00 m", "", "")),
        ("2026-11-23 17:00", "Europe/Berlin", ("awake", "", "", "15 h 00 m")),  # Monday 18:00
        ("2026-11-23 21:00", "Europe/Berlin", ("asleep", "", "9 h 00 m", "11 h 00 m")),
        ("2026-11-22 20:59", "Europe/Berlin", ("weekend", "", "", "11 h 01 m")),
        ("2026-03-28 23:00", "Europe/Berlin", ("asleep", "", "6 h 00 m", "32 h 00 m")),  # an hour is left out
        ("2026-10-24 22:00", "Europe/Berlin", ("asleep", "", "8 h 00 m", "34 h 00 m")),  # an hour comes twice
        ("2026-10-03 14:00", "Australia/Lord_Howe", ("asleep", "", "6 h 00 m", "32 h 00 m")),  # half an hour left out
        ("2026-04-23 20:00", "Africa/Cairo", ("asleep", "", "8 h 00 m", "58 h 00 m")),  # Thursday 22:00, no midnight
    ],
)
def test_the_next_hours_are_counted_across_nights_weekends_and_clock_changes(
    now: str, zone: str, expected: tuple[str, str, str, str]
) -> None:
    assert told(local_day(at(now), ZoneInfo(zone), usual_hours(zone)), at(now)) == expected


def test_a_bare_offset_is_a_clock_too() -> None:
    day = local_day(FRIDAY_NIGHT, timezone(timedelta(hours=-8)), MONDAY_TO_FRIDAY)
    assert told(day, FRIDAY_NIGHT) == ("awake", "", "", "61 h 55 m")


def test_who_works_at_night_is_at_work_and_who_opens_early_wakes_early() -> None:
    bakery = working_hours("Mon-Sat 04:00-11:00")
    night = at("2026-11-23 02:00")  # Monday 03:00 in Berlin
    assert told(local_day(night, ZoneInfo("Europe/Berlin"), bakery), night) == ("asleep", "", "1 h 00 m", "1 h 00 m")
    assert local_day(at("2026-11-23 04:30"), ZoneInfo("Europe/Berlin"), bakery).day is Day.AT_WORK


def test_hours_may_end_at_midnight() -> None:
    late = at("2026-11-21 22:30")  # Saturday 23:30 in Berlin
    day = local_day(late, ZoneInfo("Europe/Berlin"), working_hours("Sat 18:00-24:00"))
    assert told(day, late) == ("at work", "0 h 30 m", "", "")


def test_hours_that_end_in_a_repeated_hour_end_in_the_second_one() -> None:
    night = at("2026-10-25 00:45")  # 02:45 in Berlin, for the first time
    day = local_day(night, ZoneInfo("Europe/Berlin"), working_hours("Sun 01:00-02:30"))
    assert told(day, night) == ("at work", "0 h 45 m", "", "")


def test_a_day_that_a_country_left_out_is_no_working_day() -> None:
    thursday = at("2011-12-30 04:00")  # 18:00 in Samoa, hours before its Friday was dropped
    day = local_day(thursday, ZoneInfo("Pacific/Apia"), MONDAY_TO_FRIDAY)
    assert day.opens_at == at("2012-01-01 19:00")  # Monday 09:00


def holiday_in(country: str, region: str = "") -> Callable[[date], str]:
    return lambda day: ATLAS.holidays(country, region, day.year).get(day, "")


@pytest.mark.parametrize(
    ("now", "zone", "region", "expected"),
    [
        # Labour Thanksgiving Day is a Monday; those who wait until then wait a day longer.
        ("2026-11-21 04:00", "Asia/Tokyo", "", ("weekend", "", "", "68 h 00 m", "")),  # Saturday 13:00
        ("2026-11-23 01:00", "Asia/Tokyo", "", ("holiday", "", "", "23 h 00 m", "Labor Thanksgiving Day")),
        ("2026-11-22 16:00", "Asia/Tokyo", "", ("asleep", "", "6 h 00 m", "32 h 00 m", "")),  # Monday 01:00
        ("2026-11-23 12:00", "Asia/Tokyo", "", ("holiday", "", "", "12 h 00 m", "Labor Thanksgiving Day")),
        ("2026-11-24 01:00", "Asia/Tokyo", "", ("at work", "8 h 00 m", "", "", "")),
        # Epiphany is a holiday in Bavaria and none in Berlin.
        ("2026-01-06 11:00", "Europe/Berlin", "BY", ("holiday", "", "", "21 h 00 m", "Epiphany")),
        ("2026-01-06 11:00", "Europe/Berlin", "BE", ("at work", "6 h 00 m", "", "", "")),
        ("2026-01-06 11:00", "Europe/Berlin", "", ("at work", "6 h 00 m", "", "", "")),
        # A holiday on a day off is a holiday; Christmas leaves four days between Thursday and Monday.
        ("2026-12-26 11:00", "Europe/Berlin", "", ("holiday", "", "", "45 h 00 m", "Second Day of Christmas")),
        ("2026-12-24 18:00", "Europe/Berlin", "", ("awake", "", "", "86 h 00 m", "")),
        # Golden Week, from Saturday to Wednesday, and the year's turn.
        ("2026-05-01 10:00", "Asia/Tokyo", "", ("awake", "", "", "134 h 00 m", "")),
        ("2026-12-31 17:00", "Europe/Berlin", "", ("awake", "", "", "87 h 00 m", "")),
        ("2026-11-22 06:00", "Asia/Riyadh", "", ("at work", "9 h 00 m", "", "", "")),  # Sunday 09:00
        ("2026-11-21 03:05", "Asia/Kathmandu", "", ("weekend", "", "", "24 h 10 m", "")),  # Saturday 08:50
    ],
)
def test_public_holidays_close_a_country_or_a_region_of_it(
    now: str, zone: str, region: str, expected: tuple[str, str, str, str, str]
) -> None:
    holiday_on = holiday_in(ATLAS.country_of_zone(zone), region)
    day = local_day(at(now), ZoneInfo(zone), usual_hours(zone), holiday_on)
    assert (*told(day, at(now)), day.name) == expected


def test_who_works_every_day_works_on_holidays_too() -> None:
    christmas = at("2026-12-25 12:00")
    day = local_day(christmas, ZoneInfo("Europe/Berlin"), working_hours("Mon-Sun 00:00-24:00"), holiday_in("DE"))
    assert told(day, christmas) == ("at work", "11 h 00 m", "", "")


def test_a_country_that_never_opens_announces_no_opening() -> None:
    day = local_day(FRIDAY_NIGHT, ZoneInfo("Asia/Tokyo"), MONDAY_TO_FRIDAY, lambda _: "Strike")
    assert (day.day, day.opens_at) == (Day.HOLIDAY, None)


@settings(max_examples=60, deadline=None)
@given(
    hours=st.integers(0, 24 * 366),
    zone=st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"]
    ),
)
def test_what_is_announced_comes_true(hours: int, zone: str) -> None:
    now, clock = at("2026-01-01 00:20") + timedelta(hours=hours), ZoneInfo(zone)
    day = local_day(now, clock, usual_hours(zone))
    if day.day is Day.AT_WORK:
        assert day.closes_at is not None
        assert local_day(day.closes_at, clock, usual_hours(zone)).day is Day.AWAKE
    else:
        assert day.opens_at is not None
        assert local_day(day.opens_at, clock, usual_hours(zone)).day is Day.AT_WORK
        just_before = day.opens_at - timedelta(seconds=1)
        assert local_day(just_before, clock, usual_hours(zone)).opens_at == day.opens_at
    if day.day is Day.ASLEEP:
        assert day.wakes_at is not None
        assert local_day(day.wakes_at, clock, usual_hours(zone)).day in {Day.AWAKE, Day.WEEKEND}
        assert local(day.wakes_at, clock).time() == time(7)


@pytest.mark.parametrize(
    ("hours", "cells"),
    [
        ("Mon-Fri 09:00-18:00", "zzzzzzz··█████████····zz"),
        ("Mon-Fri 08:30-16:30", "zzzzzzz·█████████·····zz"),
        ("Mon-Sun 00:00-24:00", "█" * 24),
        ("Mon-Fri 18:00-24:00", "zzzzzzz···········██████"),
        ("", "zzzzzzz···············zz"),
    ],
)
def test_a_day_is_seen_hour_by_hour(hours: str, cells: str) -> None:
    shown = {Day.ASLEEP: "z", Day.AWAKE: "·", Day.AT_WORK: "█"}
    parts = day_by_hours(working_hours(hours) if hours else None)
    assert "".join(shown[part] for part in parts) == cells


@pytest.mark.parametrize(
    ("text", "days", "opens", "closes"),
    [
        ("Mon-Fri 09:00-18:00", {0, 1, 2, 3, 4}, time(9), time(18)),
        ("Sun-Thu 08:30-17:00", {6, 0, 1, 2, 3}, time(8, 30), time(17)),
        ("  sat  8:30 - 12:00 ", {5}, time(8, 30), time(12)),
        ("Mon, Wed,Friday 09:00-18:00", {0, 2, 4}, time(9), time(18)),
        ("Mon-Tue, Thu - Fri, 09:00-18:00", {0, 1, 3, 4}, time(9), time(18)),
        ("Mon–Sun 00:00–24:00", set(range(7)), time(0), time(0)),  # noqa: RUF001 - dashes as people paste them
        ("SUN-SUN 9:00-9:01", {6}, time(9), time(9, 1)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, days: set[int], opens: time, closes: time) -> None:
    assert working_hours(text) == WorkingHours(days=frozenset(days), opens=opens, closes=closes)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "cannot be read"),
        ("always", "cannot be read"),
        ("09:00-18:00", "cannot be read"),
        ("Mon-Fri 9-18", "cannot be read"),
        ("Mon- 09:00-18:00", "cannot be read"),
        ("Mon-Wed-Fri 09:00-18:00", "cannot be read"),
        ("Mon-Fri 09:00-12:00, 13:00-17:00", "cannot be read"),
        ("Mon-Fri 18:00-09:00", "close before they open"),
        ("Mon-Fri 09:00-09:00", "close before they open"),
        ("Mon-Fri 09:00-25:00", "25:00 is no time of day"),
        ("Mon-Fri 09:60-18:00", "09:60 is no time of day"),
        ("Mo-Fr 09:00-18:00", "mo is no day of the week"),
        ("Monda-Fri 09:00-18:00", "monda is no day of the week"),
    ],
)
def test_hours_that_cannot_be_read_say_why(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        working_hours(text)


def test_the_weekend_is_where_the_customers_country_puts_it() -> None:
    assert default_hours("DE") == working_hours("Mon-Fri 09:00-18:00") == MONDAY_TO_FRIDAY
    assert default_hours("SA") == working_hours("Sun-Thu 09:00-18:00") == SUNDAY_TO_THURSDAY
    assert default_hours("NP") == working_hours("Sun-Fri 09:00-18:00") == SUNDAY_TO_FRIDAY
    assert default_hours("") == MONDAY_TO_FRIDAY
