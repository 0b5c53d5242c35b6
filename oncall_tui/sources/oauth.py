"""Tokens of OAuth's client credentials: asked for with an id and a secret, kept in memory, renewed before they end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Unpack

import httpx
import msgspec

from oncall_tui.errors import SourceRefused
from oncall_tui.http_client import Answer, Content, Remote, documented, fetch, send
from oncall_tui.secrets import Secret
from oncall_tui.sources.answering import before_sending

_UNAUTHORISED = 401
_EARLY = timedelta(minutes=1)
_REFUSALS = frozenset({400, 401, 403})
"""What a wrong id or secret is answered with, depending on the vendor."""


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """How a vendor is asked for a token."""

    url: str
    client_id: str
    secret: Secret
    more: Mapping[str, str]
    """Further fields, such as the scope."""
    lasts: timedelta
    """How long a token lasts where the answer does not say."""
    is_form: bool
    """Whether the fields are sent as a form; else as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    token: Secret
    until: datetime


class Access:
    """Asks with a token of a grant, and once more with a new one where the token is refused."""

    def __init__(self, remote: Remote, grant: Grant) -> None:
        self._remote, self._grant = remote, grant
        self._held: _Held | None = None

    async def get(
        self, http: httpx.AsyncClient, url: str, *, also: frozenset[int] = frozenset(), **content: Unpack[Content]
    ) -> Answer:
        """Get an answer that succeeded, or has one of the statuses in ``also``; else raise a ``SourceError``."""
        asked_before = self._held is not None
        content["headers"] = await self._header(http)
        retried = frozenset({_UNAUTHORISED}) if asked_before else frozenset()
        answer = await fetch(http, self._remote, url, also=also | retried, **content)
        if answer.status != _UNAUTHORISED or not asked_before:
            return answer
        self._held = None
        content["headers"] = await self._header(http)
        return await fetch(http, self._remote, url, also=also, **content)

    async def send(
        self,
        http: httpx.AsyncClient,
        method: str,
        url: str,
        *,
        also: frozenset[int] = frozenset(),
        **content: Unpack[Content],
    ) -> Answer:
        """Hand something over, or raise a ``DeliveryError``; what a refused token carried was certainly not taken."""
        asked_before = self._held is not None
        with before_sending():
            content["headers"] = await self._header(http)
        retried = frozenset({_UNAUTHORISED}) if asked_before else frozenset()
        answer = await send(http, self._remote, method, url, also=also | retried, **content)
        if answer.status != _UNAUTHORISED or not asked_before:
            return answer
        self._held = None
        with before_sending():
            content["headers"] = await self._header(http)
        return await send(http, self._remote, method, url, also=also, **content)

    async def _header(self, http: httpx.AsyncClient) -> Mapping[str, str]:
        if self._held is None or self._held.until <= self._remote.clock():
            self._held = await self._granted(http)
        return {"Authorization": f"Bearer {self._held.token.reveal()}"}

    async def _granted(self, http: httpx.AsyncClient) -> _Held:
        grant = self._grant
        fields = {
            "grant_type": "client_credentials",
            "client_id": grant.client_id,
            "client_secret": grant.secret.reveal(),
            **grant.more,
        }
        content: Content = {"data": fields} if grant.is_form else {"json": fields}
        answer = await fetch(http, self._remote, grant.url, also=_REFUSALS, method="POST", **content)
        if answer.status in _REFUSALS:
            raise SourceRefused(
                f"{self._remote.name} refused the credentials ({answer.status}): "
                f"renew client_id and client_secret in {self._remote.where}"
            )
        granted = documented(answer, _Granted)
        lasts = timedelta(seconds=granted.expires_in) if granted.expires_in is not None else grant.lasts
        return _Held(token=Secret(granted.access_token), until=self._remote.clock() + max(lasts - _EARLY, timedelta()))
