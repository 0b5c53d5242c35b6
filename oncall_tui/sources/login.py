"""A login in a person's browser that ends at an address of this machine: OAuth's authorization code with PKCE."""

import asyncio
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from oncall_tui.errors import SourceRefused, SourceUnreachable

HOST = "127.0.0.1"
WITHIN = timedelta(minutes=10)
"""How long a person may take."""
_REQUEST_WITHIN = timedelta(seconds=10)
_CALLBACK = "/callback"
_ENDED = "You are logged in. Close this page and go back to the terminal."
_FAILED = "This is not the end of the login that the terminal waits for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One login, which nobody else can end."""

    authorize: str
    """The vendor's page."""
    client_id: str
    scope: str
    port: int
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    @property
    def redirect(self) -> str:
        """Return where the vendor sends the browser; it has to know this address beforehand."""
        return f"http://{HOST}:{self.port}{_CALLBACK}"

    @property
    def page(self) -> str:
        """Return the vendor's page with everything it has to know."""
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "scope": self.scope,
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.authorize}?{urlencode(asked)}"

    @property
    def proof(self) -> Mapping[str, str]:
        """Return what has to come with the code."""
        return {"redirect_uri": self.redirect, "code_verifier": self.verifier, "scope": self.scope}


async def code_of(attempt: Attempt, show: Callable[[str], None], *, within: timedelta = WITHIN) -> str:
    """Let a person log in and return the code, or raise a ``SourceError``."""
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with _listening(attempt, ended):
        show(f"Open http://{HOST}:{attempt.port}/ in a browser on this machine and log in there.")
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await ended
        except TimeoutError:
            raise SourceUnreachable("the login did not end in time; nothing was changed") from None


@asynccontextmanager
async def _listening(attempt: Attempt, ended: "asyncio.Future[str]") -> AsyncIterator[None]:
    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_WITHIN.total_seconds()):
                line = await reader.readline()
                writer.write(_answer(line.decode("latin-1"), attempt, ended))
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError):
            pass  # whoever that was, the login goes on
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(visited, HOST, attempt.port)
    except OSError as error:
        raise SourceUnreachable(f"port {attempt.port} of this machine is taken: {error.strerror}") from None
    async with server:
        yield


def _answer(line: str, attempt: Attempt, ended: "asyncio.Future[str]") -> bytes:
    """Lead a browser to the vendor's page, or take what it brings back from there."""
    method, _, rest = line.partition(" ")
    place = urlsplit(rest.partition(" ")[0])
    if method == "GET" and place.path == "/":
        return _head("302 Found", f"Location: {attempt.page}")
    brought = {name: values[0] for name, values in parse_qs(place.query).items()}
    is_ours = hmac.compare_digest(brought.get("state", "").encode(), attempt.state.encode())
    if method != "GET" or place.path != _CALLBACK or not is_ours or ended.done():
        return _head("404 Not Found", "Content-Type: text/plain") + _FAILED.encode()
    if "code" not in brought:
        ended.set_exception(SourceRefused("the login was refused, or somebody said no; nothing was changed"))
        return _head("200 OK", "Content-Type: text/plain") + b"The login was refused."
    ended.set_result(brought["code"])
    return _head("200 OK", "Content-Type: text/plain") + _ENDED.encode()


def _head(status: str, field_line: str) -> bytes:
    fields = (field_line, "Cache-Control: no-store", "Referrer-Policy: no-referrer", "Connection: close")
    return "\r\n".join([f"HTTP/1.1 {status}", *fields, "", ""]).encode()
