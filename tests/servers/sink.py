"""A receiver of messages on loopback: acts on each key once, keeps receipts, and breaks in any way it is asked to.

::

    async with Sink() as sink:
        sink.fault = Fault.RESET           # from the next request on
        ...                                # let something post to sink.url + "/pages"
        sink.messages                      # what was acted on: key → the first request with it
        sink.acknowledge(key, by="dana")   # GET sink.url + "/receipts/KEY" now says so
"""

import asyncio
import json
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from types import TracebackType
from typing import Self
from urllib.parse import unquote

LOOPBACK = "127.0.0.1"


class Fault(Enum):
    """How a connection misbehaves once the whole request has been read and acted on."""

    NONE = auto()
    SILENT = auto()
    """Never answers."""
    RESET = auto()
    """Resets the connection instead of answering: the answer is lost, the message is not."""
    CLOSED = auto()
    """Closes the connection without an answer."""
    HALF_STATUS = auto()
    """Breaks off within the status line."""
    TRUNCATED = auto()
    """Announces more than it sends, then closes."""
    STALLED = auto()
    """Announces more than it sends, then says nothing more."""
    NOT_HTTP = auto()
    """Answers in another protocol."""
    DROPPED = auto()
    """Resets the connection once the answer has begun, as a proxy does that loses it."""
    DRIPS_HEAD = auto()
    """Answers so slowly that its head never ends."""
    DRIPS_BODY = auto()
    """Answers so slowly that its body never ends."""


NO_END = frozenset({Fault.SILENT, Fault.STALLED, Fault.DRIPS_HEAD, Fault.DRIPS_BODY})
"""What is given up on, and not answered."""
_DRIP = 0.05
"""Seconds from one drop to the next: less than any limit on a silence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """An answer that is ready to go out."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def takes(self) -> bool:
        """Tell whether whoever answers so has acted on the message: a login page has not."""
        return self.status < 300 and "html" not in self.content_type

    def head(self) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} Canned",
            f"Content-Type: {self.content_type}",
            f"Content-Length: {len(self.body)}",
            "Connection: close",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


LOGIN_PAGE = Canned(body=b"<!DOCTYPE html><title>Welcome to Cafe WLAN</title>", content_type="text/html")


@dataclass(slots=True)
class Sink:
    """One receiver; serves while it is entered."""

    taken: Canned = field(default_factory=lambda: Canned(status=202, body=b'{"status": "taken"}'))
    """The answer to a message."""
    not_yet: Canned = field(default_factory=lambda: Canned(status=404))
    """The answer to a question about a message nobody has acknowledged."""
    acts_on: Callable[[Request], bool] = lambda request: request.method in {"POST", "PUT"}
    key_of: Callable[[Request], str] = lambda request: request.key
    """Where a receiver of this kind finds the key it suppresses duplicates by."""
    answers: Callable[[Request], Canned | None] = lambda request: None
    """Answers before everything else does, where it answers at all."""
    fault: Fault = Fault.NONE
    tls: ssl.SSLContext | None = None
    """Speaks TLS with it."""
    connections: int = 0
    """How many were opened, with a request or without."""
    begun: int = 0
    """How many of them brought a first byte."""
    requests: list[Request] = field(default_factory=list)
    messages: dict[str, Request] = field(default_factory=dict)
    receipts: dict[str, Canned] = field(default_factory=dict)
    """Last part of a path that is asked → answer."""
    _server: asyncio.Server | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _here: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        assert self._server is not None, "the sink is not entered"
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0, ssl=self.tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._over.set()
        self._server.close()
        await self._server.wait_closed()

    def acknowledge(self, key: str, *, by: str, at: datetime | None = None, words: str = "") -> None:
        """Let somebody acknowledge a message; a second one changes nothing."""
        answer = {"acknowledged_by": by, "at": None if at is None else at.isoformat(), "words": words}
        self.receipts.setdefault(key, Canned(body=json.dumps(answer).encode()))

    def hang_up(self, *, rudely: bool = False) -> None:
        """Close or reset every connection."""
        for writer in self._here:
            reset(writer) if rudely else writer.close()

    async def all_gone(self) -> None:
        """Wait until every connection is closed on this side."""
        while self._here:  # noqa: ASYNC110 - a connection tells nobody that it is gone
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._here.add(writer)
        try:
            byte = await reader.readexactly(1)
            self.begun += 1
            request = await _read(byte, reader)
            self.requests.append(request)
            await self._answer(self._act(request), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the other side went away, which is its right
        finally:
            writer.close()
            self._here.discard(writer)

    def _act(self, request: Request) -> Canned:
        special = self.answers(request)
        if special is not None:
            return special
        if self.acts_on(request):
            if self.taken.takes:
                self.messages.setdefault(self.key_of(request), request)
            return self.taken
        return self.receipts.get(unquote(request.path.partition("?")[0].rpartition("/")[2]), self.not_yet)

    async def _answer(self, canned: Canned, writer: asyncio.StreamWriter) -> None:
        fault = self.fault  # the next request may meet another one
        writer.write(_begun(fault, canned))
        if fault in {Fault.DRIPS_HEAD, Fault.DRIPS_BODY}:
            await self._drip(b" " if fault is Fault.DRIPS_BODY else b"X-Drop: 1\r\n", writer)
        if fault is not Fault.RESET:
            await writer.drain()
        if fault in {Fault.RESET, Fault.DROPPED}:
            reset(writer)
        if fault in {Fault.SILENT, Fault.STALLED}:
            await self._over.wait()

    async def _drip(self, drop: bytes, writer: asyncio.StreamWriter) -> None:
        while not self._over.is_set():
            writer.write(drop)
            await writer.drain()
            with suppress(TimeoutError):
                async with asyncio.timeout(_DRIP):
                    await self._over.wait()


def _begun(fault: Fault, canned: Canned) -> bytes:
    """Return what goes out of an answer, or begins to."""
    longer = replace(canned, body=(canned.body or b"{}") + b" " * 100, headers=())
    cut = longer.head() + longer.body[:-90]
    begun = {
        Fault.NONE: canned.head() + canned.body,
        Fault.HALF_STATUS: b"HTTP/1.1 20",
        Fault.NOT_HTTP: b"220 mail.example ESMTP\r\n",
        Fault.TRUNCATED: cut,
        Fault.STALLED: cut,
        Fault.DROPPED: cut,
        Fault.DRIPS_HEAD: canned.head().removesuffix(b"\r\n"),
        Fault.DRIPS_BODY: replace(canned, body=b" " * 1_000_000).head(),
    }
    return begun.get(fault, b"")


async def _read(byte: bytes, reader: asyncio.StreamReader) -> Request:
    head = (byte + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method=method, path=path, headers=headers, body=body)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection without a goodbye."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def closed_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))
        port: int = unused.getsockname()[1]
        return port


@contextmanager
def crowded_port() -> Iterator[int]:
    """Hold a port at which connecting never ends, because the queue of those who want in is full."""
    with ExitStack() as sockets:
        listener, *waiting = (sockets.enter_context(socket.socket()) for _ in range(4))
        listener.bind((LOOPBACK, 0))
        listener.listen(0)
        for early in waiting:
            early.settimeout(0)
            early.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
