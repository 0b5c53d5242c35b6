"""P on the screen: said back on both clocks before it counts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from textual.widgets import Input

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.triage import Row
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import counts
from tests import desk_make
from tests.desk_make import HOUR, NOW
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio


def promised(by: timedelta, words: str = "") -> Desk:
    """Return a desk whose first ticket has nothing due but a promise."""
    tokyo, *others = desk_make.groups()
    first = tokyo.rows[0]
    made = PromiseMade(
        ticket=first.ticket.id, promise=PromiseId("p1"), due_at=NOW + by, words=CleanText(words), by=desk_make.ANA.id
    )
    record = TicketRecord(ticket=first.ticket.id).after(made, NOW - HOUR)
    row: Row = replace(first, ticket=replace(first.ticket, due_at=None), record=record)
    return replace(desk_make.live(), groups=(replace(tokyo, rows=(row, *tokyo.rows[1:])), *others))


async def line(rig: Rig, text: str) -> None:
    typed = rig.app.focused
    assert isinstance(typed, Input)
    typed.value = text
    await rig.pilot.pause()
    await rig.press("enter")


async def test_a_promise_is_said_back_on_both_clocks_before_it_counts() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("p")
        await line(rig, "by 09:00 their time, a first fix")
        assert "Promise Acme KK a first fix by Sun 09:00 their time (Sat 19:00 here)?" in rig.text
        assert rig.actions.calls == []
        await rig.press("enter")
        assert rig.actions.calls == [("promise", "helpdesk:4312", "Sun 00:00", "a first fix")]
        assert "4312: promised." in rig.text


async def test_a_line_that_changed_is_said_back_anew() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("p")
        await line(rig, "in 2 h")
        await line(rig, "soon")
        assert "Not understood: write a time" in rig.text
        await rig.press("escape")
        assert rig.actions.calls == []


async def test_what_is_owed_is_settled_with_the_same_key() -> None:
    async with running(promised(-HOUR, "the papers")) as rig:
        await rig.press("p")
        assert "was promised the papers by 21:05 here" in rig.text
        await line(rig, "kept")
        await rig.press("enter")
        assert rig.actions.calls == [("settle", "helpdesk:4312", "kept")]


async def test_a_p_that_was_not_pressed_asks_nothing() -> None:
    async with running(desk_make.live()) as rig:
        await rig.burst("x", "p")
        await rig.settle()
        assert "What do you promise" not in rig.text


async def test_a_promise_is_in_the_list_and_in_the_ticket() -> None:
    async with running(promised(timedelta(minutes=50)), size=(140, 40)) as rig:
        first = next(text for text in rig.text.splitlines() if "4312" in text)
        assert "~ 4312" in first
        assert "in 50 m" in first
        assert "in 50 m, promised, 22:55 here" in rig.text
        assert "an answer by 22:55 here, in 50 m" in rig.text


def test_the_header_counts_what_is_due_soon() -> None:
    assert counts(promised(timedelta(minutes=50)), NOW) == "8 open  0 late  2 due soon  0 escalated"
    assert counts(promised(3 * HOUR), NOW) == "8 open  0 late  1 due soon  0 escalated"
