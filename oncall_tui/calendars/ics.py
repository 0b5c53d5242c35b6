"""Writes shifts as iCalendar (RFC 5545), for Google Calendar, Outlook and Apple Calendar."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime

import icalendar

from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Shift

_PRODUCT = "-//oncall-tui//rota//EN"


def written(shifts: Iterable[Shift], people: Mapping[PersonId, Person], team: str, *, at: datetime) -> bytes:
    """Return shifts as a calendar; ``at`` is when it is written."""
    calendar = icalendar.Calendar()
    calendar.add("PRODID", _PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", f"On call: {team}")
    for shift in shifts:
        calendar.add_component(_event(shift, people, team, at))
    return bytes(calendar.to_ical())


def _event(shift: Shift, people: Mapping[PersonId, Person], team: str, at: datetime) -> icalendar.Event:
    name = people[shift.person].name if shift.person in people else shift.person
    event = icalendar.Event()
    event.add("UID", _uid(shift, team))
    event.add("DTSTAMP", at)
    # Instants in UTC: nobody's calendar has to know our zone, or to agree on its clock changes.
    event.add("DTSTART", shift.starts_at)
    event.add("DTEND", shift.ends_at)
    event.add("SUMMARY", f"{name} is on call")
    event.add("DESCRIPTION", f"{team}: {_hours(shift)}" + (f", {shift.reason}" if shift.reason else ""))
    event.add("TRANSP", "TRANSPARENT")  # meetings may be accepted while one is on call
    return event


def _uid(shift: Shift, team: str) -> str:
    """Return an id that stays when a shift changes hands, so that importing again replaces it; shifts never overlap."""
    digest = hashlib.sha256(team.encode()).hexdigest()[:12]
    return f"{shift.starts_at:%Y%m%dT%H%M%SZ}-{digest}@oncall-tui"


def _hours(shift: Shift) -> str:
    return f"{shift.length.total_seconds() / 3600:g} hours"
