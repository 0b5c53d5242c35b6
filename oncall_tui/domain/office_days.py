"""Days on which the team is at work anyway, so that nobody has to be on call; and what opens when one is a holiday."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncall_tui.domain.local_day import MONDAY_TO_FRIDAY, HolidayOn, no_holiday
from oncall_tui.domain.spans import Span, lay
from oncall_tui.domain.wall_time import instant, local

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDays:
    """When the team works without a rota."""

    days: frozenset[int] = MONDAY_TO_FRIDAY.days
    """0 is Monday."""
    holiday_on: HolidayOn = field(default=no_holiday, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayGap:
    """Time of a public holiday in which nobody is on call, and nobody is at work either. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    name: str
    """Of the holiday."""


def holiday_gaps(
    covered: Iterable[tuple[datetime, datetime]], office: OfficeDays, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[HolidayGap]:
    """Yield what is left of the holidays of a span, on days on which the team is otherwise at work.

    Args:
        covered: All that somebody is on call for, or that a closure or a gap of the rota names already.
        office: The team's own days.
        zone: The clock whose days they are.
        start: From when on.
        end: Until when.
    """
    spans = [Span(starts_at=starts, ends_at=ends, of="") for starts, ends in covered]
    day: date = local(start, zone).date()
    while day <= local(end, zone).date():
        name = office.holiday_on(day) if day.weekday() in office.days else ""
        if name:
            whole = Span(
                starts_at=max(instant(day, time.min, zone), start),
                ends_at=min(instant(day + _DAY, time.min, zone), end),
                of=name,
            )
            for piece in lay([*spans, whole]):
                if piece.of == name:
                    yield HolidayGap(starts_at=piece.starts_at, ends_at=piece.ends_at, name=name)
        day += _DAY
