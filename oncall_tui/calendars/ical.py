"""Reads turns from iCalendar (RFC 5545), as Google, Outlook, Apple and the on-call services write it.

Each series of events is read on its own, so that one that is broken is named and takes no other with it. The libraries
are lenient where a rota must not be: they swap an end that lies before its start, and read a time in an unknown zone as
one without a zone; both are refused here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from oncall_tui.calendars.naming import Naming
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import CalendarTurn
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import instant, zone_info
from oncall_tui.errors import SourceGarbled
from oncall_tui.ports import CalendarReading
from oncall_tui.text_safety import clean

SIZE_LIMIT: Final = 8_000_000
_TOO_OFTEN: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_ONE_EACH: Final = ("BYHOUR", "BYMINUTE", "BYSECOND")
"""Parts of a rule that multiply turns within a day; more than one value each would let a stranger ask for millions."""
_PICKING: Final = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_REPEATING: Final = ("RRULE", "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID")
_DAY = timedelta(days=1)
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError)
"""What the libraries raise for events that break their expectations; any TZID is looked for as a file."""

Component = Any
"""icalendar's components are untyped mappings; they do not leave this module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the calendar of one table."""

    name: str
    """The ``name`` of its table, for sentences."""
    naming: Naming
    zone: ZoneInfo
    """For all-day and floating times of a calendar that names no zone of its own."""

    def read(self, text: bytes, start: datetime, end: datetime) -> CalendarReading:
        """Return the turns that share time with a span and a sentence for every event that cannot be used.

        Of two events at the same time the one that starts later lies on top, and of two that start together the
        shorter one: that is how calendars show an exception to a longer event.

        Raises:
            SourceGarbled: This is no calendar at all, or only the beginning of one.
        """
        turns: list[CalendarTurn] = []
        problems: list[CleanText] = []
        for calendar in self._calendars(text):
            zone = zone_info(str(calendar.get("X-WR-TIMEZONE", ""))) or self.zone
            for series in _series(calendar):
                self._read_series(series, _Span(calendar, zone, start, end), turns, problems)
        turns.sort(key=lambda turn: (-turn.starts_at.timestamp(), turn.ends_at, turn.person))
        return CalendarReading(turns=tuple(turns), problems=tuple(dict.fromkeys(problems)))

    def _calendars(self, text: bytes) -> Sequence[Component]:
        if len(text) > SIZE_LIMIT:
            raise SourceGarbled(f"the calendar {self.name} is larger than {SIZE_LIMIT // 1_000_000} MB")
        plain = text.decode("utf-8-sig", "replace").strip()
        if plain[:1] == "<":
            raise SourceGarbled(
                f"the calendar {self.name} is a web page: use the secret address in iCal format, which ends in .ics"
            )
        if not plain.upper().startswith("BEGIN:VCALENDAR"):
            raise SourceGarbled(f"the calendar {self.name} is not iCalendar: it does not begin with BEGIN:VCALENDAR")
        if not plain.upper().endswith("END:VCALENDAR"):
            raise SourceGarbled(f"the calendar {self.name} is cut off: it does not end with END:VCALENDAR")
        try:
            found: Sequence[Component] = icalendar.Calendar.from_ical(plain, multiple=True)
        except _UNREADABLE:
            raise SourceGarbled(f"the calendar {self.name} is broken iCalendar; publish it anew") from None
        return found

    def _read_series(
        self, series: Sequence[Component], span: "_Span", turns: list[CalendarTurn], problems: list[CleanText]
    ) -> None:
        try:
            _refuse_oddities(series)
            occurrences = list(_occurrences(series, span))
        except _Odd as error:
            problems.append(self._problem(series[0], str(error)))
            return
        except _UNREADABLE:
            problems.append(self._problem(series[0], "cannot be read; write it anew"))
            return
        for starts_at, ends_at, event in occurrences:
            people = self.naming.found(str(event.get("SUMMARY", "")), _attendees(event))
            if len(people) == 1:
                turns.append(self._turn(starts_at, ends_at, *people))
            else:
                problems.append(self._problem(event, _nobody_or_several(people)))

    def _turn(self, starts_at: datetime, ends_at: datetime, person: PersonId) -> CalendarTurn:
        return CalendarTurn(starts_at=starts_at, ends_at=ends_at, person=person, calendar=clean(self.name))

    def _problem(self, event: Component, what: str) -> CleanText:
        title = clean(str(event.get("SUMMARY", "") or event.get("UID", "")), limit=60) or "without a title"
        return clean(f"The event “{title}” {_when(event)}of the calendar {self.name} {what}.")


class _Odd(Exception):
    """An event that could be read, but not as it was meant."""


@dataclass(frozen=True, slots=True)
class _Span:
    calendar: Component
    zone: ZoneInfo
    start: datetime
    end: datetime


def _series(calendar: Component) -> Sequence[Sequence[Component]]:
    """Return the events of a calendar, those of one series together."""
    found: dict[str, list[Component]] = {}
    for number, event in enumerate(calendar.walk("VEVENT")):
        found.setdefault(str(event.get("UID", f"no. {number}")), []).append(event)
    return tuple(found.values())


