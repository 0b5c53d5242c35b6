"""A small HTTP server on loopback that answers, or fails, as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import parse_qsl, urlsplit


class Fault(Enum):
    """What goes wrong on the wire."""

    NONE = auto()
    SILENCE = auto()
    """The request is taken, and nothing comes back."""
    DRIP = auto()
    """The body comes a byte at a time, each in time for any limit between two of them."""
    HANG_UP = auto()
    """The connection ends where the answer should begin."""
    CUT = auto()
    """The connection ends in the middle of the body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    fault: Fault = Fault.NONE


def reply(payload: object, status: int = 200, **headers: str) -> Reply:
    """Return an answer of JSON; ``Retry_After`` names the header ``Retry-After``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(payload).encode(errors="surrogatepass")
    return Reply(status=status, body=body, headers={"Content-Type": "application/json", **named})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class HttpServer:
    """Gives its replies in order, the last one for ever, and remembers what it was asked."""

    def __init__(self, port: int, script: list[Reply]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self.keeps_alive = False
        """Whether a connection may carry more than one request."""
        self.connections = 0
        self._script = script
        self._respond: Callable[[Asked], Reply] | None = None

    def answer(self, *replies: Reply) -> None:
        """Answer so from now on."""
        self._script[:] = replies
        self._respond = None

    def answer_by(self, respond: Callable[[Asked], Reply]) -> None:
        """Let a function answer from now on."""
        self._respond = respond

    def _next(self, asked: Asked) -> Reply:
        if self._respond is not None:
            return self._respond(asked)
        return self._script.pop(0) if len(self._script) > 1 else self._script[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes through one connection."""
        self.connections += 1
        try:
            while True:
                asked = await _asked(reader)
                self.asked.append(asked)
                await _write(writer, self._next(asked), ends="keep-alive" if self.keeps_alive else "close")
                if not self.keeps_alive:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as clients with a time limit do
        finally:
            writer.close()


async def _asked(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    parts = urlsplit(target)
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method=method, path=parts.path, params=dict(parse_qsl(parts.query)), headers=headers, body=body)


async def _write(writer: asyncio.StreamWriter, answer: Reply, *, ends: str) -> None:
    if answer.fault is Fault.SILENCE:
        await asyncio.Event().wait()
    if answer.fault is Fault.HANG_UP:
        return
    headers = {**answer.headers, "Content-Length": str(len(answer.body)), "Connection": ends}
    head = [f"HTTP/1.1 {answer.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*head, "", ""]).encode())
    if answer.fault is Fault.DRIP:
        for byte in answer.body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)
    else:
        writer.write(answer.body[: len(answer.body) // 2] if answer.fault is Fault.CUT else answer.body)
    await writer.drain()


@asynccontextmanager
async def http_server(replies: Sequence[Reply] = (Reply(),)) -> AsyncIterator[HttpServer]:
    """Run a scripted server on a free loopback port."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections.add(task)
        await scripted.serve(reader, writer)
        connections.discard(task)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0)
    scripted = HttpServer(listener.sockets[0].getsockname()[1], list(replies))
    async with listener:
        yield scripted
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
