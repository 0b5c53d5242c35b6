"""The real dashboard over the real services of a rig, whose store and leaders a test holds in its hands."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from textual import events
from textual.pilot import Pilot

from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.keypress_guard import VERDICT_AFTER
from tests.rig import Rig
from tests.screen import screen_lines


@dataclass
class Screen:
    """A dashboard, and what stands behind it."""

    rig: Rig
    app: OnCallApp
    pilot: Pilot[None] = field(init=False)

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until what they ask for is done and shown."""
        for key in keys:
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await self.pilot.pause(VERDICT_AFTER * 1.5)
        await self.app.workers.wait_for_complete()
        await self.look()

    async def look(self) -> None:
        """Show the desk as it stands."""
        self.app.show(self.rig.station.board.desk())
        await self.pilot.pause()

    @property
    def text(self) -> str:
        return "\n".join(screen_lines(self.app))


@asynccontextmanager
async def showing(rig: Rig) -> AsyncIterator[Screen]:
    """Show a rig, to somebody whose keys lie a second apart."""
    seconds = count(1.0)
    desk = rig.station.board.desk()
    app = OnCallApp(rig.station.actions, clock=rig.clock, stopwatch=lambda: next(seconds), desk=desk)
    app.animation_level = "none"
    screen = Screen(rig, app)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen.pilot = pilot
        await pilot.pause()
        yield screen
