"""HTTP at the border: safe defaults, a time limit on the whole exchange, and foreign errors made ours.

An exchange is opened for one purpose and closed after it::

    remote = Remote(name="helpdesk", table="[[sources]]", clock=clock)
    async with client("https://helpdesk.example/api", auth=TokenAuth(token)) as http:
        found = await read(http, remote, "tickets", dict[str, Any], params={"page": 1})  # raises a SourceError

    async with client("https://push.example") as http:
        answer = await send(http, remote, "POST", "1/messages", json={...})  # raises a DeliveryError
        taken = answer.decode(dict[str, Any])  # the documented fields decide, not the status

Sentences name the table of the config and the status; never the address, a header or anything of the body.
"""

import asyncio
import base64
import functools
import ipaddress
import json
import logging
import math
import re
import socket
import ssl
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypedDict, TypeVar, Unpack

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.errors import (
    NotSent,
    OutcomeUnknown,
    Rejected,
    SourceBusy,
    SourceGarbled,
    SourceRefused,
    SourceUnreachable,
)
from oncall_tui.secrets import Secret

T = TypeVar("T")

# They would write whole addresses into any log, and some vendors want a token in the address.
for _library in ("httpx", "httpcore"):
    logging.getLogger(_library).setLevel(logging.WARNING)

MEGABYTE = 1_000_000
LIST_LIMIT = 64 * MEGABYTE
ANSWER_LIMIT = MEGABYTE
LONGEST_PAUSE = timedelta(hours=1)
"""A longer ``Retry-After`` is cut to this, so that no answer can silence a source for a whole shift."""

_REFUSED = frozenset({401, 403})
_BUSY = frozenset({429, 503})
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_SENDABLE = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeError)
"""Raised before the first byte leaves, and again at every further try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """What is spoken to: how sentences call it, and how long and how much it may answer."""

    name: str
    """The ``id`` of its table."""
    table: str
    """Where its settings stand, such as ``[[sources]]``."""
    clock: Clock
    total: timedelta = timedelta(seconds=30)
    """For the whole exchange: httpx itself would wait for ever for a server that drips."""
    pause_of: "Callable[[Answer], timedelta | None] | None" = None
    """Where this vendor says how long a pause it asks for; left out, or when it finds none: ``Retry-After``."""

    @property
    def where(self) -> str:
        """Return the place in the config a person has to look at."""
        return f"{self.table} {self.name}"

    @property
    def connecting(self) -> timedelta:
        """Return the limit for each step of connecting; two steps end before ``total``, so that it is known why."""
        return self.total / 3


class Content(TypedDict, total=False):
    """What a request carries."""

    params: Mapping[str, str | int]
    json: object
    data: Mapping[str, str]
    content: bytes
    headers: Mapping[str, str]


class TokenAuth(httpx.Auth):
    """A token in a header, revealed at the wire only."""

    def __init__(self, token: Secret, *, scheme: str = "Bearer", header: str = "Authorization") -> None:
        self._token, self._scheme, self._header = token, scheme, header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header; a scheme that ends in ``=`` is followed by the token at once."""
        space = "" if self._scheme.endswith("=") else " "
        request.headers[self._header] = f"{self._scheme}{space}{self._token.reveal()}".lstrip()
        yield request


