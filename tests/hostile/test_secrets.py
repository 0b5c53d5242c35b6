"""No secret leaves: not on the screen, not into the journal, a crash file, a handover or the list of processes."""

import base64
import socket
import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.__main__ import main
from oncall_tui.clock import utc_now
from oncall_tui.domain.wall_time import local
from tests.hostile.dashboard import Dashboard, run
from tests.hostile.desk import HostileDesk, toml
from tests.hostile.echo import FAULTS, Echo, echoing

MARKS = {
    name: f"Planted-{name}/+{number}%aZ"
    for number, name in enumerate(
        ("env", "command", "file", "keyring", "written", "mail", "imap", "address", "query", "user")
    )
}
"""A secret for each way in which a config may name one, for mail, and for each part of a calendar's address."""
NEVER = "starts = 2020-01-01T00:00:00\nends = 2020-01-01T01:00:00"
"""When the desk's override is."""
CONNECTORS = """
[[channels]]
id = "dana-bell"
kind = "webhook"
url = "http://127.0.0.1:{http}/pages"
acknowledgements = "http://127.0.0.1:{http}/receipts/{{key}}"
token = {{ env = "PLANTED" }}
timeout = "1s"

[[channels]]
id = "dana-mail"
kind = "email"
to = "dana@acme.example"
from = "desk@acme.example"
smtp_host = "127.0.0.1"
smtp_port = {smtp}
smtp_security = "none"
user = "desk"
password = {mail}
imap_host = "127.0.0.1"
imap_port = {imap}
imap_security = "none"
imap_user = "desk"
imap_password = {imap_password}

[[sources]]
id = "by-token"
kind = "rt"
url = "http://127.0.0.1:{http}"
token = {{ command = ["cat", {command}] }}
timeout = "2s"

[[sources]]
id = "by-password"
kind = "rt"
url = "http://127.0.0.1:{http}"
user = "ana"
password = {{ file = {file} }}
timeout = "2s"

[[sources]]
id = "by-keyring"
kind = "rt"
url = "http://127.0.0.1:{http}"
token = {{ keyring = "oncall/ana" }}
timeout = "2s"

[[sources]]
id = "address"
kind = "file"
url = "http://127.0.0.1:{http}/desk.json?list=open"
token = {written}
timeout = "2s"

[[sources]]
id = "mailbox"
kind = "mailbox"
host = "127.0.0.1"
port = {imap}
security = "none"
user = "desk"
password = {imap_password}
us = ["desk@acme.example"]

[[rota.calendars]]
name = "secret address"
url = {{ env = "CALENDAR" }}

[[rota.calendars]]
name = "user in the address"
url = {{ command = ["cat", {calendar}] }}
"""

FILE = """
[[sources]]
id = "helpdesk"
kind = "file"
path = {path}
"""
APART = 0.8
"""Seconds between two presses that a person means as two."""
OUTCOME_AFTER = 2.0
"""Seconds: twice what a delivery may take in this config."""


@pytest.fixture
def echo() -> Iterator[Echo]:
    with echoing() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, echo: Echo) -> HostileDesk:
    address, query, user = (quote(MARKS[name], safe="") for name in ("address", "query", "user"))
    host = f"127.0.0.1:{echo.http}"
    files = {name: MARKS[name] for name in ("command", "file", "keyring")}
    for name, secret in {**files, "calendar": f"http://ana:{user}@{host}/plan.ics"}.items():
        path = tmp_path / f"secret-{name}"
        path.write_text(secret + "\n")
        path.chmod(0o600)
    connectors = CONNECTORS.format(
        http=echo.http,
        smtp=echo.smtp,
        imap=echo.imap,
        mail=toml(MARKS["mail"]),
        imap_password=toml(MARKS["imap"]),
        command=toml(str(tmp_path / "secret-command")),
        file=toml(str(tmp_path / "secret-file")),
        calendar=toml(str(tmp_path / "secret-calendar")),
        written=toml(MARKS["written"]),
    )
    secrets = {"PLANTED": MARKS["env"], "CALENDAR": f"http://{host}/{address}/basic.ics?key={query}"}
    keyring = {
        "PYTHON_KEYRING_BACKEND": "tests.hostile.keyring_backend.PlantedKeyring",
        "PLANTED_KEYRING": str(tmp_path / "secret-keyring"),
    }
    return HostileDesk(tmp_path, channel=connectors, extra={**secrets, **keyring})


