"""The front door: arguments, config, bootstrap, run; and the one place that turns an error into a sentence."""

import argparse
import os
import sys
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from oncall_tui.arguments import parse
from oncall_tui.errors import OnCallError

if TYPE_CHECKING:
    from oncall_tui.ui.first_sight import FirstSight

BAD_USE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code: 0 on success, 1 on a finding, 2 on bad use or bad config."""
    asked = parse(arguments)
    with _LastResort() as end:
        end.code = _carried_out(asked)
    return end.code


def _carried_out(asked: argparse.Namespace) -> int:
    try:
        return _command(asked)
    except OnCallError as error:
        print(f"oncall-tui: {error}", file=sys.stderr)
        return BAD_USE
    except KeyboardInterrupt:
        print(file=sys.stderr)  # the shell's prompt does not belong behind a half-answered question
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _command(asked: argparse.Namespace) -> int:
    if asked.command is None and (code := _welcome(asked)) is not None:
        return code
    if asked.command == "connect":
        return _connect(asked)
    if asked.command is None:
        return _dashboard(asked)
    import asyncio  # here, so that --help and --version wait for nothing

    return asyncio.run(_run(asked))


def _welcome(asked: argparse.Namespace) -> int | None:
    """Ask somebody who has no config yet what to do instead; an exit code when it is nothing."""
    from oncall_tui.config_path import find, usual_path

    if find(asked.config, os.environ) is not None or not sys.stdin.isatty():
        return None
    import asyncio

    from oncall_tui.ui.welcome import welcome

    choice, code = asyncio.run(welcome(usual_path()))
    if choice is None:
        return code
    vars(asked).update(vars(parse([choice])))
    return None


def _dashboard(asked: argparse.Namespace) -> int:
    """Show what was seen last before anything is loaded, and then the dashboard."""
    from oncall_tui.clock import utc_now
    from oncall_tui.ui.first_sight import first_sight

    with first_sight(asked.config, os.environ, utc_now) as sight:
        import asyncio

        return asyncio.run(_run(asked, sight))


def _connect(asked: argparse.Namespace) -> int:
    """Ask questions without a loop around them, so that Ctrl+C ends the question it is pressed at."""
    from oncall_tui.commands.connect import connect
    from oncall_tui.commands.conversation import TerminalConversation
    from oncall_tui.config_path import find, usual_path

    connect(TerminalConversation(), asked.kind, find(asked.config, os.environ) or usual_path())
    return 0


async def _run(asked: argparse.Namespace, sight: "FirstSight | None" = None) -> int:
    import asyncio

    from oncall_tui.beside import Beside

    asyncio.get_running_loop().set_default_executor(Beside())
    if asked.command in (None, "demo"):
        from oncall_tui import litter

        litter.load_undisturbed()
        from oncall_tui.commands.dashboard import leave_watch, station
        from oncall_tui.ui.run import dashboard

        leave = None if asked.command == "demo" else partial(leave_watch, asked)
        return await dashboard(await station(asked), leave, sight)
    from oncall_tui.commands import run

    return await run.COMMANDS[asked.command](asked)


class _LastResort:
    """Ends a command that meets a defect of ours with one sentence: a traceback tells what the error was told."""

    code = 1

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        """Write the error down without its words, because no secret is known here that could be taken out of them."""
        if not isinstance(error, Exception):
            return False
        from platformdirs import user_data_path

        from oncall_tui.clock import utc_now
        from oncall_tui.crash import CrashFile

        report = CrashFile(user_data_path("oncall-tui") / "crashes", utc_now, tells_words=False)
        print(f"oncall-tui: {report.write(error)}", file=sys.stderr)
        return True


if __name__ == "__main__":
    sys.exit(main())
