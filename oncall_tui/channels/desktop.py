"""A notification on this machine's own screen, by ``notify-send`` or a program that takes the same arguments.

It reaches whoever sits here and proves nothing but that the desktop took it. While it runs, other users of this machine
can read title and text in the list of processes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape

from oncall_tui.channels.program import Program
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.settings import NOT_EMPTY, POSITIVE
from oncall_tui.text_safety import clean

_TITLE_LIMIT, _BODY_LIMIT = 120, 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the desktop is told."""

    program: str = field(default="notify-send", metadata=NOT_EMPTY)
    """The program, by name or path; on Debian and Ubuntu it is in the package libnotify-bin."""
    timeout: timedelta = field(default=timedelta(seconds=10), metadata=POSITIVE)
    """After this time the program is ended, and the notification may or may not have been shown."""


class DesktopChannel:
    """Shows notifications on this machine."""

    def __init__(self, settings: Settings) -> None:
        self._program = Program([settings.program], timeout=settings.timeout, key="program")

    @property
    def proves(self) -> Proof:
        """Return that nobody can be seen looking."""
        return Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Show the message; one that asks for something stays until it is closed."""
        urgency = "critical" if message.purpose.is_alarm else "normal"
        body = escape(fit(message, _BODY_LIMIT, is_titled=False), quote=False)  # desktops read markup in it
        title = shorten(message.title, _TITLE_LIMIT)
        await self._program.run(f"--urgency={urgency}", "--app-name=oncall-tui", "--", title, body)
        return Receipt()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:  # noqa: ARG002 -- port
        """Return nothing: a notification that was closed may not have been read."""
        return ()

    async def check(self) -> CleanText:
        """Look for the program without showing anything."""
        return clean(f"{self._program.found()} is there; a test message shows whether a desktop listens")


def build(_channel: ChannelId, settings: Settings, _clock: Clock) -> DesktopChannel:
    """Return a channel that notifies this machine's desktop."""
    return DesktopChannel(settings)