def _forms(secret: str) -> set[str]:
    """Return a secret in every form in which it could leave; of base64 the middle, which no neighbour changes."""
    coded = {base64.b64encode(f"{before}{secret}".encode()).decode()[4:-4] for before in ("", "a", "ab")}
    return {secret, quote(secret, safe=""), quote(secret), "Planted-", *coded}


def leaks(desk: HostileDesk, seen: Mapping[str, bytes]) -> list[str]:
    """Return where a secret stands that should not: in what was seen, or in a file the program wrote."""
    ours = {desk.config, *desk.folder.glob("secret-*")}
    written = {str(path): path.read_bytes() for path in desk.folder.rglob("*") if path.is_file() and path not in ours}
    forms = {name: _forms(secret) for name, secret in MARKS.items()}
    return [
        f"{name} as {form} in {place}"
        for place, text in {**written, **seen}.items()
        for name, known in forms.items()
        for form in known
        if form.encode() in text
    ]


def processes() -> bytes:
    """Return the arguments of every process, as ``ps`` shows them to anybody."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue  # it has ended
    return b"\n".join(found)


@pytest.mark.parametrize("fault", ["401", *(pytest.param(fault, marks=pytest.mark.full) for fault in FAULTS[1:])])
def test_no_fault_of_a_server_that_echoes_credentials_shows_them(desk: HostileDesk, echo: Echo, fault: str) -> None:
    echo.fault = fault
    let_dana_come_next(desk)
    seen = {
        " ".join(command): run(desk.command(*command), desk.environ)[0] for command in (("check",), ("list", "--json"))
    }
    with Dashboard(desk.command(), desk.environ, 140, 40) as running:
        running.until(lambda shown: "+6 more" in shown, "all seven failures")
        seen["ps"] = processes()
        running.press("v")
        running.see("user in the address")
        running.press("\x1b")
        running.read_for(APART)
        deliver_the_handover(running)
        seen["screen"] = bytes(running.written)
    assert b"by-token" in seen["check"]
    assert list((desk.folder / "handovers").iterdir())
    for name in ("command", "file", "keyring", "written", "address", "query"):
        assert echo.was_told("http", MARKS[name]), name
    assert echo.was_told("imap", MARKS["imap"])
    assert leaks(desk, seen) == []


def let_dana_come_next(desk: HostileDesk) -> None:
    """Let somebody take over tomorrow, as nobody hands over to herself."""
    tomorrow = local(utc_now(), ZoneInfo("America/New_York")).date() + timedelta(days=1)
    span = f"starts = {tomorrow}T00:00:00\nends = {tomorrow + timedelta(days=7)}T00:00:00"
    written = desk.config.read_text()
    assert NEVER in written
    desk.config.write_text(written.replace(NEVER, span))


def deliver_the_handover(running: Dashboard) -> None:
    running.press("h")
    running.see("Not done, or not known?")
    for keys in ("\t", "none", "\x1b"):  # to the field, what was not done, and back
        running.press(keys)
        running.read_for(APART)
    for said in ("D again", "Saved as"):
        running.press("d")
        running.see(said)
        running.read_for(APART)


DELIVERIES = [
    pytest.param("dana-mail", "401", MARKS["mail"], id="mail"),
    *(
        pytest.param("dana-bell", fault, MARKS["env"], marks=pytest.mark.full, id=fault)
        for fault in ("500", "401", "wrong shape", "silence")
    ),
]


@pytest.mark.parametrize(("channel", "fault", "secret"), DELIVERIES)
def test_no_fault_of_a_delivery_shows_its_credentials(
    desk: HostileDesk, echo: Echo, channel: str, fault: str, secret: str
) -> None:
    echo.fault = fault
    before, _, _ = desk.config.read_text().partition("[[sources]]")
    told = before.replace('channels = ["dana-bell"]', f'channels = ["{channel}"]')
    desk.config.write_text(told + FILE.format(path=toml(str(desk.folder / "desk.json"))))
    with Dashboard(desk.command(), desk.environ, 140, 40) as running:
        running.see("harmless")
        running.press("e")
        running.see("→ Dana Harmless")
        running.press("x")
        running.see(f"Dana Harmless by {channel}")
        running.read_for(OUTCOME_AFTER)
        seen = {"screen": bytes(running.written), "ps": processes()}
    assert echo.was_told("smtp" if channel == "dana-mail" else "http", secret)
    assert leaks(desk, seen) == []


def test_what_these_servers_say_back_would_be_found_wherever_it_stood(desk: HostileDesk, echo: Echo) -> None:
    login = base64.b64encode(f"\0desk\0{MARKS['mail']}".encode())
    with socket.create_connection(("127.0.0.1", echo.smtp), timeout=10) as mail:
        mail.sendall(b"AUTH PLAIN " + login + b"\r\n")
        said = mail.recv(100)
        while login not in said:
            said += mail.recv(100)
    assert any(leak.startswith("mail as ") for leak in leaks(desk, {"an answer": said}))
    for name, secret in MARKS.items():
        for form in (secret, quote(secret, safe=""), base64.b64encode(f"ana:{secret}".encode()).decode()):
            assert any(leak.startswith(f"{name} as ") for leak in leaks(desk, {"x": form.encode()})), form


DEFECTS = [
    pytest.param("app", "1", id="in a key", marks=pytest.mark.full),
    pytest.param("app", "2", id="in a worker"),
    pytest.param("app", "3", id="in a timer", marks=pytest.mark.full),
    pytest.param("app", "4", id="in a worker whose request failed"),
    pytest.param("app", "5", id="in a key that says the whole config", marks=pytest.mark.full),
    pytest.param("app", "6", id="while drawing", marks=pytest.mark.full),
    pytest.param("source", "", id="in a source, within its loop"),
    pytest.param("start", "", id="before there is a screen"),
]


@pytest.mark.parametrize(("place", "key"), DEFECTS)
def test_no_defect_of_ours_shows_a_secret(desk: HostileDesk, place: str, key: str) -> None:
    command = [*desk.command()[:1], "-m", "tests.hostile.crashing", str(desk.config), place]
    with Dashboard(command, desk.environ) as running:
        if place == "start":
            assert running.end() == 1
        elif key:
            running.see("Ana Harmless is on call")
            running.press(key)
            assert running.end() == 1
        else:
            running.see("failed and was restarted")
            running.press("v")
            running.see("nobody foresaw")
        seen = {"screen": bytes(running.written)}
    (report,) = desk.folder.rglob("crash-*.txt")
    assert b"nobody foresaw" in seen["screen"]
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(report.parent.stat().st_mode) == 0o700
    assert "Defect" in report.read_text()
    assert "\x1b" not in report.read_text()
    assert leaks(desk, seen) == []


def test_no_defect_of_a_channel_shows_a_secret(desk: HostileDesk) -> None:
    command = [*desk.command()[:1], "-m", "tests.hostile.crashing", str(desk.config), "channel"]
    with Dashboard(command, desk.environ) as running:
        running.see("harmless")
        running.press("e")
        running.see("sending failed in a way nobody foresaw (Defect)")
        running.press("x")
        running.see("Dana Harmless by dana-bell")
        seen = {"screen": bytes(running.written)}
    assert leaks(desk, seen) == []


@pytest.mark.parametrize(
    ("table", "written"),
    [
        ('token = { env = "PLANTED" }', 'token = {{ env = "PLANTED" }}\nsecret = {secret}'),
        ('token = { env = "PLANTED" }', "token = [{secret}]"),
        ('token = { env = "PLANTED" }', "token = {{ envv = {secret} }}"),
        ('token = { env = "PLANTED" }', "token = {{ env = [{secret}] }}"),
        ('/pages"', '/pages?token={plain}"\ntoken2 = {secret}'),
        ("http://127.0.0.1:", "http://ana:{plain}@127.0.0.1:"),
        ('timeout = "1s"', 'token = {secret}\ntimeout = "1s"'),
    ],
)
def test_no_mistake_in_the_config_shows_a_secret(
    desk: HostileDesk, table: str, written: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = desk.config.read_text()
    assert table in text
    secret = {"secret": toml(MARKS["env"]), "plain": "Planted-plain"}
    desk.config.write_text(text.replace(table, written.format(**secret)))
    assert main(["--config", str(desk.config), "check"]) == 2
    out, err = capfdbinary.readouterr()
    assert leaks(desk, {"check": out + err}) == []
