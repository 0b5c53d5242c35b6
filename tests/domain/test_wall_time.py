"""Wall clocks: what a clock on a wall shows, and when."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.wall_time import instant, local, utc_offset, zone_info
from tests.make import at

PLAIN = [
    ("Asia/Kathmandu", "2026-11-21 12:00", "2026-11-21 06:15"),
    ("America/St_Johns", "2026-01-10 12:00", "2026-01-10 15:30"),
    ("America/St_Johns", "2026-07-10 12:00", "2026-07-10 14:30"),
    ("Australia/Lord_Howe", "2026-01-10 12:00", "2026-01-10 01:00"),
    ("Australia/Lord_Howe", "2026-07-10 12:00", "2026-07-10 01:30"),
    ("Pacific/Apia", "2026-11-21 12:00", "2026-11-20 23:00"),
    ("Pacific/Chatham", "2026-07-10 12:00", "2026-07-09 23:15"),
    ("Pacific/Chatham", "2026-01-10 12:00", "2026-01-09 22:15"),
    ("Asia/Riyadh", "2026-11-22 09:00", "2026-11-22 06:00"),
]

HOLES = [  # zone, a wall time nobody saw, the first instant after it
    ("Europe/Berlin", "2026-03-29 02:00", "2026-03-29 01:00"),
    ("Europe/Berlin", "2026-03-29 02:59:59", "2026-03-29 01:00"),
    ("America/New_York", "2026-03-08 02:30", "2026-03-08 07:00"),
    ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03 15:30"),
    ("Europe/Lisbon", "2026-03-29 01:30", "2026-03-29 01:00"),
    ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 22:00"),
    ("Pacific/Apia", "2011-12-30 09:00", "2011-12-30 10:00"),  # a whole day that Samoa left out
]

TWICE = [  # zone, a wall time seen twice, first and last instant of it
    ("Europe/Berlin", "2026-10-25 02:30", "2026-10-25 00:30", "2026-10-25 01:30"),
    ("America/New_York", "2026-11-01 01:30", "2026-11-01 05:30", "2026-11-01 06:30"),
    ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04 14:45", "2026-04-04 15:15"),
    ("Europe/Lisbon", "2026-10-25 01:30", "2026-10-25 00:30", "2026-10-25 01:30"),
]


def parts(wall: str) -> tuple[date, time]:
    moment = datetime.fromisoformat(wall)
    return moment.date(), moment.time()


@pytest.mark.parametrize(("zone", "wall", "expected"), PLAIN)
def test_a_wall_time_is_one_instant(zone: str, wall: str, expected: str) -> None:
    assert instant(*parts(wall), ZoneInfo(zone)) == at(expected)
    assert instant(*parts(wall), ZoneInfo(zone), is_end=True) == at(expected)


@pytest.mark.parametrize(("zone", "wall", "expected"), HOLES)
def test_a_wall_time_that_does_not_exist_is_the_first_instant_after_the_hole(
    zone: str, wall: str, expected: str
) -> None:
    assert instant(*parts(wall), ZoneInfo(zone)) == at(expected)
    assert instant(*parts(wall), ZoneInfo(zone), is_end=True) == at(expected)


@pytest.mark.parametrize(("zone", "wall", "first", "last"), TWICE)
def test_a_wall_time_that_exists_twice_starts_early_and_ends_late(zone: str, wall: str, first: str, last: str) -> None:
    assert instant(*parts(wall), ZoneInfo(zone)) == at(first)
    assert instant(*parts(wall), ZoneInfo(zone), is_end=True) == at(last)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Europe/Lisbon", date(2026, 3, 29)),
        ("Europe/Lisbon", date(2026, 10, 25)),
        ("America/St_Johns", date(2026, 3, 8)),
        ("Pacific/Chatham", date(2026, 9, 27)),
        ("Africa/Cairo", date(2026, 10, 29)),
        ("Asia/Kathmandu", date(2026, 11, 21)),
    ],
)
def test_an_instant_is_what_somebody_watching_the_clock_all_day_would_write_down(zone: str, day: date) -> None:
    clock = ZoneInfo(zone)
    midnight = datetime.combine(day, time(), UTC)
    seen = [
        (moment.astimezone(clock).replace(tzinfo=None), moment)
        for moment in (midnight + timedelta(minutes=minute) for minute in range(-15 * 60, 40 * 60))
    ]
    for quarter in range(96):
        wall = datetime.combine(day, time(*divmod(quarter * 15, 60)))
        sightings = [moment for shown, moment in seen if shown == wall]
        starts = sightings[:1] or [next(moment for shown, moment in seen if shown > wall)]
        ends = sightings[-1:] or starts
        assert [instant(day, wall.time(), clock)] == starts
        assert [instant(day, wall.time(), clock, is_end=True)] == ends


def test_a_hole_that_does_not_end_on_a_full_minute_is_met_to_the_second() -> None:
    monrovia = ZoneInfo("Africa/Monrovia")  # it left -00:44:30 for UTC on 7 January 1972 at midnight
    assert instant(date(1972, 1, 7), time(0, 30), monrovia) == at("1972-01-07 00:44:30")


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_are_instants_too(zone: str, day: date) -> None:
    found = instant(day, time(12), ZoneInfo(zone))
    assert local(found, ZoneInfo(zone)).tzinfo == ZoneInfo(zone)


@pytest.mark.parametrize("far", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_clock_can_be_read_at_any_instant(far: datetime) -> None:
    assert abs(local(far, ZoneInfo("Pacific/Kiritimati")).year - far.year) <= 1


@pytest.mark.parametrize(
    ("zone", "hours"), [("Asia/Kathmandu", 5.75), ("America/St_Johns", -3.5), ("Pacific/Apia", 13), ("UTC", 0)]
)
def test_an_offset_is_ahead_of_utc(zone: str, hours: float) -> None:
    assert utc_offset(at("2026-11-21 03:05"), ZoneInfo(zone)) == timedelta(hours=hours)


def test_a_zone_is_known_by_its_exact_name() -> None:
    assert zone_info("Asia/Tokyo") == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    "name",
    [
        "", " ", ".", "..", "../etc", "/etc/passwd", "Europe", "Europe/", "Europe//Berlin", "Europe/Berlin ",
        "europe/berlin", "EUROPE/BERLIN", "Europe/Atlantis", "a\0b", "Europe/Berlin\0", "a" * 100_000, "\ud800",
        "zone.tab", "posix/UTC", "right/UTC", "localtime", "Factory", "W. Europe Standard Time", "+01:00",
    ],
)  # fmt: skip
def test_anything_else_is_no_zone(name: str) -> None:
    assert zone_info(name) is None
