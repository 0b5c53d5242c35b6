"""A web address of the user's that takes messages as JSON and may tell who acknowledged them.

A message is ``POST {key, purpose, title, body, url, possible_duplicate}`` with the key as ``Idempotency-Key`` too
(there, what is not ASCII is percent-encoded). The same key comes again when a try did not prove enough, so the receiver
should act on each key once.

It counts as accepted when the answer is 2xx and either empty (200, 201, 202, 204) or a JSON object that has neither a
true ``error`` nor a false ``ok``. Anything else is no proof: the login page of a Wi-Fi is a 200 too.

Acknowledgements are ``GET`` of the second address, ``{key}`` filled in, every few seconds: 204, 404 or an object
without ``acknowledged_by`` say "not yet"; ``{acknowledged_by, at, words}`` says who, when and in what words. With the
setting ``person`` only that very name counts. Without it any name does: then the second address must be one at which
only this person can acknowledge.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx

from oncall_tui.channels.asking import ask_each, instant
from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.text_safety import clean

_KEY = "{key}"
_MAY_BE_EMPTY = frozenset({200, 201, 202, 204})
_REFUSED = frozenset({401, 403})
_NOT_FOR_TRYING = frozenset(range(400, 500)) - _REFUSED
"""What a receiver that only takes messages may answer to ``OPTIONS``; it shows that somebody is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where messages go, and where acknowledgements are read."""

    url: str
    """The address messages are posted to: https, or http on this machine."""
    token: Secret | None = None
    """Sent as ``Authorization: Bearer …`` to both addresses."""
    acknowledgements: str | None = None
    """The address acknowledgements are read from, with ``{key}`` where the message's key goes."""
    person: str | None = None
    """The ``acknowledged_by`` that counts; left out, any name does."""
    timeout: timedelta = timedelta(seconds=15)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url)), ("acknowledgements", _pattern_problem(self.acknowledgements))]
        if self.person is not None and not self.person.strip():
            found.append(("person", "the name the receiver writes into acknowledged_by, or nothing at all"))
        if self.timeout <= timedelta():
            found.append(("timeout", 'a time longer than none, such as "15s"'))
        return [(key, instead) for key, instead in found if instead is not None]


def _pattern_problem(pattern: str | None) -> str | None:
    if pattern is None:
        return None
    if _KEY not in "".join(pattern.split("/", 3)[3:]):
        return "an address with {key} after the host, such as https://desk.example/acknowledgements/{key}"
    return url_problem(pattern.replace(_KEY, "key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answered:
    """What the second address says about one message."""

    acknowledged_by: str | None = None
    at: str | None = None
    words: str | None = None


class WebhookChannel:
    """Posts messages and polls for their acknowledgements."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)

    @property
    def proves(self) -> Proof:
        """Return an acknowledgement where it is known where to look for one."""
        return Proof.ACCEPTED if self._settings.acknowledgements is None else Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Post the message; the body of the answer decides, not the status alone."""
        async with self._client() as http:
            answer = await send(
                http,
                self._remote,
                "POST",
                self._settings.url,
                json=_written(message),
                headers={"Idempotency-Key": quote(message.key, safe=string.punctuation)},
            )
        self._judge(answer)
        return Receipt()

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Ask for all at once; an answer that was seen counts, whatever became of the other questions."""
        if self._settings.acknowledgements is None or not awaited:
            return ()
        async with self._client() as http:
            return await ask_each(awaited, lambda message: self._acknowledgement(http, message.key))

    async def check(self) -> CleanText:
        """See that somebody answers at both addresses, without posting anything."""
        async with self._client() as http:
            answer = await send(http, self._remote, "OPTIONS", self._settings.url, also=_NOT_FOR_TRYING)
            if answer.is_page and httpx.codes.is_success(answer.status):
                answer.decode(dict[str, Any])  # raises, and says that this is a web page
            if self._settings.acknowledgements is None:
                return CleanText(f"somebody answers ({answer.status}); a test message shows whether it is taken")
            await self._acknowledgement(http, MessageKey("check"))
        return CleanText(f"somebody answers ({answer.status}), acknowledgements can be read")

    def _client(self) -> httpx.AsyncClient:
        token = self._settings.token
        return client(auth=None if token is None else TokenAuth(token))

    def _judge(self, answer: Answer) -> None:
        if answer.status in _MAY_BE_EMPTY and not answer.body and not answer.is_page:
            return
        said = answer.decode(dict[str, Any])
        if said.get("error") or said.get("ok") is False:
            raise answer.refused

    async def _acknowledgement(self, http: httpx.AsyncClient, key: MessageKey) -> Acknowledgement | None:
        url = (self._settings.acknowledgements or "").replace(_KEY, quote(key, safe=""))
        answer = await send(http, self._remote, "GET", url, also=frozenset({404}))
        if answer.status in {204, 404}:
            return None
        answered = answer.decode(_Answered)
        if not self._is_asked(answered.acknowledged_by):
            return None
        return Acknowledgement(key=key, at=instant(answered.at, self._clock()), words=clean(answered.words or ""))

    def _is_asked(self, name: str | None) -> bool:
        wanted = self._settings.person
        name = (name or "").strip()
        return bool(name) if wanted is None else name == wanted.strip()


def _written(message: OutgoingMessage) -> dict[str, str | bool]:
    return {
        "key": message.key,
        "purpose": message.purpose.value,
        "title": message.title,
        "body": message.body,
        "url": message.url,
        "possible_duplicate": message.is_possible_duplicate,
    }


def build(channel: ChannelId, settings: Settings, clock: Clock) -> WebhookChannel:
    """Return a channel that posts to a web address."""
    return WebhookChannel(channel, settings, clock)
