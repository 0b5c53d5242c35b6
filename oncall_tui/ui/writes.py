"""Writes: each runs to its end, whatever screen is shown; reads may be replaced, writes may not be cancelled."""

from collections.abc import Coroutine

from textual.app import App

from oncall_tui.errors import OnCallError

WRITES = "writes"


def carry_out(app: App[None], work: Coroutine[object, object, object], *, then: str = "") -> None:
    """Start a write that belongs to the app; say ``then`` when it is done, or why it failed."""
    app.run_worker(_telling(app, work, then), group=WRITES)


async def _telling(app: App[None], work: Coroutine[object, object, object], then: str) -> None:
    try:
        await work
    except OnCallError as error:
        app.notify(str(error), severity="error", timeout=30, markup=False)
        return
    if then:
        app.notify(then, markup=False)
