"""Shifts that change hands, and the schedule that follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.covers import Cover, covers, is_still_true, known_since, overrides
from oncall_tui.domain.events import SHIFT_STREAM, CoverAsked, CoverId, CoverTaken, CoverUndone, Event, Recorded
from oncall_tui.domain.override_table import override_table
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Gap, Override, Rota, Rotation, Shift, WeekTime
from oncall_tui.domain.text import CleanText
from tests.make import FRIDAY_EVENING, MONDAY_MORNING, at, people, shift

NEW_YORK = ZoneInfo("America/New_York")
ANA, BEN, DANA = (PersonId(name) for name in ("ana", "ben", "dana"))
HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
WEEKEND = shift()
BENS = replace(WEEKEND, starts_at=FRIDAY_EVENING + WEEK, ends_at=MONDAY_MORNING + WEEK, person=BEN)
THURSDAY = FRIDAY_EVENING - 24 * HOUR
ROTA = Rota(
    zone=NEW_YORK,
    people=people("ana", "ben", "dana"),
    rotations=(
        Rotation(
            name="Weekend",
            starts=WeekTime(weekday=4, at=time(18)),
            ends=WeekTime(weekday=0, at=time(9)),
            first_on=date(2026, 11, 20),
            people=(ANA, BEN),
        ),
    ),
)


def journal(*entries: tuple[datetime, Event]) -> list[Recorded]:
    return [
        Recorded(seq=number, stream=SHIFT_STREAM, version=number, at=when, event=event)
        for number, (when, event) in enumerate(entries, start=1)
    ]


def asked(name: str = "c", *, back: Shift | None = None) -> CoverAsked:
    return CoverAsked(
        cover=CoverId(name),
        person=ANA,
        starts_at=WEEKEND.starts_at,
        ends_at=WEEKEND.ends_at,
        reason=CleanText("dentist"),
        in_return_from=back.person if back else None,
        in_return_starts_at=back.starts_at if back else None,
        in_return_ends_at=back.ends_at if back else None,
    )


def taken(by: PersonId = BEN, name: str = "c") -> CoverTaken:
    return CoverTaken(cover=CoverId(name), by=by)


def undone(name: str = "c") -> CoverUndone:
    return CoverUndone(cover=CoverId(name), by=ANA)


def over(*entries: tuple[datetime, Event]) -> Rota:
    return replace(ROTA, overrides=overrides(covers(journal(*entries))))


def told(rota: Rota) -> list[str]:
    span = FRIDAY_EVENING - HOUR, BENS.ends_at
    return [f"{s.person} {s.starts_at:%a %d %H:%M}-{s.ends_at:%a %d %H:%M}" for s in rota.shifts(*span)]


def test_whoever_asks_stays_on_call_until_somebody_takes_it() -> None:
    assert told(over((THURSDAY, asked()))) == told(ROTA)
    assert told(over((THURSDAY, asked()), (THURSDAY, taken())))[0] == "ben Fri 20 23:00-Mon 23 14:00"


def test_a_taken_shift_is_an_override_with_its_reason_and_says_since_when_it_is_known() -> None:
    entries = journal((THURSDAY, asked()), (THURSDAY + HOUR, taken()))
    rota = replace(ROTA, overrides=overrides(covers(entries)))
    now_bens = rota.on_call(FRIDAY_EVENING)
    assert now_bens is not None
    assert (now_bens.person, now_bens.origin, now_bens.reason) == (BEN, "override", "dentist")
    assert known_since(covers(entries), now_bens) == THURSDAY + HOUR
    assert known_since(covers(entries), BENS) is None


def test_a_swap_changes_both_shifts_at_once() -> None:
    swapped = over((THURSDAY, asked(back=BENS)), (THURSDAY, taken()))
    assert [line.split()[0] for line in told(swapped)] == ["ben", "ana"]


def test_taken_in_the_middle_only_the_rest_changes_hands_and_given_back_only_the_rest_returns() -> None:
    middle, later = FRIDAY_EVENING + 10 * HOUR, FRIDAY_EVENING + 20 * HOUR
    assert told(over((THURSDAY, asked()), (middle, taken()), (later, undone())))[:3] == [
        "ana Fri 20 23:00-Sat 21 09:00",
        "ben Sat 21 09:00-Sat 21 19:00",
        "ana Sat 21 19:00-Mon 23 14:00",
    ]


def test_the_first_of_two_takers_has_it_and_undone_before_the_shift_nothing_is_left_of_it() -> None:
    assert told(over((THURSDAY, asked()), (THURSDAY, taken(BEN)), (THURSDAY, taken(DANA))))[0].startswith("ben")
    entries = (THURSDAY, asked()), (THURSDAY, taken()), (THURSDAY + HOUR, undone()), (THURSDAY + HOUR, taken(DANA))
    assert told(over(*entries)) == told(ROTA)


def test_a_request_is_true_only_while_the_rota_still_says_what_it_said() -> None:
    (cover,) = covers(journal((THURSDAY, asked())))
    other = Override(starts=FRIDAY_EVENING + HOUR, ends=FRIDAY_EVENING + 2 * HOUR, person=BEN)
    assert is_still_true(cover, ROTA, THURSDAY)
    assert is_still_true(cover, ROTA, FRIDAY_EVENING + 5 * HOUR)
    assert not is_still_true(cover, ROTA, MONDAY_MORNING)
    assert not is_still_true(cover, replace(ROTA, overrides=(other,)), THURSDAY)
    assert not is_still_true(cover, replace(ROTA, rotations=()), THURSDAY)


def pasted(text: str) -> Override:
    (table,) = tomli.loads(text)["rota"]["overrides"]
    return Override(starts=table["starts"], ends=table["ends"], person=table["person"], reason=table.get("reason", ""))


def test_an_override_pasted_into_the_config_means_the_same() -> None:
    (override,) = overrides(covers(journal((THURSDAY, asked()), (THURSDAY, taken()))))
    awkward = replace(override, reason='she said "no"\\ äöü \x7f #')
    text = override_table(awkward, NEW_YORK, note="swap")
    assert text.splitlines()[:3] == ["# swap", "[[rota.overrides]]", "starts = 2026-11-20T18:00:00"]
    assert pasted(text).reason == awkward.reason
    assert told(replace(ROTA, overrides=(pasted(text),))) == told(replace(ROTA, overrides=(override,)))


def test_an_override_that_starts_in_the_second_of_two_equal_hours_says_that_it_is_longer() -> None:
    second = at("2026-11-01 06:30")  # 01:30 for the second time
    text = override_table(Override(starts=second, ends=second + 8 * HOUR, person=BEN), NEW_YORK)
    assert text.startswith("# The clock shows one of these times twice")


ZONES = st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu"])
PEOPLE = st.sampled_from([ANA, BEN, DANA, PersonId("zed")])
INSTANTS = st.integers(0, 60 * 24 * 70).map(lambda minutes: at("2026-02-20 00:00") + timedelta(minutes=minutes))
WEEK_TIMES = st.builds(
    WeekTime, weekday=st.integers(0, 6), at=st.integers(0, 23).map(lambda hour: time(hour, 30 * (hour % 2)))
)
ROTATIONS = st.lists(
    st.builds(
        Rotation,
        name=st.sampled_from(["Weekend", "Nights"]),
        starts=WEEK_TIMES,
        ends=WEEK_TIMES,
        first_on=st.just(date(2026, 2, 2)),
        people=st.lists(PEOPLE, max_size=3).map(tuple),
        every=st.integers(1, 3),
    ),
    max_size=3,
)
OVERRIDES = st.lists(
    st.builds(
        lambda start, hours, person: Override(starts=start, ends=start + hours * HOUR, person=person),
        INSTANTS,
        st.integers(1, 100),
        PEOPLE,
    ),
    max_size=4,
)


@st.composite
def histories(draw: st.DrawFn, written: Rota) -> Sequence[Cover]:
    """Draw people who ask for covers and swaps of what the rota says, take and undo them at any time."""
    shifts = written.shifts(at("2026-03-01 00:00"), at("2026-04-20 00:00"))
    entries: list[tuple[datetime, Event]] = []
    for number in range(draw(st.integers(0, 4)) if shifts else 0):
        mine, theirs, when = draw(st.sampled_from(shifts)), draw(st.sampled_from(shifts)), draw(INSTANTS)
        is_swap, name = draw(st.booleans()) and mine.person != theirs.person, CoverId(str(number))
        question = CoverAsked(cover=name, person=mine.person, starts_at=mine.starts_at, ends_at=mine.ends_at)
        if is_swap:
            question = replace(
                question,
                in_return_from=theirs.person,
                in_return_starts_at=theirs.starts_at,
                in_return_ends_at=theirs.ends_at,
            )
        entries.append((when, question))
        if draw(st.booleans()):
            entries.append((when, CoverTaken(cover=name, by=theirs.person if is_swap else draw(PEOPLE))))
        if draw(st.booleans()):
            entries.append((draw(INSTANTS), CoverUndone(cover=name)))
    return covers(journal(*sorted(entries, key=lambda entry: entry[0])))


@settings(deadline=None, max_examples=150)
@given(st.data(), ZONES, ROTATIONS, OVERRIDES)
def test_whatever_changes_hands_nobody_is_double_and_no_time_is_lost(
    data: st.DataObject, zone: str, rotations: list[Rotation], written: list[Override]
) -> None:
    plan = Rota(
        zone=ZoneInfo(zone),
        people=people("ana", "ben", "dana"),
        rotations=tuple(rotations),
        overrides=tuple(written),
    )
    laid = replace(plan, overrides=(*plan.overrides, *overrides(data.draw(histories(plan)))))
    start, end = at("2026-03-01 00:00"), at("2026-04-20 00:00")
    pieces: list[Shift | Gap] = sorted(
        (*laid.shifts(start, end), *laid.gaps(start, end)), key=lambda piece: piece.starts_at
    )
    assert all(before.ends_at <= after.starts_at for before, after in pairwise(pieces))
    seen = [(max(piece.starts_at, start), min(piece.ends_at, end)) for piece in pieces]
    wanted = [(max(s.starts_at, start), min(s.ends_at, end)) for s in laid.claims(start, end)]
    assert merged(seen) == merged(wanted)
    moment = start
    while moment < end:  # the two answers that the countdown and the list ask for agree with the schedule
        under_way = [piece for piece in pieces if piece.starts_at <= moment < piece.ends_at]
        on_call = laid.on_call(moment)
        assert [on_call] == [piece for piece in under_way if isinstance(piece, Shift)] or on_call is None
        assert (on_call is None) == (not any(isinstance(piece, Shift) for piece in under_way))
        moment += timedelta(hours=37, minutes=11)


def merged(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join stretches that touch or overlap."""
    joined: list[tuple[datetime, datetime]] = []
    for starts, ends in sorted(span for span in spans if span[0] < span[1]):
        if joined and starts <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((starts, ends))
    return joined
