"""incident.io: an escalation pages the person there, and she acknowledges it there.

Each message is an escalation of its own, because one that has expired rings nobody when it is returned again. The
idempotency key suppresses duplicates of one message; all messages of one escalation of ours to one person begin with
the same key, so that the stand-down finds and cancels what still rings. Before it cancels anything it asks for a key
that nobody has: where that finds something, the filter is not heeded, and nothing is cancelled.

Every escalation rings, so a handover is refused here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from msgspec import Struct

from oncall_tui.channels.asking import Questions, instant
from oncall_tui.channels.keys import fingerprint, incident_key
from oncall_tui.channels.paging import refuse_what_only_tells
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_TITLE_LIMIT, _TEXT_LIMIT = 200, 5000
_PAGE = 25
_OVER = frozenset({"acked", "resolved", "expired", "cancelled"})
_DEEDS = frozenset({"acked", "resolved"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whom incident.io pages."""

    token: Secret
    """An API key that may create, view and cancel escalations."""
    user: str
    """The person's id in incident.io, such as 01FCNDV6P870EA6S7TK1DSYDG0: she is paged, and her acknowledgement
    alone counts."""
    url: str = "https://api.incident.io"
    """Where incident.io is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if not (self.user.isascii() and self.user.isalnum()):
            found.append(("user", "the person's id in incident.io, of letters and digits"))
        return [(key, instead) for key, instead in found if instead is not None]


class _User(Struct):
    id: str


class _Event(Struct):
    event: str
    occurred_at: str | None = None
    users: tuple[_User, ...] | None = None


class _Escalation(Struct):
    id: str
    status: str
    events: tuple[_Event, ...] | None = None


class _One(Struct):
    escalation: _Escalation


class _Several(Struct):
    escalations: list[_Escalation]


class IncidentIoChannel:
    """Opens escalations and reads what became of them."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that an escalation's history names who acknowledged."""
        return Proof.ACKNOWLEDGED

    @property
    def rings_on(self) -> bool:
        """Return that it goes on until it is acknowledged there."""
        return True

    @property
    def always_rings(self) -> bool:
        """Return that it pages whoever is on call there, whatever the message is about."""
        return True

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Open an escalation, or cancel what was opened before; the escalation that comes back is the proof."""
        refuse_what_only_tells(message, self._remote)
        async with self._client() as http:
            if message.purpose is Purpose.STAND_DOWN:
                await self._cancel(http, incident_key(message))
                return Receipt()
            answer = await send(http, self._remote, "POST", "v2/escalations", json=self._written(message))
        return Receipt(reference=_one(answer).id)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look up the escalation of each message."""
        async with self._client() as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Read escalations as acknowledgements are read."""
        async with self._client() as http:
            await self._found(http, "oncall-tui-check", how="is")
        return CleanText("escalations can be read; a test message shows whether they can be opened")

    def _client(self) -> httpx.AsyncClient:
        return client(self._settings.url, auth=TokenAuth(self._settings.token))

    def _written(self, message: OutgoingMessage) -> dict[str, object]:
        return {
            "idempotency_key": f"{incident_key(message)}-{fingerprint(message.key)}",
            "title": shorten(message.title, _TITLE_LIMIT),
            "description": fit(message, _TEXT_LIMIT),
            "user_ids": [self._settings.user],
        }

    async def _cancel(self, http: httpx.AsyncClient, key: str) -> None:
        if await self._found(http, f"{key}-nobody-has-this", how="is"):
            where = self._remote.where
            raise Rejected(f"{self._remote.name} cannot tell which escalations are ours; close it there ({where})")
        for escalation in await self._found(http, key, how="starts_with"):
            if escalation.status not in _OVER:
                _one(await send(http, self._remote, "POST", f"v2/escalations/{escalation.id}/actions/cancel"))

    async def _found(self, http: httpx.AsyncClient, key: str, *, how: str) -> list[_Escalation]:
        wanted: dict[str, str | int] = {f"idempotency_key[{how}]": key, "page_size": _PAGE}
        answer = await send(http, self._remote, "GET", "v2/escalations", params=wanted)
        return answer.decode(_Several).escalations

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        found = _one(await send(http, self._remote, "GET", f"v2/escalations/{message.reference}"))
        hers = [one.occurred_at for one in found.events or () if self._is_hers(one)]
        times = [instant(written, self._clock()) for written in hers]
        return Acknowledgement(key=message.key, at=min(times)) if times else None

    def _is_hers(self, event: _Event) -> bool:
        return event.event in _DEEDS and any(user.id == self._settings.user for user in event.users or ())


def _one(answer: Answer) -> _Escalation:
    said = answer.decode(dict[str, Any])
    if "errors" in said or "type" in said:
        raise answer.refused
    return answer.decode(_One).escalation


def build(channel: ChannelId, settings: Settings, clock: Clock) -> IncidentIoChannel:
    """Return a channel that pages through incident.io."""
    return IncidentIoChannel(channel, settings, clock)
