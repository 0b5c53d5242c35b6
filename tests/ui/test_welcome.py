"""What somebody sees who has no config yet."""

from pathlib import Path

import pytest

from oncall_tui.ui.welcome import WelcomeApp
from tests.screen import screen_lines

pytestmark = pytest.mark.anyio

PLACE = Path("/home/ana/.config/oncall-tui/config.toml")


@pytest.mark.parametrize(("key", "choice"), [("d", "demo"), ("D", "demo"), ("s", "connect"), ("q", None)])
async def test_each_key_that_is_named_does_what_it_says(key: str, choice: str | None) -> None:
    app = WelcomeApp(PLACE)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
    assert app.return_value == choice


async def test_all_of_it_can_be_read_at_80x24() -> None:
    app = WelcomeApp(PLACE)
    async with app.run_test(size=(80, 24)):
        shown = [line.strip() for line in screen_lines(app)]
    assert "D   Look at the demo: a made-up Friday night. Nothing leaves this machine." in shown
    assert "Q   Leave. Nothing was written." in shown
    assert str(PLACE) in shown
    assert "or name another with --config FILE." in shown
