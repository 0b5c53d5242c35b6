"""How the burden is shared."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from oncall_tui.domain.fairness import Duty, duties
from oncall_tui.domain.people import PersonId
from tests.make import at, person, shift

NEW_YORK = ZoneInfo("America/New_York")
PEOPLE = {each.id: each for each in (person("ana"), person("sam", time_zone="Asia/Seoul"), person("dana"))}


def test_a_weekend_is_one_weekend_and_three_nights_of_real_hours() -> None:
    found = duties(
        [shift("ana"), shift("ana", starts_at=at("2026-10-30 22:00"), ends_at=at("2026-11-02 14:00"))], PEOPLE, NEW_YORK
    )
    assert found[PersonId("ana")] == Duty(weekends=2, nights=6, length=timedelta(hours=127))


def test_whoever_has_no_shift_is_counted_with_nothing() -> None:
    assert duties([shift("ana")], PEOPLE, NEW_YORK)[PersonId("dana")] == Duty()


def test_a_night_is_one_where_the_person_lives() -> None:
    start, end = at("2026-11-18 23:00"), at("2026-11-19 14:00")  # 18:00 to 09:00 in New York
    night = [shift(who, starts_at=start, ends_at=end) for who in ("ana", "sam")]
    found = duties(night, PEOPLE, NEW_YORK)
    assert (found[PersonId("ana")].nights, found[PersonId("sam")].nights) == (1, 0)


def test_two_shifts_of_one_weekend_are_one_weekend_and_a_saturday_morning_is_none() -> None:
    saturday = shift("ana", starts_at=at("2026-11-21 15:00"), ends_at=at("2026-11-21 23:00"))
    sunday = shift("ana", starts_at=at("2026-11-22 15:00"), ends_at=at("2026-11-22 23:00"))
    morning = shift("dana", starts_at=at("2026-11-20 23:00"), ends_at=at("2026-11-21 14:00"))
    found = duties([saturday, sunday, morning], PEOPLE, NEW_YORK)
    assert (found[PersonId("ana")].weekends, found[PersonId("dana")].weekends) == (1, 0)


def test_a_holiday_is_one_where_the_person_lives() -> None:
    def thanksgiving(zone: str, day: date) -> str:
        return "Thanksgiving" if zone.startswith("America/") and f"{day:%m-%d}" == "11-26" else ""

    thursday, friday = at("2026-11-26 05:00"), at("2026-11-27 05:00")
    shifts = [shift(who, starts_at=thursday, ends_at=friday) for who in ("ana", "sam")]
    found = duties(shifts, PEOPLE, NEW_YORK, thanksgiving)
    assert (found[PersonId("ana")].holidays, found[PersonId("sam")].holidays) == (1, 0)
