"""Tokens of OAuth: asked for before they are needed, and once more where one is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, Unpack

import httpx
import msgspec

from oncall_tui.errors import SourceRefused
from oncall_tui.http_client import Answer, Content, Remote, documented, fetch, send
from oncall_tui.secrets import Secret
from oncall_tui.sources.answering import before_sending

EARLY = timedelta(minutes=1)
"""So long before it ends a token counts as ended."""
REFUSALS = frozenset({400, 401, 403})
"""What a wrong id or secret is answered with, depending on the vendor."""
_UNAUTHORISED = 401


class Granted(msgspec.Struct):
    """A vendor's answer to who asks for a token."""

    access_token: str
    expires_in: float | None = None
    refresh_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A token, and until when it counts."""

    token: Secret
    until: datetime
    is_new: bool = True
    """Whether the vendor gave it just now; one that was kept may have been withdrawn since."""


class Issuer(Protocol):
    """Whoever gives tokens out."""

    async def issue(self, http: httpx.AsyncClient, *, refused: Secret | None) -> Held:
        """Return a token that is not the one that was refused, or raise a ``SourceError``."""


class Access:
    """Asks with a token, and once more with another where it is refused."""

    def __init__(self, remote: Remote, issuer: Issuer) -> None:
        self._remote, self._issuer = remote, issuer
        self._held: Held | None = None

    async def get(
        self, http: httpx.AsyncClient, url: str, *, also: frozenset[int] = frozenset(), **content: Unpack[Content]
    ) -> Answer:
        """Get an answer that succeeded, or has one of the statuses in ``also``; else raise a ``SourceError``."""
        held = await self._current(http)
        content["headers"] = _header(held)
        answer = await fetch(http, self._remote, url, also=also | _retried(held), **content)
        if answer.status not in _retried(held):
            return answer
        content["headers"] = _header(await self._another(http, held))
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
        with before_sending():
            held = await self._current(http)
        content["headers"] = _header(held)
        answer = await send(http, self._remote, method, url, also=also | _retried(held), **content)
        if answer.status not in _retried(held):
            return answer
        with before_sending():
            content["headers"] = _header(await self._another(http, held))
        return await send(http, self._remote, method, url, also=also, **content)

    async def _current(self, http: httpx.AsyncClient) -> Held:
        if self._held is not None and self._held.until > self._remote.clock():
            return replace(self._held, is_new=False)
        self._held = await self._issuer.issue(http, refused=None)
        return self._held

    async def _another(self, http: httpx.AsyncClient, held: Held) -> Held:
        self._held = None
        self._held = await self._issuer.issue(http, refused=held.token)
        return self._held


def _header(held: Held) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {held.token.reveal()}"}


def _retried(held: Held) -> frozenset[int]:
    return frozenset() if held.is_new else frozenset({_UNAUTHORISED})


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


class ClientCredentials:
    """Gives out tokens for an id and a secret, which are kept in memory only."""

    def __init__(self, remote: Remote, grant: Grant) -> None:
        self._remote, self._grant = remote, grant

    async def issue(self, http: httpx.AsyncClient, *, refused: Secret | None) -> Held:  # noqa: ARG002 - of Issuer
        """Ask for a token; whether another was refused makes no difference."""
        grant = self._grant
        fields = {
            "grant_type": "client_credentials",
            "client_id": grant.client_id,
            "client_secret": grant.secret.reveal(),
            **grant.more,
        }
        content: Content = {"data": fields} if grant.is_form else {"json": fields}
        answer = await fetch(http, self._remote, grant.url, also=REFUSALS, method="POST", **content)
        if answer.status in REFUSALS:
            raise SourceRefused(
                f"{self._remote.name} refused the credentials ({answer.status}): "
                f"renew client_id and client_secret in {self._remote.where}"
            )
        granted = documented(answer, Granted)
        return Held(token=Secret(granted.access_token), until=ends_at(granted, grant.lasts, self._remote.clock()))


def ends_at(granted: Granted, lasts: timedelta, now: datetime) -> datetime:
    """Return until when a token counts; ``lasts`` is for an answer that does not say."""
    told = timedelta(seconds=granted.expires_in) if granted.expires_in is not None else lasts
    return now + max(told - EARLY, timedelta())
