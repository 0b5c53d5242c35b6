"""The least there is: an app with one line of text; with ``--clock`` the line shows the seconds."""

import sys
from datetime import UTC, datetime
from itertools import count

from textual.app import App, ComposeResult
from textual.widgets import Static

READY = "nothing is waiting"


class Floor(App[None]):
    """One line."""

    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        """Lay out the line."""
        yield Static(READY)

    def on_mount(self) -> None:
        """Let a clock tick, if one is asked for."""
        if "--clock" in sys.argv:
            seconds = count()
            line = self.query_one(Static)
            self.set_interval(
                1, lambda: line.update(f"{READY} {datetime.fromtimestamp(next(seconds), tz=UTC):%a %d %b %H:%M:%S}")
            )


if __name__ == "__main__":
    Floor().run()
