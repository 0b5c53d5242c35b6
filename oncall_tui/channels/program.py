"""A program of the user's, run without a shell: how it ends decides what became of a message."""

import asyncio
import errno
import os
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import PurePath

from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.text_safety import clean

_NEVER_STARTS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.EPERM, errno.ENOEXEC, errno.ELOOP})
"""Why a program does not start however often it is tried; a script without ``#!`` is one of them."""


class Program:
    """A program and the arguments it always gets."""

    def __init__(self, run: Sequence[str], *, timeout: timedelta, key: str) -> None:
        """Args: ``key`` is the setting that names the program, for sentences."""
        self._run, self._timeout, self._key = tuple(run), timeout, key
        self._name = clean(PurePath(run[0]).name, limit=60)

    def found(self) -> str:
        """Return where the program is, without running it, or raise ``Rejected``."""
        found = shutil.which(self._run[0])
        if found is None:
            raise Rejected(self._cannot_start())
        return found

    async def run(self, *arguments: str, text: str = "", environment: Mapping[str, str] | None = None) -> None:
        """Run it once, with a text on its standard input, until it ends.

        Raises:
            NotSent: It did not start, or says that it failed.
            Rejected: It will never start.
            OutcomeUnknown: It was killed, perhaps because it took too long.
        """
        process = await self._started(arguments, environment or {})
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                await process.communicate(text.encode())
        except TimeoutError as error:
            raise OutcomeUnknown(
                f"{self._name} did not end within {self._timeout.total_seconds():g} s and was killed; "
                "the message may have arrived."
            ) from error
        finally:
            await _kill(process)
        self._judge(process.returncode)

    async def _started(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Process:
        # Cancelled halfway, asyncio would kill the program alone, and its children would live on.
        starting = asyncio.ensure_future(self._start(arguments, environment))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            with suppress(DeliveryError):
                await _kill(await starting)
            raise

    async def _start(self, arguments: Sequence[str], environment: Mapping[str, str]) -> Process:
        try:
            return await asyncio.create_subprocess_exec(
                *self._run,
                *arguments,
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=DEVNULL,
                env={**os.environ, **environment},
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
        return f"{self._name} is not there or may not be run; correct `{self._key}` of this channel."

    def _judge(self, code: int | None) -> None:
        if code is None or code < 0:
            raise OutcomeUnknown(f"{self._name} was killed by signal {-(code or 0)}; the message may have arrived.")
        if code > 0:
            raise NotSent(f"{self._name} ended with exit code {code}; run it by hand to see why.")


async def _kill(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
