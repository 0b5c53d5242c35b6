"""ntfy, on ntfy.sh or a server of your own: a button posts the acknowledgement to a second topic, which is read.

Whoever knows the name of a topic may read it and post to it, unless the server protects it. So a topic is a secret
here, and the button posts a code that only somebody can know who got the message: it is made from the message's key,
the topic and the token. It proves that somebody who reads the topic pressed, not who: give each person a topic of her
own, and on a server of your own protect both topics.

A server forgets what was posted after twelve hours. It suppresses no duplicates.
"""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote

import httpx
from msgspec import Struct

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten, utf8
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import OutcomeUnknown
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, decode, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_TITLE_LIMIT, _BODY_LIMIT = 250, 4000
_URGENT, _NORMAL = 5, 3
_CLOCKS_DIFFER = timedelta(minutes=10)
_DAILY_QUOTA = 42908


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which topic the person listens to, and where her answers are read."""

    topic: Secret
    """The topic her telephone listens to; a long name that nobody guesses."""
    acknowledgements: Secret | None = None
    """The topic the button posts to, another one; left out: nobody can acknowledge."""
    token: Secret | None = None
    """An access token for both topics; left out: the server asks for none."""
    button_token: Secret | None = None
    """An access token that may only post to ``acknowledgements``; it travels with each message to her telephone."""
    url: str = "https://ntfy.sh"
    """The server."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        problem = url_problem(self.url)
        return [] if problem is None else [("url", problem)]


class _Posted(Struct):
    id: str
    event: str
    time: int = 0
    message: str = ""


class NtfyChannel:
    """Posts to one topic and reads another."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=_pause)
        self._seen = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return an acknowledgement where a topic for it is named."""
        return Proof.ACCEPTED if self._settings.acknowledgements is None else Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Post the message; only the id it got says that it was taken."""
        async with self._client() as http:
            answer = await send(http, self._remote, "POST", "", json=self._written(message))
        if "error" in answer.decode(dict[str, object]):
            raise answer.refused
        return Receipt(reference=answer.decode(_Posted).id)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Read the second topic once for all messages."""
        if self._settings.acknowledgements is None or not awaited:
            return ()
        since = min(message.accepted_at for message in awaited) - _CLOCKS_DIFFER
        async with self._client() as http:
            posted = await self._read(http, self._settings.acknowledgements, f"{since.timestamp():.0f}")
        codes = {self._code(message.key): message.key for message in awaited}
        for post in posted:
            key = codes.pop(post.message.strip(), None)  # pressed twice is once
            if key is not None:
                self._seen.remember([Acknowledgement(key=key, at=instant_of(post.time, self._clock()))])
        return self._seen.known(awaited)

    async def check(self) -> CleanText:
        """Read both topics."""
        async with self._client() as http:
            await self._read(http, self._settings.topic, "1m")
            if self._settings.acknowledgements is not None:
                await self._read(http, self._settings.acknowledgements, "1m")
        return CleanText("the topics can be read; a test message shows whether anybody listens")

    def _client(self) -> httpx.AsyncClient:
        token = self._settings.token
        return client(self._settings.url, auth=None if token is None else TokenAuth(token))

    async def _read(self, http: httpx.AsyncClient, topic: Secret, since: str) -> list[_Posted]:
        path = f"{quote(topic.reveal(), safe='')}/json"
        answer = await send(http, self._remote, "GET", path, params={"poll": 1, "since": since})
        return _posted(answer)

    def _code(self, key: MessageKey) -> str:
        """Return what the button posts: nobody can make it who has not seen the message."""
        token = self._settings.token
        known = f"{self._settings.topic.reveal()}\0{token.reveal() if token else ''}"
        return hmac.new(known.encode(), key.encode(), "sha256").hexdigest()

    def _written(self, message: OutgoingMessage) -> dict[str, object]:
        written: dict[str, object] = {
            "topic": self._settings.topic.reveal(),
            "title": shorten(message.title, _TITLE_LIMIT),
            "message": fit(message, _BODY_LIMIT, size=utf8, is_titled=False) or message.title,
            "priority": _URGENT if message.purpose.is_alarm else _NORMAL,
        }
        if message.url:
            written["click"] = message.url
        if message.purpose.asks and self._settings.acknowledgements is not None:
            written["actions"] = [self._button(message.key, self._settings.acknowledgements)]
        return written

    def _button(self, key: MessageKey, topic: Secret) -> dict[str, object]:
        token = self._settings.button_token
        return {
            "action": "http",
            "label": "I have it",
            "method": "POST",
            "url": f"{self._settings.url.rstrip('/')}/{quote(topic.reveal(), safe='')}",
            "headers": {} if token is None else {"Authorization": f"Bearer {token.reveal()}"},
            "body": self._code(key),
            "clear": True,
        }


def _posted(answer: Answer) -> list[_Posted]:
    """Read one JSON object in each line; no line is no post."""
    if answer.is_page:
        raise OutcomeUnknown(answer.undocumented)
    try:
        posts = [decode(line, _Posted) for line in answer.body.splitlines() if line.strip()]
    except ValueError as error:
        raise OutcomeUnknown(answer.undocumented) from error
    return [post for post in posts if post.event == "message"]


def _pause(answer: Answer) -> timedelta | None:
    """Return an hour when the day's messages are used up, which ``Retry-After`` does not say."""
    try:
        is_used_up = json.loads(answer.body)["code"] == _DAILY_QUOTA
    except (ValueError, KeyError, TypeError):
        return None
    return timedelta(hours=1) if is_used_up else None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> NtfyChannel:
    """Return a channel that posts to ntfy."""
    return NtfyChannel(channel, settings, clock)
