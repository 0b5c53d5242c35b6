"""What a new user sees who has no config yet."""

import asyncio
import signal
from pathlib import Path
from typing import ClassVar, Literal

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from oncall_tui.errors import BadUse
from oncall_tui.text_safety import clean
from oncall_tui.ui import terminal

Choice = Literal["demo", "connect"]

_TEXT = """\
 oncall-tui watches the customers' tickets while you are on call, tells you
 what time it is for them, and brings bad news to a leader with one key.

 There is no config on this machine yet.

   D   Look at the demo: a made-up Friday night. Nothing leaves this machine.

   S   Set it up: who watches, who is told, and where tickets come from.
       A few questions in this terminal; each answer is tried at once, and
       nothing is sent to anybody.

   Q   Leave. Nothing was written.

 Set up by hand: config.example.toml explains every key. Put your copy at
 {place}
 or name another with --config FILE.
"""


class WelcomeApp(App[Choice]):
    """Offers the demo and the set-up."""

    TITLE = "oncall-tui"
    CSS = "Static { padding: 1 1; }"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d,D", "choose('demo')", "Demo"),
        Binding("s,S", "choose('connect')", "Set up"),
        Binding("q,Q,escape,ctrl+c", "quit", "Leave"),
    ]

    def __init__(self, place: Path) -> None:
        super().__init__()
        self._place = clean(str(place))

    def compose(self) -> ComposeResult:
        """Lay the words out."""
        yield Static(_TEXT.format(place=self._place), markup=False)

    def action_choose(self, choice: Choice) -> None:
        """Leave with a choice."""
        self.exit(choice)


async def welcome(place: Path) -> tuple[Choice | None, int]:
    """Return what a new user chose, and the exit code for one who chose nothing.

    Args:
        place: Where the config will be.

    Raises:
        BadUse: There is no terminal to ask on.
    """
    if not terminal.can_be_drawn_on():
        raise BadUse("there is no config yet, and no terminal to ask on; set one up with “oncall-tui connect”")
    app = WelcomeApp(place)
    app.driver_class = terminal.LastingDriver
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, None, 128 + number)
    choice = await app.run_async()
    terminal.stop_reading()
    return choice, app.return_code or 0
