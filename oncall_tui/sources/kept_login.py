"""A person's login at a vendor: its tokens in a file of our own, each pair stored before it is used.

A refresh token is good for one use, which ends the pair before it. So a new pair is written, flushed and put in the
place of the old one before anything is asked with it; and where another process of ours was faster, its pair counts.
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from oncall_tui.errors import SourceRefused
from oncall_tui.http_client import Remote, documented, fetch
from oncall_tui.secrets import Secret
from oncall_tui.sources.oauth import REFUSALS, Granted, Held, ends_at

_LASTS = timedelta(minutes=30)
"""How long an access token lasts where the answer does not say."""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """A pair, as the file holds it."""

    access: str
    refresh: str
    until: float
    """When the access token ends, in seconds since 1970."""


class TokenFile:
    """Where the tokens of one login are kept, for nobody else to read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Tokens | None:
        """Return the pair; None where nobody is logged in, or what is kept cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Tokens)
        except (OSError, msgspec.MsgspecError):
            return None

    def write(self, tokens: Tokens) -> None:
        """Replace the pair as a whole, so that a crash leaves one or the other; raise ``OSError`` when it cannot be."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.{os.getpid()}.new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(tokens))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


class KeptLogin:
    """Gives out the tokens of a login, and renews them."""

    def __init__(self, remote: Remote, url: str, client: Callable[[], Mapping[str, str]], file: TokenFile) -> None:
        """Know where tokens are asked for; ``client`` returns the fields that say which client asks."""
        self._remote, self._url, self._client, self._file = remote, url, client, file
        self._turn = asyncio.Lock()
        self._unstored: Tokens | None = None

    @property
    def is_there(self) -> bool:
        """Tell whether somebody is logged in."""
        return self._known() is not None

    async def issue(self, http: httpx.AsyncClient, *, refused: Secret | None) -> Held:
        """Return a token that is kept and still good, or a new one."""
        async with self._turn:
            known = self._known()
            if known is None:
                raise SourceRefused(f"{self._remote.name}: nobody is logged in; {self._advice}")
            if known.until > self._now and (refused is None or known.access != refused.reveal()):
                return _held(known, is_new=False)
            return _held(await self._renewed(http, known), is_new=True)

    async def redeem(self, http: httpx.AsyncClient, code: str, more: Mapping[str, str]) -> None:
        """Get the first pair for the code a login ended with."""
        fields = {"grant_type": "authorization_code", "code": code, **self._client(), **more}
        answer = await fetch(http, self._remote, self._url, also=REFUSALS, method="POST", json=fields)
        if answer.status in REFUSALS:
            raise SourceRefused(f"{self._remote.name} did not take the login ({answer.status}); {self._advice}")
        self._store(documented(answer, Granted), "")

    async def _renewed(self, http: httpx.AsyncClient, known: Tokens) -> Tokens:
        fields = {"grant_type": "refresh_token", "refresh_token": known.refresh, **self._client()}
        answer = await fetch(http, self._remote, self._url, also=REFUSALS, method="POST", json=fields)
        if answer.status not in REFUSALS:
            return self._store(documented(answer, Granted), known.refresh)
        fresh = self._file.read()
        if fresh is not None and fresh.refresh != known.refresh:  # another process of ours was faster
            return fresh
        raise SourceRefused(f"{self._remote.name}: the login has ended ({answer.status}); {self._advice}")

    def _known(self) -> Tokens | None:
        if self._unstored is not None:
            self._keep(self._unstored)
        return self._unstored or self._file.read()

    def _store(self, granted: Granted, before: str) -> Tokens:
        until = ends_at(granted, _LASTS, self._remote.clock())
        refresh = granted.refresh_token or before
        tokens = Tokens(access=granted.access_token, refresh=refresh, until=until.timestamp())
        self._keep(tokens)
        return tokens

    def _keep(self, tokens: Tokens) -> None:
        """Store a pair; one that no disk takes is used all the same, as the pair before it is void, and tried again."""
        try:
            self._file.write(tokens)
        except OSError:
            self._unstored = tokens
        else:
            self._unstored = None

    @property
    def _now(self) -> float:
        return self._remote.clock().timestamp()

    @property
    def _advice(self) -> str:
        return f"log in again for {self._remote.where}, with oncall-tui connect"


def _held(tokens: Tokens, *, is_new: bool) -> Held:
    return Held(token=Secret(tokens.access), until=datetime.fromtimestamp(tokens.until, UTC), is_new=is_new)
