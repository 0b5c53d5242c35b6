"""Text messages through Twilio: a text back from her number with the code in it acknowledges.

A sender's number can be forged, so the code matters: five digits made from the message's key, which only its readers
know. Twilio suppresses no duplicates. It lists what came in by day of Greenwich, so one day more is read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
from msgspec import Struct
from msgspec import field as named

from oncall_tui.channels.asking import Questions, instant_of
from oncall_tui.channels.keys import short_code
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, utf16
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.http_client import PasswordAuth, Remote, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.text_safety import clean

_TEXT_LIMIT = 1600
_PAGE = 200
_LONGEST_VALIDITY = timedelta(hours=10)
_FAILED = frozenset({"failed", "undelivered", "canceled"})
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which number texts which other."""

    account: str
    """The account's SID, AC and 32 letters and digits."""
    key: str | None = None
    """The SID of an API key, SK…; left out: ``secret`` is the account's auth token."""
    secret: Secret
    """The secret of the API key, or the account's auth token."""
    from_: str
    """A number of yours at Twilio that can send and receive texts, such as +12125550100."""
    to: str
    """The person's number; only a text from it acknowledges."""
    valid_for: timedelta = timedelta(minutes=15)
    """A text that could not be sent for so long is dropped, so that none arrives the next morning; 10h at most."""
    url: str = "https://api.twilio.com"
    """Where Twilio is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if not _ACCOUNT.fullmatch(self.account):
            found.append(("account", "the account SID, AC and 32 letters and digits"))
        numbers = {"from": self.from_, "to": self.to}
        found += [(key, "a number such as +12125550100") for key, n in numbers.items() if not _NUMBER.fullmatch(n)]
        if not timedelta(seconds=1) <= self.valid_for <= _LONGEST_VALIDITY:
            found.append(("valid_for", 'a time between "1s" and "10h"'))
        return [(key, instead) for key, instead in found if instead is not None]


class _Text(Struct):
    sid: str
    status: str
    body: str | None = None
    sender: str = named(name="from", default="")
    direction: str = ""
    error_code: int | None = None
    date_sent: str | None = None


class _Texts(Struct):
    messages: tuple[_Text, ...]


class TwilioSmsChannel:
    """Texts one number and reads its answers."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._seen = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that answers carry a code."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Text the message; the id and the status in the body decide."""
        answer = f"Reply {short_code(message.key)} and a few words to take it." if message.purpose.asks else ""
        written = {
            "To": self._settings.to,
            "From": self._settings.from_,
            "Body": fit(message, _TEXT_LIMIT, size=utf16, answer=answer),
            "ValidityPeriod": f"{self._settings.valid_for.total_seconds():.0f}",
        }
        async with self._client() as http:
            said = await send(http, self._remote, "POST", "Messages.json", data=written)
        if "code" in said.decode(dict[str, object]):
            raise said.refused
        text = said.decode(_Text)
        if text.status in _FAILED or text.error_code:
            raise said.refused
        return Receipt(reference=text.sid)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Read once what came from this number."""
        if not awaited:
            return ()
        since = min(message.accepted_at for message in awaited) - _CLOCKS_DIFFER
        wanted: dict[str, str | int] = {
            "To": self._settings.from_,
            "From": self._settings.to,
            "DateSent>": f"{since:%Y-%m-%d}",
            "PageSize": _PAGE,
        }
        async with self._client() as http:
            answer = await send(http, self._remote, "GET", "Messages.json", params=wanted)
        texts = [text for text in answer.decode(_Texts).messages if self._is_hers(text)]
        self._seen.remember([found for message in awaited if (found := self._answer(message, texts))])
        return self._seen.known(awaited)

    async def check(self) -> CleanText:
        """Read the list of texts, of which nobody gets one."""
        async with self._client() as http:
            answer = await send(http, self._remote, "GET", "Messages.json", params={"PageSize": 1})
        answer.decode(_Texts)
        return CleanText("Twilio knows the account; a test message shows whether the numbers are right")

    def _client(self) -> httpx.AsyncClient:
        settings = self._settings
        auth = PasswordAuth(settings.key or settings.account, settings.secret)
        return client(f"{settings.url}/2010-04-01/Accounts/{settings.account}", auth=auth)

    def _is_hers(self, text: _Text) -> bool:
        return text.direction == "inbound" and text.sender == self._settings.to

    def _answer(self, message: Awaited, texts: Sequence[_Text]) -> Acknowledgement | None:
        """Return the first text with the code; the newest comes first in the list."""
        code = re.compile(rf"(?<!\d){short_code(message.key)}(?!\d)")
        first = next((text for text in reversed(texts) if code.search(text.body or "")), None)
        if first is None:
            return None
        words = code.sub("", first.body or "", count=1).strip().lstrip(" .,:;-")
        return Acknowledgement(key=message.key, at=instant_of(_sent(first), self._clock()), words=clean(words))


def _sent(text: _Text) -> float | None:
    try:
        return parsedate_to_datetime(text.date_sent or "").timestamp()
    except (ValueError, OverflowError):
        return None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> TwilioSmsChannel:
    """Return a channel that texts through Twilio."""
    return TwilioSmsChannel(channel, settings, clock)