class PasswordAuth(httpx.Auth):
    """User and password by HTTP Basic, revealed at the wire only."""

    def __init__(self, user: str, password: Secret) -> None:
        self._user, self._password = user, password

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header."""
        pair = base64.b64encode(f"{self._user}:{self._password.reveal()}".encode()).decode()
        request.headers["Authorization"] = f"Basic {pair}"
        yield request


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


def url_problem(url: str) -> str | None:
    """Return what to write instead of an address that must not be used, or None when it may be."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "an address such as https://helpdesk.example"
    if parsed.userinfo:
        return "the address without user and password; they have keys of their own"
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        return "an address such as https://helpdesk.example"
    if parsed.scheme == "http" and not _is_loopback(parsed.host):
        return "an https:// address; http:// is for this machine only, because it shows the credentials to the network"
    return None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A complete answer; whether it is the documented one is for the caller to say."""

    status: int
    headers: httpx.Headers
    body: bytes
    remote: Remote

    @property
    def is_page(self) -> bool:
        """Tell whether it is meant for a browser: the login page of a hotel is a 200."""
        return "html" in self.headers.get("Content-Type", "") or self.body.lstrip()[:1] == b"<"

    @property
    def undocumented(self) -> str:
        """Return the sentence for an answer that is not the documented one."""
        name = self.remote.name
        if self.is_page:
            return (
                f"{name} answered with a web page: log in to this network, or check its address in {self.remote.where}"
            )
        return f"{name} answered, but not as documented: broken or unknown JSON ({self.status})"

    @property
    def pause(self) -> timedelta | None:
        """Return the pause that is asked for, an hour at most; None when none is named."""
        own = self.remote.pause_of(self) if self.remote.pause_of is not None else None
        if own is not None:
            return min(max(own, timedelta()), LONGEST_PAUSE)
        return retry_after(self.headers, self.remote.clock())

    @property
    def refused(self) -> Rejected:
        """Return the error for a provider that took the request and refused what was in it."""
        return Rejected(
            f"{self.remote.name} took the request ({self.status}) and reported an error of its own: "
            f"check {self.remote.where}"
        )

    def decode(self, as_type: type[T]) -> T:
        """Return the JSON of a body as checked values, or raise ``OutcomeUnknown``."""
        try:
            return decode(self.body, as_type)
        except ValueError as error:
            raise OutcomeUnknown(self.undocumented) from error


def decode(body: bytes, as_type: type[T]) -> T:
    """Return JSON as checked values, or raise a ``ValueError``.

    One stranger's broken character must not hide the whole desk, so what the strict reader refuses is read again with
    the faulty characters replaced; truncated JSON fails both.
    """
    try:
        return msgspec.json.decode(body, type=as_type)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        text = body.decode(errors="replace")
    try:
        return msgspec.convert(json.loads(text, strict=False, parse_constant=_refuse), type=as_type)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("nested too deeply, or not of the documented shape") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


class _Unreadable(Exception):
    """An answer began, and could not be read to its end."""


async def _exchange(
    http: httpx.AsyncClient, remote: Remote, method: str, url: str, limit: int, content: Content
) -> Answer:
    total = remote.total.total_seconds()
    timeout = httpx.Timeout(total, connect=remote.connecting.total_seconds())
    async with asyncio.timeout(total):
        request = http.build_request(method, url, timeout=timeout, **content)
        response = await http.send(request, stream=True)
        try:
            body = await _body(response, limit)
        finally:
            await response.aclose()
    return Answer(status=response.status_code, headers=response.headers, body=body, remote=remote)


async def _body(response: httpx.Response, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > limit:
                raise _Unreadable(f"sent more than {limit / MEGABYTE:g} MB")
            chunks.append(chunk)
    except (httpx.DecodingError, httpx.NetworkError, httpx.RemoteProtocolError) as error:
        raise _Unreadable("broke off in the middle of its answer") from error
    return b"".join(chunks)


async def read(http: httpx.AsyncClient, remote: Remote, url: str, as_type: type[T], **content: Unpack[Content]) -> T:
    """Get JSON of a documented shape, or raise a ``SourceError``."""
    return documented(await fetch(http, remote, url, **content), as_type)


def documented(answer: Answer, as_type: type[T]) -> T:
    """Return the JSON of an answer as checked values, or raise ``SourceGarbled``."""
    try:
        return decode(answer.body, as_type)
    except ValueError as error:
        raise SourceGarbled(answer.undocumented) from error


async def fetch(
    http: httpx.AsyncClient,
    remote: Remote,
    url: str,
    *,
    also: frozenset[int] = frozenset(),
    method: str = "GET",
    **content: Unpack[Content],
) -> Answer:
    """Get an answer that succeeded, or has one of the statuses in ``also``; else raise a ``SourceError``.

    Another ``method`` is for questions that must be posted, such as the one for a token; it may be asked twice.
    """
    try:
        answer = await _exchange(http, remote, method, url, LIST_LIMIT, content)
    except _NOT_SENDABLE:  # without its cause: a UnicodeEncodeError carries the header, and the token in it
        raise SourceUnreachable(_not_sendable(remote)) from None
    except _Unreadable as error:
        raise SourceGarbled(f"{remote.name} {error}") from error
    except (TimeoutError, httpx.RequestError) as error:
        raise SourceUnreachable(_unreachable(remote, error)) from error
    if not httpx.codes.is_success(answer.status) and answer.status not in also:
        raise _source_error(answer)
    return answer


def _source_error(answer: Answer) -> SourceRefused | SourceBusy | SourceGarbled:
    if answer.status in _REFUSED:
        return SourceRefused(_refused(answer))
    if answer.status in _BUSY:
        return SourceBusy(_busy(answer), answer.pause)
    return SourceGarbled(_unexpected(answer))


async def send(
    http: httpx.AsyncClient,
    remote: Remote,
    method: str,
    url: str,
    *,
    also: frozenset[int] = frozenset(),
    **content: Unpack[Content],
) -> Answer:
    """Hand something over and return an answer that succeeded, or has one of the statuses in ``also``.

    Success is the HTTP status only: the caller looks for the documented fields.

    Raises:
        NotSent: Nothing was taken; it may be tried again.
        Rejected: It was refused, and would be again.
        OutcomeUnknown: It left, and what came back proves nothing.
    """
    try:
        answer = await _exchange(http, remote, method, url, ANSWER_LIMIT, content)
    except _NOT_SENDABLE:  # without its cause: a UnicodeEncodeError carries the header, and the token in it
        raise Rejected(_not_sendable(remote)) from None
    except _NEVER_SENT as error:
        raise NotSent(_unreachable(remote, error)) from error
    except _Unreadable as error:
        raise OutcomeUnknown(f"{remote.name} {error}") from error
    except (TimeoutError, httpx.RequestError) as error:
        raise OutcomeUnknown(_unreachable(remote, error)) from error
    if not httpx.codes.is_success(answer.status) and answer.status not in also:
        raise _delivery_error(answer)
    return answer


def _delivery_error(answer: Answer) -> NotSent | Rejected | OutcomeUnknown:
    match answer.status:
        case 425 | 429:
            return NotSent(_busy(answer), answer.pause)
        case 401 | 403:
            return Rejected(_refused(answer))
        case status if status != httpx.codes.REQUEST_TIMEOUT and httpx.codes.is_client_error(status):
            return Rejected(_unexpected(answer))
        case _:
            return OutcomeUnknown(_unexpected(answer))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the pause a server asks for, in seconds or until a date; None when it names none."""
    wanted = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", wanted):
        return timedelta(seconds=min(float(wanted[:20]), LONGEST_PAUSE.total_seconds()))
    try:
        until = parsedate_to_datetime(wanted)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_PAUSE)


