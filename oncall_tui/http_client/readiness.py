"""Connections opened before they are needed, so that bad news waits neither for a name nor for a handshake.

Nothing has been sent or received on one when it is taken, so whatever arrives later arrived through it. None is used
twice: one that was kept after an answer may be closed by the server in the very moment in which it is used again, and
then nobody knows what arrived.
"""

import asyncio
import select
import socket
import ssl
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpcore

from oncall_tui.http_client.holding_back import what_holds_back
from oncall_tui.http_client.trust import tls
from oncall_tui.ports import MayLeave

READY_FOR: Final = timedelta(seconds=10)
"""Half as long as the least patient of the usual servers waits for the first byte of a request."""
_CONNECTING_LIMIT: Final = timedelta(seconds=5)
_PORTS: Final = {"http": 80, "https": 443}
_Place = tuple[str, int]
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class _Secured(httpcore.AsyncNetworkStream):
    """A connection whose handshake is over when it is asked for."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as it is called
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as it is called
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,  # noqa: ARG002 - it was this one
        server_hostname: str | None = None,  # noqa: ARG002 - and this one
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - and it took no time
    ) -> httpcore.AsyncNetworkStream:
        return self._stream

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


class _HeldBack(httpcore.AsyncNetworkStream):
    """A connection through which nothing goes before it may, but the handshake."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, may_leave: MayLeave) -> None:
        self._stream, self._may_leave = stream, may_leave
        self._is_open, self._is_free = _watch(stream), False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as it is called
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as it is called
        if not self._is_free:
            await self._may_leave()
            if not self._is_open():
                raise httpcore.ConnectError("closed while it was held back")  # says that nothing was sent
            self._is_free = True
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as it is called
    ) -> httpcore.AsyncNetworkStream:
        return _HeldBack(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._may_leave)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


@dataclass(eq=False, slots=True)
class _Waiting:
    """A connection that nobody has taken yet."""

    stream: httpcore.AsyncNetworkStream
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Readiness(httpcore.AsyncNetworkBackend):
    """Opens connections, and hands out one that is open already where there is one."""

    def __init__(self, trust: Callable[[], ssl.SSLContext] = tls) -> None:
        self._network, self._trust = httpcore.AnyIOBackend(), trust
        self._waiting: dict[_Place, list[_Waiting]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the library calls it
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to a place, which is held back where that was asked for."""
        stream = await self._taken((host, port))
        if stream is None:
            stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        may_leave = what_holds_back()
        return stream if may_leave is None else _HeldBack(stream, may_leave)

    async def _taken(self, place: _Place) -> httpcore.AsyncNetworkStream | None:
        while waiting := self._waiting.get(place):
            one = waiting.pop()
            one.gone.set()
            if _is_open(one.stream):
                return one.stream
            await one.stream.aclose()
        return None

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries."""
        await self._network.sleep(seconds)

    async def keep_one(self, url: str, within: timedelta) -> None:
        """Have a connection to a web address ready until it is taken, for so long at most."""
        parts = urlsplit(url)
        place = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        one = _Waiting(await self._opened(place, is_secure=parts.scheme == "https"))
        waiting = self._waiting.setdefault(place, [])
        waiting.append(one)
        try:
            async with asyncio.timeout(within.total_seconds()):
                await one.gone.wait()
        finally:
            if one in waiting:
                waiting.remove(one)
                await one.stream.aclose()
            if not waiting:
                self._waiting.pop(place, None)

    async def _opened(self, place: _Place, *, is_secure: bool) -> httpcore.AsyncNetworkStream:
        limit = _CONNECTING_LIMIT.total_seconds()
        stream = await self._network.connect_tcp(*place, limit)
        if not is_secure:
            return stream
        trust = self._trust()
        trust.set_alpn_protocols(["http/1.1"])
        return _Secured(await stream.start_tls(trust, place[0], limit))


@cache
def readiness() -> Readiness:
    """Return the connections of this process."""
    return Readiness()


async def stay_ready(url: str) -> None:
    """Keep a connection to a web address open for a while; where none can be opened, the message will say why."""
    with suppress(httpcore.NetworkError, httpcore.TimeoutException, TimeoutError):
        await readiness().keep_one(url, READY_FOR)


def _is_open(stream: httpcore.AsyncNetworkStream) -> bool:
    return _watch(stream)()


def _watch(stream: httpcore.AsyncNetworkStream) -> Callable[[], bool]:
    """Return what tells at once whether the server has not closed a connection.

    That something came says nothing, for TLS sends of its own accord.
    """
    connection: socket.socket = stream.get_extra_info("socket")
    number = connection.fileno()
    if number < 0:  # reset by the server, and let go of here
        return lambda: False
    if sys.platform != "linux":
        return lambda: connection.fileno() == number and not select.select([number], [], [], 0)[0]
    poll = select.poll()
    poll.register(number, select.POLLRDHUP)
    return lambda: connection.fileno() == number and not poll.poll(0)
