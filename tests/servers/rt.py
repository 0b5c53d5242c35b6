"""A real Request Tracker 5 with a database of its own, for one run of the tests.

Debian and Ubuntu: ``apt-get install --no-install-recommends request-tracker5 rt5-standalone rt5-db-sqlite``.
"""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from oncall_tui.clock import stopwatch
from tests.servers import free_port, missing, program

PACKAGES = "packages request-tracker5, rt5-standalone and rt5-db-sqlite"
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
START_LIMIT = 60.0

_CONFIG = """\
Set($rtname, 'rt.example'); Set($Organization, 'rt.example');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebBaseURL, 'http://127.0.0.1:{port}'); Set($WebPath, '');
Set($DatabaseType, 'SQLite'); Set($DatabaseHost, 'localhost'); Set($DatabasePort, '');
Set($DatabaseUser, ''); Set($DatabasePassword, ''); Set($DatabaseName, '{folder}/rt.sqlite');
Set($Timezone, 'UTC'); Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'warning');
Set($MailCommand, 'sendmailpipe'); Set($SendmailPath, '{folder}/sendmail'); Set($SendmailArguments, '-t');
Set($GnuPG, Enable => 0); Set($SMIME, Enable => 0); Set($DisableGraphViz, 1); Set($DisableGD, 1);
$RT::MasonDataDir = '{folder}/mason'; $RT::MasonSessionDir = '{folder}/session';
1;
"""
_MAIL = """\
From: {sender}
To: support@rt.example
Subject: [rt.example #{number}] Re: your ticket
Message-ID: <{unique}@customers.example>
Content-Type: text/plain; charset=utf-8

{text}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a customer asks for."""

    subject: str
    requester: str
    """A mail address; RT makes a user of one it does not know."""
    text: str = "Please help."
    priority: int = 0
    due: str = ""


class RealRt:
    """A Request Tracker that runs."""

    user = "root"
    password = "a password for loopback only"

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder, self._port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(
            base_url=f"{self.url}/REST/2.0/", auth=(self.user, self.password), trust_env=False, timeout=60
        )

    @property
    def mails(self) -> Path:
        """Return the folder of the mails it sent."""
        return self._folder / "mails"

    def create_user(self, name: str, **fields: str) -> None:
        """Create somebody, with fields as RT calls them: EmailAddress, RealName, Timezone, Organization, Country."""
        self._call("POST", "user", {"Name": name, **fields})

    def create_tickets(self, tickets: Sequence[NewTicket]) -> list[str]:
        """Create tickets in one request, at about ten a second, and return their numbers."""
        wanted = [
            {
                "Queue": "General",
                "Subject": ticket.subject,
                "Requestor": ticket.requester,
                "Content": ticket.text,
                "Priority": ticket.priority,
                **({"Due": ticket.due} if ticket.due else {}),
            }
            for ticket in tickets
        ]
        return [made["id"] for made in self._call("POST", "tickets/bulk", wanted)]

    def create_ticket(self, ticket: NewTicket) -> str:
        """Create a ticket and return its number."""
        return self.create_tickets([ticket])[0]

    def reply(self, number: str, text: str) -> None:
        """Answer the customer."""
        self._call("POST", f"ticket/{number}/correspond", {"Content": text, "ContentType": "text/plain"})

    def note(self, number: str, text: str, *, kind: str = "text/plain") -> None:
        """Write what the customer does not see."""
        self._call("POST", f"ticket/{number}/comment", {"Content": text, "ContentType": kind})

    def mail(self, number: str, sender: str, text: str) -> None:
        """Let a mail of a customer arrive, as RT's mail gateway takes it."""
        raw = _MAIL.format(sender=sender, number=number, text=text, unique=uuid4())
        form = {"queue": "General", "action": "correspond", "SessionType": "REST", "message": raw}
        answer = self._http.post(f"{self.url}/REST/1.0/NoAuth/mail-gateway", data=form)
        assert answer.text.startswith("ok"), answer.text

    def resolve(self, number: str) -> None:
        """Solve a ticket."""
        self._call("PUT", f"ticket/{number}", {"Status": "resolved"})

    def _call(self, method: str, path: str, body: object) -> list[Mapping[str, str]]:
        answer = self._http.request(method, path, json=body)
        answer.raise_for_status()
        found = answer.json()
        assert isinstance(found, list | dict)
        return found if isinstance(found, list) else [found]

    def create_database(self) -> None:
        """Make a database in which anybody may open and answer tickets by mail."""
        config = self._folder / "RT_SiteConfig.pm"
        config.write_text(_CONFIG.format(folder=self._folder, port=self._port))
        password = self._folder / "root-password"
        password.write_text(self.password)
        self.mails.mkdir()
        keeps_mails = self._folder / "sendmail"
        keeps_mails.write_text(f'#!/bin/sh\ncat > "$(mktemp {self.mails}/XXXXXXXX)"\n')
        keeps_mails.chmod(0o755)
        setup = program("rt-setup-database-5", PACKAGES)
        arguments = ["--action", "init", "--root-password-file", str(password), "--dba", "", "--dba-password", ""]
        made = subprocess.run(
            [setup, *arguments],
            check=False,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=START_LIMIT,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        with sqlite3.connect(self._folder / "rt.sqlite") as database:
            database.execute(
                "INSERT INTO ACL (PrincipalType, PrincipalId, RightName, ObjectType, ObjectId)"
                " SELECT 'Group', id, right.column1, 'RT::System', 1 FROM Groups,"
                " (VALUES ('CreateTicket'), ('ReplyToTicket')) AS right WHERE Name = 'Everyone'"
            )
        database.close()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(SERVER), "--port", str(self._port), "--host", "127.0.0.1"],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        ends = stopwatch() + START_LIMIT
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert stopwatch() < ends, f"no answer within {START_LIMIT:g} s"
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self._http.get("rt").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stop the server with all its workers; the database stays."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
        self._process = None

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._http.close()

    def _environment(self) -> dict[str, str]:
        own = {"RT_SITE_CONFIG": str(self._folder / "RT_SiteConfig.pm"), "RT_SITE_CONFIG_DIR": os.devnull}
        return {**os.environ, **own, "TMPDIR": str(self._folder)}


@contextmanager
def real_rt(folder: Path) -> Iterator[RealRt]:
    """Run a fresh Request Tracker in a folder, or skip where it is not installed."""
    program("rt-setup-database-5", PACKAGES)
    if not SERVER.exists():
        missing(f"{SERVER.name} ({PACKAGES})")
    for name in ("mason", "session"):
        (folder / name).mkdir()
    rt = RealRt(folder, free_port())
    try:
        rt.create_database()
        rt.start()
        yield rt
    finally:
        rt.close()
