"""Signal through a signal-cli-rest-api of your own: a reaction to the message, or a reply that quotes it, acknowledges.

Signal's servers hand out each answer once. So it is kept in a file before anything is made of it (``signal_answers``),
where every channel with the same sender finds it, a second dashboard too, and after a restart. Nothing else may
receive for the same number. Only the modes ``normal`` and ``native`` can be asked; in the others answers cannot be
read, which ``check`` says.

Signal suppresses no duplicates. The interface answers 400 to everything that went wrong; what nobody can mend by trying
again is told by words of signal-cli in it, and everything else is tried again. Receipts for delivery and reading come
in the same stream and prove nothing here. Signal forgets a linked device that has not received for a month, so
``check`` receives too. A person who hides her number is known by her account's id alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from msgspec import Struct
from platformdirs import user_data_path

from oncall_tui.channels.asking import instant_of
from oncall_tui.channels.keys import fingerprint
from oncall_tui.channels.signal_answers import Answers, Envelope
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.http_client import Answer, PasswordAuth, Remote, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 1900
_AT_ONCE = 100
_BAD = 400
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ACCOUNT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FOR_GOOD = re.compile(r"(?i)not registered|unregistered|invalid|not a valid|does not exist|untrusted")
_PAUSE = re.compile(r"(?i)rate.?limit|captcha|challenge|too many")
_A_WHILE = timedelta(minutes=1)
_CAN_BE_ASKED = frozenset({"normal", "native"})
_HOW_TO_ANSWER = "React to this message, or reply to it in your own words, to take it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which account writes to which person."""

    url: str
    """The address of the signal-cli-rest-api, started with MODE=normal or MODE=native."""
    from_: str
    """The number that is registered there, such as +12125550100; no other program may receive for it."""
    to: str
    """The person's number, or the id of her account, whose answer alone counts."""
    account: str | None = None
    """The id of her account, which her answers carry instead of the number where she hides it."""
    user: str | None = None
    """A user name, where a proxy in front of the address asks for one; goes with ``password``."""
    password: Secret | None = None
    """The password for that."""
    folder: Path | None = None
    """Where answers are kept; left out: beside the journal's usual place."""
    timeout: timedelta = field(default=timedelta(seconds=20), metadata=POSITIVE)
    """For one whole exchange: each starts a program there."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if not _NUMBER.fullmatch(self.from_):
            found.append(("from", "a number such as +12125550100"))
        if not (_NUMBER.fullmatch(self.to) or _ACCOUNT.fullmatch(self.to)):
            found.append(("to", "a number such as +12125550100, or the id of an account"))
        if self.account is not None and not _ACCOUNT.fullmatch(self.account):
            found.append(("account", "the id of her account, 36 characters of which four are hyphens"))
        if (self.user is None) != (self.password is None):
            found.append(("user" if self.user is None else "password", "a value: user and password go together"))
        return [(key, instead) for key, instead in found if instead is not None]


class _Sent(Struct):
    timestamp: str | int


class _Received(Struct):
    envelope: Envelope | None = None


class _About(Struct):
    mode: str


class SignalChannel:
    """Writes to one person and reads what comes back to the number."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        folder = settings.folder or user_data_path("oncall-tui") / "signal"
        self._answers = Answers(folder.expanduser() / fingerprint(f"{settings.url} {settings.from_}"))
        self._her = {settings.to, settings.account} - {None}

    @property
    def proves(self) -> Proof:
        """Return that reactions and replies name who they are from."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Write the message; the timestamp that comes back is what Signal calls it."""
        written = {
            "number": self._settings.from_,
            "recipients": [self._settings.to],
            "message": fit(message, _TEXT_LIMIT, answer=_HOW_TO_ANSWER if message.purpose.asks else ""),
            "text_mode": "normal",
        }
        async with self._client() as http:
            answer = await send(http, self._remote, "POST", "v2/send", json=written, also=frozenset({_BAD}))
        self._judge(answer)
        return Receipt(reference=str(answer.decode(_Sent).timestamp))

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Receive what there is, keep it, and return what answers these messages, by now or earlier."""
        if not awaited:
            return ()
        blind: DeliveryError | None = None
        try:
            await self._answers.keep(await self._received())
        except DeliveryError as error:
            blind = error
        found = [answer for message in awaited if (answer := await self._answer(message))]
        if blind is not None and not found:
            raise blind
        return found

    async def check(self) -> CleanText:
        """See that the interface knows the number and hands out answers, which are kept."""
        async with self._client() as http:
            mode = (await send(http, self._remote, "GET", "v1/about")).decode(_About).mode
            numbers = (await send(http, self._remote, "GET", "v1/accounts")).decode(list[str])
        if mode not in _CAN_BE_ASKED:
            raise Rejected(f"{self._remote.name} cannot be asked for answers: start it with MODE=normal or MODE=native")
        if self._settings.from_ not in numbers:
            raise Rejected(f"{self._remote.name} does not know the number: register it there, or correct from")
        await self._answers.keep(await self._received())
        return CleanText("signal-cli-rest-api knows the number, and answers can be read")

    def _client(self) -> httpx.AsyncClient:
        user, password = self._settings.user, self._settings.password
        auth = None if user is None or password is None else PasswordAuth(user, password)
        return client(self._settings.url, auth=auth)

    def _judge(self, answer: Answer) -> None:
        said = answer.decode(dict[str, Any])
        error = said.get("error")
        if answer.status != _BAD and error is None:
            return
        name = self._remote.name
        if said.get("challenge_tokens") or _PAUSE.search(str(error)):
            raise NotSent(f"{name} was asked by Signal for a pause ({answer.status})", _A_WHILE)
        if _FOR_GOOD.search(str(error)):
            raise answer.refused
        raise OutcomeUnknown(f"{name} reported an error of its own ({answer.status})")

    async def _received(self) -> list[Envelope]:
        path = f"v1/receive/{quote(self._settings.from_, safe='')}"
        # What is received is gone there, so no more is asked for than an answer may hold.
        wanted: dict[str, str | int] = {
            "timeout": 1,
            "max_messages": _AT_ONCE,
            "ignore_attachments": "true",
            "ignore_stories": "true",
        }
        async with self._client() as http:
            answer = await send(http, self._remote, "GET", path, params=wanted)
        return [one.envelope for one in answer.decode(list[_Received]) if one.envelope is not None]

    async def _answer(self, message: Awaited) -> Acknowledgement | None:
        hers = [one for one in await self._answers.to(message.reference) if self._her & set(one.sender)]
        if not hers:
            return None
        first = min(hers, key=lambda one: one.at)
        words = next((one.words for one in sorted(hers, key=lambda one: one.at) if one.words), "")
        at = instant_of(first.at / 1000, self._clock())
        return Acknowledgement(key=message.key, at=at, words=clean(words))


def build(channel: ChannelId, settings: Settings, clock: Clock) -> SignalChannel:
    """Return a channel that writes through Signal."""
    return SignalChannel(channel, settings, clock)
