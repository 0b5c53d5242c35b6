from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId
from oncall_tui.domain.triage import Group
from oncall_tui.services.desk import Desk, SourceState, SourceStatus
from oncall_tui.ui.desk_text import countdown, counts, group_day, group_title, mood_lines, notices, who, zone_of
from oncall_tui.ui.widgets.header import header_lines, stays_until
from tests import desk_make
from tests.desk_make import HOUR, MINUTE, NOW

TOKYO, RIYADH, BERLIN, COAST, UNKNOWN = desk_make.groups()


@pytest.mark.parametrize(
    ("desk", "words"),
    [
        (desk_make.live(), "58 h 55 m left, to Mon 09:00"),
        (desk_make.over(), "ended 12 m ago: hand over with H"),
        (desk_make.off_duty(), "next: Ben Okafor Fri 27 Nov 18:00"),
        (replace(desk_make.off_duty(), next_shift=None), "no shift is planned"),
    ],
)
def test_the_countdown_says_how_long_or_since_when(desk: Desk, words: str) -> None:
    assert countdown(desk, NOW) == words


def test_a_shift_that_ends_while_the_desk_stands_still_is_over() -> None:
    after = desk_make.SHIFT.ends_at + 3 * MINUTE
    assert who(desk_make.live(), after) == "The shift is over"
    assert countdown(desk_make.live(), after) == "ended 3 m ago: hand over with H"


def test_whoever_sits_here_without_being_on_call_is_told() -> None:
    assert who(replace(desk_make.live(), me=desk_make.BEN), NOW) == "Ana Ruiz is on call, not you"


def test_our_times_are_those_of_whoever_sits_here_then_of_the_team() -> None:
    here = replace(desk_make.BEN, time_zone="Asia/Tokyo")
    assert zone_of(replace(desk_make.live(), me=here)) == "Asia/Tokyo"
    assert zone_of(desk_make.off_duty()) == "America/New_York"


@pytest.mark.parametrize(
    ("group", "title", "day"),
    [
        (TOKYO, "Sat 12:05  Tokyo · Seoul", "weekend, opens in 44 h 55 m"),
        (BERLIN, "Sat 04:05  Berlin · Paris · Madrid", "asleep, wakes in 2 h 55 m"),
        (COAST, "Fri 19:05  Los Angeles · Vancouver", "evening, opens in 61 h 55 m"),
        (UNKNOWN, "Clock unknown", "working hours unknown"),
    ],
)
def test_a_group_is_its_clock_its_places_and_its_part_of_the_day(group: Group, title: str, day: str) -> None:
    assert (group_title(group, NOW), group_day(group, NOW)) == (title, day)


@pytest.mark.parametrize(
    ("day", "hour", "words"),
    [
        (LocalDay(day=Day.AT_WORK, closes_at=NOW + 3 * HOUR), 0, "at work until 15:05"),
        (LocalDay(day=Day.AWAKE, opens_at=NOW + 70 * MINUTE), -5, "morning, opens in 1 h 10 m"),
        (LocalDay(day=Day.HOLIDAY, opens_at=NOW + HOUR), 0, "holiday, opens in 1 h"),
        (
            LocalDay(day=Day.HOLIDAY, name="Labor Thanksgiving Day", opens_at=NOW + HOUR),
            0,
            "holiday (Labor Thanksgiving Day), opens in 1 h",
        ),
        (LocalDay(day=Day.ASLEEP), 0, "asleep"),
    ],
)
def test_the_part_of_the_day_names_what_comes_next(day: LocalDay, hour: int, words: str) -> None:
    group = replace(TOKYO, rows=(replace(TOKYO.rows[0], day=day),))
    assert group_day(group, NOW + hour * HOUR).replace("6 h 10 m", "1 h 10 m") == words


def test_a_group_whose_members_differ_shows_what_most_of_them_do() -> None:
    awake = replace(BERLIN.rows[0], day=LocalDay(day=Day.WEEKEND))
    assert group_day(replace(BERLIN, rows=(awake, *BERLIN.rows[1:])), NOW) == "asleep, wakes in 2 h 55 m"


def test_a_bare_offset_has_a_clock_too() -> None:
    assert group_title(replace(TOKYO, zones=(), places=("UTC+9",)), NOW) == "Sat 12:05  UTC+9"


def test_nothing_that_cannot_be_seen_is_counted() -> None:
    assert counts(desk_make.blind(), NOW) == counts(desk_make.loading(), NOW) == ""
    assert counts(desk_make.notifying(), NOW) == "8 open  1 late  1 due soon  1 escalated"


@pytest.mark.parametrize("other", [SourceState.LOADING, SourceState.STALE, SourceState.FAILED])
def test_an_empty_list_is_calm_only_when_every_source_answers(other: SourceState) -> None:
    quiet = desk_make.quiet()
    assert mood_lines(quiet, NOW)[0] == "Nothing is waiting."
    partly = replace(quiet, sources=(quiet.sources[0], replace(quiet.sources[1], state=other)))
    assert "not every source" in mood_lines(partly, NOW)[0]


def test_failing_sources_come_before_other_notices_and_the_latest_before_older_ones() -> None:
    desk = replace(desk_make.stale(), notices=desk_make.demo().notices)
    first, second, third = notices(desk)
    assert first.startswith("helpdesk: It did not answer")
    assert second.startswith("The disk is full")
    assert third.startswith("This machine slept")


@pytest.mark.parametrize("width", [40, 60, 78, 138])
@pytest.mark.parametrize("desk", [desk_make.live(), desk_make.demo(), desk_make.off_duty(), desk_make.stale()])
def test_the_header_never_cuts_its_figures(desk: Desk, width: int) -> None:
    first, second = header_lines(desk, NOW + timedelta(seconds=1), width)
    assert first.rstrip().endswith(countdown(desk, NOW + timedelta(seconds=1)))
    assert second.rstrip().endswith(counts(desk, NOW))
    assert max(len(first), len(second)) <= width


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("helpdesk did not answer within 30 s", "helpdesk: did not answer within 30 s"),
        ("helpdesk, ticket 3: there is no `subject`", "helpdesk: ticket 3: there is no `subject`"),
        ("helpdesk: broken JSON in line 1", "helpdesk: broken JSON in line 1"),
        ("somebody must renew the token", "helpdesk: somebody must renew the token"),
    ],
)
def test_a_failing_source_is_named_once(error: str, said: str) -> None:
    source = SourceStatus(id=SourceId("helpdesk"), kind="rt", state=SourceState.STALE, error=CleanText(error))
    assert notices(Desk(at=NOW, sources=(source,))) == (said,)


@pytest.mark.parametrize("seconds", range(0, 400, 7))
def test_until_then_time_alone_changes_only_the_ages_in_the_header(seconds: int) -> None:
    now = NOW + timedelta(seconds=seconds)
    for desk in (desk_make.live(), desk_make.over(), desk_make.off_duty(), desk_make.quiet()):
        until = stays_until(desk, now)
        before = header_lines(desk, now, 120, aged_at=NOW)
        assert header_lines(desk, max(now, until - timedelta.resolution), 120, aged_at=NOW) == before
        assert now <= until <= now + MINUTE
