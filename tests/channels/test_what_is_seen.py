"""Each way in which a message may fail on its way, and what the person who pressed E reads then.

One entry for each fault of an HTTP client that was measured: whether the receiver acted on it is known in none of the
cases called "may have arrived", and in some of them it did.
"""

import asyncio
import contextlib
import gzip
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from oncall_tui.channels.webhook import Settings, build
from oncall_tui.clock import utc_now
from oncall_tui.domain.message import OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.ticket import TicketId
from oncall_tui.ports import Channel
from oncall_tui.ui.escalation_text import strip_text, timeline
from tests.rig import HELPDESK, Rig, ScriptedChannel
from tests.servers.sink import LOOPBACK, closed_port

pytestmark = pytest.mark.anyio

PATIENCE = timedelta(seconds=30)
IMPATIENCE = timedelta(seconds=0.5)
"""For answers that have no end."""
Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
TAKEN = OK + b"Content-Length: 2\r\n\r\n{}"


def says(*pieces: bytes, every: float = 0, reads: bool = True, ends: bool = True) -> Play:
    """Return a server that reads a request and answers in pieces, then ends the connection or holds it."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if reads:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every)
        if not ends:
            await reader.read()

    return play


def answers(status: str, body: bytes = b"", *headers: bytes) -> Play:
    head = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), *headers, b"", b""]
    return says(b"\r\n".join(head) + body)


async def resets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


NEW_YORK = "America/New_York"
BOMB = gzip.compress(bytes(20_000_000))
GZIP = (b"Content-Encoding: gzip", b"Content-Type: application/json")
NOT_SENT = "stored 22:05, not accepted yet, tried again"
UNKNOWN = "may have arrived"
ACCEPTED = "accepted 22:05"
FAULTS = [
    pytest.param(None, NOT_SENT, id="connection refused"),
    pytest.param(says(b"220 mail.example ESMTP\r\n", reads=False), UNKNOWN, id="another protocol"),
    pytest.param(says(reads=False), UNKNOWN, id="accepted and closed"),
    pytest.param(resets, UNKNOWN, id="reset after the headers"),
    pytest.param(says(), UNKNOWN, id="closed after the body"),
    pytest.param(says(b"HTTP/1.1 20"), UNKNOWN, id="half a status line"),
    pytest.param(says(OK + b"Content-Length: 100\r\n\r\n{"), UNKNOWN, id="cut body"),
    pytest.param(says(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 30, TAKEN), ACCEPTED, id="thirty interim answers"),
    pytest.param(answers("200 OK", b"<html>Log in", b"Content-Type: text/html"), UNKNOWN, id="login page"),
    pytest.param(answers("302 Found", b"", b"Location: http://127.0.0.1/login"), UNKNOWN, id="redirect to a login"),
    pytest.param(answers("204 No Content"), ACCEPTED, id="documented empty answer"),
    pytest.param(answers("202 Accepted", b"\xff\xfe", b"Content-Type: application/json"), UNKNOWN, id="broken UTF-8"),
    pytest.param(answers("200 OK", BOMB, *GZIP), UNKNOWN, id="gzip bomb"),
    pytest.param(answers("400 Bad Request"), "the request (400)", id="refused"),
    pytest.param(answers("401 Unauthorized"), "refused the credentials (401)", id="wrong credentials"),
    pytest.param(answers("429 Too Many Requests", b"", b"Retry-After: 7"), NOT_SENT, id="asks for a pause"),
    pytest.param(answers("500 Internal Server Error"), UNKNOWN, id="its own error"),
    pytest.param(answers("503 Service Unavailable"), UNKNOWN, id="out of order"),
    pytest.param(says(TAKEN), ACCEPTED, id="no fault"),
]
ENDLESS = [
    pytest.param(says(ends=False), id="silence"),
    pytest.param(says(OK, *([b"X-A: b\r\n"] * 100), every=0.1), id="drip of the headers"),
    pytest.param(says(OK + b"Content-Length: 99\r\n\r\n", *([b" "] * 99), every=0.1), id="drip of the body"),
]


@dataclass
class RealChannel(ScriptedChannel):
    """A channel of the rig that really sends."""

    real: Channel | None = None

    async def send(self, message: OutgoingMessage) -> Receipt:
        assert self.real is not None
        return await self.real.send(message)


@asynccontextmanager
async def serving(play: Play | None, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Run a server that fails in one way, and yield its port."""
    if play is None:
        yield closed_port()
        return
    over: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            task = asyncio.ensure_future(_played(play, reader, writer))
            over.add(task)
            await task
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for task in over:
            task.cancel()
        server.close()
        await server.wait_closed()


async def _played(play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await play(reader, writer)


@pytest.mark.parametrize(("play", "words"), FAULTS)
async def test_the_screen_says_no_more_than_was_proved(play: Play | None, words: str) -> None:
    assert words in await seen(play, PATIENCE)


@pytest.mark.parametrize("play", ENDLESS)
async def test_an_answer_without_end_holds_nobody_up_and_may_have_arrived(play: Play) -> None:
    assert UNKNOWN in await seen(play, IMPATIENCE)


@pytest.fixture
def untrusted(tmp_path: Path) -> ssl.SSLContext:
    """Return a server's side of TLS with a certificate it made itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate, and is absent")
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    asked = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1")
    subprocess.run(["openssl", *asked, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def test_a_certificate_nobody_trusts_gets_nothing(untrusted: ssl.SSLContext) -> None:
    told = await seen(says(TAKEN), PATIENCE, untrusted)
    assert NOT_SENT in told
    assert "certificate" in told


async def seen(play: Play | None, limit: timedelta, tls: ssl.SSLContext | None = None) -> str:
    """Return the two lines that follow an escalation, and its timeline."""
    async with serving(play, tls) as port:
        rig = Rig()
        settings = Settings(url=f"http{'s' if tls else ''}://{LOOPBACK}:{port}/pages", timeout=limit)
        rig.channels[ChannelId("dana-push")] = RealChannel(real=build(ChannelId("dana-push"), settings, utc_now))
        rig.station = rig._station()
        await rig.read()
        await rig.escalate()
        await rig.pass_time(seconds=5)
    escalation = rig.station.board.desk().escalation_of(TicketId(f"{HELPDESK}:4312"))
    assert escalation is not None
    strip = strip_text([escalation], rig.clock.now, NEW_YORK, 140)
    assert strip is not None
    return "\n".join((strip.first, strip.second, *timeline(escalation, rig.clock.now, NEW_YORK)))
