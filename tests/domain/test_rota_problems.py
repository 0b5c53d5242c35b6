"""What is said about a rota weeks ahead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall_tui.domain.message import Proof
from oncall_tui.domain.office_days import OfficeDays
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.reach import Proved, Reach
from oncall_tui.domain.rota import Absence, CalendarTurn, Closure, Override, Rota, Rotation, WeekTime
from oncall_tui.domain.rota_problems import problems
from tests.make import at, people

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
MON, FRI, SAT = 0, 4, 5
SPAN = at("2026-11-16 00:00"), at("2026-12-14 00:00")


def rotation(
    *names: str, name: str = "Weekend", starts: str = "4 18:00", ends: str = "0 09:00", zone: ZoneInfo | None = None
) -> Rotation:
    return Rotation(
        name=name,
        starts=_moment(starts),
        ends=_moment(ends),
        first_on=date(2026, 1, 2),
        people=tuple(PersonId(each) for each in names),
        zone=zone,
    )


def _moment(text: str) -> WeekTime:
    return WeekTime(weekday=int(text[0]), at=time.fromisoformat(text[2:]))


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


def override(who: str, starts: str, ends: str) -> Override:
    return Override(starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends), person=PersonId(who))


def absence(who: str, starts: str = "2026-11-20", ends: str = "2026-11-24") -> Absence:
    return Absence(person=PersonId(who), starts=datetime.fromisoformat(starts), ends=datetime.fromisoformat(ends))


def policy(*levels: Sequence[str]) -> Policy:
    return Policy(
        levels=tuple(Level(targets=tuple(Target(person=PersonId(n), name=n) for n in names)) for names in levels)
    )


def test_a_rota_in_which_nobody_is_ever_on_call_says_so_first() -> None:
    assert problems(rota(), *SPAN) == (
        "Nobody is on call at all in this time; write [[rota.rotations]] or [[rota.calendars]].",
    )


def test_an_absence_that_nobody_covers_is_a_gap_with_its_reason() -> None:
    assert problems(rota(rotation("ana"), absences=[absence("ana")]), *SPAN) == (
        "Nobody is on call from Fri 2026-11-20 18:00 to Mon 2026-11-23 09:00 (Europe/Berlin): ana is absent.",
    )


def test_a_closure_is_no_gap() -> None:
    closed = Closure(starts=datetime.fromisoformat("2026-11-20"), ends=datetime.fromisoformat("2026-11-24"))
    assert problems(rota(rotation("ana"), closures=[closed]), *SPAN) == ()


def test_rotations_that_overlap_are_named_once_with_their_first_time() -> None:
    sundays = rotation("ben", name="Sundays", starts="6 08:00", ends="6 20:00")
    assert problems(rota(rotation("ana"), sundays), *SPAN) == (
        (
            'The rotations "Weekend" and "Sundays" overlap, first from Sun 2026-11-22 08:00 to Sun 2026-11-22 20:00 '
            '(Europe/Berlin); "Weekend" counts, because it stands first.'
        ),
    )


def test_somebody_whom_two_rotations_name_at_once_has_double_duty() -> None:
    sundays = rotation("ana", name="Sundays", starts="6 08:00", ends="6 20:00")
    assert problems(rota(rotation("ana"), sundays), *SPAN) == (
        (
            "ana has double duty from Sun 2026-11-22 08:00 to Sun 2026-11-22 20:00 (Europe/Berlin): "
            'the rotations "Weekend" and "Sundays" both name ana.'
        ),
    )


def test_rotations_that_touch_do_not_overlap() -> None:
    assert problems(rota(rotation("ana"), rotation("ben", name="Days", starts="0 09:00", ends="4 18:00")), *SPAN) == ()


def test_overrides_that_contradict_one_another_are_named() -> None:
    both = [
        override("ben", "2026-11-20 18:00", "2026-11-22 09:00"),
        override("dana", "2026-11-21 18:00", "2026-11-23 09:00"),
    ]
    assert problems(rota(rotation("ana"), overrides=both), *SPAN) == (
        (
            "Overrides name both dana and ben from Sat 2026-11-21 18:00 to Sun 2026-11-22 09:00 (Europe/Berlin); "
            "dana counts."
        ),
    )


def test_an_override_that_names_somebody_absent_and_an_absence_of_nobody_are_named() -> None:
    plan = rota(
        rotation("ben"),
        overrides=[override("ana", "2026-11-21 00:00", "2026-11-22 00:00")],
        absences=[absence("ana"), absence("zed")],
    )
    assert problems(plan, *SPAN) == (
        "The override of 2026-11-21 00:00 names ana, who is absent then; name somebody else.",
        "An absence names zed, who is not among the people; take it out.",
    )


def test_somebody_who_left_and_is_still_in_a_calendar_is_named() -> None:
    turn = CalendarTurn(starts_at=at("2026-11-20 17:00"), ends_at=at("2026-11-23 08:00"), person=PersonId("zed"))
    found = problems(rota(calendar_turns=[turn]), *SPAN)
    assert "The calendar's event of 2026-11-20 18:00 names zed, who is not among the people; " in " ".join(found)


def test_a_gap_that_opens_because_two_zones_change_their_clocks_apart_is_named() -> None:
    days = rotation("ana", name="Days", starts="0 09:00", ends="4 18:00", zone=NEW_YORK)
    weekend = rotation("ben", starts="5 00:00", ends="0 15:00", zone=BERLIN)  # Fri 18:00 and Mon 09:00 in New York
    plan = rota(days, weekend)
    assert problems(plan, at("2026-11-16 00:00"), at("2027-02-01 00:00")) == ()
    (found,) = [line for line in problems(plan, at("2026-10-19 00:00"), at("2026-11-16 00:00")) if "same day" in line]
    assert found == (
        "Nobody is on call from Fri 2026-10-30 23:00 to Sat 2026-10-31 00:00 (Europe/Berlin), because the clocks of "
        "America/New_York and Europe/Berlin do not change on the same day; write an override."
    )


def test_a_level_whose_people_are_all_on_call_or_away_reaches_nobody_then() -> None:
    plan = rota(rotation("ana", "dana"), absences=[absence("ben", "2026-11-27", "2026-12-01")])
    levels = policy(["dana"], ["ben", "dana"], ["ben"], ["ana", "dana"], [])
    (dana_alone, both, ben_away, empty) = problems(plan, at("2026-11-17 00:00"), SPAN[1], levels)
    when = "from Fri 2026-11-27 18:00 to Mon 2026-11-30 09:00 (Europe/Berlin)"
    assert dana_alone == (
        f"Level 1 of the escalation reaches nobody {when}: dana is on call; add somebody to that level."
    )
    assert both == (
        f"Level 2 of the escalation reaches nobody {when}: dana is on call, ben is absent; add somebody to that level."
    )
    assert ben_away == f"Level 3 of the escalation reaches nobody {when}: ben is absent; add somebody to that level."
    assert empty == "Level 5 of the escalation has nobody; list its people."


def test_a_year_with_many_rotations_is_judged_quickly_enough_to_be_asked_each_hour() -> None:
    nights = [rotation("ana", "ben", name="Nights", starts=f"{day} 18:00", ends=f"{day + 1} 09:00") for day in range(4)]
    start = datetime(2026, 1, 5, tzinfo=UTC)
    assert problems(rota(rotation("ana", "ben"), *nights), start, start + timedelta(days=365)) == ()


def test_two_people_at_once_in_one_calendar_are_named_once_with_who_counts() -> None:
    def turn(who: str, starts: str, ends: str, calendar: str = "Plan") -> CalendarTurn:
        return CalendarTurn(starts_at=at(starts), ends_at=at(ends), person=PersonId(who), calendar=calendar)

    weekly = [
        each
        for day in (20, 27)
        for each in (
            turn("ben", f"2026-11-{day} 22:00", f"2026-11-{day + 1} 08:00"),
            turn("ana", f"2026-11-{day} 17:00", f"2026-11-{day} 23:00"),
        )
    ]
    other = turn("dana", "2026-11-20 17:00", "2026-11-20 23:00", "Holidays")
    plan = rota(calendar_turns=[*weekly, other])
    found = [line for line in problems(plan, at("2026-11-17 00:00"), SPAN[1]) if "calendar" in line]
    (line,) = found
    assert line == (
        'The calendar "Plan" names both ben and ana from Fri 2026-11-20 23:00 to Sat 2026-11-21 00:00 (Europe/Berlin), '
        "and once more; ben counts. Let it name one person."
    )


def _office(**days: str) -> OfficeDays:
    named = {date.fromisoformat(day.removeprefix("d").replace("_", "-")): name for day, name in days.items()}
    return OfficeDays(holiday_on=lambda day: named.get(day, ""))


def holidays(plan: Rota, office: OfficeDays) -> list[str]:
    return [line for line in problems(replace(plan, office=office), *SPAN) if "public holiday" in line]


NIGHTS = [rotation("ana", name=f"Night {day}", starts=f"{day} 18:00", ends=f"{day + 1} 09:00") for day in range(4)]
THANKSGIVING = _office(d2026_11_26="Thanksgiving Day")


def test_a_holiday_opens_the_hours_in_which_the_team_is_otherwise_at_work() -> None:
    (line,) = holidays(rota(rotation("ana"), *NIGHTS), THANKSGIVING)
    assert line == (
        "Nobody is on call from Thu 2026-11-26 09:00 to Thu 2026-11-26 18:00 (Europe/Berlin), a public holiday "
        "(Thanksgiving Day) on which nobody is at work either; write an override, or a closure if that is meant."
    )


def test_of_a_rota_for_weekends_a_holiday_opens_the_whole_day_and_before_a_weekend_the_rest_of_it() -> None:
    found = holidays(rota(rotation("ana")), _office(d2026_12_02="A Wednesday", d2026_12_04="A Friday"))
    assert ["from Wed 2026-12-02 00:00 to Thu 2026-12-03 00:00" in found[0], len(found)] == [True, 2]
    assert "from Fri 2026-12-04 00:00 to Fri 2026-12-04 18:00" in found[1]


def test_a_holiday_on_a_day_off_or_one_that_is_covered_or_closed_opens_nothing() -> None:
    day, night = datetime.fromisoformat("2026-11-26"), datetime.fromisoformat("2026-11-27")
    plan = rota(rotation("ana"), *NIGHTS)
    covered = replace(plan, overrides=(Override(starts=day, ends=night, person=PersonId("ben")),))
    closed = replace(plan, closures=(Closure(starts=day, ends=night),))
    assert holidays(covered, THANKSGIVING) == holidays(closed, THANKSGIVING) == []
    assert holidays(plan, _office(d2026_11_28="A Saturday")) == []
    assert holidays(rota(), THANKSGIVING) == []


def test_people_on_call_whom_no_test_ever_reached_are_named_in_one_sentence() -> None:
    def proved(who: str, proof: Proof) -> Reach:
        return {(PersonId(who), ChannelId(f"{who}-push")): Proved(proof=proof, at=SPAN[0])}

    def said(reached: Reach | None) -> list[str]:
        return [line for line in problems(rota(rotation("ana", "ben")), *SPAN, None, reached) if "proved" in line]

    assert said(None) == []
    (nobody,) = said({})
    assert nobody.startswith("No channel was ever proved to reach Ben, Ana, who are on call in this time; run")
    (ana,) = said({**proved("ben", Proof.ACKNOWLEDGED), **proved("ana", Proof.ACCEPTED)})
    assert "reach Ana, who is on call" in ana
    assert said({**proved("ben", Proof.ACKNOWLEDGED), **proved("ana", Proof.ACKNOWLEDGED)}) == []
