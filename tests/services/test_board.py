"""The desk follows the customers' clocks while the screen stays open."""

import pytest

from oncall_tui.domain.local_day import Day
from tests.make import at
from tests.rig import Rig

pytestmark = pytest.mark.anyio


async def test_a_customers_day_changes_while_the_screen_is_open_and_nothing_else_happens() -> None:
    rig = Rig()
    rig.clock.now = at("2026-11-22 23:59")  # Monday 08:59 in Tokyo
    await rig.read()
    watched = []
    for now in ("2026-11-22 23:59", "2026-11-23 00:00", "2026-11-23 09:00", "2026-11-23 13:00"):
        rig.clock.now = at(now)
        watched.append(rig.row().day.day)
    assert watched == [Day.AWAKE, Day.AT_WORK, Day.AWAKE, Day.ASLEEP]
