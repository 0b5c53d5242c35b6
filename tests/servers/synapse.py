"""A real Matrix homeserver with a database of its own, for one run of the tests.

``pip install matrix-synapse`` into any environment whose ``bin`` is in PATH.
"""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from oncall_tui.clock import stopwatch
from tests.servers import free_port, program

START_LIMIT = 90.0
_PROGRAM, _PACKAGE = "synapse_homeserver", "Python package matrix-synapse"
_SECRET = "a secret for loopback only"
_FAST = {"per_second": 1000, "burst_count": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who can log in."""

    user: str
    token: str
    password: str = "a password for loopback only"


class RealSynapse:
    """A homeserver that runs."""

    def __init__(self, folder: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=f"{self.url}/_matrix/client/", trust_env=False, timeout=30)
        listener = {
            "port": port,
            "bind_addresses": ["127.0.0.1"],
            "type": "http",
            "tls": False,
            "resources": [{"names": ["client"]}],
        }
        config = {
            "server_name": "desk.example",
            "listeners": [listener],
            "database": {"name": "sqlite3", "args": {"database": str(folder / "synapse.sqlite")}},
            "registration_shared_secret": _SECRET,
            "report_stats": False,
            "signing_key_path": str(folder / "signing.key"),
            "media_store_path": str(folder / "media"),
            "trusted_key_servers": [],
            "rc_message": _FAST,
            "rc_login": {"address": _FAST, "account": _FAST},
            "rc_joins": {"local": _FAST, "remote": _FAST},
            "rc_invites": {"per_room": _FAST, "per_user": _FAST, "per_issuer": _FAST},
            "rc_room_creation": _FAST,
        }
        self._config = folder / "homeserver.yaml"
        self._config.write_text(json.dumps(config))  # JSON is YAML

    def account(self, name: str) -> Account:
        """Create somebody."""
        secret = Account(user="", token="").password
        nonce = self._register("GET")["nonce"]
        text = f"{nonce}\0{name}\0{secret}\0notadmin"
        mac = hmac.new(_SECRET.encode(), text.encode(), hashlib.sha1).hexdigest()
        made = self._register("POST", nonce=nonce, username=name, password=secret, admin=False, mac=mac)
        return Account(user=made["user_id"], token=made["access_token"])

    def login(self, account: Account) -> Account:
        """Log somebody in once more, which makes a new token."""
        who = {"type": "m.id.user", "user": account.user}
        made = self._http.post(
            "v3/login", json={"type": "m.login.password", "identifier": who, "password": account.password}
        )
        return Account(user=account.user, token=_json(made)["access_token"])

    def room(self, owner: Account, guest: Account, *, is_encrypted: bool = False) -> str:
        """Create a room that both have joined, and return its id."""
        encryption = {"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
        wanted = {"invite": [guest.user], "initial_state": [encryption] if is_encrypted else []}
        room: str = self.call(owner, "POST", "v3/createRoom", wanted)["room_id"]
        self.call(guest, "POST", f"v3/rooms/{quote(room)}/join", {})
        return room

    def write(self, by: Account, room: str, content: dict[str, Any], *, kind: str = "m.room.message") -> str:
        """Send an event and return its id."""
        event: str = self.call(by, "PUT", f"v3/rooms/{quote(room)}/send/{kind}/{uuid4().hex}", content)["event_id"]
        return event

    def messages(self, by: Account, room: str) -> list[dict[str, Any]]:
        """Return the messages of a room as somebody sees them, newest first."""
        found = self.call(by, "GET", f"v3/rooms/{quote(room)}/messages?dir=b&limit=100", None)["chunk"]
        return [event for event in found if event["type"] == "m.room.message"]

    def call(self, by: Account, method: str, path: str, content: dict[str, Any] | None) -> dict[str, Any]:
        """Ask the homeserver as somebody."""
        return _json(self._http.request(method, path, json=content, headers={"Authorization": f"Bearer {by.token}"}))

    def start(self) -> None:
        """Start the homeserver and wait until it answers."""
        command = [program(_PROGRAM, _PACKAGE), "--config-path", str(self._config)]
        with (self._folder / "server.log").open("ab") as log:
            subprocess.run([*command, "--generate-keys"], check=True, stdout=log, stderr=log, timeout=START_LIMIT)
            self._process = subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        ends = stopwatch() + START_LIMIT
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "server.log").read_text()
            assert stopwatch() < ends, f"no answer within {START_LIMIT:g} s"
            time.sleep(0.1)

    def close(self) -> None:
        """Stop for good."""
        self._http.close()
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)

    def _register(self, method: str, **content: object) -> dict[str, Any]:
        return _json(self._http.request(method, f"{self.url}/_synapse/admin/v1/register", json=content or None))

    def _answers(self) -> bool:
        try:
            return self._http.get("versions").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def _json(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found


@contextmanager
def real_synapse(folder: Path) -> Iterator[RealSynapse]:
    """Run a fresh homeserver in a folder, or skip where it is not installed."""
    program(_PROGRAM, _PACKAGE)
    synapse = RealSynapse(folder, free_port())
    try:
        synapse.start()
        yield synapse
    finally:
        synapse.close()
