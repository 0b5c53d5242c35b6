"""The dashboard with one defect of each kind, each with a secret in a local variable and in the error's own words.

Started as a program: ``python -m tests.hostile.crashing CONFIG PLACE``; PLACE ``source`` gives it a
source with a defect, and keys 1, 2 and 3 fail in every case.
"""

import asyncio
import base64
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType

from oncall_tui import bootstrap
from oncall_tui.clock import stopwatch, utc_now
from oncall_tui.crash import CrashFile
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.secrets import Secret, resolve
from oncall_tui.services.assembly import Parts, put_together
from oncall_tui.services.polling import Feed
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import Clocks
from oncall_tui.store.handover_files import HandoverFiles
from oncall_tui.ui import app as app_module
from oncall_tui.ui.app import OnCallApp


class Defect(Exception):
    """What nobody foresaw."""


def fail(secrets: Sequence[Secret]) -> None:
    """Raise an error that says every secret in every form it may take."""
    tokens = [secret.reveal() for secret in secrets]
    headers = {"Authorization": f"Bearer {tokens[0]}", "Cookie": tokens}
    pairs = [base64.b64encode(f"ana:{token}".encode()).decode() for token in tokens]
    urls = [f"https://ana:{token}@desk.example/x?key={token}" for token in tokens]
    told = " ".join(f"Authorization: Basic {pair}" for pair in pairs)
    cause = ValueError(f"{tokens} {headers}")
    cause.add_note(f"sent Authorization: Basic {pairs[0]}")
    raise Defect(f"{tokens} {urls} {told} \x1b[2J") from cause


class DefectiveSource:
    """A source with a defect."""

    id = SourceId("defective")

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets

    async def open_tickets(self) -> Sequence[Ticket]:
        fail(self._secrets)
        return ()

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        return ()


class DefectiveApp(OnCallApp):
    """A dashboard in which three keys fail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "fail('key')", "Key"),
        Binding("2", "fail('worker')", "Worker"),
        Binding("3", "fail('timer')", "Timer"),
    ]
    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))
    secrets: Sequence[Secret] = ()

    def action_fail(self, place: str) -> None:
        match place:
            case "key":
                fail(self.secrets)
            case "timer":
                self.set_timer(0.01, lambda: fail(self.secrets))
            case _:
                self.run_worker(self._fail())

    async def _fail(self) -> None:
        await asyncio.sleep(0)
        fail(self.secrets)


async def run(path: Path, place: str) -> int:
    config = bootstrap.load_config(path, os.environ)
    resolve(config.secrets)
    folder = config.team.store.parent
    troubles = Troubles()
    parts = Parts(
        team=bootstrap._team(config),
        feeds=[Feed(source=DefectiveSource(config.secrets), kind="file")] if place == "source" else [],
        channels={},
        store=await bootstrap.open_store(config, utc_now, troubles),
        shelf=HandoverFiles(folder / "handovers"),
        report=CrashFile(folder / "crashes", utc_now, config.secrets).write,
        troubles=troubles,
        clocks=Clocks(wall=utc_now, awake=stopwatch),
        holder="defective",
        new_id=lambda: "e1",
        jitter=lambda: 0.5,
    )
    station = put_together(parts)
    await station.open()
    app = DefectiveApp(
        station.actions,
        clock=utc_now,
        stopwatch=stopwatch,
        desk=station.board.desk(),
        on_crash=station.report,
    )
    app.secrets = config.secrets
    loops = asyncio.create_task(station.run())
    station.board.watch(app.show)
    await app.run_async()
    loops.cancel()
    await asyncio.wait({loops})
    await station.close()
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(Path(sys.argv[1]), sys.argv[2])))
