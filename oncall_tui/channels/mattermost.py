"""Mattermost: a post of a bot's; an agreed emoji, a reply in words or Mattermost's own button acknowledges.

All three stand in the post's thread, read with one question: a server without a licence for the button knows only the
other two, and refuses a post that asks for the button, so asking for it is a setting.

``pending_post_id`` suppresses duplicates for about half a minute; that is from memory and not in the published
description, so what is sent again says that it may have come before. Likewise the error's shape tells a refusal from
a post: both have an ``id``, but only an error has a ``status_code``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from msgspec import Struct
from msgspec import field as named

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.channels.keys import fingerprint
from oncall_tui.channels.markdown import literally
from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import NOT_EMPTY, POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 3500
_UNLICENSED = 501


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the post goes, and whose answer counts."""

    url: str
    """The address of Mattermost itself."""
    token: Secret
    """The access token of a bot account that is in the channel."""
    channel: str
    """The id of the channel: the direct messages of the bot and the person, or another one."""
    user: str
    """The person's id, of 26 letters and digits, whose answer alone counts."""
    name: str | None = None
    """The person's user name, which calls her from a channel that many read; left out in direct messages."""
    reactions: tuple[str, ...] = field(default=("white_check_mark", "eyes", "+1"), metadata=NOT_EMPTY)
    """The names of the emoji that acknowledge, without colons."""
    button: bool = False
    """Whether to ask for Mattermost's own acknowledgement; servers without a licence for it refuse the post then."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        ids = {"channel": self.channel, "user": self.user}
        found += [(key, "an id of 26 letters and digits") for key, one in ids.items() if not _is_id(one)]
        return [(key, instead) for key, instead in found if instead is not None]


def _is_id(text: str) -> bool:
    return len(text) == 26 and text.isascii() and text.isalnum()  # noqa: PLR2004 - as long as every id of Mattermost


class _Posted(Struct):
    id: str
    create_at: int


class _Reaction(Struct):
    user_id: str
    emoji_name: str
    create_at: int = 0


class _Pressed(Struct):
    user_id: str
    acknowledged_at: int = 0


class _Metadata(Struct):
    reactions: tuple[_Reaction, ...] | None = None
    acknowledgements: tuple[_Pressed, ...] | None = None


class _Post(Struct):
    user_id: str
    create_at: int = 0
    delete_at: int = 0
    message: str = ""
    kind: str = named(name="type", default="")
    metadata: _Metadata | None = None


class _Thread(Struct):
    posts: dict[str, _Post]


class _Known(Struct):
    id: str


class MattermostChannel:
    """Posts messages and reads what the person did in their threads."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that emoji, replies and the button name who they are from."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Post the message; only the post that comes back says that it was taken."""
        async with self._client() as http:
            written = self._written(message)
            answer = await send(http, self._remote, "POST", "posts", also=frozenset({_UNLICENSED}), json=written)
        if "status_code" in answer.decode(dict[str, Any]):
            raise self._refusal(answer)
        return Receipt(reference=answer.decode(_Posted).id)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Read the thread of each message."""
        async with self._client() as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """See whose token this is, and that the channel is one the bot may read."""
        async with self._client() as http:
            for path in ("users/me", f"channels/{self._settings.channel}"):
                self._known(await send(http, self._remote, "GET", path))
        return CleanText("Mattermost knows the token, and the bot can read the channel")

    def _refusal(self, answer: Answer) -> Rejected:
        if answer.status != _UNLICENSED or not self._settings.button:
            return answer.refused
        name, where = self._remote.name, self._remote.where
        return Rejected(f"{name} has no licence for its button ({answer.status}): leave button out of {where}")

    def _known(self, answer: Answer) -> None:
        if "status_code" in answer.decode(dict[str, Any]):
            raise answer.refused
        answer.decode(_Known)

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/api/v4", auth=TokenAuth(self._settings.token))

    def _written(self, message: OutgoingMessage) -> dict[str, object]:
        asks = message.purpose.asks
        emoji = " or ".join(f":{name}:" for name in self._settings.reactions)
        answer = f"React with {emoji}, or reply in your own words, to take it." if asks else ""
        text = literally(message, _TEXT_LIMIT, answer=answer)
        called = f"@{self._settings.name} " if self._settings.name and asks else ""
        post: dict[str, object] = {
            "channel_id": self._settings.channel,
            "message": called + text,
            "pending_post_id": fingerprint(message.key),
        }
        if self._settings.button and asks:
            post["metadata"] = {"priority": {"priority": "urgent", "requested_ack": True}}
        return post

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        answer = await send(http, self._remote, "GET", f"posts/{message.reference}/thread")
        posts = answer.decode(_Thread).posts
        deeds = [*self._hers(posts.pop(message.reference, None)), *self._replies(posts.values())]
        if not deeds:
            return None
        at = min(milliseconds for milliseconds, _ in deeds)
        words = next((written for _, written in sorted(deeds) if written), "")
        return Acknowledgement(key=message.key, at=instant_of(at / 1000, self._clock()), words=clean(words))

    def _hers(self, post: _Post | None) -> Iterator[tuple[int, str]]:
        """Return when the person pressed something under the post itself."""
        metadata = (post and post.metadata) or _Metadata()
        for reaction in metadata.reactions or ():
            if reaction.user_id == self._settings.user and self._is_agreed(reaction.emoji_name):
                yield reaction.create_at, ""
        for pressed in metadata.acknowledgements or ():
            if pressed.user_id == self._settings.user and pressed.acknowledged_at:
                yield pressed.acknowledged_at, ""

    def _replies(self, posts: Iterable[_Post]) -> Iterator[tuple[int, str]]:
        for post in posts:
            # Posts with a type are Mattermost's own, such as "joined the channel".
            if post.user_id == self._settings.user and not post.kind and not post.delete_at:
                yield post.create_at, post.message

    def _is_agreed(self, name: str) -> bool:
        """Tell whether an emoji is one that was agreed on, in whatever colour of skin: ``+1_dark_skin_tone``."""
        toned = name.endswith("_skin_tone")
        return any(name == one or (toned and name.startswith(f"{one}_")) for one in self._settings.reactions)


def build(channel: ChannelId, settings: Settings, clock: Clock) -> MattermostChannel:
    """Return a channel that posts in Mattermost."""
    return MattermostChannel(channel, settings, clock)
