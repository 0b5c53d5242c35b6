"""Runs the dashboard over a station, and lets what is being sent finish when it ends."""

import asyncio
import signal
import sys
from collections.abc import Callable
from operator import attrgetter

from oncall_tui import litter
from oncall_tui.clock import stopwatch
from oncall_tui.errors import BadUse
from oncall_tui.heap import give_back
from oncall_tui.services.desk import Desk
from oncall_tui.services.station import Station
from oncall_tui.ui import terminal
from oncall_tui.ui.app import OnCallApp
from oncall_tui.ui.first_sight import FirstSight
from oncall_tui.ui.glimpsing import glimpse_of
from oncall_tui.ui.places import load
from oncall_tui.ui.text import forget_cells

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_EVERY = 0.5
"""Seconds between two looks at the terminal."""
_GLIMPSED_SOON, _GLIMPSED_EVERY = 1.0, 30.0
"""Seconds until what the next start shows first is kept, and between two such times."""
TIDIED_EVERY = 600.0
"""Seconds after which what only time has made is let go of."""
_LATER = 1.0
"""Seconds after the first frame in which the list itself has still something to load."""


async def dashboard(
    station: Station, leave_watch: Callable[[], None] | None = None, sight: FirstSight | None = None
) -> int:
    """Show a station until its user leaves, and return the exit code; raise ``BadUse`` without a terminal.

    ``leave_watch`` starts the same loops without a screen, for a user who leaves while an escalation is live; ``sight``
    is what is shown until the first frame.

    The loops are tasks beside the app and not workers of it: leaving the screen cancels no message that is on its way.
    """
    if not terminal.can_be_drawn_on():
        await station.close()
        raise BadUse("the dashboard needs a terminal; “oncall-tui list” needs none")
    await station.open()
    app = _app(station, leave_watch, sight)
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, _end, app, number)
    works = [_run_behind(app, station), _settle_in(app), _end_with_terminal(app), _keep_tidy()]
    if sight is not None:
        works.append(_keep_glimpses(app, sight))
    tasks = {asyncio.create_task(work) for work in works}
    station.board.watch_from_now_on(app.show)
    try:
        await app.run_async()
    finally:
        terminal.stop_reading()
        if is_gone := not terminal.is_there():
            terminal.let_go()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        left = await station.close()
    if left and not (is_gone or station.board.team.is_demo):
        sys.stderr.write(f"{left_behind(left)}\n")
    return _exit_code(signal.SIGHUP) if is_gone else app.return_code or 0


async def _keep_glimpses(app: OnCallApp, sight: FirstSight) -> None:
    """Keep what the next start shows first, soon after a source answered and then now and then."""
    kept: Desk | None = None
    try:
        while True:
            await asyncio.sleep(_GLIMPSED_SOON if kept is None else _GLIMPSED_EVERY)
            if app.desk is not kept and (glimpse := glimpse_of(app.desk)) is not None:
                kept = app.desk
                sight.keep(glimpse)
    finally:
        if app.desk is not kept and (glimpse := glimpse_of(app.desk)) is not None:
            sight.keep(glimpse)


def _app(station: Station, leave_watch: Callable[[], None] | None, sight: FirstSight | None) -> OnCallApp:
    app = OnCallApp(
        station.actions,
        clock=station.actions.clock,
        stopwatch=stopwatch,
        desk=station.board.first_desk(),
        on_crash=station.report,
        leave_watch=leave_watch,
    )
    # A key knows when it was read from the terminal; whoever draws meanwhile would stretch a burst of them.
    app.arrival = attrgetter("time")
    app.driver_class = terminal.LastingDriver
    terminal.LastingDriver.follows = sight
    return app


def left_behind(messages: int) -> str:
    """Say what leaving did not send."""
    count = "1 message is" if messages == 1 else f"{messages} messages are"
    return f"oncall-tui: {count} stored and not sent yet; the next start, or “oncall-tui watch”, goes on with it."


async def _run_behind(app: OnCallApp, station: Station) -> None:
    """Run the loops once the first frame is shown, which waits for none of what they load."""
    await app.shown.wait()
    litter.settle()
    await station.run()


async def _settle_in(app: OnCallApp) -> None:
    """Load the other places before somebody goes there, and hold no memory that is free from then on."""
    await app.shown.wait()
    await asyncio.sleep(_LATER)
    await asyncio.to_thread(load)
    await asyncio.to_thread(give_back)


async def _keep_tidy() -> None:
    """Let go of what only time has made."""
    await asyncio.gather(litter.collect_for_ever(), _tidy_up_for_ever())


async def _tidy_up_for_ever() -> None:
    while True:
        await asyncio.sleep(TIDIED_EVERY)
        tidy_up()


def tidy_up() -> None:
    """Let go of how long the lines of the screen were, and of memory that is free."""
    forget_cells()
    give_back()


async def _end_with_terminal(app: OnCallApp) -> None:
    """End the app when its terminal is closed, which not everybody is told by a signal."""
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        if not terminal.is_there():
            return _end(app, signal.SIGHUP)


def _end(app: OnCallApp, number: signal.Signals) -> None:
    if not terminal.is_there():
        terminal.let_go()
    app.exit(None, _exit_code(number))


def _exit_code(number: signal.Signals) -> int:
    return 128 + number
