"""How a Zendesk is spoken to: by an OAuth client, whose tokens live half an hour, or by an API token."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Unpack

import httpx

from oncall_tui.http_client import Answer, Content, PasswordAuth, Remote, client, fetch, send
from oncall_tui.secrets import Secret
from oncall_tui.sources.oauth import Access, ClientCredentials, Grant


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """A confidential client."""

    id: str
    secret: Secret


class ZendeskWire:
    """Requests to one Zendesk, with its credentials."""

    def __init__(self, remote: Remote, address: str, credentials: OAuthClient | PasswordAuth) -> None:
        self._remote, self.address = remote, address
        self._password: PasswordAuth | None = None
        self._reading: Access | None = None
        self._writing: Access | None = None
        if isinstance(credentials, OAuthClient):
            # The finer scopes leave out search. A client that may only read is asked for no more until it has to write.
            self._reading = _access(remote, address, credentials, "read")
            self._writing = _access(remote, address, credentials, "read write")
        else:
            self._password = credentials

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
