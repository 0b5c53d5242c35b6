"""When a tier wants its customers answered, on their clocks and calendars."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.domain.due import Due, DueOrigin
from oncall_tui.domain.local_day import working_hours
from oncall_tui.domain.targets import Workplace, working_time_after
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Status, Ticket
from oncall_tui.domain.tier import Tier, target
from oncall_tui.places import ATLAS
from tests.make import FRIDAY_NIGHT, at, customer, grouped, requester, ticket

GOLD = Tier(name="gold", first_reply=timedelta(minutes=30), next_reply=timedelta(hours=2))


def place(zone: str, country: str = "", region: str = "", hours: str = "Mon-Fri 09:00-18:00") -> Workplace:
    return Workplace(zone=ZoneInfo(zone), hours=working_hours(hours), country=country, region=region, atlas=ATLAS)


@pytest.mark.parametrize(
    ("start", "hours", "where", "due_at"),
    [
        ("2026-11-20 09:00", 2, place("Europe/Berlin"), "2026-11-20 11:00"),
        ("2026-11-20 16:00", 2, place("Europe/Berlin"), "2026-11-23 09:00"),  # an hour on Friday, one on Monday
        ("2026-11-21 03:05", 2, place("Europe/Berlin"), "2026-11-23 10:00"),
        ("2026-11-20 17:00", 2, place("Europe/Berlin"), "2026-11-23 10:00"),  # at closing time exactly
        ("2026-11-20 09:00", 20, place("Europe/Berlin"), "2026-11-24 11:00"),  # 8 h, 9 h, 3 h
        ("2026-11-19 14:00", 2, place("Asia/Riyadh", hours="Sun-Thu 09:00-18:00"), "2026-11-22 07:00"),
        ("2026-11-22 05:00", 2, place("Asia/Riyadh", hours="Sun-Thu 09:00-18:00"), "2026-11-22 08:00"),  # a Sunday
        ("2026-11-22 03:00", 2, place("Asia/Kathmandu", hours="Sun-Fri 09:00-18:00"), "2026-11-22 05:15"),
        # Monday is Labour Thanksgiving Day in Japan, and Epiphany is a holiday in Bavaria and none in Berlin.
        ("2026-11-20 08:30", 2, place("Asia/Tokyo", "JP"), "2026-11-24 01:30"),
        ("2026-01-05 16:00", 2, place("Europe/Berlin", "DE", "BY"), "2026-01-07 09:00"),
        ("2026-01-05 16:00", 2, place("Europe/Berlin", "DE", "BE"), "2026-01-06 09:00"),
        # Hours that the clock leaves out, or shows twice, while somebody works.
        ("2026-03-29 00:00", 2, place("Europe/Berlin", hours="Sun 01:00-05:00"), "2026-03-29 02:00"),
        ("2026-03-29 00:00", 4, place("Europe/Berlin", hours="Sun 01:00-05:00"), "2026-04-05 00:00"),
        ("2026-10-25 00:00", 5, place("Europe/Berlin", hours="Sun 01:00-05:00"), "2026-11-01 01:00"),
        ("2026-11-20 22:00", 3, place("Europe/Berlin", hours="Mon-Sun 00:00-24:00"), "2026-11-21 01:00"),
    ],
)
def test_targets_run_in_the_customers_working_hours(start: str, hours: int, where: Workplace, due_at: str) -> None:
    assert working_time_after(at(start), timedelta(hours=hours), where) == at(due_at)


def test_who_never_works_is_never_due() -> None:
    closed = replace(place("Europe/Berlin"), hours=replace(working_hours("Mon 09:00-10:00"), days=frozenset()))
    assert working_time_after(FRIDAY_NIGHT, timedelta(hours=1), closed) is None


@settings(max_examples=60, deadline=None)
@given(minutes=st.integers(0, 60 * 24 * 365), length=st.integers(1, 60 * 40))
def test_a_longer_target_is_never_due_sooner_nor_before_its_time_has_passed(minutes: int, length: int) -> None:
    start, berlin = at("2026-01-01 00:00") + timedelta(minutes=minutes), place("Europe/Berlin", "DE")
    due_at = working_time_after(start, timedelta(minutes=length), berlin)
    longer = working_time_after(start, timedelta(minutes=length + 1), berlin)
    assert due_at is not None
    assert longer is not None
    assert start + timedelta(minutes=length) <= due_at < longer


def asked(*, touches: int = 2, answered: bool = False, created: datetime | None = None) -> Ticket:
    said = Message(at=FRIDAY_NIGHT, author=CleanText("Ana"), text=CleanText("Hello."))
    made = ticket(waiting_since=FRIDAY_NIGHT, touches=touches)
    return replace(made, created_at=created or FRIDAY_NIGHT - timedelta(days=1), messages=(said,) if answered else ())


@pytest.mark.parametrize(
    ("made", "origin"),
    [
        (asked(answered=True), DueOrigin.NEXT_REPLY),
        (asked(), DueOrigin.NEXT_REPLY),
        (asked(touches=0), DueOrigin.FIRST_REPLY),
        (asked(created=FRIDAY_NIGHT), DueOrigin.FIRST_REPLY),
        (replace(asked(), status=Status.NEW), DueOrigin.FIRST_REPLY),
    ],
)
def test_the_first_answer_has_a_target_of_its_own(made: Ticket, origin: DueOrigin) -> None:
    within = GOLD.first_reply if origin is DueOrigin.FIRST_REPLY else GOLD.next_reply
    assert within is not None
    assert target(made, GOLD, None) == Due(at=FRIDAY_NIGHT + within, origin=origin, tier="gold")


def test_nobody_waits_so_nothing_is_due() -> None:
    assert target(replace(asked(), waiting_since=None), GOLD, None) is None
    assert target(asked(), Tier(name="free"), None) is None


def test_around_the_clock_the_night_counts() -> None:
    berlin = place("Europe/Berlin")
    due = target(asked(touches=0), replace(GOLD, is_around_the_clock=True), berlin)
    assert due is not None
    assert due.at == FRIDAY_NIGHT + timedelta(minutes=30)


def test_a_row_is_due_by_its_tier_and_by_the_help_desk_where_that_has_a_time() -> None:
    book = [customer(match=["acme.example"], time_zone="Asia/Tokyo", tier="Gold", country="JP")]
    asks = requester(email="kim@acme.example")
    own = ticket("1", asked_by=asks, waiting_since=FRIDAY_NIGHT, touches=0)
    desk = replace(own, id=ticket("2").id, due_at=FRIDAY_NIGHT + timedelta(days=9))
    rows = grouped([own, desk], book, FRIDAY_NIGHT, atlas=ATLAS, tiers=[GOLD])[0].rows
    assert [row.due.why for row in rows if row.due] == ["gold first reply", "by the help desk"]
    assert rows[0].due_at == at("2026-11-24 00:30")  # Saturday there, and Monday is a holiday
