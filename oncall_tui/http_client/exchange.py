"""One request and its whole answer, with limits of time and of size that hold for every server."""

import asyncio
import functools
import logging
import ssl
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypedDict

import httpx

from oncall_tui.http_client.answers import Answer, Remote

# They would write whole addresses into any log, and some vendors want a token in the address.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

MEGABYTE = 1_000_000
LIST_LIMIT = 64 * MEGABYTE
ANSWER_LIMIT = MEGABYTE


class Content(TypedDict, total=False):
    """What a request carries."""

    params: Mapping[str, str | int]
    json: object
    data: Mapping[str, str]
    content: bytes
    headers: Mapping[str, str]


def client(
    base_url: str = "",
    *,
    auth: httpx.Auth | None = None,
    headers: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> httpx.AsyncClient:
    """Return a client for one purpose: verified TLS, nothing from the environment, no redirects, no cookies.

    Keeping it for longer would reuse a connection that the server has closed, and then nobody knows what arrived.
    """
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        base_url=base_url,
        auth=auth,
        headers={"Accept": "application/json", "User-Agent": "oncall-tui", **(headers or {})},
        cookies=no_cookies,
        verify=_tls(),
        trust_env=False,
        follow_redirects=False,
        transport=transport,
    )


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class Unreadable(Exception):
    """An answer began, and could not be read to its end."""


async def exchange(
    http: httpx.AsyncClient, remote: Remote, method: str, url: str, limit: int, content: Content
) -> Answer:
    """Send a request and return its whole answer, or raise ``TimeoutError``, ``Unreadable`` or what httpx raises."""
    if remote.pace is not None:  # it waits before the time of the exchange begins to run
        await remote.pace.turn(http, url)
    total = remote.total.total_seconds()
    timeout = httpx.Timeout(total, connect=remote.connecting.total_seconds())
    async with asyncio.timeout(total):
        request = http.build_request(method, url, timeout=timeout, **content)
        response = await http.send(request, stream=True)
        try:
            body = await _body(response, limit)
        finally:
            await response.aclose()
    if remote.pace is not None:
        remote.pace.heard(http, url, response.headers)
    return Answer(status=response.status_code, headers=response.headers, body=body, remote=remote)


async def _body(response: httpx.Response, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                raise Unreadable(f"sent more than {limit / MEGABYTE:g} MB")
            chunks.append(chunk)
    except (httpx.DecodingError, httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise Unreadable("broke off in the middle of its answer") from error
    return b"".join(chunks)
