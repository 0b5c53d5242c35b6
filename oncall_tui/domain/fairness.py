"""How the burden of being on call is shared: weekends, nights, holidays and real hours for each person."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.wall_time import instant, local, zone_info

_NIGHT = time(3)
"""A shift that holds this moment takes somebody's night; evenings and early mornings alone do not."""
_NOON = time(12)
_SATURDAY, _SUNDAY = 5, 6
_DAY = timedelta(days=1)


HolidayAt = Callable[[str, date], str]
"""Returns the name of the public holiday a date is in the country of a time zone, or nothing."""


def no_holidays(_zone: str, _day: date) -> str:
    """Name no day a holiday."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What one person's shifts come to."""

    weekends: int = 0
    """Weekends of which at least one noon falls into a shift."""
    nights: int = 0
    holidays: int = 0
    """Public holidays where the person lives, whose noon falls into a shift."""
    length: timedelta = timedelta()
    """Real hours, clock changes included."""


def duties(
    shifts: Iterable[Shift],
    people: Mapping[PersonId, Person],
    zone: tzinfo,
    holiday_at: HolidayAt = no_holidays,
) -> Mapping[PersonId, Duty]:
    """Return what everybody's shifts come to, also those who have none.

    Nights and weekends are those of the clock where a person lives: a night of the team may be a morning of hers.

    Args:
        shifts: The shifts that count.
        people: The team.
        zone: For somebody whose zone is unknown.
        holiday_at: Names holidays.
    """
    weekends: dict[PersonId, set[int]] = {}
    found = dict.fromkeys(people, Duty())
    for shift in shifts:
        person = people.get(shift.person)
        own = (zone_info(person.time_zone) if person else None) or zone
        before = found.get(shift.person, Duty())
        noons = tuple(_days_at(shift, _NOON, own))
        weekends.setdefault(shift.person, set()).update(
            (day.toordinal() - 1) // 7 for day in noons if day.weekday() in {_SATURDAY, _SUNDAY}
        )
        home = person.time_zone if person else ""
        found[shift.person] = Duty(
            weekends=len(weekends[shift.person]),
            nights=before.nights + sum(1 for _ in _days_at(shift, _NIGHT, own)),
            holidays=before.holidays + sum(1 for day in noons if home and holiday_at(home, day)),
            length=before.length + shift.length,
        )
    return found


def _days_at(shift: Shift, at: time, zone: tzinfo) -> Iterator[date]:
    """Yield the days whose moment of this time falls into a shift."""
    day: datetime = local(shift.starts_at, zone) - _DAY
    while day.date() <= local(shift.ends_at, zone).date():
        if shift.starts_at <= instant(day.date(), at, zone) < shift.ends_at:
            yield day.date()
        day += _DAY
