"""The rota while calendars come, change and fail."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.office_days import OfficeDays
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Absence, CalendarTurn, Closure, Rota
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import SourceUnreachable
from oncall_tui.ports import CalendarReading
from oncall_tui.services.rota_keeping import KeptCalendar, RotaKeeping
from oncall_tui.services.troubles import Troubles
from tests.rig import ANA, BEN, FRIDAY_NIGHT, MovingClock, Rig, team

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@dataclass
class ScriptedFeed:
    """A calendar that says what a test tells it to."""

    name: str = "Plan"
    reading: CalendarReading | None = None
    copy: CalendarReading | None = None

    async def read(self, start: datetime, end: datetime) -> CalendarReading:
        if self.reading is None:
            raise SourceUnreachable("Plan did not answer within 30 s")
        return self.reading

    async def last_good(self, start: datetime, end: datetime) -> CalendarReading | None:
        return self.copy


@dataclass
class Keeping:
    feed: ScriptedFeed = field(default_factory=ScriptedFeed)
    troubles: Troubles = field(default_factory=Troubles)
    told: list[Rota] = field(default_factory=list)

    def __post_init__(self) -> None:
        calendars = [KeptCalendar(feed=self.feed)]
        self.keeping = RotaKeeping(team().rota, calendars, MovingClock(), self.troubles)
        self.keeping.on_change(self.told.append)

    @property
    def on_call(self) -> PersonId | None:
        shift = self.keeping.rota.on_call(FRIDAY_NIGHT)
        return shift.person if shift else None


def says(who: PersonId = BEN.id, *problems: str, trouble: str = "") -> CalendarReading:
    turn = CalendarTurn(starts_at=FRIDAY_NIGHT - HOUR, ends_at=FRIDAY_NIGHT + HOUR, person=who)
    return CalendarReading(
        turns=(turn,),
        problems=tuple(CleanText(problem) for problem in problems),
        as_of=FRIDAY_NIGHT - 30 * HOUR,
        trouble=CleanText(trouble),
    )


async def test_the_last_good_copy_counts_from_the_start_on() -> None:
    kept = Keeping(ScriptedFeed(copy=says(BEN.id)))
    assert kept.on_call == ANA.id
    await kept.keeping.open()
    assert kept.on_call == BEN.id


async def test_a_calendar_that_changed_changes_the_rota_and_one_that_did_not_tells_nobody() -> None:
    kept = Keeping(ScriptedFeed(reading=says(BEN.id)))
    for who in (BEN.id, BEN.id, PersonId("dana")):
        kept.feed.reading = says(who)
        await kept.keeping.read_all()
    assert len(kept.told) == 2
    assert kept.on_call == "dana"


async def test_a_failure_keeps_what_was_said_before_and_is_said_until_it_is_over() -> None:
    kept = Keeping(ScriptedFeed(reading=says(BEN.id)))
    await kept.keeping.read_all()
    kept.feed.reading = None
    await kept.keeping.read_all()
    assert kept.on_call == BEN.id
    assert kept.troubles.sentences == ("Plan did not answer within 30 s; what it said before still counts.",)
    kept.feed.reading = says(BEN.id)
    await kept.keeping.read_all()
    assert not kept.troubles.sentences


async def test_a_calendar_that_was_never_read_is_not_passed_over_in_silence() -> None:
    kept = Keeping()
    await kept.keeping.read_all()
    assert kept.keeping.problems == ("Plan did not answer within 30 s; nobody knows whom it names.",)


async def test_an_older_copy_says_its_age_and_events_that_cannot_be_used_are_named() -> None:
    kept = Keeping(ScriptedFeed(reading=says(BEN.id, "One.", "Two.", trouble="Plan is a web page")))
    await kept.keeping.read_all()
    assert kept.troubles.sentences == (
        "Plan is a web page. The copy of Thu 19 Nov 16:05 counts. 2 more: oncall-tui check.",
    )
    assert list(kept.keeping.problems)[1:] == ["One.", "Two."]


@pytest.mark.parametrize(("days", "lines"), [(8, 0), (6, 1)])
async def test_a_gap_is_a_line_on_the_screen_from_a_week_before(days: int, lines: int) -> None:
    friday = datetime.fromisoformat("2026-11-27")
    away = Absence(person=BEN.id, starts=friday, ends=friday + timedelta(days=7))
    written = Rota(zone=team().rota.zone, people=team().people, rotations=team().rota.rotations, absences=(away,))
    troubles, clock = Troubles(), MovingClock(FRIDAY_NIGHT + timedelta(days=6.8 - days))
    RotaKeeping(written, (), clock, troubles).look_ahead()
    assert len(troubles.sentences) == lines
    said: Sequence[str] = [s for s in troubles.sentences if "Nobody is on call from Fri 2026-11-27 18:00" not in s]
    assert said == []


async def test_the_desk_goes_by_the_new_rota() -> None:
    rig = Rig()
    before = rig.station.board.desk().on_call
    kept = Keeping(ScriptedFeed(reading=says(BEN.id)))
    kept.keeping.on_change(rig.station.board.use_rota)
    await kept.keeping.read_all()
    after = rig.station.board.desk().on_call
    assert (before, after) == (ANA, BEN)


async def test_who_sits_here_is_whoever_a_calendar_names_when_the_first_desk_is_shown() -> None:
    rig = Rig()
    kept = Keeping(ScriptedFeed(copy=says(BEN.id)))
    kept.keeping.on_change(rig.station.board.use_rota)
    await kept.keeping.open()
    assert rig.station.board.desk().me == BEN


async def test_what_a_public_holiday_opens_is_a_line_on_the_screen_from_a_week_before() -> None:
    thanksgiving = OfficeDays(holiday_on=lambda day: "Thanksgiving Day" if (day.month, day.day) == (11, 26) else "")
    written = replace(team().rota, office=thanksgiving)
    troubles, clock = Troubles(), MovingClock(FRIDAY_NIGHT - timedelta(days=3))
    keeping = RotaKeeping(written, (), clock, troubles)
    await keeping.look_at_holidays()
    assert not list(troubles.sentences)
    clock.now = FRIDAY_NIGHT
    await keeping.look_at_holidays()
    (said,) = troubles.sentences
    assert "from Thu 2026-11-26 00:00 to Fri 2026-11-27 00:00" in said
    assert "a public holiday (Thanksgiving Day)" in said


async def test_a_closure_that_somebody_declared_is_no_line_on_the_screen() -> None:
    week = Closure(starts=datetime.fromisoformat("2026-11-20"), ends=datetime.fromisoformat("2026-11-30"))
    troubles = Troubles()
    RotaKeeping(replace(team().rota, closures=(week,)), (), MovingClock(), troubles).look_ahead()
    assert troubles.sentences == ()
