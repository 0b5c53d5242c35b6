"""Slack: a message by an app of your own; one of a few emoji under it, set by the person, acknowledges.

Reactions are read, not the history, which Slack lets outside apps read once a minute only. It does not say when a
reaction was set, so it counts from when it was seen. Slack answers 200 even when it refuses, so ``ok`` decides; it
suppresses no duplicates.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import httpx
from msgspec import Struct

from oncall_tui.channels.asking import Questions
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import NOT_EMPTY, POSITIVE

T = TypeVar("T")

_TEXT_LIMIT = 3500
_TAKEN_MEANWHILE = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
"""What passes by itself; the last one lasts while a workspace is being moved."""
_NAMED = {
    "channel_not_found": "it knows no such channel, or the app is not in it",
    "not_in_channel": "the app is not in the channel: invite it there",
    "is_archived": "the channel is archived",
    "missing_scope": "the app needs the scopes chat:write and reactions:read",
    "invalid_auth": "it refuses the token",
    "not_authed": "it refuses the token",
    "token_revoked": "the token was revoked",
    "account_inactive": "the token's account was switched off",
    "message_not_found": "the message was deleted there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the message goes, and whose reaction counts."""

    token: Secret
    """The bot token (xoxb-…) of an app of your own with the scopes chat:write and reactions:read."""
    channel: str
    """The id of a channel the app is in, such as C012AB3CD, or the person's own id for a direct message."""
    user: str
    """The person's id in Slack, such as U012AB3CD, whose reaction alone counts."""
    reactions: tuple[str, ...] = field(default=("white_check_mark", "eyes", "+1"), metadata=NOT_EMPTY)
    """The names of the emoji that acknowledge, without colons."""
    url: str = "https://slack.com"
    """Where Slack is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if self.user[:1] not in {"U", "W"}:
            found.append(("user", "the person's member id, such as U012AB3CD: profile, ⋮, Copy member ID"))
        return [(key, instead) for key, instead in found if instead is not None]


class _Said(Struct):
    ok: bool
    error: str = ""


class _Posted(Struct):
    channel: str
    ts: str


class _Reaction(Struct):
    name: str
    users: tuple[str, ...] = ()


class _Message(Struct):
    reactions: tuple[_Reaction, ...] = ()


class _Found(Struct):
    message: _Message


class SlackChannel:
    """Posts messages and looks at the reactions to them."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that reactions name who set them."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Post the message, in which nothing calls a whole channel or becomes a link unseen."""
        emoji = " or ".join(f":{name}:" for name in self._settings.reactions)
        text = fit(message, _TEXT_LIMIT, answer=f"React with {emoji} to take it." if message.purpose.asks else "")
        written = {"channel": self._settings.channel, "text": _escaped(text), "unfurl_links": False}
        async with self._client() as http:
            answer = await send(http, self._remote, "POST", "api/chat.postMessage", json=written)
        posted = self._result(answer, _Posted)
        return Receipt(reference=f"{posted.channel}/{posted.ts}")

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look at the reactions to each message."""
        async with self._client() as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Ask whose token this is."""
        async with self._client() as http:
            self._result(await send(http, self._remote, "GET", "api/auth.test"), _Said)
        return CleanText("Slack knows the token; a test message shows whether the channel is right")

    def _client(self) -> httpx.AsyncClient:
        return client(self._settings.url, auth=TokenAuth(self._settings.token))

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        channel, _, timestamp = message.reference.partition("/")
        asked: dict[str, str | int] = {"channel": channel, "timestamp": timestamp, "full": "true"}
        answer = await send(http, self._remote, "GET", "api/reactions.get", params=asked)
        found = self._result(answer, _Found).message.reactions
        # A skin tone is part of the name: "+1::skin-tone-3".
        meant = [one for one in found if one.name.partition("::")[0] in self._settings.reactions]
        is_hers = any(self._settings.user in one.users for one in meant)
        return Acknowledgement(key=message.key, at=self._clock()) if is_hers else None

    def _result(self, answer: Answer, as_type: type[T]) -> T:
        said, name = answer.decode(_Said), self._remote.name
        if said.ok:
            return answer.decode(as_type)
        if said.error in _TAKEN_MEANWHILE:
            raise OutcomeUnknown(f"{name} reported an error of its own ({answer.status})")
        if said.error == "ratelimited":
            raise NotSent(f"{name} asks for a pause ({answer.status})", answer.pause)
        if said.error in _NAMED:
            raise Rejected(f"{name} took the request ({answer.status}), but {_NAMED[said.error]}")
        raise answer.refused


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def build(channel: ChannelId, settings: Settings, clock: Clock) -> SlackChannel:
    """Return a channel that posts in Slack."""
    return SlackChannel(channel, settings, clock)
