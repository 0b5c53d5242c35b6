"""PagerDuty: an event opens an incident, which is acknowledged there.

Events v2, not the Incidents API: an event with the same ``dedup_key`` folds into the open incident, so that a message
whose fate is unknown may be sent again; its key can do nothing but raise events; and an incident that is assigned to
the user named in ``From`` would be born acknowledged and ring nobody. What it costs: 202 says that the event was taken,
not that an incident exists, which is no more than ``accepted`` promises.

Who acknowledged is read with a REST token that may be read-only. The incident is found by the ``dedup_key`` even when
PagerDuty merged the alert into another one. It lists acknowledgements only while it is acknowledged; one resolved by
her straight away counts too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from msgspec import Struct

from oncall_tui.channels.asking import Questions, instant
from oncall_tui.channels.keys import incident_key
from oncall_tui.clock import Clock
from oncall_tui.domain.fitting import fit, shorten
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.http_client import Answer, Remote, TokenAuth, client, held_back, send, stay_ready, url_problem
from oncall_tui.ports import MayLeave
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE

_SUMMARY_LIMIT, _DETAILS_LIMIT = 1024, 20_000
_VERSION = {"Accept": "application/vnd.pagerduty+json;version=2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which service rings, and where acknowledgements are read."""

    routing_key: Secret
    """The integration key (Events API v2) of a service whose escalation policy rings this person."""
    token: Secret | None = None
    """A REST API key, read-only is enough; left out: nobody's acknowledgement can be seen."""
    user: str | None = None
    """The person's id in PagerDuty, such as PABC123, whose acknowledgement alone counts; goes with ``token``."""
    url: str = "https://events.pagerduty.com"
    """Where events go; https://events.eu.pagerduty.com for an account in Europe."""
    api: str = "https://api.pagerduty.com"
    """Where acknowledgements are read; https://api.eu.pagerduty.com for an account in Europe."""
    timeout: timedelta = field(default=timedelta(seconds=15), metadata=POSITIVE)
    """For one whole exchange."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        found = [("url", url_problem(self.url)), ("api", url_problem(self.api))]
        if (self.token is None) != (self.user is None):
            found.append(("user" if self.user is None else "token", "a value: token and user go together"))
        return [(key, instead) for key, instead in found if instead is not None]


class _Taken(Struct):
    status: str


class _Somebody(Struct):
    id: str


class _Acknowledged(Struct):
    acknowledger: _Somebody
    at: str | None = None


class _Incident(Struct):
    status: str
    acknowledgements: tuple[_Acknowledged, ...] = ()
    last_status_change_by: _Somebody | None = None
    last_status_change_at: str | None = None


class _Incidents(Struct):
    incidents: tuple[_Incident, ...]


class PagerDutyChannel:
    """Raises events and reads what became of their incidents."""

    def __init__(self, channel: ChannelId, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        total = settings.timeout
        self._remote = Remote(name=channel, table="[[channels]]", clock=clock, total=total, pause_of=_pause)
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
        """Raise the event, or resolve what was raised before; ``status`` in the body decides."""
        async with client(self._settings.url) as http:
            answer = await send(http, self._remote, "POST", "v2/enqueue", json=self._written(message))
        if answer.decode(_Taken).status != "success":
            raise answer.refused
        return Receipt(reference=incident_key(message))

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        """Do all it takes to send, and let the message leave when it may."""
        with held_back(may_leave):
            return await self.send(message)

    async def stay_ready(self) -> None:
        """Have a connection open for the next message."""
        await stay_ready(self._settings.url)

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Look up the incident of each message."""
        if self._settings.token is None:
            return ()
        async with self._reader(self._settings.token) as http:
            return await self._questions.ask(awaited, lambda message: self._acknowledgement(http, message))

    async def check(self) -> CleanText:
        """Read as acknowledgements are read; PagerDuty has no way to try a routing key without an incident."""
        if self._settings.token is None:
            async with client(self._settings.url) as http:
                await send(http, self._remote, "GET", "", also=frozenset(range(400, 500)))
            return CleanText("somebody answers; a test message shows whether the routing key is right")
        async with self._reader(self._settings.token) as http:
            (await self._incidents(http, {"limit": 1})).decode(_Incidents)
        return CleanText("acknowledgements can be read; a test message shows whether the routing key is right")

    def _reader(self, token: Secret) -> httpx.AsyncClient:
        return client(self._settings.api, auth=TokenAuth(token, scheme="Token token="), headers=_VERSION)

    async def _incidents(self, http: httpx.AsyncClient, params: dict[str, str | int]) -> Answer:
        return await send(http, self._remote, "GET", "incidents", params={"date_range": "all", **params})

    async def _acknowledgement(self, http: httpx.AsyncClient, message: Awaited) -> Acknowledgement | None:
        found = (await self._incidents(http, {"incident_key": message.reference})).decode(_Incidents)
        for incident in found.incidents:
            for written in self._hers(incident):
                return Acknowledgement(key=message.key, at=instant(written, self._clock()))
        return None

    def _hers(self, incident: _Incident) -> list[str | None]:
        """Return when the person acknowledged, or resolved what nobody had acknowledged."""
        acknowledged = [one.at for one in incident.acknowledgements if one.acknowledger.id == self._settings.user]
        by = incident.last_status_change_by
        is_resolved = incident.status == "resolved" and by is not None and by.id == self._settings.user
        return acknowledged + ([incident.last_status_change_at] if is_resolved else [])

    def _written(self, message: OutgoingMessage) -> dict[str, object]:
        event: dict[str, object] = {
            "routing_key": self._settings.routing_key.reveal(),
            "dedup_key": incident_key(message),
        }
        if message.purpose is Purpose.STAND_DOWN:
            return event | {"event_action": "resolve"}  # a message of its own would ring once more
        return event | {
            "event_action": "trigger",
            "client": "oncall-tui",
            "links": [{"href": message.url, "text": "The ticket"}] if message.url else [],
            "payload": {
                "summary": shorten(message.title, _SUMMARY_LIMIT),
                "source": "oncall-tui",
                "severity": "critical" if message.purpose.is_alarm else "info",
                "custom_details": {"message": fit(message, _DETAILS_LIMIT, is_titled=False)},
            },
        }


def _pause(answer: Answer) -> timedelta | None:
    seconds = answer.headers.get("ratelimit-reset", "")
    return timedelta(seconds=int(seconds[:6])) if seconds.isdecimal() else None


def build(channel: ChannelId, settings: Settings, clock: Clock) -> PagerDutyChannel:
    """Return a channel that raises incidents in PagerDuty."""
    return PagerDutyChannel(channel, settings, clock)
