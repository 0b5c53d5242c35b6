"""A real SMTP server on loopback that can misbehave, and keeps what it received."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from enum import StrEnum

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.dovecot import free_port


class Mode(StrEnum):
    """How the server treats the next letters."""

    OK = "ok"
    TEMPFAIL = "tempfail"
    """451 after the letter."""
    REJECT = "reject"
    """550 for the recipient."""
    DROP = "drop"
    """The letter is kept and the connection broken off without an answer."""
    SLOW = "slow"
    """The letter is kept and no answer comes."""


@dataclass(slots=True)
class SmtpServer:
    """A running server: set ``mode``, read ``received``."""

    host: str = "127.0.0.1"
    port: int = 0
    mode: Mode = Mode.OK
    received: list[bytes] = field(default_factory=list)
    """Every letter whose content arrived, as it came over the wire, whatever was answered."""

    @property
    def letters(self) -> list[EmailMessage]:
        """Return what was received, parsed."""
        return [message_from_bytes(raw, _class=EmailMessage, policy=default) for raw in self.received]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode is Mode.REJECT:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        self.received.append(envelope.original_content or b"")
        if self.mode is Mode.TEMPFAIL:
            return "451 try later"
        if self.mode is Mode.DROP and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        if self.mode is Mode.SLOW:
            await asyncio.sleep(3600)
        return "250 queued"


USER, PASSWORD = "oncall", "smtp-pw"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, login: object) -> AuthResult:
    expected = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=login == expected, handled=False)


@contextmanager
def running(*, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Iterator[SmtpServer]:
    """Run a server on a free port: plain, or with TLS from the first byte, or with TLS on request."""
    server = SmtpServer(port=free_port())
    controller = Controller(
        server,
        hostname=server.host,
        port=server.port,
        ssl_context=tls,
        tls_context=starttls,
        authenticator=_authenticate,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[SmtpServer]:
    """Start a server without encryption."""
    with running() as server:
        yield server


@pytest.fixture
def real_smtp(smtp_server: SmtpServer) -> SmtpServer:
    """Return the server behaving well and with nothing received."""
    smtp_server.mode = Mode.OK
    smtp_server.received.clear()
    return smtp_server
