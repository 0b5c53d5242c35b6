"""The channels that speak HTTP; another one is a line of ``CASES`` and a folder of answers named like it.

A folder holds ``accepted``, ``refused``, ``not_yet``, ``acknowledged`` and ``by_a_stranger``, each an answer's body;
``checked``, where trying the channel without sending gets another answer than a question does; and ``NAME@PLACE`` for
an answer that is found at the address that ends in PLACE.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs

from oncall_tui.channels import (
    discord,
    goalert,
    incident_io,
    jsm_ops,
    matrix,
    mattermost,
    ntfy,
    pagerduty,
    pushover,
    signal,
    slack,
    teams,
    telegram,
    twilio_sms,
    twilio_voice,
    webhook,
)
from oncall_tui.clock import Clock
from oncall_tui.domain.people import ChannelId
from oncall_tui.ports import Channel, Checkable, Poised, Preparable
from oncall_tui.secrets import Secret
from tests.channels.make import NOW
from tests.servers.sink import Canned, Request

SECRET = "hunter2-swordfish"
DANA_PUSH = ChannelId("dana-push")
PATIENT = timedelta(seconds=10)
QUICK = timedelta(seconds=0.15)
"""Time limit of one exchange, for a test that waits for its end."""
NO_DISK = Path("/dev/null/nowhere")
"""A folder that takes nothing."""
A_PAUSE = Canned(status=429, headers=(("Retry-After", "7"),))
"""The usual way to ask for a pause of seven seconds."""


class Tried(Channel, Checkable, Poised, Preparable, Protocol):
    """What every channel offers."""


def sends(request: Request) -> bool:
    return request.method in {"POST", "PUT"}


def posted_to(end: str) -> Callable[[Request], bool]:
    return lambda request: request.method == "POST" and request.path.endswith(end)


def read_json(request: Request) -> str:
    """Return every text in a JSON body."""
    return unescape("\n".join(_texts(json.loads(request.body))))


def read_form(request: Request) -> str:
    """Return every field of a form."""
    return "\n".join(value for values in parse_qs(request.body.decode()).values() for value in values)


def read_markdown(request: Request) -> str:
    """Return what a JSON body shows where it is read as Markdown."""
    return re.sub(r"\\(.)", r"\1", read_json(request)).replace("\u200b", "")


def read_call(request: Request) -> str:
    """Return what is said in a call, or written in a text."""
    form = parse_qs(request.body.decode())
    return "\n".join(_texts(json.loads(form["Parameters"][0]))) if "Parameters" in form else form["Body"][0]


def _texts(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, inner in value.items():
                yield from (f"{name}: {inner}",) if isinstance(inner, bool) else _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A channel, how it is built, and what its provider is like."""

    kind: str
    build: Callable[[str, Clock, timedelta], Tried]
    """From the receiver's address, a clock and the time limit of one exchange."""
    key_of: Callable[[Request], str] | None = None
    """Where the provider finds the key it suppresses duplicates by; None where it knows none."""
    sends: Callable[[Request], bool] = sends
    """Tells a message from a question."""
    text_of: Callable[[Request], str] = read_json
    """What the person gets to read."""
    status: int = 200
    """Of an accepted message."""
    busy: Canned = A_PAUSE
    """Asks for a pause of seven seconds."""
    reference: str = "ref-1"
    only_rings: bool = False
    """Whether what asks for nothing is refused, because it would ring."""
    claims: bool = True
    """Whether an answer has to claim success in a field that is documented."""
    is_answered: bool = True
    """Whether anybody can acknowledge."""
    acknowledged_at: datetime = NOW - timedelta(seconds=50)
    """What ``acknowledged`` says; NOW where this provider does not tell."""
    words: str = ""
    """What she said with it, made harmless."""

    def answer(self, name: str, status: int = 200) -> Canned:
        """Return an answer of this channel's provider from its folder."""
        return Canned(status=status, body=(self._folder / f"{name}.json").read_bytes())

    def has(self, name: str) -> bool:
        return (self._folder / f"{name}.json").exists()

    def elsewhere(self, name: str) -> dict[str, Canned]:
        """Return the answers that belong to the same situation and are found at addresses of their own."""
        found = self._folder.glob(f"{name}@*.json")
        return {path.stem.partition("@")[2]: Canned(body=path.read_bytes()) for path in found}

    @property
    def _folder(self) -> Path:
        return Path(__file__).parent / self.kind


