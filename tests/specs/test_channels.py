"""Every request of a channel, held against what its vendor published."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import pytest

from oncall_tui.domain.message import Purpose
from oncall_tui.domain.text import CleanText
from tests.channels.cases import CASES, PATIENT, Case
from tests.channels.make import NOW, a_message, awaited
from tests.servers.sink import Request, Sink
from tests.specs.descriptions import OpenApi, Telegram

pytestmark = pytest.mark.anyio

CASE = {case.kind: case for case in CASES}
LONG = a_message(body=f"{'background 🚨 ' * 4000}\n\nAsked of you: call.", url="https://desk.example/4312")


class Description(Protocol):
    def problems(self, request: Request) -> Sequence[str]: ...


class PagerDuty:
    """Two descriptions: events go to one host, questions to another."""

    def __init__(self) -> None:
        self._events = OpenApi("pagerduty-events-v2.openapi.json", prefix="/v2")
        self._rest = OpenApi("pagerduty-rest.openapi.json", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return (self._events if request.method == "POST" else self._rest).problems(request)


class TwilioVoice:
    """Two descriptions: calls go through Studio, texts do not."""

    def __init__(self) -> None:
        self._texts = OpenApi("twilio-api-v2010.openapi.json", prefix="")
        self._studio = OpenApi("twilio-studio-v2.openapi.json", prefix="")

    def problems(self, request: Request) -> Sequence[str]:
        return (self._studio if request.path.startswith("/v2/") else self._texts).problems(request)


DESCRIBED: dict[str, Callable[[], Description]] = {
    "discord": lambda: OpenApi("discord-v10.openapi.json", prefix="/api/v10"),
    "pagerduty": PagerDuty,
    "signal": lambda: OpenApi("signal-cli-rest.swagger.json", prefix=""),
    "slack": lambda: OpenApi("slack-web-2021.swagger.json", prefix="/api"),
    "telegram": Telegram,
    "twilio-sms": lambda: OpenApi("twilio-api-v2010.openapi.json", prefix=""),
    "twilio-voice": TwilioVoice,
}


async def everything_a_channel_asks(case: Case) -> list[Request]:
    """Return the requests of a channel in every situation the contract knows."""
    accepted = case.answer("accepted", case.status)
    async with Sink(taken=accepted, not_yet=case.answer("not_yet"), acts_on=case.sends) as sink:
        channel = case.build(sink.url, lambda: NOW, PATIENT)
        for purpose in Purpose:
            await channel.send(replace(LONG, purpose=purpose))
            await channel.send(replace(a_message(is_possible_duplicate=True), purpose=purpose, title=CleanText("T")))
        for situation in ("not_yet", "by_a_stranger", "acknowledged"):
            sink.not_yet = case.answer(situation)
            sink.receipts |= case.elsewhere(situation)
            await channel.acknowledgements([awaited(reference=case.reference)])
        if case.has("checked"):
            sink.not_yet = case.answer("checked")
            sink.receipts |= case.elsewhere("checked")
        await channel.check()
        return sink.requests


@pytest.mark.parametrize("kind", DESCRIBED)
async def test_every_request_is_as_the_vendor_describes_it(kind: str) -> None:
    described = DESCRIBED[kind]()
    requests = await everything_a_channel_asks(CASE[kind])
    assert len(requests) >= 2 * len(Purpose) + 4
    assert [(one.path, problem) for one in requests for problem in described.problems(one)] == []


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        ("discord", b'{"content": 7, "nonce": "longer than any nonce may be at Discord", "volume": "loud"}'),
        ("signal", b'{"message": "nobody is named", "text_mode": "loud"}'),
        ("twilio-voice", b"To=%2B13125550102&Volume=loud"),
        ("pagerduty", b'{"routing_key": "r", "event_action": "shout", "payload": {"summary": "s"}}'),
        ("slack", b'{"text": "nobody is named", "volume": "loud"}'),
        ("telegram", b'{"chat_id": 4711, "text": 7}'),
        ("twilio-sms", b"To=%2B13125550102&Body=hello&Volume=loud&ValidityPeriod=soon"),
    ],
)
async def test_a_request_that_is_not_as_described_is_noticed(kind: str, broken: bytes) -> None:
    described = DESCRIBED[kind]()
    first = (await everything_a_channel_asks(CASE[kind]))[0]
    assert described.problems(first) == []
    assert described.problems(replace(first, body=broken))
    assert described.problems(replace(first, path="/nowhere"))


def test_what_is_described_is_a_channel() -> None:
    assert DESCRIBED.keys() <= CASE.keys()
