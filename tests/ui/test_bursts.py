"""What a terminal answers, or a paste without brackets types, neither leaves nor stops nor sends, and that is said."""

import pytest
from textual.widgets import Input

from oncall_tui.ui.keypress_guard import ALONE, ESC_COMES_LATE
from tests import desk_make
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio

ACME = "helpdesk:4312"


async def ignored(rig: Rig, key: str, sentence: str) -> None:
    """Let a key arrive among others, and see that it is ignored and said to be."""
    rig.actions.calls.clear()
    await rig.burst("k", key, "k")
    assert rig.app.is_running
    assert sentence in " ".join(rig.text.split())
    assert [call for call in rig.actions.calls if call[0] != "thread"] == []


async def test_a_q_within_a_burst_does_not_leave() -> None:
    async with running(desk_make.live()) as rig:
        await ignored(rig, "q", "Not left: that looked like pasted text. Press Q again.")
        await rig.press("q")
        assert not rig.app.is_running


async def test_a_q_or_w_within_a_burst_does_not_answer_whether_to_leave() -> None:
    left: list[str] = []
    async with running(desk_make.notifying(), leave_watch=lambda: left.append("watch")) as rig:
        await rig.press("q")
        await ignored(rig, "q", "Not left: that looked like pasted text. Press Q again.")
        await ignored(rig, "w", "Not left: that looked like pasted text. Press W again.")
        assert left == []
        await rig.press("q")
        assert not rig.app.is_running


async def test_a_q_that_is_held_down_asks_and_does_not_answer() -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press("q")
        await rig.burst("q", "q", "q")
        assert rig.app.is_running
        assert "Q to leave" in rig.text


async def test_who_presses_q_twice_in_a_hurry_leaves() -> None:
    async with running(desk_make.notifying()) as rig:
        rig.step = 2 * ALONE
        await rig.press("q")
        await rig.press("q")
        assert not rig.app.is_running


@pytest.mark.parametrize("places", [(), ("enter",), ("x",)], ids=["list", "ticket", "escalations"])
async def test_an_esc_within_a_burst_stops_no_escalation(places: tuple[str, ...]) -> None:
    async with running(desk_make.armed()) as rig:
        for place in places:
            await rig.press(place)
        await ignored(rig, "escape", "Not stopped: that looked like pasted text. Press Esc again.")
        await rig.press("escape")
        assert ("stop", ACME) in rig.actions.calls


async def test_an_esc_that_ends_a_terminals_answer_stops_no_escalation() -> None:
    async with running(desk_make.armed()) as rig:
        rig.step = ESC_COMES_LATE  # Textual waits so long whether an ESC begins a sequence
        await rig.press("k", "escape")
        assert "Not stopped" in rig.text
        assert ("stop", ACME) not in rig.actions.calls


async def test_an_enter_within_a_burst_keeps_no_line() -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press("x", "r")
        line = rig.app.focused
        assert isinstance(line, Input)
        await rig.burst("s", "o", "enter", "q")
        assert "Not kept: that looked like pasted text. Press Enter again." in " ".join(rig.text.split())
        assert line.value == "soq"
        assert not any(call[0] == "withdraw" for call in rig.actions.calls)
        await rig.press("enter")
        assert ("withdraw", ACME, "soq") in rig.actions.calls


async def test_an_o_within_a_burst_opens_no_address() -> None:
    async with running(desk_make.live()) as rig:
        await ignored(rig, "o", "Not opened: that looked like pasted text. Press O again.")