def _webhook(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = webhook.Settings(
        url=f"{url}/pages?sig={SECRET}",
        token=Secret(SECRET),
        acknowledgements=f"{url}/receipts/{{key}}",
        person="Dana Lee",
        timeout=timeout,
    )
    assert settings.problems() == []
    return webhook.build(DANA_PUSH, settings, clock)


def _pushover(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = pushover.Settings(token=Secret(SECRET), user=Secret("u-dana"), url=url, timeout=timeout)
    assert settings.problems() == []
    return pushover.build(DANA_PUSH, settings, clock)


def _telegram(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = telegram.Settings(token=Secret(f"7:{SECRET}"), chat=4711, url=url, timeout=timeout)
    assert settings.problems() == []
    return telegram.build(DANA_PUSH, settings, clock)


def _pagerduty(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = pagerduty.Settings(
        routing_key=Secret(SECRET), token=Secret("read0nly"), user="PDANA", url=url, api=url, timeout=timeout
    )
    assert settings.problems() == []
    return pagerduty.build(DANA_PUSH, settings, clock)


def _ntfy(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = ntfy.Settings(
        topic=Secret("dana-7f3a"), acknowledgements=Secret("dana-acks"), token=Secret(SECRET), url=url, timeout=timeout
    )
    assert settings.problems() == []
    return ntfy.build(DANA_PUSH, settings, clock)


def _slack(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = slack.Settings(token=Secret(SECRET), channel="C0DANA", user="U0DANA", url=url, timeout=timeout)
    assert settings.problems() == []
    return slack.build(DANA_PUSH, settings, clock)


def _twilio_sms(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = twilio_sms.Settings(
        account=f"AC{'0' * 31}7",
        key=f"SK{'0' * 31}8",
        secret=Secret(SECRET),
        from_="+12125550100",
        to="+13125550102",
        url=url,
        timeout=timeout,
    )
    assert settings.problems() == []
    return twilio_sms.build(DANA_PUSH, settings, clock)


def _matrix(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = matrix.Settings(
        url=url, token=Secret(SECRET), room="!room:desk.example", user="@dana:desk.example", timeout=timeout
    )
    assert settings.problems() == []
    return matrix.build(DANA_PUSH, settings, clock)


def _goalert(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = goalert.Settings(
        url=url, token=Secret(SECRET), api_key=Secret("read0nly"), person="Dana Lee", timeout=timeout
    )
    assert settings.problems() == []
    return goalert.build(DANA_PUSH, settings, clock)


def _jsm_ops(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = jsm_ops.Settings(
        key=Secret(SECRET),
        cloud_id="c-1",
        login="oncall@acme.example",
        token=Secret("read0nly"),
        user="712020:dana",
        url=url,
        timeout=timeout,
    )
    assert settings.problems() == []
    return jsm_ops.build(DANA_PUSH, settings, clock)


def _teams(url: str, clock: Clock, timeout: timedelta) -> Tried:
    return teams.build(DANA_PUSH, teams.Settings(url=Secret(f"{url}/workflow?sig={SECRET}"), timeout=timeout), clock)


def _mattermost(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = mattermost.Settings(
        url=url,
        token=Secret(SECRET),
        channel=("chan" * 7)[:26],
        user=("dana" * 7)[:26],
        name="dana",
        timeout=timeout,
    )
    assert settings.problems() == []
    return mattermost.build(DANA_PUSH, settings, clock)


def _discord(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = discord.Settings(
        token=Secret(SECRET), channel="1200000000000004711", user="1100000000000000042", url=url, timeout=timeout
    )
    assert settings.problems() == []
    return discord.build(DANA_PUSH, settings, clock)


def _signal(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = signal.Settings(
        url=url,
        from_="+12125550100",
        to="+13125550102",
        user="oncall",
        password=Secret(SECRET),
        folder=NO_DISK,
        timeout=timeout,
    )
    assert settings.problems() == []
    return signal.build(DANA_PUSH, settings, clock)


def _incident_io(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = incident_io.Settings(token=Secret(SECRET), user="01DANA", url=url, timeout=timeout)
    assert settings.problems() == []
    return incident_io.build(DANA_PUSH, settings, clock)


def _twilio_voice(url: str, clock: Clock, timeout: timedelta) -> Tried:
    settings = twilio_voice.Settings(
        account=f"AC{'0' * 31}7",
        secret=Secret(SECRET),
        flow=f"FW{'0' * 31}6",
        from_="+12125550100",
        to="+13125550102",
        code=Secret("2580"),
        url=url,
        api=url,
        timeout=timeout,
    )
    assert settings.problems() == []
    return twilio_voice.build(DANA_PUSH, settings, clock)


def _field(name: str) -> Callable[[Request], str]:
    return lambda request: str(json.loads(request.body).get(name, ""))


CASES = (
    Case(
        kind="webhook",
        build=_webhook,
        claims=False,
        key_of=lambda request: request.key,
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(kind="pushover", build=_pushover, sends=posted_to("/messages.json"), text_of=read_form),
    Case(
        kind="telegram",
        build=_telegram,
        sends=posted_to("/sendMessage"),
        busy=Canned(status=429, body=b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 7}}'),
        reference="58",
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="pagerduty",
        build=_pagerduty,
        key_of=_field("dedup_key"),
        status=202,
        busy=Canned(status=429, headers=(("ratelimit-reset", "7"),)),
    ),
    Case(kind="ntfy", build=_ntfy),
    Case(kind="slack", build=_slack, reference="C0DANA/1795230180.000200", acknowledged_at=NOW),
    Case(
        kind="twilio-sms",
        build=_twilio_sms,
        text_of=read_form,
        status=201,
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="matrix",
        build=_matrix,
        key_of=lambda request: request.path.rpartition("/")[2],
        busy=Canned(status=429, body=b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 7000}'),
        reference="$event-1",
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="goalert",
        build=_goalert,
        key_of=lambda request: parse_qs(request.body.decode())["dedup"][0],
        sends=posted_to("/incoming"),
        only_rings=True,
        text_of=read_form,
        reference="61",
    ),
    Case(kind="jsm-ops", build=_jsm_ops, key_of=_field("alias"), status=202, acknowledged_at=NOW),
    Case(
        kind="mattermost",
        build=_mattermost,
        key_of=_field("pending_post_id"),
        text_of=read_markdown,
        status=201,
        reference=("p0st" * 7)[:26],
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="discord",
        build=_discord,
        key_of=_field("nonce"),
        text_of=read_markdown,
        busy=Canned(status=429, body=b'{"message": "slow down", "retry_after": 7.0, "global": false}'),
        reference="1300000000000000058",
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="signal",
        build=_signal,
        status=201,
        reference="1795230190000",
        words="On it.\u241b[2J Call you at 8.",
    ),
    Case(
        kind="incident-io",
        build=_incident_io,
        key_of=_field("idempotency_key"),
        sends=posted_to("/v2/escalations"),
        only_rings=True,
    ),
    Case(
        kind="twilio-voice",
        build=_twilio_voice,
        text_of=read_call,
        status=201,
        reference=f"FN{'0' * 31}9",
        acknowledged_at=NOW,
    ),
    Case(kind="teams", build=_teams, status=202, claims=False, is_answered=False),
)
