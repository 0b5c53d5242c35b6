"""Everything that runs behind the screen, with or without one."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.domain.text import CleanText
from oncall_tui.ports import Store
from oncall_tui.services.actions import Actions
from oncall_tui.services.board import Board
from oncall_tui.services.breath import Breath
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.escalating import Escalating
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.relieving import Relieving
from oncall_tui.services.rota_keeping import RotaKeeping
from oncall_tui.services.token_ends import TokenEnds
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Wakefulness
from oncall_tui.services.witnessing import Witnessing

Loop = Callable[[], Coroutine[None, None, None]]

RESTART_AFTER = timedelta(seconds=5)
FINISH_WITHIN = timedelta(seconds=5)
"""How long leaving waits for what is being sent; the rest stays stored and goes out at the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """The services of one process, and their loops."""

    store: Store
    logbook: Logbook
    polling: Polling
    escalating: Escalating
    delivery: Delivery
    board: Board
    actions: Actions
    troubles: Troubles
    rota_keeping: RotaKeeping
    relieving: Relieving
    witnessing: Witnessing
    breath: Breath
    wakefulness: Wakefulness
    token_ends: TokenEnds
    report: Callable[[BaseException], str]
    """Writes down an error that nobody foresaw and returns one sentence about it."""

    async def open(self) -> None:
        """Read the journal and the last copies of tickets and calendars, so that everything carries on where it was."""
        await self.logbook.catch_up()
        await self.polling.remember()
        await self.rota_keeping.open()

    async def run(self) -> None:
        """Run every loop until cancelled; one that fails is said, restarted, and takes no other with it."""
        loops: Sequence[tuple[str, Loop]] = (
            ("outbox", self.delivery.run),
            *self.escalating.loops(),
            *self.polling.loops(),
            *self.rota_keeping.loops(),
            ("handover", self.relieving.run),
            ("desk", self.board.run),
            ("breath", self.breath.run),
            ("witness", self.witnessing.run),
            ("clocks", self.wakefulness.run),
            ("tokens", self.token_ends.run),
        )
        async with asyncio.TaskGroup() as group:
            for name, loop in loops:
                group.create_task(self._supervise(name, loop))

    async def close(self) -> int:
        """Let what is being sent finish, let go of the store, and return how many messages are left to send."""
        await self.delivery.finish(within=FINISH_WITHIN)
        left = await self.store.unsettled()
        await self.store.close()
        return len(left)

    async def _supervise(self, name: str, loop: Loop) -> None:
        """Keep a loop running: an error nobody foresaw is shown, written down, and the loop begins again."""
        while True:
            task = asyncio.create_task(loop())
            try:
                await asyncio.wait({task})
            finally:
                task.cancel()
            error = task.exception()
            if error is not None:
                self.troubles.say(f"loop {name}", CleanText(f"{name} failed and was restarted. {self.report(error)}"))
            await asyncio.sleep(RESTART_AFTER.total_seconds())


async def drain(station: Station, *, until: Callable[[], bool], within: timedelta) -> bool:
    """Run only what sends and climbs until something holds; False when the time is over first."""
    changed = asyncio.Event()
    station.logbook.on_change(changed.set)
    tasks = [asyncio.create_task(loop()) for _, loop in (("", station.delivery.run), *station.escalating.loops())]
    try:
        async with asyncio.timeout(within.total_seconds()):
            while not until():
                changed.clear()
                await changed.wait()
    except TimeoutError:
        return until()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await station.logbook.catch_up()
    return True