def _refuse_oddities(series: Iterable[Component]) -> None:
    for event in series:
        if event.errors:
            raise _Odd(f"has a broken {', '.join(sorted({clean(str(name or 'line')) for name, _ in event.errors}))}")
        if "DTSTART" not in event:
            raise _Odd("has no start")
        _refuse_unknown_zones(event)
        start, end = event["DTSTART"].dt, event["DTEND"].dt if "DTEND" in event else None
        if end is not None and (isinstance(end, datetime) != isinstance(start, datetime) or end < start):
            raise _Odd("ends before it starts")
        rules = event.get("RRULE", [])
        if any(_is_too_often(rule) for rule in (rules if isinstance(rules, list) else [rules])):
            raise _Odd("repeats more often than once a day")
        if any(_may_never_hold(rule) for rule in (rules if isinstance(rules, list) else [rules])):
            raise _Odd("repeats by a rule that may never hold; write it by weeks or months")


def _refuse_unknown_zones(event: Component) -> None:
    for key in ("DTSTART", "DTEND"):
        if key in event and "TZID" in event[key].params and getattr(event[key].dt, "tzinfo", None) is None:
            raise _Odd(f"names the time zone {clean(str(event[key].params['TZID']), limit=40)}, which nobody knows")


def _is_too_often(rule: Mapping[str, Sequence[object]]) -> bool:
    frequencies = {str(word).upper() for word in rule.get("FREQ", [])}
    return bool(frequencies & _TOO_OFTEN) or any(len(rule.get(part, [])) > 1 for part in _ONE_EACH)


def _may_never_hold(rule: Mapping[str, Sequence[object]]) -> bool:
    """Tell whether a rule picks days of which there may be none: it would be tried day by day until the year 9999."""
    frequencies = {str(word).upper() for word in rule.get("FREQ", [])}
    return bool(frequencies & {"DAILY", "WEEKLY"}) and any(part in rule for part in _PICKING)


def _occurrences(series: Sequence[Component], span: _Span) -> Iterator[tuple[datetime, datetime, Component]]:
    is_exact = any(event["DURATION"].dt % _DAY for event in series if "DURATION" in event)
    for event in _events(series, span):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        starts = event["DTSTART"].dt
        ends = event["DTEND"].dt if "DTEND" in event else starts + _length(event)
        starts_at = _instant(starts, span.zone, is_end=False)
        # RFC 5545: a duration in hours is exact, whatever clocks do meanwhile; all other ends are wall times.
        ends_at = starts_at + (_naive(ends) - _naive(starts)) if is_exact else _instant(ends, span.zone, is_end=True)
        if max(starts_at, span.start) < min(ends_at, span.end):
            yield starts_at, ends_at, event


def _events(series: Sequence[Component], span: _Span) -> Sequence[Component]:
    """Return the events of a series that may lie within a span."""
    if len(series) == 1 and not any(key in series[0] for key in _REPEATING):
        return (
            series  # most events of a calendar are single ones, and working out a series takes a hundred times longer
        )
    calendar = icalendar.Calendar()
    if "X-WR-TIMEZONE" in span.calendar:
        calendar.add("X-WR-TIMEZONE", span.calendar["X-WR-TIMEZONE"])
    for part in (*span.calendar.walk("VTIMEZONE"), *series):
        calendar.add_component(part)
    found: Sequence[Component] = recurring_ical_events.of(calendar).between(span.start - _DAY, span.end + _DAY)
    return found


def _length(event: Component) -> timedelta:
    """Return how long an event without an end lasts."""
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return length
    return timedelta() if isinstance(event["DTSTART"].dt, datetime) else _DAY


def _instant(written: date, zone: ZoneInfo, *, is_end: bool) -> datetime:
    if not isinstance(written, datetime):
        return instant(written, time.min, zone, is_end=is_end)
    if written.utcoffset() is None:
        return instant(written.date(), written.time(), zone, is_end=is_end)
    if written.tzinfo is None or written.tzinfo is UTC:
        return written
    return instant(written.date(), written.time(), written.tzinfo, is_end=is_end)


def _naive(written: date) -> datetime:
    return written.replace(tzinfo=None) if isinstance(written, datetime) else datetime.combine(written, time.min)


def _attendees(event: Component) -> Iterator[str]:
    found = event.get("ATTENDEE", [])
    for attendee in found if isinstance(found, list) else [found]:
        parameters: Mapping[str, object] = getattr(attendee, "params", {})
        if str(parameters.get("PARTSTAT", "")).upper() != "DECLINED":
            yield str(attendee).lower().removeprefix("mailto:")
            yield str(parameters.get("CN", ""))


def _when(event: Component) -> str:
    start = event.get("DTSTART")
    day = getattr(start, "dt", None) if start is not None and not event.errors else None
    return f"on {day:%Y-%m-%d} " if isinstance(day, date) else ""


def _nobody_or_several(people: frozenset[PersonId]) -> str:
    if people:
        return f"names {' and '.join(sorted(people))}; one of them can be on call"
    return "names nobody of the team; write whom it means into [[rota.calendars.match]]"
