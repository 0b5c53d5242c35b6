"""How a Zendesk is spoken to: by an OAuth client, by a person who logged in to one, or by an API token."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Unpack

import httpx

from oncall_tui.http_client import Answer, Content, PasswordAuth, Remote, client, fetch, send
from oncall_tui.secrets import Secret
from oncall_tui.sources.kept_login import KeptLogin, TokenFile
from oncall_tui.sources.login import Attempt, code_of
from oncall_tui.sources.oauth import Access, ClientCredentials, Grant

_EVERYTHING = "read write"


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """A confidential client."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsLogin:
    """A client a person logs in to."""

    id: str
    secret: Secret | None
    """None for a client without one, which Zendesk calls public."""
    file: Path
    port: int


Credentials = OAuthClient | PersonsLogin | PasswordAuth


class ZendeskWire:
    """Requests to one Zendesk, with its credentials."""

    def __init__(self, remote: Remote, address: str, credentials: Credentials) -> None:
        self._remote, self.address = remote, address
        self._password: PasswordAuth | None = None
        self._reading: Access | None = None
        self._writing: Access | None = None
        self._login: KeptLogin | None = None
        self._attempt: Attempt | None = None
        if isinstance(credentials, OAuthClient):
            # The finer scopes leave out search. A client that may only read is asked for no more until it has to write.
            self._reading = _access(remote, address, credentials, "read")
            self._writing = _access(remote, address, credentials, _EVERYTHING)
        elif isinstance(credentials, PersonsLogin):
            self._attempt = Attempt(
                authorize=f"{address}/oauth/authorizations/new",
                client_id=credentials.id,
                scope=_EVERYTHING,
                port=credentials.port,
            )
            self._login = _login(remote, address, credentials)
            self._reading = self._writing = Access(remote, self._login)
        else:
            self._password = credentials

    @property
    def needs_login(self) -> bool:
        """Tell whether a person has to log in."""
        return self._login is not None and not self._login.is_there

    async def log_in(self, show: Callable[[str], None]) -> None:
        """Let a person log in, and keep the login."""
        if self._login is None or self._attempt is None:
            return
        code = await code_of(self._attempt, show)
        async with self.client() as http:
            await self._login.redeem(http, code, self._attempt.proof)

    def client(self) -> httpx.AsyncClient:
        """Return a client for one purpose."""
        return client(f"{self.address}/api/v2/", auth=self._password)

    async def get(
        self, http: httpx.AsyncClient, path: str, *, also: frozenset[int] = frozenset(), **content: Unpack[Content]
    ) -> Answer:
        """Get an answer that succeeded, or has one of the statuses in ``also``; else raise a ``SourceError``."""
        if self._reading is not None:
            return await self._reading.get(http, path, also=also, **content)
        return await fetch(http, self._remote, path, also=also, **content)

    async def send(
        self,
        http: httpx.AsyncClient,
        method: str,
        path: str,
        *,
        also: frozenset[int] = frozenset(),
        **content: Unpack[Content],
    ) -> Answer:
        """Hand something over, or raise a ``DeliveryError``."""
        if self._writing is not None:
            return await self._writing.send(http, method, path, also=also, **content)
        return await send(http, self._remote, method, path, also=also, **content)


def _login(remote: Remote, address: str, credentials: PersonsLogin) -> KeptLogin:
    def fields() -> Mapping[str, str]:
        secret = {"client_secret": credentials.secret.reveal()} if credentials.secret is not None else {}
        return {"client_id": credentials.id, **secret}

    return KeptLogin(remote, f"{address}/oauth/tokens", fields, TokenFile(credentials.file))


def _access(remote: Remote, address: str, credentials: OAuthClient, scope: str) -> Access:
    grant = Grant(
        url=f"{address}/oauth/tokens",
        client_id=credentials.id,
        secret=credentials.secret,
        more={"scope": scope},
        lasts=timedelta(minutes=30),
        is_form=False,
    )
    return Access(remote, ClientCredentials(remote, grant))
