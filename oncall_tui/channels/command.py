"""A program of the user's that takes the message on its standard input; exit 0 says that it took it.

Standard input is the title, an empty line, the body and, if there is one, the ticket's link on a line of its own, in
UTF-8. The environment has, beside everything this program was started with, ``ONCALL_TUI_KEY`` (the same for every try
of one message), ``ONCALL_TUI_PURPOSE`` and, when an earlier try may have arrived, ``ONCALL_TUI_POSSIBLE_DUPLICATE=1``.

What the program prints is thrown away: it may hold secrets.
"""

import asyncio
import errno
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath

from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.text_safety import clean

_NEVER_STARTS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ELOOP})
"""Why a program does not start however often it is tried; a script without ``#!`` is one of them."""


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
        self._run = settings.run
        self._timeout = settings.timeout
        self._name = clean(PurePath(settings.run[0]).name, limit=60)

    @property
    def proves(self) -> Proof:
        """Return that exit 0 is all there is to see."""
        return Proof.ACCEPTED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Run the program with the message; judge by how it ends."""
        process = await self._started(message)
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                await process.communicate(_written(message).encode())
        except TimeoutError as error:
            raise OutcomeUnknown(
                f"{self._name} did not end within {self._timeout.total_seconds():g} s and was killed; "
                "the message may have arrived."
            ) from error
        finally:
            await _kill(process)
        self._judge(process.returncode)
        return Receipt()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:  # noqa: ARG002 -- port
        """Return nothing: a program that has ended cannot answer."""
        return ()

    async def check(self) -> CleanText:
        """Look for the program without running it."""
        found = shutil.which(self._run[0])
        if found is None:
            raise Rejected(self._cannot_start())
        return clean(f"{found} is there and may be run")

    async def _started(self, message: OutgoingMessage) -> Process:
        # Cancelled halfway, asyncio would kill the program alone, and its children would live on.
        starting = asyncio.ensure_future(self._start(message))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(DeliveryError):
                await _kill(await starting)
            raise

    async def _start(self, message: OutgoingMessage) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._run,
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env={**os.environ, **_environment(message)},
                # A session of its own: no terminal to draw on or read from, and one group to kill with its children.
                start_new_session=True,
            )
        except OSError as error:
            if error.errno in _NEVER_STARTS:
                raise Rejected(self._cannot_start()) from error
            raise NotSent(
                f"{self._name} could not be started ({os.strerror(error.errno or 0)}); trying again."
            ) from error

    def _cannot_start(self) -> str:
        return f"{self._name} is not there or may not be run; correct `run` of this channel."

    def _judge(self, code: int | None) -> None:
        if code is None or code < 0:
            raise OutcomeUnknown(f"{self._name} was killed by signal {-(code or 0)}; the message may have arrived.")
        if code > 0:
            raise NotSent(f"{self._name} ended with exit code {code}; run it by hand to see why.")


def _written(message: OutgoingMessage) -> str:
    link = f"\n{message.url}\n" if message.url else ""
    return f"{message.title}\n\n{message.body}\n{link}"


def _environment(message: OutgoingMessage) -> Mapping[str, str]:
    duplicate = {"ONCALL_TUI_POSSIBLE_DUPLICATE": "1"} if message.is_possible_duplicate else {}
    return {"ONCALL_TUI_KEY": message.key, "ONCALL_TUI_PURPOSE": message.purpose.value, **duplicate}


async def _kill(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def build(_channel: ChannelId, settings: Settings, _clock: Clock) -> CommandChannel:
    """Return a channel that runs a program."""
    return CommandChannel(settings)
