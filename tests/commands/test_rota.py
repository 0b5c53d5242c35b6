"""What ``oncall-tui rota`` prints."""

import asyncio
import json
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
import vobject

from oncall_tui.__main__ import main
from oncall_tui.calendars.copies import copy_of
from oncall_tui.calendars.schedule import Entry
from oncall_tui.commands.check import time_zones
from oncall_tui.commands.rota import as_ics, as_text
from oncall_tui.domain.events import SHIFT_STREAM, CoverAsked, CoverId, CoverTaken
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Absence, Closure, Rota, Rotation, WeekTime
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import BadUse
from oncall_tui.store.sqlite import SqliteStore
from tests.make import at, people

SPAN = at("2026-10-19 00:00"), at("2026-11-15 00:00")
TEAM = people("ana", "ben")
CONFIG = """
[team]
name = "Acme Support"
time_zone = "Europe/Berlin"
store = "FOLDER/journal.sqlite"
[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "Europe/Berlin"
channels = ["note"]
[[channels]]
id = "note"
kind = "command"
run = ["true"]
[[rota.calendars]]
name = "Plan"
path = "plan.ics"
"""
EVENT = "BEGIN:VEVENT\nUID:{uid}\nDTSTART:202611{day}T180000\nDTEND:202611{day}T230000\nSUMMARY:{title}\nEND:VEVENT"


def rota() -> Rota:
    return Rota(
        zone=ZoneInfo("Europe/Berlin"),
        people=TEAM,
        rotations=(
            Rotation(
                name="Weekend",
                starts=WeekTime(weekday=4, at=time(18)),
                ends=WeekTime(weekday=0, at=time(9)),
                first_on=date(2026, 10, 23),
                people=(PersonId("ana"), PersonId("ben")),
            ),
        ),
        absences=(
            Absence(
                person=PersonId("ben"),
                starts=datetime.fromisoformat("2026-10-31"),
                ends=datetime.fromisoformat("2026-11-01"),
            ),
        ),
        closures=(
            Closure(
                starts=datetime.fromisoformat("2026-11-06"),
                ends=datetime.fromisoformat("2026-11-10"),
                reason="moving house",
            ),
        ),
    )


def test_each_line_has_real_hours_and_says_why_nobody_is_there() -> None:
    assert as_text(rota(), *SPAN, people=TEAM, problems=["One."]).splitlines() == [
        "On the clock of Europe/Berlin:",
        "Fri 23 Oct 2026 18:00  to  Mon 26 Oct 09:00     64 h  Ana  (rotation)  clocks change",
        "Fri 30 Oct 2026 18:00  to  Sat 31 Oct 00:00      6 h  Ben  (rotation)",
        "Sat 31 Oct 2026 00:00  to  Sun 01 Nov 00:00     24 h  NOBODY  (ben is absent)",
        "Sun 01 Nov 2026 00:00  to  Mon 02 Nov 09:00     33 h  Ben  (rotation)",
        "Fri 06 Nov 2026 18:00  to  Mon 09 Nov 09:00     63 h  nobody, as intended  (moving house)",
        "Fri 13 Nov 2026 18:00  to  Mon 16 Nov 09:00     63 h  Ben  (rotation)",
        "Problem: One.",
    ]


@pytest.mark.parametrize(("person", "count"), [(None, 4), ("ana", 1), ("ben", 3)])
def test_a_calendar_has_everybodys_shifts_or_one_persons(person: str | None, count: int) -> None:
    text = as_ics(rota(), *SPAN, person, team="Acme", at=SPAN[0])
    assert len(vobject.readOne(text.decode()).vevent_list) == count


def test_a_calendar_of_nobody_is_bad_use_that_names_who_there_is() -> None:
    with pytest.raises(BadUse, match="there is no person zed: write one of ana, ben"):
        as_ics(rota(), *SPAN, "zed", team="Acme", at=SPAN[0])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    events = [EVENT.format(uid=1, day=20, title="Ana"), EVENT.format(uid=2, day=21, title="Offsite")]
    plan = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *events, "END:VCALENDAR"])
    (tmp_path / "plan.ics").write_text(plan, encoding="utf-8")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG.replace("FOLDER", str(tmp_path)), encoding="utf-8")
    return path


def test_calendars_count_and_what_cannot_be_used_is_a_problem(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "rota", "--json", "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["shifts"] == [
        {
            "starts_at": "2026-11-20T17:00:00Z",
            "ends_at": "2026-11-20T22:00:00Z",
            "hours": 5,
            "person": "ana",
            "from": "calendar",
        }
    ]
    offsite = "The event “Offsite” on 2026-11-21 of the calendar Plan names nobody of the team"
    assert [problem for problem in found["problems"] if problem.startswith(offsite)]


