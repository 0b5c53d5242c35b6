"""The dashboard with one defect of each kind, each with a secret in a local variable and in the error's own words.

Started as a program: ``python -m tests.hostile.crashing CONFIG PLACE``; PLACE ``source`` or ``channel`` gives it one
with a defect, ``start`` fails before there is a screen, and the keys 1 to 6 fail in every case.
"""

import asyncio
import base64
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import httpx
from textual.binding import Binding, BindingType
from textual.widgets import Static

from oncall_tui.__main__ import _LastResort
from oncall_tui.bootstrap.connectors import load_config, source_of
from oncall_tui.bootstrap.journal import open_store
from oncall_tui.bootstrap.stations import team_of
from oncall_tui.clock import stopwatch, utc_now
from oncall_tui.config import Config
from oncall_tui.crash import CrashFile
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
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


class DefectiveChannel:
    """A channel with a defect."""

    proves = Proof.ACCEPTED

    def __init__(self, secrets: Sequence[Secret]) -> None:
        self._secrets = secrets

    async def send(self, message: OutgoingMessage) -> Receipt:
        fail(self._secrets)
        return Receipt()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        return ()


class DefectiveWidget(Static):
    """Something that cannot be drawn."""

    secrets: Sequence[Secret] = ()

    def render(self) -> str:
        fail(self.secrets)
        return ""


async def fail_to_post(secrets: Sequence[Secret]) -> None:
    """Post to a port where nobody listens, with a secret wherever a request may hold one."""
    token = secrets[0].reveal()
    headers = {"Authorization": f"Bearer {token}", "X-Api-Key": token, "Cookie": f"session={token}"}
    url = f"http://ana:{quote(token, safe='')}@127.0.0.1:9/pages?key={quote(token, safe='')}"
    async with httpx.AsyncClient(headers=headers) as http:
        try:
            await http.post(url, json={"token": token})
        except httpx.ConnectError as error:
            raise Defect(f"{error.request.url} {error.request.headers.raw} {error.request.content!r}") from error


class DefectiveApp(OnCallApp):
    """A dashboard in which six keys fail."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "fail('key')", "Key"),
        Binding("2", "fail('worker')", "Worker"),
        Binding("3", "fail('timer')", "Timer"),
        Binding("4", "fail('post')", "Worker that posts"),
        Binding("5", "fail('config')", "Key that says the config"),
        Binding("6", "fail('widget')", "Widget"),
    ]
    CSS_PATH = str(Path(app_module.__file__).with_name("app.tcss"))
    secrets: Sequence[Secret] = ()
    config: Config

    def action_fail(self, place: str) -> None:
        match place:
            case "key":
                fail(self.secrets)
            case "timer":
                self.set_timer(0.01, lambda: fail(self.secrets))
            case "post":
                self.run_worker(fail_to_post(self.secrets))
            case "config":
                config = self.config
                raise Defect(f"{config!r} {config.sources} {config.channels}")
            case "widget":
                widget = DefectiveWidget()
                widget.secrets = self.secrets
                self.mount(widget)
            case _:
                self.run_worker(self._fail())

    async def _fail(self) -> None:
        await asyncio.sleep(0)
        fail(self.secrets)


def _feeds(config: Config, place: str) -> Sequence[Feed]:
    match place:
        case "source":
            return [Feed(source=DefectiveSource(config.secrets), kind="file")]
        case "channel":  # with a ticket to escalate
            sound = next(entry for entry in config.sources if entry.id == "helpdesk")
            return [Feed(source=source_of(sound, utc_now), kind="file")]
        case _:
            return []


async def start(path: Path) -> None:
    config = load_config(path, os.environ)
    resolve(config.secrets)
    fail(config.secrets)


async def run(path: Path, place: str) -> int:
    config = load_config(path, os.environ)
    resolve(config.secrets)
    folder = config.team.store.parent
    troubles = Troubles()
    parts = Parts(
        team=team_of(config),
        feeds=_feeds(config, place),
        channels={ChannelId("dana-bell"): DefectiveChannel(config.secrets)} if place == "channel" else {},
        store=await open_store(config, utc_now, troubles),
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
    app.secrets, app.config = config.secrets, config
    loops = asyncio.create_task(station.run())
    station.board.watch(app.show)
    await app.run_async()
    loops.cancel()
    await asyncio.wait({loops})
    await station.close()
    return app.return_code or 0


if __name__ == "__main__":
    if sys.argv[2] == "start":
        with _LastResort() as end:
            asyncio.run(start(Path(sys.argv[1])))
        sys.exit(end.code)
    sys.exit(asyncio.run(run(Path(sys.argv[1]), sys.argv[2])))
