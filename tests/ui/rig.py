"""A running dashboard with a clock that stands still and keys that lie a second apart."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from oncall_tui.services.desk import Desk
from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.keypress_guard import VERDICT_AFTER
from tests import desk_make
from tests.fakes import RecordingActions
from tests.screen import screen_lines

JUDGED = {"a", "ctrl+g", "ctrl+s", "d", "e", "enter", "escape", "n", "o", "p", "q", "r", "t", "u", "w", "z"}
"""The keys that the guard judges, at least at some places."""


@dataclass
class Rig:
    """The app, what it asked for, and a stopwatch that goes on by ``step`` each time it is read."""

    actions: RecordingActions
    now: datetime = desk_make.NOW
    step: float = 1.0
    seconds: float = 0.0
    app: OnCallApp = field(init=False)
    pilot: Pilot[None] = field(init=False)

    def stopwatch(self) -> float:
        self.seconds += self.step
        return self.seconds

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, and wait until what they ask for is done."""
        for key in keys[:-1]:
            self._key_down(key)
            await self.pilot.pause()
        self._key_down(keys[-1])
        await self.pilot.pause(0)
        await self.settle(is_judged=bool(JUDGED & {key.lower() for key in keys}))

    def _key_down(self, key: str) -> None:
        self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    async def type(self, text: str) -> None:
        """Put text into the line that asks for it, and keep it."""
        line = self.app.focused
        assert isinstance(line, Input)
        line.value = text
        await self.press("enter")

    async def burst(self, *keys: str) -> None:
        """Let keys arrive all at once, as a paste or a terminal's answer does."""
        self.step = 0.001
        for key in keys:
            self._key_down(key)
        self.step = 1.0
        await self.settle()

    async def pass_time(self, length: timedelta) -> None:
        """Let the clock go on, and the app see it."""
        self.now += length
        self.app._tick()
        await self.pilot.pause()

    async def settle(self, *, is_judged: bool = True) -> None:
        """Wait until everything is done; a key that sends something out is judged a moment after it."""
        if is_judged:
            await self.pilot.pause(VERDICT_AFTER * 1.5)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def until(self, text: str) -> None:
        """Wait until the screen shows a text; give up after some seconds, and let the test say what is missing."""
        for _ in range(200):
            if text in self.text:
                return
            await self.pilot.pause(0.05)

    async def still(self) -> list[str]:
        """Return the screen's lines once they have stopped changing."""
        before, lines = [""], screen_lines(self.app)
        while lines != before:
            await self.pilot.pause()
            before, lines = lines, screen_lines(self.app)
        return lines

    @property
    def text(self) -> str:
        return "\n".join(screen_lines(self.app))


@asynccontextmanager
async def running(
    desk: Desk,
    *,
    size: tuple[int, int] = (80, 24),
    rig: Rig | None = None,
    leave_watch: Callable[[], None] | None = None,
) -> AsyncIterator[Rig]:
    rig = rig or Rig(RecordingActions())
    rig.app = OnCallApp(rig.actions, clock=lambda: rig.now, stopwatch=rig.stopwatch, desk=desk, leave_watch=leave_watch)
    rig.app.animation_level = "none"
    async with rig.app.run_test(size=size, notifications=True) as pilot:
        rig.pilot = pilot
        await pilot.pause()
        yield rig