def test_a_person_without_a_calendar_is_bad_use(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", str(config), "rota", "--person", "ana"]) == 2
    assert "write --ics as well" in capsys.readouterr().err


def test_the_file_is_icalendar_and_nothing_else(config: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--config", str(config), "rota", "--ics", "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"]) == 0
    text = capfdbinary.readouterr().out
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"END:VCALENDAR\r\n")


async def _take(journal: Path) -> None:
    """Let Ben take what Ana has on 20 November, as dashboards on this store would."""
    store = await SqliteStore.open(journal)
    asked = CoverAsked(
        cover=CoverId("c"),
        person=PersonId("ana"),
        starts_at=at("2026-11-20 17:00"),
        ends_at=at("2026-11-20 22:00"),
        reason=CleanText("dentist"),
    )
    await store.append(SHIFT_STREAM, [asked], at=at("2026-11-17 00:00"))
    await store.append(SHIFT_STREAM, [CoverTaken(cover=asked.cover, by=PersonId("ben"))], at=at("2026-11-18 00:00"))
    await store.close()


def test_covers_of_the_journal_count_and_are_printed_as_overrides(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ben = '[[people]]\nid = "ben"\nname = "Ben"\ntime_zone = "Europe/Berlin"\n[[channels]]'
    config.write_text(config.read_text(encoding="utf-8").replace("[[channels]]", ben, 1), encoding="utf-8")
    asyncio.run(_take(config.parent / "journal.sqlite"))
    span = "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"
    main(["--config", str(config), "rota", "--json", *span])
    (shift,) = json.loads(capsys.readouterr().out)["shifts"]
    assert (shift["person"], shift["from"]) == ("ben", "override")
    assert main(["--config", str(config), "rota", "--overrides", *span]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "[[rota.overrides]]",
        "starts = 2026-11-20T18:00:00",
        "ends = 2026-11-20T23:00:00",
        'person = "ben"',
        'reason = "dentist"',
    ]


def test_a_journal_that_cannot_be_read_is_named_and_the_rest_of_the_rota_is_shown(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "journal.sqlite").write_text("no journal", encoding="utf-8")
    assert main(["--config", str(config), "rota", "--json", "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert len(found["shifts"]) == 1
    assert any("covers and swaps are not known" in problem for problem in found["problems"])


def test_the_schedule_of_an_on_call_service_counts_like_any_calendar(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last good copy is read here: no service is at that address any more."""
    text = config.read_text(encoding="utf-8").replace('path = "plan.ics"', "")
    service = 'kind = "goalert"\naddress = "http://127.0.0.1:9"\ntoken = { file = "token" }\n'
    config.write_text(text + service, encoding="utf-8")
    (config.parent / "token").write_text("s3cret", encoding="utf-8")
    (config.parent / "token").chmod(0o600)
    copy = copy_of("goalert http://127.0.0.1:9  ", "Plan", config.parent, ".json")
    shift = Entry(starts="2026-11-20T17:00:00Z", ends="2026-11-20T22:00:00Z", labels=("Ana Ruiz",))
    asyncio.run(copy.keep(msgspec.json.encode([shift]), at("2026-11-15 00:00")))
    assert main(["--config", str(config), "rota", "--json", "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["person"] for each in found["shifts"]] == ["ana"]
    assert any("The copy of Sun 15 Nov 01:00 counts." in problem for problem in found["problems"])


@pytest.mark.parametrize(
    ("country", "holiday"), [("", "Christmas Day"), ('country = "DE-BY"', "Epiphany"), ('country = "GB"', "Boxing Day")]
)
def test_public_holidays_are_those_of_the_teams_country(
    config: Path, capsys: pytest.CaptureFixture[str], country: str, holiday: str
) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[team]", f"[team]\n{country}"), encoding="utf-8")
    main(["--config", str(config), "rota", "--json", "--from", "2026-11-16", "--at", "2026-11-16T00:00Z"])
    assert any(f"a public holiday ({holiday}" in problem for problem in json.loads(capsys.readouterr().out)["problems"])


def test_a_slip_in_the_rota_is_named_and_everything_else_still_works(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slip = '[[rota.overrides]]\nstarts = 2026-11-22T18:00:00\nends = 2026-11-21T18:00:00\nperson = "ana"\n'
    config.write_text(config.read_text(encoding="utf-8") + slip, encoding="utf-8")
    sentence = "[[rota.overrides]] no. 1, ends: found 2026-11-21T18:00:00; write a time after 2026-11-22T18:00:00."
    for command, where in (("list", "err"), ("check", "out"), ("rota", "out"), ("status", "")):
        assert main(["--config", str(config), command]) in {0, 1}
        captured = capsys.readouterr()
        assert not where or sentence in getattr(captured, where)


def test_a_feed_that_is_a_web_page_is_named_and_the_rest_of_the_rota_counts(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.parent / "plan.ics").write_text("<!DOCTYPE html><title>Log in</title>", encoding="utf-8")
    assert main(["--config", str(config), "rota"]) == 1
    out = capsys.readouterr().out
    assert "the calendar Plan is a web page: use the secret address in iCal format, which ends in .ics" in out
    assert "nobody knows whom it names" in out


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ("2026.2", "tzdata 2026.2"),
        ("2025.2", "tzdata 2025.2"),
        ("2024.2", "tzdata 2024.2 is more than a year old: pip install --upgrade tzdata"),
    ],
)
def test_the_version_of_the_time_zones_is_said_and_one_older_than_a_year_is_a_problem(
    known: str, sentence: str
) -> None:
    finding = time_zones(known, at("2026-11-20 00:00"))
    assert (finding.sentence, finding.is_good) == (sentence, "old" not in sentence)
