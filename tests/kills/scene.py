"""All a dashboard needs to run for real: a config, a file of tickets, a journal, leaders who are reached by HTTP.

Nothing lies outside one folder, and nothing leaves this machine.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from oncall_tui.bootstrap.connectors import load_config
from oncall_tui.config import Config

FIRST = 1001
DUE_AT = datetime(2026, 11, 20, 12, tzinfo=UTC)

CONFIG = """
me = "ana"

[team]
name = "Acme Support"
time_zone = "UTC"
store = "{folder}/journal.sqlite"

[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "UTC"

[[people]]
id = "dana"
name = "Dana Lee"
time_zone = "UTC"
phone = "+1 604 555 0101"
channels = ["dana-hook"]

[[people]]
id = "sam"
name = "Sam Cho"
time_zone = "UTC"
channels = ["sam-hook"]

[[rota.rotations]]
name = "Always"
starts = "Mon 00:00"
ends = "Mon 00:00"
from = 2026-01-05
people = ["ana"]

[escalation]
undo = "{undo}"
rounds = 3

[[escalation.levels]]
people = ["dana"]
wait = "{wait}"

[[escalation.levels]]
people = ["sam"]
wait = "{wait}"

[[channels]]
id = "dana-hook"
kind = "webhook"
url = "{leader}/messages"
acknowledgements = "{leader}/receipts/{{key}}"
timeout = "{timeout}"

[[channels]]
id = "sam-hook"
kind = "webhook"
url = "{leader}/messages"
acknowledgements = "{leader}/receipts/{{key}}"
timeout = "{timeout}"
"""

SOURCE = """
[[sources]]
id = "{name}"
kind = "file"
refresh = "1s"
timeout = "1s"
{where}
"""


@dataclass(slots=True)
class Scene:
    """One team, one journal, one list of tickets; the newest ticket is the most urgent."""

    folder: Path
    leader: str
    """The address of whoever is told."""
    undo: str = "1s"
    wait: str = "5m"
    timeout: str = "1s"
    sources: Mapping[str, str] | None = None
    """Addresses by the id of the source that is read there; None for the file of tickets."""
    answers: str = ""
    """The address where the sources take answers; empty where they are only read."""
    last: int = FIRST - 1
    """The number of the newest ticket."""

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def journal(self) -> Path:
        return self.folder / "journal.sqlite"

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment in which every folder of the user's is this one."""
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
        return {**kept, **dict.fromkeys(names, str(self.folder)), "TERM": "xterm-256color", "PYTHONUTF8": "1"}

    def write(self) -> None:
        """Write the config."""
        text = CONFIG.format(
            folder=self.folder, leader=self.leader, undo=self.undo, wait=self.wait, timeout=self.timeout
        )
        tickets = {"helpdesk": f'path = "{self.folder}/tickets.json"'}
        where = tickets if self.sources is None else {name: f'url = "{url}"' for name, url in self.sources.items()}
        more = f'\nanswers_url = "{self.answers}"' if self.answers else ""
        sources = (SOURCE.format(name=name, where=line + more) for name, line in where.items())
        self.config.write_text(text + "".join(sources))

    def read(self) -> Config:
        return load_config(self.config, {})

    def open_ticket(self, count: int = 1) -> str:
        """Let that many more tickets be open, and return the number of the newest, which stands first."""
        self.last += count
        rows = [ticket(number) for number in range(FIRST, self.last + 1)]
        fresh = self.folder / "tickets.new"
        fresh.write_text(json.dumps(rows))
        fresh.replace(self.folder / "tickets.json")
        return str(self.last)


def ticket(number: int) -> Mapping[str, object]:
    """Return a ticket that was due before those with smaller numbers."""
    return {
        "id": str(number),
        "subject": f"Login fails at site {number}",
        "organisation": "Acme KK",
        "requester": {"name": "Kenji Mori", "email": "kenji@acme.example"},
        "time_zone": "Asia/Tokyo",
        "due_at": (DUE_AT - timedelta(minutes=number)).isoformat(),
    }
