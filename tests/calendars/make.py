"""Calendars for tests, and the way they are read."""

from zoneinfo import ZoneInfo

from oncall_tui.calendars.ical import Reader
from oncall_tui.calendars.naming import Naming
from oncall_tui.domain.people import PersonId
from oncall_tui.ports import CalendarReading
from tests.make import at, person

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = {
    each.id: each for each in (person("ana", "Ana Ruiz"), person("ben", "Ben Okafor"), person("dana", "Dana Lee"))
}
AUTUMN = at("2026-10-01 00:00"), at("2026-12-01 00:00")


def calendar(*events: str, head: str = "") -> bytes:
    """Return a calendar; events are their lines, one below the other."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Example//EN", *head.strip().splitlines()]
    for number, event in enumerate(events):
        uid = "" if "UID:" in event else f"UID:{number}@calendar.example"
        lines += [
            "BEGIN:VEVENT",
            *filter(None, [uid]),
            *(line.strip() for line in event.strip().splitlines()),
            "END:VEVENT",
        ]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(text: bytes, *, match: tuple[tuple[str, str], ...] = ()) -> CalendarReading:
    naming = Naming(people=PEOPLE, match=[(words, PersonId(who)) for words, who in match])
    return Reader(name="Plan", naming=naming, zone=BERLIN).read(text, *AUTUMN)


def told(reading: CalendarReading) -> list[str]:
    """Write turns as they follow one another, in UTC."""
    turns = sorted(reading.turns, key=lambda turn: turn.starts_at)
    return [f"{turn.person} {turn.starts_at:%m-%d %H:%M} - {turn.ends_at:%m-%d %H:%M}" for turn in turns]
