"""What proves who is asking, revealed at the wire only."""

import base64
from collections.abc import Generator

import httpx

from oncall_tui.secrets import Secret


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
