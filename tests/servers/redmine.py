"""A real Redmine 5 with a database of its own, for one run of the tests.

Debian and Ubuntu: ``apt-get install --no-install-recommends redmine redmine-sqlite``; the packaged database is copied,
which only root and www-data may read.
"""

import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from oncall_tui.clock import stopwatch
from tests.servers import free_port, missing, program

PACKAGES = "packages redmine and redmine-sqlite"
PACKAGED = Path("/var/lib/dbconfig-common/sqlite3/redmine/instances/default/redmine_default")
HOME = Path("/usr/share/redmine")
START_LIMIT = 60.0

_DATABASE = """\
production:
  adapter: sqlite3
  database: {folder}/redmine.sqlite
  encoding: utf8
"""
_SEED = """\
DELETE FROM settings WHERE name = 'rest_api_enabled';
INSERT INTO settings (name, value, updated_on) VALUES ('rest_api_enabled', '1', datetime('now'));
DELETE FROM tokens WHERE action = 'api' AND user_id = 1;
INSERT INTO tokens (user_id, action, value, created_on, updated_on)
  VALUES (1, 'api', '{key}', datetime('now'), datetime('now'));
UPDATE users SET must_change_passwd = 0 WHERE id = 1;
INSERT INTO custom_fields (type, name, field_format, is_for_all, editable, visible, position)
  VALUES ('IssueCustomField', 'Zone', 'string', 1, 1, 1, 1);
INSERT INTO custom_fields_trackers (custom_field_id, tracker_id)
  SELECT custom_fields.id, trackers.id FROM custom_fields, trackers;
"""


class RealRedmine:
    """A Redmine that runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.key = secrets.token_hex(20)
        self._folder, self._port = folder, port
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=self.url, trust_env=False, timeout=60)

    def create_project(self) -> None:
        """Create the project ``support``, which anybody may see."""
        self.call("POST", "projects", {"project": {"name": "Support", "identifier": "support"}})

    def create_customer(self, login: str, *, role: int = 3) -> int:
        """Create somebody who may report and comment, and return the number; 5 is Redmine's role of a reporter."""
        user = {"login": login, "firstname": login.title(), "lastname": "Mori", "password": secrets.token_hex(8)}
        made = self.call("POST", "users", {"user": {**user, "mail": f"{login}@kobe-foods.example"}})["user"]
        assert isinstance(made, dict)
        self.call("POST", "projects/support/memberships", {"membership": {"user_id": made["id"], "role_ids": [role]}})
        return int(made["id"])

    def key_of(self, login: str) -> str:
        """Return the API key of somebody."""
        found = self.call("GET", "users/current", None, by=login)["user"]
        assert isinstance(found, dict)
        return str(found["api_key"])

    def create_issue(self, subject: str, *, by: str = "", **fields: object) -> str:
        """Create an issue and return its number."""
        issue = {"project_id": "support", "tracker_id": 3, "subject": subject, "description": "Please help.", **fields}
        made = self.call("POST", "issues", {"issue": issue}, by=by)["issue"]
        assert isinstance(made, dict)
        return str(made["id"])

    def change(self, number: str, *, by: str = "", **fields: object) -> None:
        """Change an issue, or write ``notes`` under it."""
        self.call("PUT", f"issues/{number}", {"issue": fields}, by=by)

    def issues(self, **wanted: str) -> Sequence[str]:
        """Return the numbers of the issues that are as wanted."""
        found = self._http.get("issues.json", params=wanted, headers={"X-Redmine-API-Key": self.key})
        found.raise_for_status()
        return [str(issue["id"]) for issue in found.json()["issues"]]

    def call(self, method: str, path: str, body: object, *, by: str = "") -> Mapping[str, object]:
        """Ask for something by the REST interface, as the administrator or in somebody's name."""
        headers = {"X-Redmine-API-Key": self.key, **({"X-Redmine-Switch-User": by} if by else {})}
        answer = self._http.request(method, f"{path}.json", json=body, headers=headers)
        answer.raise_for_status()
        found = answer.json() if answer.content.strip() else {}
        assert isinstance(found, dict)
        return found

    def a_day_passes(self) -> None:
        """Let everything that happened in issues have happened a day before."""
        earlier = ", ".join(f"{field} = datetime({field}, '-1 day')" for field in ("created_on", "updated_on"))
        with closing(sqlite3.connect(self._folder / "redmine.sqlite", timeout=30)) as database, database:
            database.execute(f"UPDATE issues SET {earlier}")

    def start(self) -> None:
        """Copy the database and start the server, until it answers."""
        for name in ("config", "log", "tmp", "files", "public"):
            (self._folder / name).mkdir()
        shutil.copyfile(PACKAGED, self._folder / "redmine.sqlite")
        (self._folder / "config" / "secret_key.txt").write_text(secrets.token_hex(32))
        (self._folder / "config" / "database.yml").write_text(_DATABASE.format(folder=self._folder))
        with closing(sqlite3.connect(self._folder / "redmine.sqlite")) as database:
            database.executescript(_SEED.format(key=self.key))
        # An instance is a folder below Redmine's own; and webrick must be there before bundler hides it.
        environment = {**os.environ, "RAILS_ENV": "production", "REDMINE_INSTANCE": f"../../../../..{self._folder}"}
        loaded = ["-rrack", "-rwebrick", "-rrack/handler", "-rrack/handler/webrick"]
        rackup = [program("rackup", PACKAGES), "-s", "webrick", "-E", "production", "-o", "127.0.0.1"]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program("ruby", PACKAGES), *loaded, *rackup, "-p", str(self._port)],
                cwd=HOME,
                env=environment,
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
            return self._http.get("issues.json").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def close(self) -> None:
        """Stop the server."""
        self._http.close()
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)


@contextmanager
def real_redmine(folder: Path) -> Iterator[RealRedmine]:
    """Run a fresh Redmine in a folder, or skip where it is not installed."""
    if not os.access(PACKAGED, os.R_OK):
        missing(f"the packaged database of Redmine ({PACKAGES}; readable for root)")
    redmine = RealRedmine(folder.resolve(), free_port())
    try:
        redmine.start()
        redmine.create_project()
        yield redmine
    finally:
        redmine.close()
