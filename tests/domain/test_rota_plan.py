"""What may be written about the rota besides weekly turns: other paces, other clocks, absences, closures, swaps."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import (
    Absence,
    CalendarTurn,
    Closure,
    Gap,
    Override,
    Rota,
    Rotation,
    Shift,
    ShiftOrigin,
    WeekTime,
    swap,
)
from tests.make import at, people

MON, FRI, SAT = 0, 4, 5
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOVEMBER = at("2026-11-16 00:00"), at("2026-12-20 00:00")


def rotation(*names: str, every: int = 1, first_on: str = "2026-11-20", zone: ZoneInfo | None = None) -> Rotation:
    return Rotation(
        name="Weekend",
        starts=WeekTime(weekday=FRI, at=time(18)),
        ends=WeekTime(weekday=MON, at=time(9)),
        first_on=date.fromisoformat(first_on),
        people=tuple(PersonId(each) for each in names),
        every=every,
        zone=zone,
    )


def rota(
    *rotations: Rotation,
    overrides: Sequence[Override] = (),
    absences: Sequence[Absence] = (),
    closures: Sequence[Closure] = (),
    calendar_turns: Sequence[CalendarTurn] = (),
) -> Rota:
    return Rota(
        zone=BERLIN,
        people=people("ana", "ben", "dana"),
        rotations=rotations,
        overrides=tuple(overrides),
        absences=tuple(absences),
        closures=tuple(closures),
        calendar_turns=tuple(calendar_turns),
    )


def absence(who: str, starts: str, ends: str) -> Absence:
    return Absence(person=PersonId(who), starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends))


def override(who: str, starts: str, ends: str) -> Override:
    return Override(starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends), person=PersonId(who))


def calendar_turn(who: str, starts: str, ends: str) -> CalendarTurn:
    return CalendarTurn(starts_at=at(starts), ends_at=at(ends), person=PersonId(who))


def told(plan: Rota, start: datetime = NOVEMBER[0], end: datetime = NOVEMBER[1]) -> list[str]:
    """Write shifts and gaps the way somebody would read them out."""
    pieces: list[Shift | Gap] = [*plan.shifts(start, end), *plan.gaps(start, end)]
    return [
        f"{_who(each)} {each.starts_at.astimezone(BERLIN):%d %H:%M} - {each.ends_at.astimezone(BERLIN):%d %H:%M}"
        for each in sorted(pieces, key=lambda piece: piece.starts_at)
    ]


def _who(piece: Shift | Gap) -> str:
    if isinstance(piece, Shift):
        return piece.person
    return "closed" if piece.is_intended else f"nobody ({piece.reason})"


def test_a_fortnightly_rotation_wants_nobody_in_the_weeks_between() -> None:
    assert told(rota(rotation("ana", "ben", every=2))) == [
        "ana 20 18:00 - 23 09:00",
        "ben 04 18:00 - 07 09:00",
        "ana 18 18:00 - 21 09:00",
    ]


def test_two_fortnightly_rotations_side_by_side_fill_every_weekend() -> None:
    even, odd = rotation("ana", every=2), rotation("ben", "dana", every=2, first_on="2026-11-27")
    assert [line.partition(" ")[0] for line in told(rota(even, odd))] == ["ana", "ben", "ana", "dana", "ana"]


def test_a_rotation_may_have_a_clock_of_its_own() -> None:
    first = rota(rotation("ana", zone=NEW_YORK)).next_shift(NOVEMBER[0])
    assert first is not None
    assert (first.starts_at, first.ends_at) == (at("2026-11-20 23:00"), at("2026-11-23 14:00"))


def test_turns_of_an_absent_person_are_gaps_for_as_long_as_she_is_away() -> None:
    away = absence("ana", "2026-11-21 12:00", "2026-12-01 00:00")
    assert told(rota(rotation("ana", "ben"), absences=[away]), end=at("2026-12-01 00:00")) == [
        "ana 20 18:00 - 21 12:00",
        "nobody (ana is absent) 21 12:00 - 23 09:00",
        "ben 27 18:00 - 30 09:00",
    ]


def test_an_override_covers_an_absence_and_a_lower_rotation_does_not() -> None:
    plan = rota(
        rotation("ana"),
        rotation("ben"),
        absences=[absence("ana", "2026-11-20 00:00", "2026-11-24 00:00")],
        overrides=[override("dana", "2026-11-21 00:00", "2026-11-22 00:00")],
    )
    assert told(plan, end=at("2026-11-24 00:00")) == [
        "nobody (ana is absent) 20 18:00 - 21 00:00",
        "dana 21 00:00 - 22 00:00",
        "nobody (ana is absent) 22 00:00 - 23 09:00",
    ]


def test_an_override_that_names_an_absent_person_stands() -> None:
    plan = rota(
        absences=[absence("ana", "2026-11-20 00:00", "2026-11-24 00:00")],
        overrides=[override("ana", "2026-11-21 00:00", "2026-11-22 00:00")],
    )
    assert told(plan) == ["ana 21 00:00 - 22 00:00"]


def test_while_it_is_closed_turns_do_not_take_place_and_overrides_do() -> None:
    closure = Closure(starts=datetime.fromisoformat("2026-11-21"), ends=datetime.fromisoformat("2026-11-26"))
    plan = rota(
        rotation("ana"), closures=[closure], overrides=[override("ben", "2026-11-22 09:00", "2026-11-22 12:00")]
    )
    assert told(plan, end=at("2026-11-26 00:00")) == [
        "ana 20 18:00 - 21 00:00",
        "closed 21 00:00 - 22 09:00",
        "ben 22 09:00 - 22 12:00",
        "closed 22 12:00 - 23 09:00",
    ]


def test_a_calendar_lies_above_the_rotations_and_below_the_overrides() -> None:
    plan = rota(
        rotation("ana"),
        calendar_turns=[calendar_turn("ben", "2026-11-21 00:00", "2026-11-23 00:00")],
        overrides=[override("dana", "2026-11-22 01:00", "2026-11-22 09:00")],
    )
    assert told(plan, end=at("2026-11-24 00:00")) == [
        "ana 20 18:00 - 21 01:00",
        "ben 21 01:00 - 22 01:00",
        "dana 22 01:00 - 22 09:00",
        "ben 22 09:00 - 23 01:00",
        "ana 23 01:00 - 23 09:00",
    ]
    assert plan.shifts(*NOVEMBER)[1].origin is ShiftOrigin.CALENDAR


@pytest.mark.parametrize("autumn", [False, True])
def test_a_swap_trades_two_shifts_to_the_second_and_no_other(autumn: bool) -> None:  # noqa: FBT001 - two cases
    plan = rota(rotation("ana", "ben", "dana", first_on="2026-10-02"))
    start = at("2026-10-20 00:00") if autumn else NOVEMBER[0]
    shifts = plan.shifts(start, start + timedelta(weeks=4))
    traded = rota(*plan.rotations, overrides=swap(shifts[0], shifts[1], "Ana's wedding"))
    after = traded.shifts(start, start + timedelta(weeks=4))
    assert [each.person for each in after[:2]] == [shifts[1].person, shifts[0].person]
    assert [(each.starts_at, each.ends_at) for each in after] == [(each.starts_at, each.ends_at) for each in shifts]
    assert after[2:] == shifts[2:]
    assert after[0].reason == "Ana's wedding"


ANYBODY = st.sampled_from(["ana", "ben", "dana", "zed"]).map(PersonId)
ZONES = st.sampled_from(["America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Kiritimati"]).map(ZoneInfo)
AUTUMN = datetime.fromisoformat("2026-10-12")
ASKED = at("2026-10-19 00:00"), at("2026-11-16 00:00")


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime]:
    start = AUTUMN + timedelta(hours=draw(st.integers(0, 24 * 35)))
    return start, start + timedelta(hours=draw(st.integers(0, 200)))


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    moments = st.builds(WeekTime, weekday=st.integers(0, 6), at=st.builds(time, st.integers(0, 23)))
    return Rotation(
        name="Any",
        starts=draw(moments),
        ends=draw(moments),
        first_on=(AUTUMN + timedelta(days=draw(st.integers(-30, 20)))).date(),
        people=tuple(draw(st.lists(ANYBODY, max_size=3))),
        every=draw(st.integers(1, 3)),
        zone=draw(st.none() | ZONES),
    )


@st.composite
def plans(draw: st.DrawFn) -> Rota:
    def some(most: int) -> list[tuple[datetime, datetime]]:
        return draw(st.lists(spans(), max_size=most))

    return rota(
        *draw(st.lists(rotations(), max_size=3)),
        overrides=[Override(starts=s, ends=e, person=draw(ANYBODY)) for s, e in some(3)],
        absences=[Absence(person=draw(ANYBODY), starts=s, ends=e) for s, e in some(3)],
        closures=[Closure(starts=s, ends=e) for s, e in some(1)],
        calendar_turns=[
            CalendarTurn(starts_at=s.replace(tzinfo=UTC), ends_at=e.replace(tzinfo=UTC), person=draw(ANYBODY))
            for s, e in some(3)
        ],
    )


@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_no_instant_has_two_people_and_what_was_claimed_is_a_shift_or_a_gap(plan: Rota) -> None:
    pieces: list[Shift | Gap] = sorted((*plan.shifts(*ASKED), *plan.gaps(*ASKED)), key=lambda piece: piece.starts_at)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(pieces))
    assert all(piece.starts_at < piece.ends_at for piece in pieces)
    covered = _union((piece.starts_at, piece.ends_at) for piece in pieces)
    assert covered == _union((claim.starts_at, claim.ends_at) for claim in plan.claims(*ASKED))


@settings(max_examples=40, deadline=None)
@given(plan=plans(), hours=st.integers(0, 24 * 28))
def test_who_is_on_call_is_decided_by_overrides_then_absences_then_calendars_then_rotations(
    plan: Rota, hours: int
) -> None:
    moment = ASKED[0] + timedelta(hours=hours)
    there = plan.claims(moment, moment + timedelta(seconds=1))
    shift = plan.on_call(moment)
    if not there:
        assert shift is None
        return
    assert (shift.person if shift else None) == (there[0].of.person if there[0].of.person in plan.people else None)
    ranks = [claim.of.origin for claim in there]
    order = [ShiftOrigin.OVERRIDE, ShiftOrigin.CALENDAR, ShiftOrigin.ROTATION]
    assert ranks == sorted(ranks, key=order.index)
    whole = next((each for each in plan.shifts(*ASKED) if each.starts_at <= moment < each.ends_at), None)
    assert shift == whole


def _union(stretches: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return what is covered within the span asked for, as stretches that do not touch."""
    covered: list[tuple[datetime, datetime]] = []
    for starts_at, ends_at in sorted(stretches):
        start, end = max(starts_at, ASKED[0]), min(ends_at, ASKED[1])
        if start >= end:
            continue
        if covered and start <= covered[-1][1]:
            covered[-1] = (covered[-1][0], max(covered[-1][1], end))
        else:
            covered.append((start, end))
    return covered
