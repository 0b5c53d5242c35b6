"""A real server of HTTP with somebody in between who counts what it is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.servers.http import Asked, HttpServer, Reply, http_server

_OWN = frozenset({"host", "content-length", "connection", "accept-encoding"})


@asynccontextmanager
async def overheard(url: str) -> AsyncIterator[HttpServer]:
    """Run a server on loopback that passes everything on to another, and remembers it."""
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as there:

        def pass_on(asked: Asked) -> Reply:
            headers = {name: value for name, value in asked.headers.items() if name not in _OWN}
            given = there.request(
                asked.method, asked.path, params=dict(asked.params), headers=headers, content=asked.body
            )
            told = {name: given.headers[name] for name in ("Content-Type", "Date") if name in given.headers}
            return Reply(status=given.status_code, body=given.content, headers=told)

        async with http_server() as between:
            between.answer_by(pass_on)
            yield between
