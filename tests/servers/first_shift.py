"""The config and the programs of a first weekend, as its user would have them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from oncall_tui.clock import utc_now
from tests.servers.dovecot import Dovecot
from tests.servers.rt import RealRt
from tests.servers.smtp import SmtpServer
from tests.servers.terminal import ROOT

_TEAM = """
me = "ana"

[team]
name = "Acme Support"
time_zone = "America/New_York"
store = "{store}"

[[people]]
id = "ana"
name = "Ana Ruiz"
time_zone = "America/New_York"
phone = "+1 212 555 0100"

[[people]]
id = "dana"
name = "Dana Lee"
time_zone = "America/New_York"
phone = "+1 212 555 0101"
channels = [{channels}]

[[rota.overrides]]
starts = {starts:%Y-%m-%dT%H:%M:%S}
ends = {ends:%Y-%m-%dT%H:%M:%S}
person = "ana"
reason = "the first weekend"

[escalation]
undo = "2s"

[[escalation.levels]]
people = ["dana"]
wait = "5m"
"""
_RT = """
[[sources]]
id = "rt"
kind = "rt"
url = "{rt.url}"
user = "{rt.user}"
password = {{ env = "RT_PASSWORD" }}
refresh = "5s"
"""
_MAILBOX = """
[[sources]]
id = "mail"
kind = "mailbox"
host = "{mail.host}"
port = {mail.port}
security = "none"
user = "{mail.user}"
password = {{ env = "MAIL_PASSWORD" }}
us = ["support@acme.example"]
refresh = "5s"
"""
_EMAIL = """
[[channels]]
id = "dana-mail"
kind = "email"
to = "dana@acme.example"
from = "oncall@acme.example"
smtp_host = "{smtp.host}"
smtp_port = {smtp.port}
smtp_security = "none"
imap_host = "{mail.host}"
imap_port = {mail.port}
imap_security = "none"
imap_user = "{mail.user}"
imap_password = {{ env = "MAIL_PASSWORD" }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """A config file, and everything the program needs beside it."""

    config: Path
    environment: Mapping[str, str]

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "oncall_tui", "--config", str(self.config), *arguments],
            cwd=ROOT,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def json(self, *arguments: str) -> Mapping[str, object]:
        """Return what a command prints as JSON; it has to succeed."""
        done = self.command(*arguments)
        assert (done.returncode, done.stderr) == (0, "")
        answer: Mapping[str, object] = json.loads(done.stdout)
        return answer


def workplace(
    folder: Path,
    *,
    rt: RealRt | None = None,
    mail: Dovecot | None = None,
    smtp: SmtpServer | None = None,
) -> Workplace:
    """Write a config for whichever servers there are; mail is a channel where there is SMTP, else a source."""
    now = utc_now().replace(tzinfo=None)
    parts = [_RT.format(rt=rt)] if rt else []
    if mail and smtp:
        parts.append(_EMAIL.format(mail=mail, smtp=smtp))
    elif mail:
        parts.append(_MAILBOX.format(mail=mail))
    team = _TEAM.format(
        store=folder / "data" / "journal.sqlite",
        channels='"dana-mail"' if smtp else "",
        starts=now - timedelta(days=1),
        ends=now + timedelta(days=5),
    )
    config = folder / "config.toml"
    config.write_text(team + "".join(parts), encoding="utf-8")
    environment = {
        "RT_PASSWORD": rt.password if rt else "",
        "MAIL_PASSWORD": mail.password if mail else "",
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "COLORTERM": "truecolor",
    }
    return Workplace(config=config, environment=environment)
