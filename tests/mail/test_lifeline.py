"""Mail work in threads that can be let go of."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from oncall_tui.errors import NotSent
from oncall_tui.mail import imap, smtp
from oncall_tui.mail.lifeline import Lifeline, in_thread
from oncall_tui.mail.server import Security, Server

pytestmark = pytest.mark.anyio

SHORT = timedelta(seconds=0.2)


async def test_a_thread_that_waits_for_a_silent_peer_ends_when_nobody_waits_for_it() -> None:
    ours, theirs = socket.socketpair()
    heard: list[bytes] = []

    def listen(lifeline: Lifeline) -> None:
        lifeline.hold(ours)
        heard.append(ours.recv(1))

    with ours, theirs:
        with pytest.raises(TimeoutError):
            await in_thread(listen, limit=SHORT)
        assert theirs.recv(1) == b""
    await in_thread(lambda _: None, limit=timedelta(seconds=5))
    assert heard in ([b""], [])


async def test_a_connection_made_too_late_is_ended_at_once() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lifeline = Lifeline()
        lifeline.cut()
        lifeline.hold(ours)
        assert ours.recv(1) == b""


@pytest.fixture
def silent() -> Iterator[Server]:
    """Return a server that lets everybody in and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(host="127.0.0.1", port=listener.getsockname()[1], security=Security.NONE)
    yield server
    listener.close()


async def test_a_silent_mail_server_has_certainly_not_taken_the_letter(silent: Server) -> None:
    envelope = smtp.Envelope(sender="a@x.example", recipient="b@x.example", content=b"\r\n")
    with pytest.raises(NotSent, match="within"):
        await smtp.deliver(silent, envelope, limit=SHORT)


async def test_a_silent_mailbox_is_let_go_of(silent: Server) -> None:
    def read(lifeline: Lifeline) -> None:
        with imap.session(silent, lifeline):
            pass

    with pytest.raises(TimeoutError):
        await in_thread(read, limit=SHORT)
