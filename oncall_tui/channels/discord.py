"""Discord: a message of a bot's; an agreed emoji under it, or a reply to it, by the person acknowledges.

The ``nonce`` suppresses duplicates for some minutes; for how long exactly is not published, so what is sent again says
that it may have come before. A reply counts without its words too: Discord shows them only to bots with the message
content intent. Replies are looked for among the fifty messages that follow; an emoji is found however many there are.
It does not say when an emoji was set, so it counts from when it was seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct
from msgspec import field as named

from oncall_tui.channels.asking import Questions, instant
from oncall_tui.channels.keys import fingerprint
from oncall_tui.channels.markdown import literally
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import utf16
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import NOT_EMPTY, POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 1900
_NONCE_LENGTH = 25
_FOLLOWING, _USERS = 50, 100
"""How many are asked for at once; more messages might be more than an answer may hold."""
_SUPPRESS_EMBEDS, _REPLY = 4, 19
_SKIN_TONES = dict.fromkeys([*range(0x1F3FB, 0x1F400), 0xFE0F])
"""Colours of skin, and the sign that an emoji is meant in colour."""
_BOT = {"User-Agent": "DiscordBot (oncall-tui, 1)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the message goes, and whose answer counts."""

    token: Secret
    """The token of a bot that may view the channel, send messages and read its history."""
    channel: str
    """The number of the channel."""
    user: str
    """The person's number, whose emoji or reply alone counts."""
    reactions: tuple[str, ...] = field(default=("✅", "👀", "👍"), metadata=NOT_EMPTY)
    """The emoji that acknowledge; one of the server's own by its name."""
    url: str = "https://discord.com"
    """Where Discord is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        numbers = {"channel": self.channel, "user": self.user}
        how = "its number in quotes: switch on Developer Mode in Discord, then Copy ID"
        found += [(key, how) for key, one in numbers.items() if not (one.isascii() and one.isdecimal())]
        return [(key, instead) for key, instead in found if instead is not None]


class _Known(Struct):
    id: str


class _Emoji(Struct):
    name: str | None = None
    id: str | None = None


class _Reaction(Struct):
    emoji: _Emoji


class _Reference(Struct):
    message_id: str | None = None


class _Message(Struct):
    id: str
    author: _Known
    channel_id: str
    kind: int = named(name="type", default=0)
    content: str = ""
    timestamp: str | None = None
    message_reference: _Reference | None = None
    reactions: tuple[_Reaction, ...] | None = None


class DiscordChannel:
    """Writes messages and reads what the person did with them."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=_pause)
        self._messages = f"channels/{settings.channel}/messages"
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that emoji and replies name who they are from."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Write the message, which calls nobody but the person; only the message that comes back is a proof."""
        async with self._client() as http:
            answer = await send(http, self._remote, "POST", self._messages, json=self._written(message))
        if "code" in answer.decode(dict[str, Any]):
            raise answer.refused
        return Receipt(reference=answer.decode(_Message).id)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look at each message and at what follows it."""
        async with self._client() as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """See whose token this is, and that the bot can see the channel."""
        async with self._client() as http:
            for path in ("users/@me", f"channels/{self._settings.channel}"):
                (await send(http, self._remote, "GET", path)).decode(_Known)
        return CleanText("Discord knows the token, and the bot sees the channel; a test message shows the rest")

    def _client(self) -> httpx.AsyncClient:
        url = f"{self._settings.url.rstrip('/')}/api/v10"
        return client(url, auth=TokenAuth(self._settings.token, scheme="Bot"), headers=_BOT)

    def _written(self, message: OutgoingMessage) -> dict[str, object]:
        asks, her = message.purpose.asks, self._settings.user
        answer = f"React with {' or '.join(self._settings.reactions)}, or reply, to take it." if asks else ""
        text = literally(message, _TEXT_LIMIT, size=utf16, answer=answer)
        return {
            "content": f"<@{her}> {text}" if asks else text,
            "allowed_mentions": {"parse": [], "users": [her] if asks else []},
            "flags": _SUPPRESS_EMBEDS,
            "nonce": fingerprint(message.key)[:_NONCE_LENGTH],
            "enforce_nonce": True,
        }

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        found = await self._with_what_follows(http, message.reference)
        replies = [one for one in found if self._is_reply(one, message.reference)]
        if replies:
            first = min(replies, key=lambda one: int(one.id))
            at = instant(first.timestamp, self._clock())
            return Acknowledgement(key=message.key, at=at, words=clean(first.content))
        written = next((one for one in found if one.id == message.reference), None)
        if written is None:
            answer = await send(http, self._remote, "GET", f"{self._messages}/{message.reference}")
            written = answer.decode(_Message)
        for reaction in written.reactions or ():
            if self._is_agreed(reaction.emoji) and await self._set_by_her(http, written.id, reaction.emoji):
                return Acknowledgement(key=message.key, at=self._clock())
        return None

    async def _with_what_follows(self, http: httpx.AsyncClient, number: str) -> list[_Message]:
        before = str(int(number) - 1) if number.isdecimal() else number
        wanted: dict[str, str | int] = {"after": before, "limit": _FOLLOWING}
        return (await send(http, self._remote, "GET", self._messages, params=wanted)).decode(list[_Message])

    def _is_reply(self, message: _Message, to: str) -> bool:
        """Tell whether she replied; who pins a message, or forwards it, refers to it too."""
        if message.kind != _REPLY:
            return False
        meant = message.message_reference
        return meant is not None and meant.message_id == to and message.author.id == self._settings.user

    def _is_agreed(self, emoji: _Emoji) -> bool:
        name = (emoji.name or "").translate(_SKIN_TONES)
        return name in {one.translate(_SKIN_TONES) for one in self._settings.reactions}

    async def _set_by_her(self, http: httpx.AsyncClient, number: str, emoji: _Emoji) -> bool:
        name = f"{emoji.name}:{emoji.id}" if emoji.id else emoji.name or ""
        path = f"{self._messages}/{number}/reactions/{quote(name, safe='')}"
        # The list goes by number, so it is read from just before hers.
        wanted: dict[str, str | int] = {"after": str(int(self._settings.user) - 1), "limit": _USERS}
        users = (await send(http, self._remote, "GET", path, params=wanted)).decode(list[_Known])
        return any(user.id == self._settings.user for user in users)


def _pause(answer: Answer) -> timedelta | None:
    try:
        wanted = answer.decode(dict[str, Any]).get("retry_after")
    except DeliveryError:
        return None
    return timedelta(seconds=min(wanted, 1e6)) if isinstance(wanted, int | float) else None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> DiscordChannel:
    """Return a channel that writes in Discord."""
    return DiscordChannel(channel, settings, clock)
