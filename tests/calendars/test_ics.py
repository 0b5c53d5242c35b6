"""Calendars out, read back by a parser of other people."""

from datetime import timedelta

import pytest
import vobject

from oncall_tui.calendars.ics import written
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from tests.calendars.make import PEOPLE, read, told
from tests.make import at, person, shift

NOW = at("2026-11-01 12:00")
SHIFTS = [
    shift("ana", starts_at=at("2026-10-23 16:00"), ends_at=at("2026-10-26 08:00")),
    shift("ben", starts_at=at("2026-10-30 17:00"), ends_at=at("2026-11-02 08:00")),
]


def events(text: bytes) -> list[vobject.base.Component]:
    return list(vobject.readOne(text.decode()).vevent_list)


def test_another_parser_reads_the_same_instants_and_people() -> None:
    found = events(written(SHIFTS, PEOPLE, "Acme Support", at=NOW))
    assert [(each.dtstart.value, each.dtend.value) for each in found] == [(s.starts_at, s.ends_at) for s in SHIFTS]
    assert [each.summary.value for each in found] == ["Ana Ruiz is on call", "Ben Okafor is on call"]
    assert {each.dtstamp.value for each in found} == {NOW}
    assert found[0].description.value == "Acme Support: 64 hours"


def test_our_own_reader_finds_the_same_turns() -> None:
    reading = read(written(SHIFTS, PEOPLE, "Acme Support", at=NOW))
    assert told(reading) == ["ana 10-23 16:00 - 10-26 08:00", "ben 10-30 17:00 - 11-02 08:00"]
    assert reading.problems == ()


def test_a_shift_keeps_its_id_when_it_changes_hands_and_other_teams_have_others() -> None:
    later, swapped = NOW + timedelta(days=1), [shift("ben", starts_at=SHIFTS[0].starts_at)]
    (first, _), (again,) = events(written(SHIFTS, PEOPLE, "A", at=NOW)), events(written(swapped, PEOPLE, "A", at=later))
    (other, _) = events(written(SHIFTS, PEOPLE, "B", at=NOW))
    assert first.uid.value == again.uid.value
    assert first.uid.value != other.uid.value


@pytest.mark.parametrize("name", ["Zoë Åström; of, Nordhaven\\Süd", "李小龍" * 30, "Ana\r\nDTEND:20200101T000000Z"])
def test_no_line_is_longer_than_75_octets_and_no_name_breaks_out_of_its_line(name: str) -> None:
    text = written([SHIFTS[0]], {PersonId("ana"): person("ana", name)}, "Acme", at=NOW)
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    assert b"\n" not in text.replace(b"\r\n", b"")
    (event,) = events(text)
    assert event.dtend.value == SHIFTS[0].ends_at
    assert event.summary.value.replace("\n", "\r\n") == f"{name} is on call"


def test_no_shift_is_an_empty_calendar() -> None:
    nothing: list[Shift] = []
    assert vobject.readOne(written(nothing, PEOPLE, "Acme", at=NOW).decode()).contents.get("vevent") is None
