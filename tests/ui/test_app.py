import asyncio
from collections.abc import Callable

import pytest
from textual import events
from textual.widgets._toast import Toast

from oncall_tui.ui.app import OnCallApp
from tests import desk_make
from tests.desk_make import MINUTE
from tests.fakes import RecordingActions
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio

TOKEN = "tk-plain-and-secret"


async def test_q_leaves_when_nothing_is_live() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("q")
        assert not rig.app.is_running


async def test_leaving_with_a_live_escalation_asks_first() -> None:
    async with running(desk_make.notifying()) as rig:
        for key in ("q", "ctrl+q", "ctrl+c"):
            await rig.press(key)
            assert "Escalation of 4312 is live" in rig.text
            await rig.press("escape")
            assert rig.app.is_running
        await rig.press("q", "q")
        assert not rig.app.is_running


async def test_leaving_can_leave_a_watch_running() -> None:
    left: list[str] = []
    async with running(desk_make.notifying(), leave_watch=lambda: left.append("watch")) as rig:
        await rig.press("q")
        assert "W to leave a watch running" in rig.text
        await rig.press("w")
        assert not rig.app.is_running
    assert left == ["watch"]


async def test_where_no_watch_can_run_none_is_offered() -> None:
    async with running(desk_make.notifying()) as rig:
        await rig.press("q")
        assert "watch" not in rig.text
        await rig.press("w")
        assert rig.app.is_running


async def test_f5_asks_every_source_now() -> None:
    async with running(desk_make.live()) as rig:
        await rig.press("f5")
        assert rig.actions.calls == [("refresh",)]


async def test_every_lasting_notice_can_be_read() -> None:
    async with running(desk_make.demo()) as rig:
        await rig.press("v")
        assert "This machine slept from 01:10 to 03:24" in rig.text
        assert "The disk is full" in rig.text


async def test_an_escalation_that_reached_nobody_rings_and_rings_again_later() -> None:
    async with running(desk_make.notifying()) as rig:
        rings: list[int] = []
        rig.app.bell = lambda: rings.append(1)  # type: ignore[method-assign] # counts
        rig.app.show(desk_make.exhausted())
        await rig.pass_time(14 * MINUTE)
        assert len(rings) == 1
        await rig.pass_time(MINUTE)
        assert len(rings) == 2


async def test_the_bell_rings_again_after_a_quarter_of_an_hour_though_the_clock_was_set_back() -> None:
    async with running(desk_make.notifying()) as rig:
        rings: list[int] = []
        rig.app.bell = lambda: rings.append(1)  # type: ignore[method-assign] # counts
        rig.app.show(desk_make.exhausted())
        for minutes in range(1, 16):
            assert len(rings) == 1
            rig.now -= 3 * MINUTE  # somebody sets it back again and again
            rig.seconds += 60
            await rig.pass_time(MINUTE)
            assert minutes < 15 or len(rings) == 2
        rig.seconds += 60
        await rig.pass_time(-120 * MINUTE)
        assert len(rings) == 2


async def test_a_defect_ends_with_one_sentence_and_shows_nothing_of_what_was_at_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rig = Rig(RecordingActions())
    seen: list[BaseException] = []

    def keep(error: BaseException) -> str:
        seen.append(error)
        return "It stopped; see the crash file."

    def broken() -> None:
        token = TOKEN
        raise ZeroDivisionError(token)

    app = OnCallApp(rig.actions, clock=lambda: rig.now, stopwatch=rig.stopwatch, desk=desk_make.live(), on_crash=keep)
    with pytest.raises(ZeroDivisionError):
        await run_until_it_breaks(app, broken)
    app._print_error_renderables()
    assert [type(error) for error in seen] == [ZeroDivisionError]
    assert app.return_code == 1
    said = capsys.readouterr()
    assert "It stopped; see the crash file." in said.err + said.out
    assert TOKEN not in said.err + said.out
    assert "Traceback" not in said.err + said.out


async def run_until_it_breaks(app: OnCallApp, broken: Callable[[], None]) -> None:
    async with app.run_test() as pilot:
        app.call_later(broken)
        await pilot.pause()


async def test_the_words_are_the_same_in_every_theme() -> None:
    async with running(desk_make.notifying()) as rig:
        before = rig.text
        for theme in ("textual-light", "ansi-dark", "ansi-light"):
            rig.app.theme = theme
            assert await rig.still() == before.splitlines()


async def test_it_stands_any_size() -> None:
    async with running(desk_make.exhausted()) as rig:
        for size in ((60, 15), (110, 30), (220, 60), (80, 24), (20, 6)):
            await rig.pilot.resize_terminal(*size)
            lines = await rig.still()
            assert len(lines) == size[1]
            assert "4312" in lines[-3]
            assert "Help" in lines[-1]


async def test_a_click_on_a_message_that_is_just_going_ends_nothing() -> None:
    async with running(desk_make.live()) as rig:
        rig.app.notify("Kept for the digest.")
        await rig.pilot.pause()
        toast = rig.app.screen.query_one(Toast)
        x, y = toast.region.x + 2, toast.region.y + 1
        toast.remove()
        await asyncio.sleep(0)  # it has no parent from here on, and is still drawn
        click = events.MouseDown(None, x, y, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y)
        rig.app.post_message(click)
        await rig.pilot.pause()
        assert rig.app.is_running
