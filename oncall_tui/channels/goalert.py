"""GoAlert: an integration key opens an alert, a GraphQL key reads who acknowledged it.

The same ``dedup`` folds into the open alert, so that a message whose fate is unknown may be sent again. A GraphQL key
of GoAlert is made for one query and answers no other: make it (Admin, API Keys) with exactly the text of ``QUERY``.
Who acknowledged stands only in the alert's log, by name; so the person's name there is a setting.

Every alert rings, so a handover is refused here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from msgspec import Struct
from msgspec import field as named

from oncall_tui.channels.asking import Questions, instant
from oncall_tui.channels.keys import incident_key
from oncall_tui.channels.paging import refuse_what_only_tells
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten, utf8
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

QUERY = (
    "query OncallTui($id: Int!) { alert(id: $id) { status "
    "recentEvents(input: {limit: 15}) { nodes { timestamp message } } } }"
)
_SUMMARY_LIMIT, _DETAILS_LIMIT = 1024, 6000
_OPEN = "StatusUnacknowledged"
_DEED = re.compile(r"(?:Acknowledged|Closed) by (?P<who>.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which service rings, and where acknowledgements are read."""

    url: str
    """The address of GoAlert itself."""
    token: Secret
    """The generic API integration key of a service whose escalation policy rings this person."""
    api_key: Secret | None = None
    """A GraphQL API key made for the one query this channel asks; left out: no acknowledgement can be seen."""
    person: str | None = None
    """The person's name in GoAlert, whose acknowledgement alone counts; goes with ``api_key``."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        if (self.api_key is None) != (not (self.person or "").strip()):
            found.append(("api_key" if self.api_key is None else "person", "a value: api_key and person go together"))
        return [(key, instead) for key, instead in found if instead is not None]


class _Alert(Struct):
    # Older versions tell the whole alert instead of these three.
    number: int | None = named(name="AlertID", default=None)
    older: int | None = named(name="_id", default=None)
    oldest: int | None = named(name="ID", default=None)


class _Event(Struct):
    message: str
    timestamp: str | None = None


class _Nodes(Struct):
    nodes: list[_Event]


class _Status(Struct):
    status: str
    events: _Nodes = named(name="recentEvents")


class _Found(Struct):
    alert: _Status | None = None


class _Reply(Struct):
    data: _Found | None = None
    errors: list[Any] | None = None


class GoAlertChannel:
    """Opens alerts and reads what became of them."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return an acknowledgement where a key lets it be read."""
        return Proof.ACCEPTED if self._settings.api_key is None else Proof.ACKNOWLEDGED

    @property
    def rings_on(self) -> bool:
        """Return that it goes on until it is acknowledged there."""
        return True

    @property
    def always_rings(self) -> bool:
        """Return that it pages whoever is on call there, whatever the message is about."""
        return True

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Open the alert, or close what was opened before; the alert's number says that it was taken."""
        refuse_what_only_tells(message, self._remote)
        async with client(self._settings.url) as http:
            answer = await send(http, self._remote, "POST", "api/v2/generic/incoming", data=self._written(message))
        if "error" in answer.decode(dict[str, Any]):
            raise answer.refused
        alert = answer.decode(_Alert)
        number = alert.number or alert.older or alert.oldest
        if number is None and message.purpose is not Purpose.STAND_DOWN:
            raise answer.refused
        return Receipt(reference=str(number or ""))

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look up the alert of each message."""
        if self._settings.api_key is None:
            return ()
        async with client(self._settings.url, auth=TokenAuth(self._settings.api_key)) as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Ask as acknowledgements are asked for; an integration key cannot be tried without an alert."""
        if self._settings.api_key is None:
            async with client(self._settings.url) as http:
                await send(http, self._remote, "GET", "", also=frozenset(range(400, 500)))
            return CleanText("somebody answers; a test message shows whether the integration key is right")
        async with client(self._settings.url, auth=TokenAuth(self._settings.api_key)) as http:
            await self._alert(http, 1)
        return CleanText("GoAlert answers the query; a test message shows whether the integration key is right")

    async def _alert(self, http: httpx.AsyncClient, number: int) -> _Status | None:
        question = {"operationName": "OncallTui", "query": QUERY, "variables": {"id": number}}
        answer = await send(http, self._remote, "POST", "api/graphql", json=question)
        reply = answer.decode(_Reply)
        if reply.errors or reply.data is None:
            raise Rejected(f"{self._remote.name} refused the query: make its api_key for exactly this query")
        return reply.data.alert

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        if not message.reference.isdecimal():
            raise Rejected(f"{self._remote.name} never told the number of this alert, so it cannot be looked up")
        alert = await self._alert(http, int(message.reference))
        if alert is None or alert.status == _OPEN:
            return None
        hers = [event for event in alert.events.nodes if self._is_hers(event.message)]
        if not hers:
            return None
        return Acknowledgement(key=message.key, at=instant(hers[-1].timestamp, self._clock()))  # the newest comes first

    def _is_hers(self, entry: str) -> bool:
        """Tell whether she did it: her name may be followed by how, in brackets or after "via"."""
        deed = _DEED.match(entry)
        name = (self._settings.person or "").strip()
        return deed is not None and re.match(rf"{re.escape(name)}(?: \(| via |$)", deed["who"]) is not None

    def _written(self, message: OutgoingMessage) -> dict[str, str]:
        # The key goes into the body: GoAlert takes it in a form field, or else in the address.
        return {
            "token": self._settings.token.reveal(),
            "summary": shorten(message.title, _SUMMARY_LIMIT),
            "details": fit(message, _DETAILS_LIMIT, size=utf8, is_titled=False),
            "dedup": incident_key(message),
            **({"action": "close"} if message.purpose is Purpose.STAND_DOWN else {}),
        }


def build(channel: ChannelId, settings: Settings, clock: Clock) -> GoAlertChannel:
    """Return a channel that opens alerts in GoAlert."""
    return GoAlertChannel(channel, settings, clock)
