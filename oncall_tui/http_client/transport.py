"""What carries requests; what it stands on is loaded beside the event loop, so that no key waits for it.

The library below httpx, the one that speaks to sockets, and the certificates of the machine together take as long as
several frames, and they are first asked for when the list is on the screen already.
"""

import asyncio
import threading
from contextlib import suppress
from importlib import import_module
from typing import Final

import httpx

from oncall_tui.http_client.trust import tls

_AT_ONCE: Final = 20
"""Connections of one client."""
_KEPT_FOR: Final = 5.0
"""Seconds for which a connection is kept between two requests of one exchange."""
_LATE: Final = ("anyio._backends._asyncio", "anyio.to_thread")
"""What the library would load with its first request; where another version has none, it will load what it has."""

_one_loads = threading.Lock()
_is_loaded = threading.Event()


def transport() -> httpx.AsyncBaseTransport:
    """Return what carries the requests of one client; before anything was loaded, one that waits for that."""
    return _transport() if _is_loaded.is_set() else _Late()


async def loaded() -> None:
    """Wait until everything is there that a request needs."""
    if not _is_loaded.is_set():
        await asyncio.to_thread(_load)


def _load() -> None:
    with _one_loads:  # whoever comes second waits for the first
        if _is_loaded.is_set():
            return
        import_module("oncall_tui.http_client.readiness")
        for name in _LATE:
            with suppress(ImportError):
                import_module(name)
        tls()
        _is_loaded.set()


class _Late(httpx.AsyncBaseTransport):
    """Is made with its first request."""

    def __init__(self) -> None:
        self._made: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await loaded()
        if self._made is None:
            self._made = _transport()
        return await self._made.handle_async_request(request)

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.aclose()


def _transport() -> httpx.AsyncHTTPTransport:
    import httpcore  # noqa: PLC0415 - httpx too loads it with the first client, which the first list does not wait for

    from oncall_tui.http_client.readiness import readiness  # noqa: PLC0415 - it needs that library

    made = httpx.AsyncHTTPTransport(verify=tls(), trust_env=False)
    # The one thing httpx does not hand on to the library below it.
    made._pool = httpcore.AsyncConnectionPool(  # noqa: SLF001 - see above
        ssl_context=tls(),
        max_connections=_AT_ONCE,
        max_keepalive_connections=_AT_ONCE,
        keepalive_expiry=_KEPT_FOR,
        network_backend=readiness(),
    )
    return made
