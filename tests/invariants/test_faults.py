"""Whatever goes wrong between us and a provider, the screen never says “accepted” of what was not."""

import asyncio
import json
import shutil
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from oncall_tui.domain.message import DeliveryState
from tests.invariants.told import IN_TIME, told_through
from tests.servers.sink import LOGIN_PAGE, LOOPBACK, Canned, Fault, Sink, closed_port, reset
from tests.servers.tls import ELSEWHERE, Authority

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
REFUSALS = (301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 413, 415, 417, 422, 425)
STATUSES = (*REFUSALS, 429, 451, 500, 501, 502, 503, 504, 507, 511)
PAYLOADS: Mapping[str, Canned] = {
    "broken JSON": Canned(body=b'{"status": "tak'),
    "another shape": Canned(body=b"[1, 2]"),
    "not text": Canned(body=b"\xff\xfe\x00"),
    "a refusal in the body": Canned(body=b'{"ok": false}'),
}


def page(status: int, words: str, *headers: tuple[str, str]) -> Canned:
    body = f"<!DOCTYPE html><title>{words}</title>".encode()
    return Canned(status=status, body=body, content_type="text/html", headers=headers)


PROXIES: Mapping[str, Canned] = {
    "login page": LOGIN_PAGE,
    "empty page": Canned(content_type="text/html"),
    "plain text": Canned(body=b"OK", content_type="text/plain"),
    "redirect to a login page": page(302, "Moved", ("Location", "http://127.0.0.1/login")),
    "proxy that wants a login": page(407, "Proxy login", ("Proxy-Authenticate", "Basic")),
    "proxy without its server": page(502, "Bad gateway"),
    "network that wants a login": page(511, "Welcome to Cafe WLAN"),
}
"""What somebody on the way answers instead of the provider."""
AMBIGUOUS: Mapping[str, Fault] = {
    "closed after the body": Fault.CLOSED,
    "half a status line": Fault.HALF_STATUS,
    "cut body": Fault.TRUNCATED,
    "reset after the body": Fault.RESET,
    "answer lost by a proxy": Fault.DROPPED,
    "silence": Fault.SILENT,
    "drip of the headers": Fault.DRIPS_HEAD,
    "drip of the body": Fault.DRIPS_BODY,
}
"""The provider has the whole message, and its answer is lost in one way or another."""
OTHER_PROTOCOLS: Mapping[str, Fault] = {"stalled body": Fault.STALLED, "another protocol": Fault.NOT_HTTP}
Connection = Callable[[Authority], AbstractAsyncContextManager[tuple[str, Sink]]]


@pytest.mark.parametrize("status", STATUSES)
async def test_i3_no_status_but_the_documented_one_is_accepted(status: int) -> None:
    async with Sink(taken=Canned(status=status, body=b'{"status": "taken"}')) as sink:
        await is_not_accepted(f"{sink.url}/pages")


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_i3_no_body_but_the_documented_one_is_accepted(payload: str) -> None:
    async with Sink(taken=PAYLOADS[payload]) as sink:
        await is_not_accepted(f"{sink.url}/pages")


@pytest.mark.parametrize("answer", PROXIES)
async def test_i3_nothing_that_somebody_else_answers_is_accepted(answer: str) -> None:
    async with Sink(taken=PROXIES[answer]) as sink:
        await is_not_accepted(f"{sink.url}/pages")


async def is_not_accepted(url: str) -> None:
    shown, state = await told_through(url)
    assert ": accepted" not in shown
    assert state is not DeliveryState.ACCEPTED


# Connections and TLS: what cannot have arrived. A program of its own trusts the authority that a test makes.


@asynccontextmanager
async def no_such_name(_: Authority) -> AsyncIterator[tuple[str, Sink]]:
    yield "http://no-such-provider.invalid/pages", Sink()


@asynccontextmanager
async def nobody_listens(_: Authority) -> AsyncIterator[tuple[str, Sink]]:
    yield f"http://{LOOPBACK}:{closed_port()}/pages", Sink()


def plain(play: Callable[[asyncio.StreamWriter], None], scheme: str) -> Connection:
    """Return a server without TLS that does something once anything arrives."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        play(writer)
        writer.close()

    @asynccontextmanager
    async def connection(_: Authority) -> AsyncIterator[tuple[str, Sink]]:
        async with await asyncio.start_server(serve, LOOPBACK, 0) as server:
            yield f"{scheme}://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/pages", Sink()

    return connection


def with_tls(context: Callable[[Authority], ssl.SSLContext]) -> Connection:
    @asynccontextmanager
    async def connection(authority: Authority) -> AsyncIterator[tuple[str, Sink]]:
        async with Sink(tls=context(authority)) as sink:
            yield f"{sink.url}/pages", sink

    return connection


def is_puzzled(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


NOT_SENT, UNKNOWN = "not accepted yet, tried again", "may have arrived"
CONNECTIONS: Mapping[str, tuple[Connection, str]] = {
    "name not found": (no_such_name, NOT_SENT),
    "refused": (nobody_listens, NOT_SENT),
    "reset": (plain(reset, "http"), UNKNOWN),
    "certificate of another host": (with_tls(lambda authority: authority.server(of=ELSEWHERE)), NOT_SENT),
    "certificate that has expired": (with_tls(lambda authority: authority.server(has_expired=True)), NOT_SENT),
    "TLS to a plain port": (plain(is_puzzled, "https"), NOT_SENT),
}
SELF_SIGNED = with_tls(lambda authority: authority.server(is_self_signed=True))


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and is absent")
    return Authority(tmp_path)


async def told_to_whom_it_trusts(authority: Authority, url: str) -> tuple[str, DeliveryState]:
    command = (sys.executable, "-m", "tests.invariants.told", url)
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=authority.environment, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(IN_TIME.total_seconds() * 2):
        said, _ = await process.communicate()
    shown, state = json.loads(said)
    return shown, DeliveryState(state)


@pytest.mark.parametrize(
    ("connection", "words"), [*CONNECTIONS.values(), (SELF_SIGNED, NOT_SENT)], ids=[*CONNECTIONS, "self-signed"]
)
async def test_i3_a_connection_that_fails_is_not_accepted(
    authority: Authority, connection: Connection, words: str
) -> None:
    async with connection(authority) as (url, sink):
        shown, state = await told_to_whom_it_trusts(authority, url)
    assert not sink.requests
    assert words in shown
    assert state in {DeliveryState.RETRYING, DeliveryState.UNKNOWN}


async def test_a_provider_with_a_good_certificate_is_believed(authority: Authority) -> None:
    """So the test above can fail."""
    async with Sink(tls=authority.server()) as sink:
        shown, state = await told_to_whom_it_trusts(authority, f"{sink.url}/pages")
        assert sink.messages
    assert (": accepted" in shown, state) == (True, DeliveryState.ACCEPTED)


@pytest.mark.parametrize("fault", [*AMBIGUOUS.values(), *OTHER_PROTOCOLS.values()], ids=[*AMBIGUOUS, *OTHER_PROTOCOLS])
async def test_i4_what_may_have_arrived_is_shown_as_unknown(fault: Fault) -> None:
    """The provider has it, and nobody here can know."""
    async with Sink(fault=fault) as sink:
        shown, state = await told_through(f"{sink.url}/pages")
        assert sink.messages
    assert state is DeliveryState.UNKNOWN
    assert "Dana Lee: may have arrived 22:05, sent again" in shown
    assert "accepted" not in shown
