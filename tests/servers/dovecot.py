"""A real Dovecot with one mailbox on loopback, started once for all tests that want it."""

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = {ssl}
disable_plaintext_auth = no
default_internal_user = {internal_user}
default_login_user = {login_user}
auth_failure_delay = 0
default_internal_group = {internal_group}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{folder}/mail/Maildir
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = passwd-file
  args = {folder}/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
_STARTS_WITHIN = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """A running server and its only account."""

    host: str
    port: int
    tls_port: int
    """Speaks TLS from the first byte; 0 where no certificate could be made."""
    certificate: Path = Path()
    """For ``localhost``, signed by nobody; its key is ``key.pem`` beside it."""
    user: str = "support"
    password: str = "pw"

    def append(self, raw: bytes, *, folder: str = "INBOX", flags: str = "", at: datetime | None = None) -> None:
        """Put a letter into the mailbox, as if it had arrived at an instant (now when left out)."""
        with self._session() as imap:
            imap.create(_quoted(folder))
            arrived = imaplib.Time2Internaldate(at) if at else ""
            answer, lines = imap.append(_quoted(folder), f"({flags})" if flags else "", arrived, raw)
            assert answer == "OK", lines

    def flags(self, folder: str = "INBOX") -> list[str]:
        """Return each letter's flags as the server writes them, in the order of arrival."""
        with self._session() as imap:
            imap.select(_quoted(folder), readonly=True)
            _, lines = imap.uid("FETCH", "1:*", "(FLAGS)")
            return [
                line.decode().partition("FLAGS (")[2].partition(")")[0] for line in lines if isinstance(line, bytes)
            ]

    def flag(self, number: int, flag: str) -> None:
        """Set a flag on the letter that arrived as the n-th in INBOX."""
        with self._session() as imap:
            imap.select("INBOX")
            imap.store(str(number), "+FLAGS", flag)

    def empty(self) -> None:
        """Remove every letter and every folder but INBOX."""
        with self._session() as imap:
            imap.select("INBOX")
            imap.uid("STORE", "1:*", "+FLAGS", "\\Deleted")
            imap.expunge()
            imap.close()
            _, folders = imap.list()
            for line in folders:
                name = line.decode().partition(' "." ')[2] if isinstance(line, bytes) else "INBOX"
                if name != "INBOX":
                    imap.delete(name)

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4(self.host, self.port, timeout=10) as imap:
            imap.login(self.user, self.password)
            yield imap


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[Dovecot]:
    """Start Dovecot, or skip with the reason; ONCALL_TUI_REQUIRE_SERVERS=1 makes that a failure."""
    program = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        reason = "dovecot is not installed (Debian: dovecot-imapd)"
        if os.environ.get("ONCALL_TUI_REQUIRE_SERVERS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="dovecot-", dir="/tmp"))  # short: sockets have names of 108 bytes at most
    server = _configure(folder)
    process = subprocess.Popen([program, "-F", "-c", folder / "dovecot.conf"], stdin=subprocess.DEVNULL)
    try:
        _wait_for(server.port, process, folder / "dovecot.log")
        yield server
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def real_dovecot(dovecot_server: Dovecot) -> Dovecot:
    """Return the server with its mailbox empty."""
    dovecot_server.empty()
    return dovecot_server


def _configure(folder: Path) -> Dovecot:
    for name in ("mail", "run", "state"):
        (folder / name).mkdir()
    me = pwd.getpwuid(os.getuid())
    mail_user, internal, login, group = me, me.pw_name, me.pw_name, grp.getgrgid(me.pw_gid).gr_name
    if me.pw_uid == 0:
        mail_user, internal, login, group = pwd.getpwnam("nobody"), "dovecot", "dovenull", "dovecot"
        folder.chmod(0o755)
        os.chown(folder / "mail", mail_user.pw_uid, mail_user.pw_gid)
    users = f"support:{{PLAIN}}pw:{mail_user.pw_uid}:{mail_user.pw_gid}::{folder}/mail::\n"
    (folder / "users").write_text(users)
    port, tls_port = free_port(), free_port()
    has_certificate = _make_certificate(folder)
    config = _CONFIG.format(
        folder=folder,
        port=port,
        tls_port=tls_port if has_certificate else 0,
        ssl=f"yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem" if has_certificate else "no",
        internal_user=internal,
        login_user=login,
        internal_group=group,
    )
    (folder / "dovecot.conf").write_text(config)
    return Dovecot(
        host="127.0.0.1", port=port, tls_port=tls_port if has_certificate else 0, certificate=folder / "cert.pem"
    )


def _make_certificate(folder: Path) -> bool:
    """Make a certificate for localhost that nobody trusts, where openssl is at hand."""
    program = shutil.which("openssl")
    if program is None:
        return False
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode == 0


def _quoted(folder: str) -> str:
    return f'"{folder}"'


def free_port() -> int:
    """Return a port of loopback nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.perf_counter() + _STARTS_WITHIN
    while time.perf_counter() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            if connection.recv(4):
                return
        time.sleep(0.05)
    pytest.fail(f"dovecot did not start: {log.read_text() if log.exists() else 'no log'}")
