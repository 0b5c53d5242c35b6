"""How busy a shift is: what is known of it, and when one line suggests help."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.breathing import Span, breathing
from oncall_tui.domain.ticket import TicketId
from tests.make import at
from tests.rig import FRIDAY_NIGHT as NOW
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio
NEW_YORK = ZoneInfo("America/New_York")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BEGAN = at("2026-11-20 23:00")  # Friday 18:00 there
TICKET = ticket().id


def span(start: float, end: float) -> Span:
    """Return a span so many hours after the shift began."""
    return BEGAN + start * HOUR, BEGAN + end * HOUR


@pytest.mark.parametrize(
    ("worked", "acted", "busy", "recent"),
    [
        ([], [], 0, 0.0),
        ([span(0, 1)], [], 60, 0.0),
        ([span(-1, 1)], [], 60, 0.0),  # only what lies within the shift
        ([span(2, 3), span(2.5, 3.5)], [], 90, 0.75),  # what overlaps counts once
        ([], [3, 3], 5, 5 / 120),
        ([span(2.5, 3)], [2.75], 30, 0.25),  # done while the ticket was open
    ],
)
def test_busy_is_what_is_known_to_have_gone_into_tickets(
    worked: list[Span], acted: list[float], busy: int, recent: float
) -> None:
    known = breathing(worked, [BEGAN + hours * HOUR for hours in acted], BEGAN, BEGAN + 4 * HOUR, NEW_YORK)
    assert known.busy == busy * MINUTE
    assert known.recent_share == pytest.approx(recent)
    assert known.share == pytest.approx(busy / 240)


def test_a_shift_of_less_than_two_hours_is_not_judged() -> None:
    known = breathing([span(0, 1)], [], BEGAN, BEGAN + HOUR, NEW_YORK)
    assert (known.share, known.recent_share, known.wants_help) == (1.0, None, False)


@pytest.mark.parametrize(
    ("local_times", "interruptions"),
    [
        (["2026-11-21 02:59"], 0),  # 21:59 in New York
        (["2026-11-21 03:00"], 1),
        (["2026-11-21 07:00", "2026-11-21 07:10", "2026-11-21 07:35"], 1),  # she was up already
        (["2026-11-21 07:00", "2026-11-21 09:00"], 2),
        (["2026-11-21 12:00"], 0),  # 07:00
    ],
)
def test_the_nights_of_the_person_on_call_are_counted_on_her_clock(local_times: list[str], interruptions: int) -> None:
    acts: list[datetime] = [at(text) for text in local_times]
    assert breathing([], acts, BEGAN, BEGAN + 20 * HOUR, NEW_YORK).interruptions == interruptions


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.read()
    return rig


async def work(rig: Rig, length: timedelta) -> None:
    """Have a ticket open and press a key every minute."""
    attending = rig.station.actions.attending
    await attending.opened(TicketId(TICKET))
    end = rig.clock.now + length
    while rig.clock.now < end:
        rig.clock.now += MINUTE
        await attending.stayed()
    await attending.closed()


def notices(rig: Rig) -> str:
    rig.station.breath.look()
    return " ".join(rig.station.board.desk().notices)


async def test_over_seventy_per_cent_for_two_hours_suggests_help_and_then_takes_it_back(rig: Rig) -> None:
    await work(rig, 80 * MINUTE)
    assert "went into tickets" not in notices(rig)
    await work(rig, 40 * MINUTE)
    assert "At least 100 % of the last 2 h went into tickets: ask Dana Lee for help now." in notices(rig)
    rig.clock.now += 40 * MINUTE
    assert "went into tickets" not in notices(rig)


async def test_a_ticket_left_open_without_a_key_is_no_work(rig: Rig) -> None:
    attending = rig.station.actions.attending
    await attending.opened(TICKET)
    rig.clock.now += 3 * HOUR
    known = attending.breathing()
    assert known is not None
    assert known.busy == 5 * MINUTE
    await attending.stayed()
    rig.clock.now += MINUTE
    await attending.closed()
    assert [entry.ended_at - entry.started_at for entry in rig.station.logbook.record(TICKET).care.work] == [
        5 * MINUTE,
        MINUTE,
    ]


async def test_a_glance_is_not_recorded_and_what_is_survives_a_restart(rig: Rig) -> None:
    attending = rig.station.actions.attending
    await attending.opened(TICKET)
    rig.clock.now += timedelta(seconds=5)
    await attending.closed()
    assert rig.station.logbook.record(TICKET).care.work == ()
    await work(rig, 30 * MINUTE)
    await rig.restart()
    known = rig.station.actions.attending.breathing()
    assert known is not None
    assert known.busy == 30 * MINUTE
    assert known.interruptions == 1  # it is after ten in New York
    assert rig.clock.now > NOW


async def test_a_ticket_beside_the_list_counts_from_one_key_to_the_next(rig: Rig) -> None:
    attending, began = rig.station.actions.attending, rig.clock.now
    assert attending.rests(TICKET) is None
    for minutes in (2, 3):
        rig.clock.now += minutes * MINUTE
        assert attending.pressed() is None
    rig.clock.now += 30 * MINUTE  # nobody is here
    worked = attending.rests(None)
    assert worked is not None
    assert (worked.ticket, worked.started_at, worked.ended_at) == (TICKET, began, began + 5 * MINUTE)


async def test_a_ticket_the_cursor_only_stood_on_counts_nothing(rig: Rig) -> None:
    attending = rig.station.actions.attending
    attending.rests(TICKET)
    rig.clock.now += 30 * MINUTE
    assert attending.pressed() is None
    assert attending.rests(None) is None


async def test_the_list_behind_a_ticket_on_the_whole_screen_counts_nothing_twice(rig: Rig) -> None:
    attending = rig.station.actions.attending
    attending.rests(TICKET)
    rig.clock.now += MINUTE
    attending.pressed()
    await attending.opened(TICKET)
    rig.clock.now += 2 * MINUTE
    assert attending.rests(None) is None
    await attending.closed()
    spans = [work.ended_at - work.started_at for work in rig.station.logbook.record(TICKET).care.work]
    assert spans == [MINUTE, 2 * MINUTE]


async def test_a_cursor_at_rest_is_no_interruption_of_a_night(rig: Rig) -> None:
    rig.station.actions.attending.rests(TICKET)  # at 22:05
    rig.clock.now += 10 * MINUTE
    known = rig.station.actions.attending.breathing()
    assert known is not None
    assert (known.busy, known.interruptions) == (timedelta(), 0)
