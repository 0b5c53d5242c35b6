"""One ticket in words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.local_day import MONDAY_TO_FRIDAY, WorkingHours
from oncall_tui.domain.zone_guess import CustomerZone, ZoneOrigin
from oncall_tui.places import ATLAS
from oncall_tui.ui.ticket_text import day_strip, facts, zone_and_origin
from tests import desk_make
from tests.desk_make import HOUR, NOW
from tests.make import at, grouped, requester, ticket

ROW = desk_make.live().groups[0].rows[0]


@pytest.mark.parametrize(
    ("works", "hour", "strip"),
    [
        (MONDAY_TO_FRIDAY, 0, "zzzzzzz··███┃█████····zz"),
        (MONDAY_TO_FRIDAY, 11, "zzzzzzz··█████████····z┃"),
        (MONDAY_TO_FRIDAY, 12, "┃zzzzzz··█████████····zz"),
        (None, 0, "zzzzzzz·····┃·········zz"),
    ],
)
def test_a_customers_day_is_a_line_with_now_in_it(works: WorkingHours | None, hour: int, strip: str) -> None:
    assert day_strip(replace(ROW, works_today=works), NOW + hour * HOUR) == strip


@pytest.mark.parametrize(("now", "strip"), [("2026-11-24 03:00", "zzzzzzz··███┃█████····zz"), ("2026-11-23 03:00", "")])
def test_a_holiday_has_no_working_hours_in_its_line(now: str, strip: str) -> None:
    (found,) = grouped([ticket(asked_by=requester(time_zone="Asia/Tokyo"))], [], at(now), atlas=ATLAS)
    assert day_strip(found.rows[0], at(now)) == (strip or "zzzzzzz·····┃·········zz")


def test_an_unknown_clock_has_no_day_and_no_zone() -> None:
    unknown = replace(ROW, zone=CustomerZone())
    assert (day_strip(unknown, NOW), zone_and_origin(unknown)) == ("", "")


def test_a_clock_says_where_the_knowledge_comes_from() -> None:
    tokyo = CustomerZone(zone="Asia/Tokyo", origin=ZoneOrigin.PHONE)
    offset = CustomerZone(offset=-timedelta(hours=3, minutes=30), origin=ZoneOrigin.MAIL_DATE)
    assert zone_and_origin(replace(ROW, zone=tokyo)) == "Asia/Tokyo, from the phone number"
    assert zone_and_origin(replace(ROW, zone=offset)) == "UTC-03:30, from the mail date"


def test_the_line_of_the_day_stands_only_where_there_is_room() -> None:
    assert "their day" not in facts(ROW, desk_make.live(), NOW, 46)
    assert "their day  zzz" in facts(ROW, desk_make.live(), NOW, 46, has_room=True)


def test_the_words_of_whoever_has_it_stand_on_the_ticket() -> None:
    assert "acknowledged by Dana Lee at 22:02: “On it.”" in facts(ROW, desk_make.acknowledged(), NOW, 78)
    done = replace(desk_make.acknowledged().escalations[0], state=EscalationState.RESOLVED)
    desk = replace(desk_make.live(), escalations=(done,))
    assert "resolved, acknowledged by Dana Lee at 22:02: “On it.”" in facts(ROW, desk, NOW, 78)


def test_a_ticket_that_reached_nobody_says_whom_to_ring() -> None:
    said = facts(ROW, desk_make.exhausted(), NOW, 78)
    assert "NOBODY HAS ACKNOWLEDGED. Ring Dana Lee: +1 212 555 0142" in said
