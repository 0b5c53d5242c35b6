"""The rota against a walk over UTC, in zones whose clocks do everything clocks can do."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Rota, Rotation, WeekTime
from tests.make import people
from tests.rota import brute_force

ALWAYS = (
    "Australia/Lord_Howe",  # half an hour forward and back
    "Africa/Cairo",  # at midnight, on a Friday and a Thursday
    "Asia/Jerusalem",  # on a Friday
    "Africa/Casablanca",  # four changes in some years, for Ramadan
    "America/Santiago",  # at midnight: Sunday begins at 01:00
    "America/Havana",  # midnight twice
    "Antarctica/Troll",  # by two hours
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/St_Johns",
    "Pacific/Chatham",
    "Pacific/Apia",
)
YEARS = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2029, 1, 20, tzinfo=UTC))
LOST_FRIDAY = (datetime(2011, 6, 1, tzinfo=UTC), datetime(2012, 6, 20, tzinfo=UTC))
FRI, SAT, SUN = 4, 5, 6


@dataclass(frozen=True)
class Turn:
    """When a turn starts, and how many days later it ends at which time."""

    weekday: int
    starts: str
    days: int
    ends: str


WEEKEND = Turn(FRI, "18:00", 3, "09:00")
EDGES = (
    WEEKEND,
    Turn(SUN, "02:30", 0, "03:30"),  # within the hours that most clocks skip or repeat
    Turn(SUN, "00:00", 1, "00:00"),
    Turn(FRI, "00:30", 1, "00:00"),
    Turn(SAT, "23:30", 1, "02:00"),
)


def assert_agrees(
    zone: ZoneInfo, turn: Turn, span: tuple[datetime, datetime], walked: list[brute_force.Stretch]
) -> None:
    """Let Ana and somebody unknown take turns, and compare starts, ends, lengths and gaps."""
    starts, ends = time.fromisoformat(turn.starts), time.fromisoformat(turn.ends)
    first = span[0].date() + timedelta(days=(turn.weekday - span[0].weekday()) % 7 + 7)
    rotation = Rotation(
        name="Weekend",
        starts=WeekTime(weekday=turn.weekday, at=starts),
        ends=WeekTime(weekday=(turn.weekday + turn.days) % 7, at=ends),
        first_on=first,
        people=(PersonId("ana"), PersonId("zed")),
    )
    expected = list(brute_force.turns(first, turn.days, starts, ends, walked))
    plan = Rota(zone=zone, people=people("ana"), rotations=(rotation,))
    until = expected[-1][0] + timedelta(microseconds=1)
    anas = [(each.starts_at, each.ends_at) for each in plan.shifts(span[0], until)]
    nobodys = [(each.starts_at, each.ends_at) for each in plan.gaps(span[0], until)]
    real = [each if each[0] < each[1] else None for each in expected]  # a turn within a skipped hour is none
    assert anas == [each for each in real[0::2] if each], (zone, turn)
    assert nobodys == [each for each in real[1::2] if each], (zone, turn)
    for (starts_at, ends_at), following in list(pairwise(anas))[::20]:  # what the countdown reads
        under_way, coming = plan.on_call(ends_at - timedelta(microseconds=1)), plan.next_shift(starts_at)
        assert under_way is not None
        assert (under_way.starts_at, under_way.ends_at) == (starts_at, ends_at)
        assert coming is not None
        assert (coming.starts_at, coming.ends_at) == following


@pytest.mark.parametrize("name", ALWAYS)
def test_every_weekend_of_four_years_agrees_with_a_walk_over_utc(name: str) -> None:
    zone = ZoneInfo(name)
    walked = brute_force.walk(zone, *YEARS)
    for turn in EDGES:
        assert_agrees(zone, turn, YEARS, walked)


def test_the_friday_that_samoa_left_out_agrees_too() -> None:
    zone = ZoneInfo("Pacific/Apia")
    walked = brute_force.walk(zone, *LOST_FRIDAY)
    for turn in EDGES:
        assert_agrees(zone, turn, LOST_FRIDAY, walked)
    weekend = next(iter(brute_force.turns(date(2011, 12, 30), 3, time(18), time(9), walked)))
    assert weekend[1] - weekend[0] == timedelta(hours=57)  # Saturday 00:00, right after Thursday, to Monday 09:00


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(available_timezones() - {"localtime"}))
def test_every_zone_agrees(name: str) -> None:
    zone = ZoneInfo(name)
    walked = brute_force.walk(zone, *YEARS)
    for turn in EDGES:
        assert_agrees(zone, turn, YEARS, walked)