def _unreachable(remote: Remote, error: BaseException) -> str:
    if isinstance(error, httpx.ConnectError):
        return f"{remote.name} cannot be reached: {_reason(error)}"
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        limit = remote.connecting if isinstance(error, httpx.ConnectTimeout) else remote.total
        return f"{remote.name} did not answer within {limit.total_seconds():g} s"
    return f"{remote.name} broke off the connection without an answer"


def _reason(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return "its certificate is not trusted, so this may be another machine"
        if isinstance(error, ssl.SSLError):
            return "it does not speak TLS at this address"
        if isinstance(error, socket.gaierror):
            return "its name was not found; is this machine online?"
        if isinstance(error, ConnectionRefusedError):
            return "the connection was refused"
        error = error.__cause__ or error.__context__
    return "no connection; is this machine online?"


def _not_sendable(remote: Remote) -> str:
    return f"{remote.name} cannot be asked: its address or credentials in {remote.where} hold a character HTTP forbids"


def _refused(answer: Answer) -> str:
    remote = answer.remote
    return f"{remote.name} refused the credentials ({answer.status}): renew the token or password in {remote.where}"


def _busy(answer: Answer) -> str:
    pause = answer.pause
    asked = f" of {math.ceil(pause.total_seconds())} s" if pause is not None else ""
    return f"{answer.remote.name} asks for a pause{asked} ({answer.status})"


def _unexpected(answer: Answer) -> str:
    name, status, where = answer.remote.name, answer.status, answer.remote.where
    if httpx.codes.is_redirect(status):
        return f"{name} answered with a redirect ({status}): check its address in {where}, or log in to this network"
    if status in {404, 410}:
        return f"{name} has nothing at this address ({status}): check {where}"
    if httpx.codes.is_server_error(status):
        return f"{name} answered with an error of its own ({status})"
    return f"{name} did not take the request ({status}): check {where}"
