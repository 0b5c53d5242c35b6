"""The calendar of the W screen, as a person sees it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.fairness import duties
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.reach import LevelReach
from oncall_tui.domain.rota import Absence, Closure, Gap, Override, Rota, Rotation, Shift, WeekTime
from oncall_tui.ui.rota_text import RotaView, calendar
from tests.make import at, person

NEW_YORK = ZoneInfo("America/New_York")
PEOPLE = {
    each.id: each for each in (person("ana", "Ana Ruiz"), person("ben", "Ben Okafor"), person("dana", "Dana Lee"))
}
ANA, BEN, DANA = PEOPLE
NOW = at("2026-10-17 15:00")


def rotation(name: str, starts: tuple[int, int], ends: tuple[int, int], people: tuple[PersonId, ...]) -> Rotation:
    return Rotation(
        name=name,
        starts=WeekTime(weekday=starts[0], at=time(starts[1])),
        ends=WeekTime(weekday=ends[0], at=time(ends[1])),
        first_on=date(2026, 10, 12),
        people=people,
    )


def view(*, now: datetime = NOW) -> RotaView:
    plan = Rota(
        zone=NEW_YORK,
        people=PEOPLE,
        rotations=(
            rotation("Weekend", (4, 18), (0, 9), (ANA, BEN, DANA)),
            rotation("Wednesday night", (2, 18), (3, 9), (BEN,)),
        ),
        overrides=(
            Override(
                starts=datetime.fromisoformat("2026-10-24"),
                ends=datetime.fromisoformat("2026-10-26T09:00"),
                person=ANA,
                reason="swap with Ben",
            ),
        ),
        absences=(
            Absence(person=BEN, starts=datetime.fromisoformat("2026-11-13"), ends=datetime.fromisoformat("2026-11-15")),
        ),
        closures=(
            Closure(
                starts=datetime.fromisoformat("2026-11-26"),
                ends=datetime.fromisoformat("2026-11-30"),
                reason="Thanksgiving",
            ),
        ),
    )
    span = now - timedelta(days=8), now + timedelta(weeks=8)
    entries: list[Shift | Gap] = sorted((*plan.shifts(*span), *plan.gaps(*span)), key=lambda entry: entry.starts_at)
    shifts = plan.shifts(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return RotaView(
        entries=entries, people=PEOPLE, now=now, zone=NEW_YORK.key, me=ANA, duties=duties(shifts, PEOPLE, NEW_YORK)
    )


def lines(width: int = 78) -> list[str]:
    return [line.rstrip() for line in calendar(view(), width).plain.splitlines()]


def test_eight_weeks_at_80_columns() -> None:
    assert lines() == [
        "        Mon   Tue   Wed   Thu   Fri   Sat   Sun     New York time",
        "                                         ▼ now",
        "12 Oct  ·     ·     ·   Ben╴    ·   you 63 h ━━━━━  Ben 15 h",
        "19 Oct  ━╸    ·     ·   Ben╴    ·   ─╴you 57 h ━━━  swap with Ben  Ben 21 h",
        "26 Oct  ━╸    ·     ·   Ben╴    ·   Dana 64 h ────  64 h: clocks change  Ben…",
        "02 Nov  ─╴    ·     ·   Ben╴    ·   you 63 h ━━━━━  Ben 15 h",
        "09 Nov  ━╸    ·     ·   Ben╴    ·   NOBODY!!Ben───  NOBODY 30 h  Ben 48 h",
        "16 Nov  ─╴    ·     ·   Ben╴    ·   Dana 63 h ────  Ben 15 h",
        "23 Nov  ─╴    ·     ·   ─╴      ·   closed 54 h     Ben 6 h  closed 9 h",
        "30 Nov  ━╸    ·     ·   Ben╴    ·   Ben 63 h ─────  you 9 h  Ben 15 h",
        "",
        "2026, planned and past  weekends   nights  holidays    hours",
        "Ben Okafor                     3       19         0      336",
        "Ana Ruiz (you)                 4       13         0      255",
        "Dana Lee                       3        9         0      190",
    ]


def test_own_shifts_and_gaps_stand_out() -> None:
    content = calendar(view(), 78)
    styled = {
        content.plain[s.start : s.end].split()[0]: str(s.style)
        for s in content.spans
        if content.plain[s.start : s.end].strip()
    }
    assert "primary" in styled["you"]
    assert "error" in styled["NOBODY"]
    assert "bold" not in styled["Dana"]


@pytest.mark.parametrize("width", [60, 70, 78, 100, 138, 200])
def test_no_line_is_wider_than_the_screen(width: int) -> None:
    assert max(map(len, lines(width))) <= width


def test_an_empty_rota_says_so() -> None:
    assert calendar(RotaView(entries=(), people=PEOPLE, now=NOW, zone="UTC"), 78).plain == "No shift is planned."


def test_below_the_weeks_stands_how_old_the_proof_is_that_a_leader_can_be_reached() -> None:
    levels = (
        LevelReach(sentence="level 1 was last proved reachable 3 days ago", is_proved=True),
        LevelReach(sentence="nobody of level 2 was ever proved reachable", is_proved=False),
    )
    assert calendar(replace(view(), levels=levels), 78).plain.splitlines()[-2:] == [
        "✓ Level 1 was last proved reachable 3 days ago",
        "▲ Nobody of level 2 was ever proved reachable: oncall-tui check --send-test",
    ]
