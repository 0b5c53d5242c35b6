"""When an answer is due that somebody is served within so much time."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.local_day import WorkingHours, works_on
from oncall_tui.domain.wall_time import instant, local

_LOOK_AHEAD: Final = 120
"""Days in which a target is reached, however few hours a customer works; beyond, nothing is due."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """When a customer works, on the customer's own clock and calendar."""

    zone: tzinfo
    hours: WorkingHours
    country: str = ""
    region: str = ""
    atlas: Atlas

    def holiday_on(self, day: date) -> str:
        """Return the name of the holiday a date is there, or nothing."""
        return self.atlas.holidays(self.country, self.region, day.year).get(day, "") if self.country else ""

    def opens_and_closes(self, day: date) -> tuple[datetime, datetime] | None:
        """Return the working hours of a date as instants, or None on a day off."""
        if not works_on(day, self.hours, self.holiday_on):
            return None
        last = day if self.hours.closes > self.hours.opens else day + _DAY
        opens_at = instant(day, self.hours.opens, self.zone)
        return opens_at, instant(last, self.hours.closes, self.zone, is_end=True)


@lru_cache(maxsize=1024)  # more would be kept of tickets that ended long ago
def working_time_after(start: datetime, length: timedelta, place: Workplace) -> datetime | None:
    """Return the instant by which so much working time has passed; None where a customer never works.

    Real hours count, so an hour that the clock leaves out is no working time, and one that comes twice is two.
    """
    first = local(start, place.zone).date()
    for day in (first + ahead * _DAY for ahead in range(_LOOK_AHEAD)):
        hours = place.opens_and_closes(day)
        if hours is None:
            continue
        opens_at, closes_at = max(hours[0], start), hours[1]
        if closes_at - opens_at >= length:
            return opens_at + length
        length -= max(closes_at - opens_at, timedelta())
    return None
