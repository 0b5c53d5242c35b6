"""Jira Service Management Operations, the successor of Opsgenie: an API integration opens an alert there.

The same ``alias`` folds into the open alert, so that a message whose fate is unknown may be sent again. Opening needs
the key of an integration, reading an API token of a user: two credentials. Everything written is processed later (202),
which is no more than ``accepted`` promises.

An alert is read by its id only, so it is looked for by its alias first. Whoever acknowledges becomes its owner.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from msgspec import Struct

from oncall_tui.channels.asking import Questions
from oncall_tui.channels.keys import incident_key
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import OutcomeUnknown
from oncall_tui.http_client import PasswordAuth, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_TITLE_LIMIT, _TEXT_LIMIT = 130, 15_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which integration rings, and where acknowledgements are read."""

    key: Secret
    """The key of an API integration of a team whose escalation rings this person."""
    cloud_id: str | None = None
    """The id of your site, shown at https://YOUR-SITE.atlassian.net/_edge/tenant_info."""
    login: str | None = None
    """The mail address of the user whose API token reads the alerts."""
    token: Secret | None = None
    """That API token; it ends after a year at most. Left out: nobody's acknowledgement can be seen."""
    user: str | None = None
    """The person's Atlassian account id, whose acknowledgement alone counts."""
    url: str = "https://api.atlassian.com"
    """Where Atlassian is."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url))]
        reading = {"cloud_id": self.cloud_id, "login": self.login, "token": self.token, "user": self.user}
        if any(reading.values()):
            found += [(name, "a value: alerts are read only with all four") for name, v in reading.items() if not v]
        return [(key, instead) for key, instead in found if instead is not None]


class _Taken(Struct, rename="camel"):
    request_id: str | None = None
    message: str | None = None


class _Report(Struct, rename="camel"):
    acknowledged_by: str | None = None
    closed_by: str | None = None


class _Alert(Struct):
    id: str
    status: str
    alias: str | None = None
    acknowledged: bool = False
    owner: str | None = None
    report: _Report | None = None


class _Alerts(Struct):
    values: list[_Alert]


class JsmOpsChannel:
    """Opens alerts and reads what became of them."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=settings.timeout)
        self._questions = Questions(clock)

    @property
    def proves(self) -> Proof:
        """Return an acknowledgement where a token lets it be read."""
        return Proof.ACCEPTED if self._settings.token is None else Proof.ACKNOWLEDGED

    @property
    def rings_on(self) -> bool:
        """Return that it goes on until it is acknowledged there."""
        return True

    @property
    def always_rings(self) -> bool:
        """Return that it pages whoever is on call there, whatever the message is about."""
        return True

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Open the alert, or close what was opened before; the number of the request says that it was taken."""
        alias = incident_key(message)
        opening = "jsm/ops/integration/v2/alerts"
        closing = f"{opening}/{alias}/close?identifierType=alias"
        is_over = message.purpose is Purpose.STAND_DOWN
        async with client(self._settings.url, auth=TokenAuth(self._settings.key, scheme="GenieKey")) as http:
            written = {"source": "oncall-tui"} if is_over else _written(message, alias)
            answer = await send(http, self._remote, "POST", closing if is_over else opening, json=written)
        taken = answer.decode(_Taken)
        if taken.request_id is None:
            raise answer.refused if taken.message else OutcomeUnknown(answer.undocumented)
        return Receipt(reference=alias)

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look up the alert of each message."""
        if self._settings.token is None:
            return ()
        async with self._reader(self._settings.token) as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Read as acknowledgements are read; an integration key cannot be tried without an alert."""
        if self._settings.token is None:
            async with client(self._settings.url) as http:
                await send(http, self._remote, "GET", "", also=frozenset(range(400, 500)))
            return CleanText("somebody answers; a test message shows whether the integration key is right")
        async with self._reader(self._settings.token) as http:
            await self._alerts(http, "oncall-tui-check")
        return CleanText("alerts can be read; a test message shows whether the integration key is right")

    def _reader(self, token: Secret) -> httpx.AsyncClient:
        auth = PasswordAuth(self._settings.login or "", token)
        return client(f"{self._settings.url}/jsm/ops/api/{self._settings.cloud_id}/v1", auth=auth)

    async def _alerts(self, http: httpx.AsyncClient, alias: str) -> list[_Alert]:
        answer = await send(http, self._remote, "GET", "alerts", params={"query": f'alias: "{alias}"', "size": 20})
        return [alert for alert in answer.decode(_Alerts).values if alert.alias in {alias, None}]

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        for found in await self._alerts(http, message.reference):
            if found.acknowledged or found.status == "closed":
                answer = await send(http, self._remote, "GET", f"alerts/{found.id}")
                if self._is_hers(answer.decode(_Alert)):
                    return Acknowledgement(key=message.key, at=self._clock())
        return None

    def _is_hers(self, alert: _Alert) -> bool:
        report = alert.report or _Report()
        by = {report.acknowledged_by, report.closed_by}
        return self._settings.user in (by if by != {None} else {alert.owner})


def _written(message: OutgoingMessage, alias: str) -> dict[str, str]:
    return {
        "message": shorten(message.title, _TITLE_LIMIT),
        "alias": alias,
        "description": fit(message, _TEXT_LIMIT),
        "priority": "P1" if message.purpose.is_alarm else "P5",
        "source": "oncall-tui",
    }


def build(channel: ChannelId, settings: Settings, clock: Clock) -> JsmOpsChannel:
    """Return a channel that opens alerts in Jira Service Management."""
    return JsmOpsChannel(channel, settings, clock)
