"""A call through a Studio flow of Twilio: the digits she presses acknowledge.

Who only picks up has not acknowledged, and voice mail presses nothing. Anybody who picks up can press 1, so a code that
she alone knows may be asked for. The flow is made once, in Twilio's console: Trigger (REST API), Make Outgoing Call,
then Gather Input On Call, named as the setting ``widget`` says, which says ``{{flow.data.text}}``.

What is no alarm is sent as a text message from the same number, because a call would ring at night. Twilio
suppresses no duplicates; it refuses (409) a second call to somebody whose first one goes on, which is tried again. It
is taken for granted that an execution's context is an object; where it comes as text, it is read as JSON. It does not
say when digits were pressed, so they count from when they were seen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from oncall_tui.channels.asking import Questions
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, utf16
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from oncall_tui.http_client import (
    Answer,
    PasswordAuth,
    Remote,
    client,
    decode,
    held_back,
    send,
    stay_ready,
    url_problem,
)
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import NOT_EMPTY, POSITIVE

_SPOKEN_LIMIT, _TEXT_LIMIT = 1200, 1600
_CONFLICT = 409
_UNTIL_THE_CALL_ENDS = timedelta(seconds=30)
_FAILED = frozenset({"failed", "undelivered", "canceled"})
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_ACCOUNT, _FLOW = re.compile(r"AC[0-9a-fA-F]{32}"), re.compile(r"FW[0-9a-fA-F]{32}")
_NOT_SPOKEN = str.maketrans({"<": " ", ">": " ", "&": "+"})
"""They would be taken for markup by what reads the text aloud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which number calls which other, and by which flow."""

    account: str
    """The account's SID, AC and 32 letters and digits."""
    key: str | None = None
    """The SID of an API key, SK…; left out: ``secret`` is the account's auth token."""
    secret: Secret
    """The secret of the API key, or the account's auth token."""
    flow: str
    """The SID of the flow, FW and 32 letters and digits."""
    widget: str = field(default="acknowledge", metadata=NOT_EMPTY)
    """The name of the flow's Gather Input On Call."""
    from_: str
    """A number of yours at Twilio that can call and send texts, such as +12125550100."""
    to: str
    """The person's number."""
    code: Secret | None = None
    """The digits that acknowledge and that she alone knows; left out: 1, whoever presses it."""
    url: str = "https://studio.twilio.com"
    """Where Studio is."""
    api: str = "https://api.twilio.com"
    """Where text messages go."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url)), ("api", url_problem(self.api))]
        if not _ACCOUNT.fullmatch(self.account):
            found.append(("account", "the account SID, AC and 32 letters and digits"))
        if not _FLOW.fullmatch(self.flow):
            found.append(("flow", "the flow's SID, FW and 32 letters and digits"))
        numbers = {"from": self.from_, "to": self.to}
        found += [(key, "a number such as +12125550100") for key, n in numbers.items() if not _NUMBER.fullmatch(n)]
        return [(key, instead) for key, instead in found if instead is not None]


class _Made(Struct):
    sid: str
    status: str
    error_code: int | None = None


class _Gathered(Struct):
    widgets: dict[str, Any] = {}


class _Context(Struct):
    context: _Gathered | str | None = None


class TwilioVoiceChannel:
    """Has one number called, and looks what was pressed."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return that digits are pressed by a person."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Call, or text what is no alarm; the id and the status in the body decide."""
        answer = await (self._call(message) if message.purpose.is_alarm else self._text(message))
        if answer.status == _CONFLICT:
            said = f"{self._remote.name} is still calling this number ({_CONFLICT})"
            raise NotSent(said, _UNTIL_THE_CALL_ENDS)
        if "code" in answer.decode(dict[str, Any]):
            raise answer.refused
        made = answer.decode(_Made)
        if made.status in _FAILED or made.error_code:
            raise answer.refused
        return Receipt(reference=made.sid)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look what was pressed in each call."""
        async with self._studio() as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """See that the flow is there and published, without calling anybody."""
        async with self._studio() as http:
            flow = (await send(http, self._remote, "GET", self._settings.flow)).decode(_Made)
        if flow.status != "published":
            raise Rejected(f"{self._remote.name}: the flow is not published; publish it in Twilio's console")
        return CleanText("the flow is published; a test message shows whether the numbers and the widget are right")

    def _auth(self) -> PasswordAuth:
        return PasswordAuth(self._settings.key or self._settings.account, self._settings.secret)

    def _studio(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/v2/Flows", auth=self._auth())

    async def _call(self, message: OutgoingMessage) -> Answer:
        how = "Press 1 to take it." if self._settings.code is None else "Type your code to take it."
        written = fit(message, _SPOKEN_LIMIT, size=utf16, answer=how)
        spoken = (written.removesuffix(message.url) if message.url else written).rstrip().translate(_NOT_SPOKEN)
        parameters = {"text": spoken, "url": message.url, "purpose": message.purpose.value}
        data = {
            "To": self._settings.to,
            "From": self._settings.from_,
            "Parameters": msgspec.json.encode(parameters).decode(),
        }
        async with self._studio() as http:
            path = f"{self._settings.flow}/Executions"
            return await send(http, self._remote, "POST", path, data=data, also=frozenset({_CONFLICT}))

    async def _text(self, message: OutgoingMessage) -> Answer:
        data = {
            "To": self._settings.to,
            "From": self._settings.from_,
            "Body": fit(message, _TEXT_LIMIT, size=utf16),
        }
        url = f"{self._settings.api.rstrip('/')}/2010-04-01/Accounts/{self._settings.account}"
        async with client(url, auth=self._auth()) as http:
            return await send(http, self._remote, "POST", "Messages.json", data=data)

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        path = f"{self._settings.flow}/Executions/{message.reference}/Context"
        answer = await send(http, self._remote, "GET", path)
        match _widgets(answer).get(self._settings.widget):
            case {"Digits": str(digits)} if digits == self._code():
                return Acknowledgement(key=message.key, at=self._clock())
        return None

    def _code(self) -> str:
        return "1" if self._settings.code is None else self._settings.code.reveal().strip()


def _widgets(answer: Answer) -> dict[str, Any]:
    if "context" not in answer.decode(dict[str, Any]):
        raise OutcomeUnknown(answer.undocumented)
    found = answer.decode(_Context).context
    try:
        gathered = decode(found.encode(), _Gathered) if isinstance(found, str) else found
    except ValueError as error:
        raise OutcomeUnknown(answer.undocumented) from error
    return {} if gathered is None else gathered.widgets


def build(channel: ChannelId, settings: Settings, clock: Clock) -> TwilioVoiceChannel:
    """Return a channel that calls through Twilio."""
    return TwilioVoiceChannel(channel, settings, clock)
