"""Pushover at emergency priority: it rings until she acknowledges, and tells who did, on which device, and when.

Pushover cannot suppress duplicates: a message whose fate is unknown rings once more and says so. A stand-down first
ends the ringing of what was sent before, which is found by a tag of the escalation.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import httpx

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.channels.keys import incident_key
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError
from oncall_tui.http_client import Answer, Remote, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_TITLE_LIMIT, _BODY_LIMIT, _LINK_LIMIT = 250, 1024, 512
_EMERGENCY, _NORMAL = 2, 0
_SHORTEST_INTERVAL, _LONGEST_RINGING = timedelta(seconds=30), timedelta(hours=3)
_ASKED_EVERY = timedelta(seconds=5)
_CONNECTIONS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Whom to ring, and how insistently."""

    token: Secret
    """The token of the application made for this program at pushover.net."""
    user: Secret
    """The person's own user key; of a group, nobody's answer would count."""
    ring_every: timedelta = timedelta(seconds=60)
    """How often it rings until she acknowledges: 30s or more."""
    ring_for: timedelta = timedelta(minutes=30)
    """How long it goes on: 3h or less."""
    sound: str | None = None
    """The name of a sound of Pushover; left out: the one she has chosen."""
    url: str = "https://api.pushover.net"
    """Where Pushover is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if self.ring_every < _SHORTEST_INTERVAL:
            found.append(("ring_every", '"30s" or longer; Pushover takes nothing shorter'))
        if not self.ring_every <= self.ring_for <= _LONGEST_RINGING:
            found.append(("ring_for", '"3h" or shorter, and no shorter than ring_every'))
        return [(key, instead) for key, instead in found if instead is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    status: int
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Receipt:
    status: int
    acknowledged: int
    acknowledged_at: int = 0
    acknowledged_by: str | None = None


class PushoverChannel:
    """Rings one person's devices."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=self._pause)
        self._questions = Questions(clock, apart=_ASKED_EVERY, at_once=_CONNECTIONS)

    @property
    def proves(self) -> Proof:
        """Return that a receipt tells who acknowledged."""
        return Proof.ACKNOWLEDGED

    @property
    def rings_on(self) -> bool:
        """Return that it goes on until it is acknowledged there."""
        return True

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Ring, or say quietly what is no alarm; ``status`` in the body decides."""
        async with client(self._settings.url) as http:
            if message.is_silent:
                await self._cancel(http, message)
                return Receipt()
            if message.purpose is Purpose.STAND_DOWN:
                with suppress(DeliveryError):  # it would end by itself, and the stand-down matters more
                    await self._cancel(http, message)
            answer = await self._post(http, "messages.json", self._written(message))
        taken = answer.decode(_Taken)
        if taken.status != 1 or (message.purpose.is_alarm and not taken.receipt):
            raise answer.refused
        return Receipt(reference=taken.receipt or "")

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look at the receipts, as often as Pushover lets anybody."""
        async with client(self._settings.url) as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Let Pushover say whether token and user are right; nothing rings."""
        async with client(self._settings.url) as http:
            answer = await self._post(http, "users/validate.json", {"user": self._settings.user.reveal()})
        if answer.decode(_Taken).status != 1:
            raise answer.refused
        return CleanText("Pushover knows this token and this user, who has a device")

    async def _cancel(self, http: httpx.AsyncClient, message: OutgoingMessage) -> None:
        answer = await self._post(http, f"receipts/cancel_by_tag/{incident_key(message)}.json", {})
        if answer.decode(_Taken).status != 1:
            raise answer.refused

    async def _post(self, http: httpx.AsyncClient, path: str, fields: dict[str, str]) -> Answer:
        token = {"token": self._settings.token.reveal()}
        return await send(http, self._remote, "POST", f"1/{path}", data={**token, **fields})

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        if not message.reference:
            return None  # it did not ring, so there is no receipt
        # Pushover takes the token of a question nowhere but in the address.
        token = {"token": self._settings.token.reveal()}
        answer = await send(http, self._remote, "GET", f"1/receipts/{message.reference}.json", params=token)
        receipt = answer.decode(_Receipt)
        if receipt.status != 1:
            raise answer.refused
        if receipt.acknowledged != 1 or receipt.acknowledged_by not in {None, "", self._settings.user.reveal()}:
            return None
        return Acknowledgement(key=message.key, at=instant_of(receipt.acknowledged_at, self._clock()))

    def _written(self, message: OutgoingMessage) -> dict[str, str]:
        written = {
            "user": self._settings.user.reveal(),
            "title": shorten(message.title, _TITLE_LIMIT),
            "message": fit(message, _BODY_LIMIT, is_titled=False) or message.title,
            "priority": str(_EMERGENCY if message.purpose.is_alarm else _NORMAL),
        }
        if message.purpose.is_alarm:
            written["retry"] = f"{self._settings.ring_every.total_seconds():.0f}"
            written["expire"] = f"{self._settings.ring_for.total_seconds():.0f}"
            written["tags"] = incident_key(message)
        optional = {"sound": self._settings.sound, "url": message.url if len(message.url) <= _LINK_LIMIT else ""}
        return written | {name: value for name, value in optional.items() if value}

    def _pause(self, answer: Answer) -> timedelta | None:
        """Return the time until the month's messages start anew, when they are used up."""
        reset = answer.headers.get("X-Limit-App-Reset", "")
        is_used_up = answer.headers.get("X-Limit-App-Remaining") == "0" and reset.isdecimal()
        return timedelta(seconds=max(0.0, float(reset[:12]) - self._clock().timestamp())) if is_used_up else None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> PushoverChannel:
    """Return a channel that rings through Pushover."""
    return PushoverChannel(channel, settings, clock)
