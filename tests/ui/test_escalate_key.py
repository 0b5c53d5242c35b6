from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.errors import StoreFailed
from oncall_tui.services.desk import Desk
from oncall_tui.ui.list_lines import CURSOR
from tests import desk_make
from tests.ui.rig import running

pytestmark = pytest.mark.anyio

ACME = ("escalate", "helpdesk:4312")


def without(desk: Desk, *numbers: str) -> Desk:
    groups = (
        replace(group, rows=tuple(row for row in group.rows if row.ticket.number not in numbers))
        for group in desk.groups
    )
    return replace(desk, groups=tuple(groups))


async def test_e_escalates_the_ticket_under_the_cursor_whatever_its_case() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("e")
        await rig.press("down", "E")
        assert rig.actions.calls == [ACME, ("escalate", "helpdesk:4321")]


async def test_the_ticket_is_the_one_under_the_cursor_when_e_went_down() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.post_message(events.Key("e", "e"))
        rig.app.call_later(rig.app.show, without(desk_make.live(), "4312"))
        await rig.settle()
        assert rig.actions.calls == [ACME]
        assert f"{CURSOR}  4321" in rig.text


async def test_e_right_after_the_cursor_moved_by_itself_asks_again() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.show(without(desk_make.live(), "4312"))
        await rig.press("e")
        assert rig.actions.calls == []
        assert "that one." in rig.text
        await rig.press("e")
        assert rig.actions.calls == [("escalate", "helpdesk:4321")]


async def test_e_within_a_burst_of_keys_is_ignored_and_says_so() -> None:
    async with running(desk_make.live()) as rig:
        await rig.burst("t", "e", "t")
        assert rig.actions.calls == []
        assert "Not escalated: that looked like pasted text. Press E" in rig.text


async def test_a_row_of_e_is_one_press() -> None:
    async with running(desk_make.live()) as rig:
        await rig.burst("e", "E", "e")
        assert rig.actions.calls == [ACME]


async def test_pasted_text_escalates_nothing() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.post_message(events.Paste("please Escalate"))
        await rig.settle()
        assert rig.actions.calls == []


async def test_e_while_the_window_is_not_in_use_is_ignored_once() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.post_message(events.AppBlur())
        await rig.press("e")
        assert rig.actions.calls == []
        assert "this window was not the one in use" in rig.text
        await rig.press("e")
        assert rig.actions.calls == [ACME]


async def test_e_again_within_the_undo_seconds_sends_at_once() -> None:
    async with running(desk_make.armed()) as rig:
        await rig.press("e")
        assert rig.actions.calls == [("send now", "helpdesk:4312")]


async def test_e_on_a_live_escalation_shows_it_and_never_starts_a_second_one() -> None:
    async with running(desk_make.live()) as rig:
        for state in (state for state in EscalationState if state.is_live and state is not EscalationState.ARMED):
            rig.app.show(desk_make.with_escalation(state))
            await rig.press("e")
            assert rig.actions.calls == []
            assert rig.app.current_mode == "escalations"
            await rig.press("escape")


async def test_e_on_an_ended_escalation_starts_a_new_one() -> None:
    async with running(desk_make.with_escalation(EscalationState.WITHDRAWN)) as rig:
        await rig.press("e")
        assert rig.actions.calls == [ACME]


async def test_esc_stops_what_is_armed_and_says_whether_it_was_in_time() -> None:
    async with running(desk_make.armed()) as rig:
        await rig.press("escape")
        assert rig.actions.calls == [("stop", "helpdesk:4312")]
        assert "Stopped: nothing was sent." in rig.text
        assert "E now · Esc stop" in rig.text  # what pops up covers neither the strip nor the keys
        rig.actions.stops_in_time = False
        await rig.press("escape")
        assert "Too late to stop" in rig.text


async def test_an_escalation_that_cannot_be_stored_says_why() -> None:
    async with running(desk_make.live()) as rig:
        rig.actions.error = StoreFailed("The disk is full; free some space.")
        await rig.press("e")
        assert "The disk is full; free some space." in rig.text


async def test_e_typed_into_the_search_is_a_letter() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("slash", "e", "E")
        assert rig.actions.calls == []
        assert rig.app.screen.query_one(Input).value == "eE"


async def test_e_escalates_from_the_ticket_on_the_whole_screen_too() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("down", "enter", "e")
        assert rig.actions.calls == [("escalate", "helpdesk:4321")]


async def test_a_click_sends_nothing() -> None:
    async with running(desk_make.live()) as rig:
        for y in (0, 4, 21, 23):
            await rig.pilot.click(offset=(5, y))
        await rig.settle()
        assert rig.actions.calls == []
