"""Matrix: a reaction to the message, or a reply to it, by the person acknowledges.

Matrix suppresses duplicates by the transaction id, which is made from the message's key: the same message sent again is
the same event, as long as the access token stays the same. A new login makes a new token, so keep one.

What the person did is read from the newest events of hers in the room, in one question for all messages; the list of
relations of one event would show reactions, but no ordinary replies. The room must not be encrypted: what is written
there could be neither read nor answered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from msgspec import Struct

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.channels.keys import fingerprint
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, utf8
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, Rejected
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 16_000
_NEWEST = 100
_NOT_FOUND = 404
_HOW_TO_ANSWER = "React to this message, or reply to it in your own words, to take it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """In which room it is written, and whose answer counts."""

    url: str
    """The homeserver of the account that writes."""
    token: Secret
    """The access token of that account; keep one, because another would double what is sent again."""
    room: str
    """The id of a room that is not encrypted and that both have joined, such as !abc:matrix.example."""
    user: str
    """The person, such as @dana:matrix.example, whose reaction or reply alone counts."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if not self.room.startswith("!"):
            found.append(("room", "the room's id, such as !abc:matrix.example; it stands in the room's settings"))
        if not (self.user.startswith("@") and ":" in self.user):
            found.append(("user", "the person's whole id, such as @dana:matrix.example"))
        return [(key, instead) for key, instead in found if instead is not None]


class _Event(Struct):
    sender: str
    content: dict[str, Any]
    origin_server_ts: int = 0


class _Sent(Struct):
    event_id: str


class _Events(Struct):
    chunk: list[_Event]


class _Encryption(Struct):
    algorithm: str = ""


class _Account(Struct):
    user_id: str


class MatrixChannel:
    """Writes to one room and reads what the person did there."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=_pause)
        self._room = f"v3/rooms/{quote(settings.room, safe='')}"
        self._seen = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that reactions and replies name their sender."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Write the message; only the event's id says that it was taken."""
        written = {
            "msgtype": "m.text",
            "body": fit(message, _TEXT_LIMIT, size=utf8, answer=_HOW_TO_ANSWER if message.purpose.asks else ""),
            "m.mentions": {"user_ids": [self._settings.user]},
        }
        async with self._client() as http:
            path = f"{self._room}/send/m.room.message/{fingerprint(message.key)}"
            answer = await send(http, self._remote, "PUT", path, json=written)
        if "errcode" in answer.decode(dict[str, object]):
            raise answer.refused
        return Receipt(reference=answer.decode(_Sent).event_id)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Read once what the person did lately in the room."""
        if not awaited:
            return ()
        wanted = {"types": ["m.reaction", "m.room.message"], "senders": [self._settings.user]}
        params: dict[str, str | int] = {"dir": "b", "limit": _NEWEST, "filter": msgspec.json.encode(wanted).decode()}
        async with self._client() as http:
            answer = await send(http, self._remote, "GET", f"{self._room}/messages", params=params)
        hers = [event for event in answer.decode(_Events).chunk if event.sender == self._settings.user]
        self._seen.remember([found for message in awaited if (found := self._answer(message, hers))])
        return self._seen.known(awaited)

    async def check(self) -> CleanText:
        """See whose token this is, and that the room is one in which answers can be read."""
        async with self._client() as http:
            (await send(http, self._remote, "GET", "v3/account/whoami")).decode(_Account)
            path = f"{self._room}/state/m.room.encryption"
            answer = await send(http, self._remote, "GET", path, also=frozenset({_NOT_FOUND}))
        if answer.decode(_Encryption).algorithm:
            raise Rejected(f"the room is encrypted: make one without encryption and name it in {self._remote.where}")
        return CleanText("the homeserver knows the token, and answers in the room can be read")

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/_matrix/client", auth=TokenAuth(self._settings.token))

    def _answer(self, message: Awaited, newest_first: Sequence[_Event]) -> Acknowledgement | None:
        answers = [event for event in newest_first if message.reference in _about(event.content)]
        if not answers:
            return None
        first = min(answers, key=lambda event: event.origin_server_ts)
        at = instant_of(first.origin_server_ts / 1000, self._clock())
        return Acknowledgement(key=message.key, at=at, words=clean(_words(first.content)))


def _about(content: Mapping[str, Any]) -> set[str]:
    """Return the events that an event reacts or replies to; one that was taken back has none."""
    match content.get("m.relates_to"):
        case {"rel_type": "m.annotation" | "m.thread", "event_id": str(event)}:
            return {event}
        case {"m.in_reply_to": {"event_id": str(event)}}:
            return {event}
    return set()


def _words(content: Mapping[str, Any]) -> str:
    """Return what she wrote, without the quotation that older programs put in front of it."""
    lines = str(content.get("body", "")).split("\n")
    quoted = next((n for n, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    return "\n".join(lines[quoted:]).strip()


def _pause(answer: Answer) -> timedelta | None:
    try:
        wanted = answer.decode(dict[str, Any]).get("retry_after_ms")
    except DeliveryError:
        return None
    return timedelta(milliseconds=min(wanted, 1e9)) if isinstance(wanted, int | float) else None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> MatrixChannel:
    """Return a channel that writes in a Matrix room."""
    return MatrixChannel(channel, settings, clock)
