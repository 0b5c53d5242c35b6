"""Runs the dashboard over a station, and lets what is being sent finish when it ends."""

import asyncio
import signal

from oncall_tui.clock import stopwatch
from oncall_tui.services.station import Station
from oncall_tui.ui.app import OnCallApp

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


async def dashboard(station: Station) -> int:
    """Show a station until its user leaves, and return the exit code.

    The loops are tasks beside the app and not workers of it: leaving the screen cancels no message that is on its way.
    """
    await station.open()
    app = OnCallApp(
        station.actions,
        clock=station.actions.clock,
        stopwatch=stopwatch,
        desk=station.board.desk(),
        on_crash=station.report,
    )
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, app.exit, None, 128 + number)
    loops = asyncio.create_task(station.run())
    station.board.watch(app.show)
    try:
        await app.run_async()
    finally:
        loops.cancel()
        await asyncio.wait({loops})
        await station.close()
    return app.return_code or 0
