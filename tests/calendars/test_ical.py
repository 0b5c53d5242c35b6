"""Calendars as Google, Outlook, Apple and PagerDuty write them, and as nobody should."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.rota import Rota
from oncall_tui.errors import SourceGarbled
from tests.calendars.make import AUTUMN, BERLIN, PEOPLE, calendar, read, told

GOOGLE = calendar(
    """
    DTSTART;TZID=Europe/Berlin:20261016T180000
    DTEND;TZID=Europe/Berlin:20261019T090000
    RRULE:FREQ=WEEKLY;UNTIL=20261113T225959Z
    EXDATE;TZID=Europe/Berlin:20261030T180000
    UID:weekend@google.example
    SUMMARY:On call: Ana Ruiz
    STATUS:CONFIRMED
    TRANSP:OPAQUE
    """,
    """
    DTSTART;TZID=Europe/Berlin:20261106T200000
    DTEND;TZID=Europe/Berlin:20261109T080000
    RECURRENCE-ID;TZID=Europe/Berlin:20261106T180000
    UID:weekend@google.example
    SUMMARY:On call: Ben Okafor
    """,
    """
    DTSTART;VALUE=DATE:20261114
    DTEND;VALUE=DATE:20261116
    SUMMARY:Dana
    """,
    head="X-WR-CALNAME:On call\nX-WR-TIMEZONE:Europe/Berlin",
)
OUTLOOK = calendar(
    """
    SUMMARY:Ana on call
    DTSTART;TZID=W. Europe Standard Time:20261023T180000
    DTEND;TZID=W. Europe Standard Time:20261026T090000
    X-MICROSOFT-CDO-BUSYSTATUS:FREE
    """,
    """
    SUMMARY:Ben on call
    DTSTART;TZID=Customized Time Zone:20261030T180000
    DTEND;TZID=Customized Time Zone:20261102T090000
    """,
    head="""METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE""",
)
PAGERDUTY = calendar(
    """
    DTSTART;VALUE=DATE-TIME:20261023T160000Z
    DTEND;VALUE=DATE-TIME:20261026T080000Z
    SUMMARY:On Call - Ana Ruiz - Weekend
    ATTENDEE;CN=Ana Ruiz:mailto:ana@acme.example
    """,
    """
    DTSTART:20261030T170000Z
    DTEND:20261102T080000Z
    SUMMARY:On Call - Weekend
    ATTENDEE;CN="Ben Okafor";PARTSTAT=ACCEPTED:mailto:ben@acme.example
    ATTENDEE;CN="Dana Lee";PARTSTAT=DECLINED:mailto:dana@acme.example
    """,
)
APPLE = calendar(
    """
    DTSTART:20261024T090000
    DURATION:PT12H
    SUMMARY:Dana Lee
    """
)


def test_google_series_with_a_day_left_out_a_moved_one_and_a_whole_weekend() -> None:
    reading = read(GOOGLE)
    assert told(reading) == [
        "ana 10-16 16:00 - 10-19 07:00",
        "ana 10-23 16:00 - 10-26 08:00",
        "ben 11-06 19:00 - 11-09 07:00",
        "ana 11-13 17:00 - 11-16 08:00",
        "dana 11-13 23:00 - 11-15 23:00",
    ]
    assert reading.problems == ()


def test_outlook_zones_by_windows_name_and_by_their_own_rules() -> None:
    assert told(read(OUTLOOK)) == ["ana 10-23 16:00 - 10-26 08:00", "ben 10-30 12:30 - 11-02 03:30"]


def test_pagerduty_by_title_or_by_the_only_attendee_who_has_not_declined() -> None:
    assert told(read(PAGERDUTY)) == ["ana 10-23 16:00 - 10-26 08:00", "ben 10-30 17:00 - 11-02 08:00"]


def test_a_floating_time_is_on_the_teams_clock_and_a_duration_in_hours_is_exact() -> None:
    assert told(read(APPLE)) == ["dana 10-24 07:00 - 10-24 19:00"]
    exact = "DTSTART;TZID=Europe/Berlin:20261023T180000\nDURATION:PT63H\nSUMMARY:Ana"
    assert told(read(calendar(exact))) == ["ana 10-23 16:00 - 10-26 07:00"]


def test_a_floating_time_is_on_the_calendars_own_clock_where_it_names_one() -> None:
    floating = calendar(
        "DTSTART:20261024T090000\nDTEND:20261024T170000\nSUMMARY:Ana",
        "DTSTART;VALUE=DATE:20261107\nDTEND;VALUE=DATE:20261108\nSUMMARY:Ben",
        head="X-WR-TIMEZONE:Asia/Tokyo",
    )
    assert told(read(floating)) == ["ana 10-24 00:00 - 10-24 08:00", "ben 11-06 15:00 - 11-07 15:00"]


def test_a_repetition_in_utc_follows_the_calendars_own_clock_over_a_clock_change() -> None:
    weekly = calendar(
        "DTSTART:20261016T160000Z\nDTEND:20261016T170000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nSUMMARY:Ana",
        head="X-WR-TIMEZONE:Europe/Berlin",
    )
    assert told(read(weekly)) == [
        "ana 10-16 16:00 - 10-16 17:00",
        "ana 10-23 16:00 - 10-23 17:00",
        "ana 10-30 17:00 - 10-30 18:00",
    ]


def test_the_end_of_a_whole_day_is_excluded_and_a_day_alone_is_that_day() -> None:
    days = calendar(
        "DTSTART;VALUE=DATE:20261017\nDTEND;VALUE=DATE:20261018\nSUMMARY:Ana",
        "DTSTART;VALUE=DATE:20261107\nSUMMARY:Ben",
    )
    assert told(read(days)) == ["ana 10-16 22:00 - 10-17 22:00", "ben 11-06 23:00 - 11-07 23:00"]


def test_times_that_clocks_skip_or_repeat_are_read_as_in_the_rota() -> None:
    repeated = "DTSTART;TZID=Europe/Berlin:20261024T120000\nDTEND;TZID=Europe/Berlin:20261025T023000\nSUMMARY:Ana"
    assert told(read(calendar(repeated))) == ["ana 10-24 10:00 - 10-25 01:30"]


def test_a_cancelled_event_is_none_and_so_is_one_cancelled_day_of_a_series() -> None:
    events = calendar(
        "DTSTART:20261016T160000Z\nDTEND:20261016T170000Z\nSUMMARY:Ana\nSTATUS:CANCELLED",
        "UID:s\nDTSTART:20261016T160000Z\nDTEND:20261016T170000Z\nSUMMARY:Ben\nRRULE:FREQ=WEEKLY;COUNT=2",
        "UID:s\nRECURRENCE-ID:20261023T160000Z\nDTSTART:20261023T160000Z\nDTEND:20261023T170000Z\nSUMMARY:Ben\nSTATUS:CANCELLED",
    )
    reading = read(events)
    assert told(reading) == ["ben 10-16 16:00 - 10-16 17:00"]
    assert reading.problems == ()


def test_the_event_that_starts_later_is_the_exception_to_the_one_it_overlaps() -> None:
    events = calendar(
        "DTSTART:20261017T080000Z\nDTEND:20261017T200000Z\nSUMMARY:Ben",
        "DTSTART:20261016T160000Z\nDTEND:20261019T070000Z\nSUMMARY:Ana",
    )
    plan = Rota(zone=BERLIN, people=PEOPLE, calendar_turns=read(events).turns)
    assert [shift.person for shift in plan.shifts(*AUTUMN)] == ["ana", "ben", "ana"]


@pytest.mark.parametrize(
    ("title", "match", "who"),
    [
        ("Ana Ruiz", (), "ana"),
        ("ana", (), "ana"),
        ("Weekend (dana)", (), "dana"),
        ("BEN OKAFOR / weekend", (), "ben"),
        ("A. Ruiz", (("A. Ruiz", "ana"),), "ana"),
        ("Ana covers", (("Ana covers", "ben"),), "ben"),
    ],
)
def test_a_title_names_a_person_by_the_table_by_name_or_by_id(
    title: str, match: tuple[tuple[str, str], ...], who: str
) -> None:
    event = f"DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:{title}"
    assert [turn.person for turn in read(calendar(event), match=match).turns] == [who]


def test_an_attendee_is_found_by_the_address_in_the_table() -> None:
    event = "DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:On call\nATTENDEE:mailto:A.Ruiz@acme.example"
    assert told(read(calendar(event), match=(("a.ruiz@acme.example", "ana"),))) == ["ana 10-16 16:00 - 10-17 16:00"]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:Anatol", "names nobody of the team"),
        ("DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:Ana and Ben", "names ana and ben"),
        ("DTSTART:20261017T160000Z\nDTEND:20261016T160000Z\nSUMMARY:Ana", "ends before it starts"),
        ("DTSTART:20261016T160000Z\nno line of a calendar", "has a broken line"),
        ("DTSTART:2026\nDTEND:20261016T160000Z\nSUMMARY:Ana", "has a broken DTSTART"),
        ("DTEND:20261016T160000Z\nSUMMARY:Ana", "has no start"),
        ("DTSTART;TZID=Mars/Olympus:20261016T160000\nDTEND:20261017T160000Z\nSUMMARY:Ana", "Mars/Olympus"),
        ("DTSTART:20261016T160000Z\nRRULE:FREQ=SOMETIMES\nSUMMARY:Ana", "has a broken RRULE"),
        ("DTSTART:20261016T160000Z\nRRULE:FREQ=SECONDLY\nSUMMARY:Ana", "repeats more often than once a day"),
        ("DTSTART:20261016T160000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nSUMMARY:Ana", "may never hold"),
        ("DTSTART:20261016T160000Z\nRRULE:FREQ=DAILY;BYHOUR=1,2,3\nSUMMARY:Ana", "repeats more often than once a day"),
    ],
)
def test_an_event_that_cannot_be_used_is_named_and_takes_no_other_with_it(lines: str, what: str) -> None:
    sound = "DTSTART:20261101T160000Z\nDTEND:20261102T160000Z\nSUMMARY:Dana"
    reading = read(calendar(lines, sound))
    assert told(reading) == ["dana 11-01 16:00 - 11-02 16:00"]
    (problem,) = reading.problems
    assert what in problem
    assert problem.startswith("The event “")


def test_a_series_of_whole_days_without_an_end_goes_on() -> None:
    weekly = calendar("DTSTART;VALUE=DATE:20260919\nRRULE:FREQ=WEEKLY\nSUMMARY:Ana")
    assert len(read(weekly).turns) == 9  # the Saturdays of October and November


def test_what_strangers_wrote_in_a_title_is_harmless_in_the_problem() -> None:
    event = "DTSTART:20261016T160000Z\nDTEND:20261017T160000Z\nSUMMARY:\x1b[2JHo\u202eho"
    (problem,) = read(calendar(event)).problems
    assert "\x1b" not in problem
    assert "\u202e" not in problem


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"<!DOCTYPE html><html>Log in</html>", "is a web page"),
        (b'{"error": "not found"}', "is not iCalendar"),
        (b"", "is not iCalendar"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Ana\r\n", "is cut off"),
        (b"BEGIN:VCALENDAR\r\n\x00\x01;;;\r\nEND:VCALENDAR", "is broken"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * 8_000_001, "is larger than 8 MB"),
        (calendar("DTSTART;TZID=Europe:20261016T160000\nSUMMARY:Ana"), "is broken"),
        (calendar(f"DTSTART;TZID={'x' * 300}:20261016T160000\nSUMMARY:Ana"), "is broken"),
    ],
)
def test_what_is_no_calendar_gets_a_sentence(text: bytes, what: str) -> None:
    with pytest.raises(SourceGarbled, match=what):
        read(text)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_calendar_never_ends_the_program(data: st.DataObject) -> None:
    text = bytearray(data.draw(st.sampled_from([GOOGLE, OUTLOOK, PAGERDUTY, APPLE])))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with suppress(SourceGarbled):  # the only thing that may be raised
        read(bytes(text))
