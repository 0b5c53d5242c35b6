"""The rota: who is on call, from when to when."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Gap, Override, Rota, Rotation, Shift, ShiftOrigin, WeekTime
from oncall_tui.domain.rota_problems import problems
from oncall_tui.domain.wall_time import instant
from tests.make import at, people, person

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def rotation(
    *names: str,
    name: str = "Weekend",
    starts: tuple[int, str] = (FRI, "18:00"),
    ends: tuple[int, str] = (MON, "09:00"),
    first_on: str = "2026-01-02",
) -> Rotation:
    return Rotation(
        name=name,
        starts=WeekTime(weekday=starts[0], at=time.fromisoformat(starts[1])),
        ends=WeekTime(weekday=ends[0], at=time.fromisoformat(ends[1])),
        first_on=date.fromisoformat(first_on),
        people=tuple(PersonId(each) for each in names),
    )


def override(who: str, starts: str, ends: str) -> Override:
    return Override(starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends), person=PersonId(who))


def rota(*rotations: Rotation, overrides: Sequence[Override] = (), zone: ZoneInfo = BERLIN) -> Rota:
    team = people("ana", "ben", "dana")
    return Rota(zone=zone, people=team, rotations=rotations, overrides=tuple(overrides))


def told(shifts: Sequence[Shift], zone: ZoneInfo = BERLIN) -> list[str]:
    """Write shifts the way somebody would read them out."""
    return [
        f"{each.person} {each.starts_at.astimezone(zone):%a %d %H:%M} - {each.ends_at.astimezone(zone):%a %d %H:%M}"
        for each in shifts
    ]


def hours(span: Shift | Gap) -> float:
    return (span.ends_at - span.starts_at) / timedelta(hours=1)


def test_people_take_turns_a_week_apart_beginning_with_the_first_ones_week() -> None:
    weekends = rota(rotation("ana", "ben", first_on="2026-11-20"))
    assert told(weekends.shifts(at("2026-10-01 00:00"), at("2026-12-08 00:00"))) == [
        "ana Fri 20 18:00 - Mon 23 09:00",
        "ben Fri 27 18:00 - Mon 30 09:00",
        "ana Fri 04 18:00 - Mon 07 09:00",
    ]


@pytest.mark.parametrize("first_on", ["2026-11-16", "2026-11-20", "2026-11-22"])
def test_any_date_of_a_week_names_the_first_turn(first_on: str) -> None:
    first = rota(rotation("ana", "ben", first_on=first_on)).next_shift(at("2026-01-01 00:00"))
    assert first is not None
    assert told([first]) == ["ana Fri 20 18:00 - Mon 23 09:00"]


@pytest.mark.parametrize(
    ("zone", "friday", "length"),
    [
        (BERLIN, "2026-03-27", 62),
        (BERLIN, "2026-10-23", 64),
        (BERLIN, "2026-11-20", 63),
        (NEW_YORK, "2026-03-06", 62),
        (NEW_YORK, "2026-10-30", 64),
        (ZoneInfo("Australia/Lord_Howe"), "2026-04-03", 63.5),
        (ZoneInfo("Australia/Lord_Howe"), "2026-10-02", 62.5),
    ],
)
def test_a_weekend_is_as_long_as_the_clock_change_makes_it(zone: ZoneInfo, friday: str, length: float) -> None:
    saturday = datetime.fromisoformat(friday).replace(tzinfo=UTC) + timedelta(days=1)
    shift = rota(rotation("ana"), zone=zone).on_call(saturday)
    assert shift is not None
    assert hours(shift) == length
    assert shift.length == timedelta(hours=length)


def test_time_that_no_rotation_names_is_neither_a_shift_nor_a_gap() -> None:
    weekends = rota(rotation("ana", "ben"))
    wednesday, thursday = at("2026-11-18 12:00"), at("2026-11-19 12:00")
    assert weekends.on_call(wednesday) is None
    assert weekends.shifts(wednesday, thursday) == ()
    assert weekends.gaps(wednesday, thursday) == ()


def test_a_shift_includes_its_start_and_not_its_end() -> None:
    weekends = rota(rotation("ana"))
    shift = weekends.on_call(at("2026-11-20 17:00"))
    assert shift is not None
    assert weekends.on_call(at("2026-11-20 16:59:59")) is None
    assert weekends.on_call(shift.ends_at - timedelta(microseconds=1)) == shift
    assert weekends.on_call(shift.ends_at) is None
    assert weekends.shifts(shift.ends_at, shift.ends_at + timedelta(hours=1)) == ()
    assert weekends.shifts(shift.ends_at, shift.starts_at) == ()


def test_shifts_are_whole_whatever_part_of_them_is_asked_for() -> None:
    weekends = rota(rotation("ana"))
    assert told(weekends.shifts(at("2026-11-21 12:00"), at("2026-11-21 13:00"))) == ["ana Fri 20 18:00 - Mon 23 09:00"]


def test_an_override_splits_what_lies_under_it() -> None:
    swapped = rota(rotation("ana"), overrides=[override("ben", "2026-11-21 08:00", "2026-11-21 20:00")])
    shifts = swapped.shifts(at("2026-11-20 00:00"), at("2026-11-24 00:00"))
    assert told(shifts) == [
        "ana Fri 20 18:00 - Sat 21 08:00",
        "ben Sat 21 08:00 - Sat 21 20:00",
        "ana Sat 21 20:00 - Mon 23 09:00",
    ]
    assert [shift.origin for shift in shifts] == [ShiftOrigin.ROTATION, ShiftOrigin.OVERRIDE, ShiftOrigin.ROTATION]


def test_the_override_written_last_lies_on_top() -> None:
    swaps = [
        override("ben", "2026-11-20 18:00", "2026-11-23 09:00"),
        override("dana", "2026-11-21 08:00", "2026-11-23 09:00"),
    ]
    assert told(rota(overrides=swaps).shifts(at("2026-11-20 00:00"), at("2026-11-24 00:00"))) == [
        "ben Fri 20 18:00 - Sat 21 08:00",
        "dana Sat 21 08:00 - Mon 23 09:00",
    ]


@pytest.mark.parametrize(("starts", "ends", "length"), [("24T12:00", "25T02:30", 15.5), ("25T02:30", "25T12:00", 10.5)])
def test_an_override_in_a_repeated_hour_starts_in_the_first_and_ends_in_the_second(
    starts: str, ends: str, length: float
) -> None:
    swapped = rota(overrides=[override("ben", f"2026-10-{starts}", f"2026-10-{ends}")])
    assert [hours(shift) for shift in swapped.shifts(at("2026-10-24 00:00"), at("2026-10-26 00:00"))] == [length]


def test_an_override_may_cover_time_that_no_rotation_names() -> None:
    extra = rota(rotation("ana"), overrides=[override("ben", "2026-11-18 09:00", "2026-11-18 17:00")])
    assert told(extra.shifts(at("2026-11-18 00:00"), at("2026-11-19 00:00"))) == ["ben Wed 18 09:00 - Wed 18 17:00"]


def test_an_override_that_ends_before_it_starts_changes_nothing_and_is_named() -> None:
    odd = rota(rotation("ana"), overrides=[override("ben", "2026-11-22 09:00", "2026-11-21 09:00")])
    span = at("2026-11-20 00:00"), at("2026-11-24 00:00")
    assert told(odd.shifts(*span)) == ["ana Fri 20 18:00 - Mon 23 09:00"]
    assert problems(odd, *span) == (
        "The override for ben on 2026-11-22 09:00 ends before it starts; nothing comes of it.",
    )


def test_neighbouring_overrides_of_one_person_are_one_shift() -> None:
    days = [override("ben", f"2026-11-{day} 00:00", f"2026-11-{day + 1} 00:00") for day in (21, 22)]
    assert told(rota(overrides=days).shifts(at("2026-11-21 00:00"), at("2026-11-22 00:00"))) == [
        "ben Sat 21 00:00 - Mon 23 00:00"
    ]


def test_where_two_rotations_overlap_the_first_named_wins() -> None:
    nights = rotation("ben", name="Nights", starts=(SAT, "20:00"), ends=(SUN, "08:00"))
    assert told(rota(nights, rotation("ana")).shifts(at("2026-11-20 00:00"), at("2026-11-24 00:00"))) == [
        "ana Fri 20 18:00 - Sat 21 20:00",
        "ben Sat 21 20:00 - Sun 22 08:00",
        "ana Sun 22 08:00 - Mon 23 09:00",
    ]


def test_a_turn_is_cut_by_one_of_the_week_after_whatever_is_asked_for() -> None:
    week = rotation("ana", name="Week", starts=(MON, "06:00"), ends=(FRI, "18:00"))
    sundays = rotation("ben", name="Sundays", starts=(SUN, "18:00"), ends=(MON, "09:00"))
    assert told(rota(week, sundays).shifts(at("2026-11-22 18:00"), at("2026-11-22 19:00"))) == [
        "ben Sun 22 18:00 - Mon 23 06:00"
    ]


def test_turns_of_two_rotations_in_one_week_are_one_shift_where_they_touch() -> None:
    days = rotation("ana", name="Days", starts=(MON, "09:00"), ends=(FRI, "18:00"))
    assert told(rota(days, rotation("ana")).shifts(at("2026-11-16 12:00"), at("2026-11-24 00:00"))) == [
        "ana Mon 16 09:00 - Mon 23 09:00",
        "ana Mon 23 09:00 - Mon 30 09:00",
    ]


def test_the_same_moment_for_start_and_end_is_a_whole_week() -> None:
    always = rota(rotation("ana", "ben", starts=(MON, "09:00"), ends=(MON, "09:00")))
    assert told(always.shifts(at("2026-11-16 12:00"), at("2026-11-24 00:00"))) == [
        "ana Mon 16 09:00 - Mon 23 09:00",
        "ben Mon 23 09:00 - Mon 30 09:00",
    ]


def test_a_repeated_hour_between_two_turns_belongs_to_the_earlier_one() -> None:
    weeks = rota(rotation("ana", "ben", starts=(SUN, "02:30"), ends=(SUN, "02:30")))
    around = weeks.shifts(at("2026-10-25 00:00"), at("2026-10-25 03:00"))
    assert [each.starts_at for each in around][1] == around[0].ends_at == at("2026-10-25 01:30")


def test_a_turn_of_somebody_unknown_is_a_gap() -> None:
    weekends = rota(rotation("ana", "zed"))
    gaps = weekends.gaps(at("2026-11-17 00:00"), at("2026-11-30 00:00"))
    assert [(gap.starts_at, gap.ends_at) for gap in gaps] == [(at("2026-11-27 17:00"), at("2026-11-30 08:00"))]
    assert hours(gaps[0]) == 63
    assert weekends.on_call(at("2026-11-28 12:00")) is None


def test_an_override_fills_a_gap_and_leaves_the_rest_of_it() -> None:
    weekends = rota(rotation("zed"), overrides=[override("ben", "2026-11-21 08:00", "2026-11-23 09:00")])
    span = at("2026-11-20 00:00"), at("2026-11-24 00:00")
    assert [hours(gap) for gap in weekends.gaps(*span)] == [14]
    assert told(weekends.shifts(*span)) == ["ben Sat 21 08:00 - Mon 23 09:00"]


def test_an_override_that_names_somebody_unknown_tears_a_gap() -> None:
    weekends = rota(rotation("ana"), overrides=[override("zed", "2026-11-21 08:00", "2026-11-21 20:00")])
    assert [hours(gap) for gap in weekends.gaps(at("2026-11-20 00:00"), at("2026-11-24 00:00"))] == [12]


def test_a_rotation_without_people_is_a_gap_each_week() -> None:
    assert len(rota(rotation()).gaps(at("2026-11-20 00:00"), at("2026-12-01 00:00"))) == 2


def test_the_next_shift_is_the_one_after_the_shift_under_way() -> None:
    weekends = rota(rotation("ana", "ben", first_on="2026-11-20"))
    for now in ("2026-11-20 17:00", "2026-11-21 12:00", "2026-11-25 12:00"):
        coming = weekends.next_shift(at(now))
        assert coming is not None
        assert told([coming]) == ["ben Fri 27 18:00 - Mon 30 09:00"]


def test_the_next_shift_is_found_a_year_ahead_and_a_rota_without_one_says_so() -> None:
    one = rota(overrides=[override("ben", "2027-11-20 18:00", "2027-11-22 09:00")])
    coming = one.next_shift(at("2026-11-21 00:00"))
    assert coming is not None
    assert coming.starts_at == at("2027-11-20 17:00")
    assert one.next_shift(coming.starts_at) is None
    assert rota().next_shift(at("2026-11-21 00:00")) is None


def test_the_last_shift_of_a_person_is_over_and_not_for_too_long() -> None:
    weekends = rota(rotation("ana", "ben", first_on="2026-11-20"))
    ana, day = PersonId("ana"), timedelta(days=1)
    monday = at("2026-11-23 08:00")
    over = weekends.last_shift_of(ana, monday, day)
    assert over is not None
    assert over.ends_at == monday
    assert weekends.last_shift_of(ana, monday + day / 2, day) == over
    assert weekends.last_shift_of(ana, monday + day, day) is None
    assert weekends.last_shift_of(ana, monday - timedelta(seconds=1), day) is None
    assert weekends.last_shift_of(PersonId("ben"), monday, day) is None


@pytest.mark.parametrize("now", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_the_ends_of_the_calendar_are_quiet(now: datetime) -> None:
    forever = rota(overrides=[override("ben", "0001-01-01 00:00", "9999-12-31 23:59")], zone=NEW_YORK)
    assert told(forever.shifts(at("2026-11-21 00:00"), at("2026-11-22 00:00")))
    assert rota(rotation("ana", first_on="9999-12-31")).on_call(now) is None
    assert rota(rotation("ana", first_on="0001-01-01")).next_shift(at("9998-12-30 00:00")) is None


def test_problems_name_who_is_unknown_who_cannot_be_reached_and_when_nobody_is_there() -> None:
    team = people("ana") | {PersonId("ben"): person("ben", "Ben Ode", channels=())}
    holed = Rota(
        zone=NEW_YORK,
        people=team,
        rotations=(
            rotation("ana", "zed", "ben", first_on="2026-11-20"),
            rotation(name="Nights", first_on="2030-01-01"),
        ),
        overrides=(
            override("gone", "2020-01-01 00:00", "2020-01-02 00:00"),
            override("yan", "2027-01-01 00:00", "2027-01-02 00:00"),
        ),
    )
    assert problems(holed, at("2026-11-20 00:00"), at("2026-12-07 00:00")) == (
        (
            "Nobody is on call from Fri 2026-11-27 18:00 to Mon 2026-11-30 09:00 (America/New_York): "
            "zed is not among the people."
        ),
        'The rotation "Nights" names nobody; list its people.',
        'The rotation "Weekend" names zed, who is not among the people; add them or name somebody else.',
        "Ben Ode takes turns on call and has no channel; give ben at least one.",
        "The override of 2027-01-01 00:00 names yan, who is not among the people; add them or name somebody else.",
    )


def test_a_sound_rota_has_no_problems() -> None:
    assert problems(rota(rotation("ana", "ben")), at("2026-11-20 00:00"), at("2027-11-20 00:00")) == ()


ANYBODY = st.sampled_from(["ana", "ben", "dana", "zed"])
AUTUMN = datetime.fromisoformat("2026-10-12")  # two weeks before Berlin's clocks go back, on a Monday


@st.composite
def overrides(draw: st.DrawFn) -> Override:
    start = AUTUMN + timedelta(hours=draw(st.integers(0, 24 * 28)))
    return Override(
        starts=start, ends=start + timedelta(hours=draw(st.integers(0, 100))), person=PersonId(draw(ANYBODY))
    )


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    moments = st.builds(WeekTime, weekday=st.integers(0, 6), at=st.builds(time, st.integers(0, 23)))
    names = draw(st.lists(ANYBODY, max_size=3))
    return Rotation(
        name="Any",
        starts=draw(moments),
        ends=draw(moments),
        first_on=(AUTUMN + timedelta(days=draw(st.integers(-20, 10)))).date(),
        people=tuple(PersonId(name) for name in names),
    )


def wanted(plan: Rota, moment: datetime) -> PersonId | str | None:
    """Return who should be on call, asking each layer in turn; "" for somebody nobody knows, None for no layer."""
    for each in reversed(plan.overrides):
        starts = instant(each.starts.date(), each.starts.time(), plan.zone)
        if starts <= moment < instant(each.ends.date(), each.ends.time(), plan.zone, is_end=True):
            return each.person if each.person in plan.people else ""
    for each_rotation in plan.rotations:
        monday = each_rotation.first_on - timedelta(days=each_rotation.first_on.weekday())
        for week in range(12):
            first = monday + timedelta(weeks=week, days=each_rotation.starts.weekday)
            last = monday + timedelta(weeks=week, days=each_rotation.ends.weekday)
            if (last, each_rotation.ends.at) <= (first, each_rotation.starts.at):
                last += timedelta(weeks=1)
            starts = instant(first, each_rotation.starts.at, plan.zone)
            if starts <= moment < instant(last, each_rotation.ends.at, plan.zone, is_end=True):
                names = each_rotation.people
                named = names[week % len(names)] if names else PersonId("")
                return named if named in plan.people else ""
    return None


@settings(max_examples=25, deadline=None)
@given(layers=st.lists(rotations(), max_size=3), exceptions=st.lists(overrides(), max_size=6))
def test_shifts_and_gaps_cover_exactly_what_is_wanted_and_never_overlap(
    layers: list[Rotation], exceptions: list[Override]
) -> None:
    plan = rota(*layers, overrides=exceptions)
    start, end = at("2026-10-19 00:00"), at("2026-11-03 00:00")
    shifts, gaps = plan.shifts(start, end), plan.gaps(start, end)
    pieces: list[Shift | Gap] = sorted((*shifts, *gaps), key=lambda piece: piece.starts_at)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(pieces))
    assert all(piece.starts_at < piece.ends_at for piece in pieces)
    for half_hours in range(0, 15 * 48, 11):
        moment = start + timedelta(minutes=30 * half_hours)
        there = [piece for piece in pieces if piece.starts_at <= moment < piece.ends_at]
        seen = [each.person if isinstance(each, Shift) else "" for each in there]
        expected = wanted(plan, moment)
        assert seen == ([] if expected is None else [expected])


@settings(max_examples=25, deadline=None)
@given(
    layers=st.lists(rotations(), min_size=1, max_size=3),
    exceptions=st.lists(overrides(), max_size=6),
    hour=st.integers(0, 24 * 14),
)
def test_a_shift_is_the_same_whatever_span_is_asked_for(
    layers: list[Rotation], exceptions: list[Override], hour: int
) -> None:
    plan = rota(*layers, overrides=exceptions)
    moment = at("2026-10-19 00:00") + timedelta(hours=hour)
    season = plan.shifts(at("2026-10-01 00:00"), at("2027-02-01 00:00"))
    assert plan.on_call(moment) == next((each for each in season if each.starts_at <= moment < each.ends_at), None)
    assert plan.next_shift(moment) == next((each for each in season if each.starts_at > moment), None)
