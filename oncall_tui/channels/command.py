"""A program of the user's that takes the message on its standard input; exit 0 says that it took it.

Standard input is the title, an empty line, the body and, if there is one, the ticket's link on a line of its own, in
UTF-8. The environment has, beside everything this program was started with, ``ONCALL_TUI_KEY`` (the same for every try
of one message), ``ONCALL_TUI_PURPOSE`` and, when an earlier try may have arrived, ``ONCALL_TUI_POSSIBLE_DUPLICATE=1``.

What the program prints is thrown away: it may hold secrets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.channels.program import Program
from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.text_safety import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which program runs, and for how long."""

    run: tuple[str, ...]
    """The program and its arguments, as a list; no shell reads it, so ``~``, ``*`` and ``|`` mean nothing."""
    timeout: timedelta = timedelta(seconds=30)
    """After this time the program is killed, and the message may or may not have arrived."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = []
        if not self.run or not self.run[0] or any("\0" in word for word in self.run):
            found.append(("run", 'the program and its arguments as a list, such as ["/usr/local/bin/ring", "dana"]'))
        if self.timeout <= timedelta():
            found.append(("timeout", 'a time longer than none, such as "30s"'))
        return found


class CommandChannel:
    """Starts the program once for every message."""

    def __init__(self, settings: Settings) -> None:
        self._program = Program(settings.run, timeout=settings.timeout, key="run")

    @property
    def proves(self) -> Proof:
        """Return that exit 0 is all there is to see."""
        return Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Run the program with the message; judge by how it ends."""
        await self._program.run(text=_written(message), environment=_environment(message))
        return Receipt()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:  # noqa: ARG002 -- port
        """Return nothing: a program that has ended cannot answer."""
        return ()

    async def check(self) -> CleanText:
        """Look for the program without running it."""
        return clean(f"{self._program.found()} is there and may be run")


def _written(message: OutgoingMessage) -> str:
    link = f"\n{message.url}\n" if message.url else ""
    return f"{message.title}\n\n{message.body}\n{link}"


def _environment(message: OutgoingMessage) -> Mapping[str, str]:
    duplicate = {"ONCALL_TUI_POSSIBLE_DUPLICATE": "1"} if message.is_possible_duplicate else {}
    return {"ONCALL_TUI_KEY": message.key, "ONCALL_TUI_PURPOSE": message.purpose.value, **duplicate}


def build(_channel: ChannelId, settings: Settings, _clock: Clock) -> CommandChannel:
    """Return a channel that runs a program."""
    return CommandChannel(settings)
