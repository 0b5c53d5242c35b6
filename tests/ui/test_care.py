"""M and B on the screen, and the strategy in the strip."""

from dataclasses import replace
from decimal import Decimal

import pytest

from oncall_tui.domain.runbook import Runbook
from oncall_tui.domain.tier import Tier
from oncall_tui.services.desk import Desk
from tests import desk_make
from tests.ui.rig import running

pytestmark = pytest.mark.anyio
GOLD = Tier(name="gold", strategy="They run their shops on us.", goodwill=Decimal(500))
LOGIN = Runbook(name="Login outage", when=("tag:login",), steps=("Check the status page", "Ask for a SAML trace"))


def cared_for(desk: Desk) -> Desk:
    tokyo, *others = desk.groups
    first = replace(tokyo.rows[0], tier=GOLD, goodwill_spent=Decimal(50), runbook=LOGIN)
    return replace(desk, groups=(replace(tokyo, rows=(first, *tokyo.rows[1:])), *others))


async def test_goodwill_is_recorded_with_one_key_and_what_is_left_is_said() -> None:
    async with running(cared_for(desk_make.live())) as rig:
        await rig.press("m")
        assert "Goodwill for Acme KK: 450 left of 500 in this shift." in " ".join(rig.text.split())
        await rig.type("50 refund of shipping")
        assert rig.actions.calls == [("spend", "helpdesk:4312", "50", "refund of shipping")]
        assert "400 left." in rig.text
        await rig.press("m")
        await rig.type("flowers")
        assert "Not recorded: write how much" in rig.text


async def test_the_steps_of_a_runbook_are_ticked_one_after_the_other() -> None:
    async with running(cared_for(desk_make.live())) as rig:
        await rig.press("b")
        assert "> [ ] 1. Check the status page" in rig.text
        await rig.press("space")
        assert "[x] 1. Check the status page" in rig.text
        await rig.press("space")
        await rig.press("up", "space")
        await rig.press("escape")
        assert [call[2:] for call in rig.actions.calls] == [
            ("Check the status page", "True"),
            ("Ask for a SAML trace", "True"),
            ("Check the status page", "False"),
        ]


async def test_a_ticket_without_a_runbook_says_so() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("b")
        assert "No runbook is for 4312" in rig.text


async def test_the_strategy_is_shown_before_anything_is_sent_and_in_the_ticket() -> None:
    async with running(cared_for(desk_make.armed()), size=(140, 40)) as rig:
        assert "Late 8 m, 5 touches, gold. They run their shops on us." in rig.text
        assert "goodwill   450 left of 500 in this shift" in rig.text
        assert "runbook    Login outage, 0 of 2 done; next:" in rig.text
