"""A connection that is open before there is something to send, and used once at most."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore
import pytest

from oncall_tui.errors import NotSent, OutcomeUnknown
from oncall_tui.http_client import Remote, client, held_back, send, stay_ready
from oncall_tui.http_client.readiness import Readiness, readiness
from tests.servers.sink import LOOPBACK, Fault, Sink, closed_port
from tests.servers.tls import Authority

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
PUSH = Remote(name="dana-push", table="[[channels]]", clock=lambda: NOW, total=timedelta(seconds=30))


@asynccontextmanager
async def ready(sink: Sink) -> AsyncIterator[asyncio.Task[None]]:
    """Return what keeps a connection to the sink open, once it is."""
    keeping = asyncio.create_task(stay_ready(sink.url))
    async with asyncio.timeout(20):
        while not readiness()._waiting:  # noqa: ASYNC110 - it tells nobody when it is
            await asyncio.sleep(0)
    yield keeping
    keeping.cancel()
    await asyncio.wait({keeping})


async def turns() -> None:
    """Let this side learn what the other one did."""
    for _ in range(20):
        await asyncio.sleep(0)


async def post(sink: Sink) -> int:
    async with client(sink.url) as http:
        return (await send(http, PUSH, "POST", "pages", json={})).status


async def test_a_message_takes_the_connection_that_is_open_and_the_next_one_its_own() -> None:
    async with Sink() as sink, ready(sink) as keeping:
        assert (sink.connections, len(sink.requests)) == (1, 0)
        assert await post(sink) == 202
        assert (sink.connections, len(sink.requests)) == (1, 1)
        await keeping
        assert await post(sink) == 202
        assert (sink.connections, len(sink.requests)) == (2, 2)


@pytest.mark.parametrize("rudely", [False, True])
async def test_one_that_the_server_has_closed_is_not_used(*, rudely: bool) -> None:
    async with Sink() as sink, ready(sink):
        sink.hang_up(rudely=rudely)
        await asyncio.wait_for(sink.all_gone(), 20)
        await turns()
        assert await post(sink) == 202
        assert (sink.connections, len(sink.requests)) == (2, 1)


async def test_the_time_of_what_is_held_back_begins_when_it_leaves() -> None:
    hurried = replace(PUSH, total=timedelta(seconds=0.15))
    async with Sink() as sink:
        with held_back(lambda: asyncio.sleep(0.3)):
            async with client(sink.url) as http:
                assert (await send(http, hurried, "POST", "pages", json={})).status == 202
            sink.fault = Fault.SILENT
            async with client(sink.url) as http:
                with pytest.raises(OutcomeUnknown, match=r"did not answer within 0\.15 s"):
                    await send(http, hurried, "POST", "pages", json={})


@pytest.mark.parametrize("rudely", [False, True])
async def test_what_is_held_back_for_too_long_for_the_server_was_never_sent(*, rudely: bool) -> None:
    async with Sink() as sink:

        async def is_closed() -> None:
            sink.hang_up(rudely=rudely)
            await asyncio.wait_for(sink.all_gone(), 20)
            await turns()

        with held_back(is_closed), pytest.raises(NotSent):
            await post(sink)
        assert sink.begun == 0


async def test_one_that_nobody_takes_is_closed() -> None:
    async with Sink() as sink:
        async with ready(sink):
            pass
        await asyncio.wait_for(sink.all_gone(), 20)
        assert sink.requests == []
        assert readiness()._waiting == {}


async def test_one_that_cannot_be_opened_is_left_to_the_message() -> None:
    await stay_ready(f"http://{LOOPBACK}:{closed_port()}")
    assert readiness()._waiting == {}


async def test_it_waits_for_so_long_and_no_longer() -> None:
    async with Sink() as sink:
        with pytest.raises(TimeoutError):
            await readiness().keep_one(sink.url, timedelta())
        await asyncio.wait_for(sink.all_gone(), 20)


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_the_handshake_is_over_when_a_message_takes_it(tmp_path: Path, *, is_trusted: bool) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and is absent")
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=str(tmp_path / "authority.pem") if is_trusted else None)
    network = Readiness(lambda: trust)
    async with Sink(tls=authority.server()) as sink:
        keeping = asyncio.create_task(network.keep_one(sink.url, timedelta(seconds=20)))
        if not is_trusted:
            with pytest.raises(httpcore.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                await keeping
            return
        async with asyncio.timeout(20):
            while not network._waiting:  # noqa: ASYNC110 - it tells nobody when it is
                await asyncio.sleep(0)
        async with httpcore.AsyncConnectionPool(ssl_context=trust, network_backend=network) as pool:
            answer = await pool.request("POST", f"{sink.url}/pages", content=b"{}")
        assert (answer.status, sink.connections, len(sink.requests)) == (202, 1, 1)
        with suppress(TimeoutError):
            await keeping


async def test_of_what_is_held_back_a_server_sees_the_handshake_and_nothing_else(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificates, and is absent")
    authority = Authority(tmp_path)
    trust = ssl.create_default_context(cafile=str(tmp_path / "authority.pem"))
    seen: list[tuple[int, int]] = []
    async with Sink(tls=authority.server()) as sink:

        async def looks() -> None:
            await turns()
            seen.append((sink.connections, sink.begun))

        async with httpcore.AsyncConnectionPool(ssl_context=trust, network_backend=Readiness(lambda: trust)) as pool:
            with held_back(looks):
                answer = await pool.request("POST", f"{sink.url}/pages", content=b"{}")
        assert (seen, answer.status, len(sink.requests)) == ([(1, 0)], 202, 1)
