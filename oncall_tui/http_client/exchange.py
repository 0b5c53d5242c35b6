"""One request and its whole answer, with limits of time and of size that hold for every server."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from http.cookiejar import CookieJar, DefaultCookiePolicy
from io import BytesIO
from typing import TypedDict

import httpx

from oncall_tui.http_client.answers import Answer, Remote
from oncall_tui.http_client.holding_back import held_back, what_holds_back
from oncall_tui.http_client.transport import loaded
from oncall_tui.http_client.transport import transport as usual

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
        trust_env=False,
        follow_redirects=False,
        transport=transport or usual(),
    )


async def stay_ready(url: str) -> None:
    """Keep a connection to a web address open for a while; where none can be opened, the message will say why."""
    await loaded()
    from oncall_tui.http_client.readiness import stay_ready as keep_ready  # noqa: PLC0415 - that loads it

    await keep_ready(url)


class Unreadable(Exception):
    """An answer began, and could not be read to its end."""


async def exchange(
    http: httpx.AsyncClient, remote: Remote, method: str, url: str, limit: int, content: Content
) -> Answer:
    """Send a request and return its whole answer, or raise ``TimeoutError``, ``Unreadable`` or what httpx raises."""
    if remote.pace is not None:  # it waits before the time of the exchange begins to run
        await remote.pace.turn(http, url)
    await loaded()  # nor does what is loaded with the first request count
    total = remote.total.total_seconds()
    timeout = httpx.Timeout(total, connect=remote.connecting.total_seconds())
    async with asyncio.timeout(total) as time_limit:
        with _from_when_it_leaves(time_limit, total):
            request = http.build_request(method, url, timeout=timeout, **content)
            response = await http.send(request, stream=True)
        try:
            body = await _body(response, limit)
        finally:
            await response.aclose()
    if remote.pace is not None:
        remote.pace.heard(http, url, response.headers)
    return Answer(status=response.status_code, headers=response.headers, body=body, remote=remote)


def _from_when_it_leaves(time_limit: asyncio.Timeout, total: float) -> AbstractContextManager[None]:
    """Let the time of a request that is held back not run out meanwhile, and begin when it leaves."""
    may_leave = what_holds_back()
    if may_leave is None:
        return nullcontext()

    async def waits() -> None:
        time_limit.reschedule(None)
        await may_leave()
        time_limit.reschedule(asyncio.get_running_loop().time() + total)

    return held_back(waits)


async def _body(response: httpx.Response, limit: int) -> bytes:
    body = BytesIO()
    try:
        async for chunk in response.aiter_bytes():
            if body.tell() + len(chunk) > limit:
                raise Unreadable(f"sent more than {limit / MEGABYTE:g} MB")
            body.write(chunk)
    except (httpx.DecodingError, httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise Unreadable("broke off in the middle of its answer") from error
    return body.getvalue()  # the very bytes that were written, and no second copy of a large page
