"""Goodwill and runbook steps are kept, and counted for the customer and the shift."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.tier import Tier
from oncall_tui.errors import BadUse
from oncall_tui.ui.care_text import goodwill, goodwill_question, runbook, spent
from tests.rig import Rig, ticket

pytestmark = pytest.mark.anyio
LOGIN = Runbook(name="Login outage", when=("subject:login",), steps=("Look", "Ask"))


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    board = rig.station.board
    board.team = replace(board.team, tiers=(Tier(name="gold", goodwill=Decimal(100)),), runbooks=(LOGIN,))
    gold = replace(ticket(), tier=CleanText("gold"))
    rig.source.tickets = (gold, replace(gold, id=ticket("4313").id))
    await rig.read()
    return rig


async def spend(rig: Rig, text: str) -> str:
    caring, row = rig.station.actions.caring, rig.row()
    spoken = caring.understood(text)
    await caring.spend(row, spoken)
    return spent(row, spoken)


async def test_what_is_left_is_counted_for_the_customer_and_survives_a_restart(rig: Rig) -> None:
    assert goodwill(rig.row("4313")) == "100 left of 100 in this shift"
    assert await spend(rig, "30 flowers") == "30 recorded for Acme KK: 70 left."
    board = rig.station.board.team
    await rig.restart()
    rig.station.board.team = board
    assert goodwill(rig.row("4313")) == "70 left of 100 in this shift"
    assert "70 left of 100" in goodwill_question(rig.row())


async def test_more_than_may_be_spent_is_recorded_and_said(rig: Rig) -> None:
    assert "50 MORE than may be spent without asking" in await spend(rig, "150 a month")
    assert goodwill(rig.row()) == "OVER by 50: 150 spent of 100"
    await spend(rig, "-150 wrong ticket")
    assert goodwill(rig.row()) == "100 left of 100 in this shift"


async def test_the_next_shift_begins_anew(rig: Rig) -> None:
    await spend(rig, "30 flowers")
    rig.clock.now += timedelta(days=7)
    assert rig.row().goodwill_spent == 0


async def test_what_cannot_be_read_is_said(rig: Rig) -> None:
    with pytest.raises(BadUse, match="how much and what for"):
        await spend(rig, "flowers")


async def test_a_leader_is_told_what_was_tried_and_how_far_the_runbook_is(rig: Rig) -> None:
    await rig.station.actions.caring.tick(rig.row(), "Look", is_ticked=True)
    await rig.escalate()
    brief = rig.station.logbook.escalations[0].brief
    assert (brief.tried, brief.runbook_step) == ("Look", "Login outage, 1 of 2 steps done, next: Ask")


async def test_a_step_is_ticked_and_the_ticket_shows_the_next(rig: Rig) -> None:
    assert runbook(rig.row()) == "Login outage, 0 of 2 done; next: Look (B)"
    await rig.station.actions.caring.tick(rig.row(), "Look", is_ticked=True)
    assert runbook(rig.row()) == "Login outage, 1 of 2 done; next: Ask (B)"
    await rig.station.actions.caring.tick(rig.row(), "Ask", is_ticked=True)
    assert runbook(rig.row()) == "Login outage, 2 of 2 done; all steps are done"
    assert runbook(rig.row("4313")) == "Login outage, 0 of 2 done; next: Look (B)"
