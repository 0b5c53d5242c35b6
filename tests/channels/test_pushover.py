from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from oncall_tui.channels import pushover
from oncall_tui.domain.message import MessageKey, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import NotSent, Rejected
from oncall_tui.secrets import Secret
from tests.channels.cases import CASES
from tests.channels.make import NOW, a_message, awaited
from tests.servers.sink import Canned, Request, Sink

pytestmark = pytest.mark.anyio

CASE = next(case for case in CASES if case.kind == "pushover")


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink(taken=CASE.answer("accepted"), not_yet=CASE.answer("not_yet")) as sink:
        yield sink


def channel(sink: Sink, user: str = "u-dana") -> pushover.PushoverChannel:
    settings = pushover.Settings(token=Secret("t"), user=Secret(user), url=sink.url)
    return pushover.build(ChannelId("dana-push"), settings, lambda: NOW)


def form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


async def test_a_notification_rings_until_it_is_acknowledged(sink: Sink) -> None:
    receipt = await channel(sink).send(a_message(url="https://desk.example/4312"))
    [request] = sink.requests
    sent = form(request)
    assert receipt.reference == "ref-1"
    assert (sent["priority"], sent["retry"], sent["expire"]) == ("2", "60", "1800")
    assert (sent["user"], sent["url"], sent["title"]) == (
        "u-dana",
        "https://desk.example/4312",
        "4312 Acme KK needs you",
    )


async def test_a_handover_rings_nobody_and_no_receipt_of_it_is_asked_for(sink: Sink) -> None:
    pushed = channel(sink)
    await pushed.send(replace(a_message(), purpose=Purpose.HANDOVER))
    assert form(sink.requests[0])["priority"] == "0"
    assert list(await pushed.acknowledgements([replace(awaited(), reference="")])) == []
    assert len(sink.requests) == 1


async def test_a_long_message_is_cut_to_what_pushover_takes(sink: Sink) -> None:
    asked = "Asked of you: say that you have it."
    await channel(sink).send(a_message(body=f"{'background ' * 300}\n\n{asked}", url="https://desk.example/4312"))
    text = form(sink.requests[0])["message"]
    assert len(text) <= 1024
    assert text.endswith(f"{asked}\n\nhttps://desk.example/4312")


async def test_a_stand_down_ends_the_ringing_and_rings_no_more(sink: Sink) -> None:
    notification = replace(a_message(), key=MessageKey("esc-7/1/1/dana/dana-push"))
    await channel(sink).send(notification)
    await channel(sink).send(
        replace(notification, key=MessageKey("esc-7/stand-down/1/dana/dana-push"), purpose=Purpose.STAND_DOWN)
    )
    rung, cancelled, quiet = sink.requests
    assert cancelled.path == f"/1/receipts/cancel_by_tag/{form(rung)['tags']}.json"
    assert form(quiet)["priority"] == "0"
    assert "retry" not in form(quiet)


async def test_a_silent_stand_down_ends_the_ringing_and_says_nothing(sink: Sink) -> None:
    """She acknowledged elsewhere: she has nothing to read."""
    await channel(sink).send(replace(a_message(), purpose=Purpose.STAND_DOWN, is_silent=True))
    [request] = sink.requests
    assert request.path.startswith("/1/receipts/cancel_by_tag/oncall-tui-")


async def test_a_silent_stand_down_that_ended_nothing_is_not_taken_for_done(sink: Sink) -> None:
    sink.taken = Canned(body=b'{"status": 0, "errors": ["no"]}')
    with pytest.raises(Rejected):
        await channel(sink).send(replace(a_message(), purpose=Purpose.STAND_DOWN, is_silent=True))


async def test_an_emergency_without_a_receipt_is_none(sink: Sink) -> None:
    sink.taken = Canned(body=b'{"status": 1, "request": "r"}')
    with pytest.raises(Rejected):
        await channel(sink).send(a_message())


async def test_when_the_month_is_used_up_the_pause_ends_with_it(sink: Sink) -> None:
    reset = str(int((NOW + timedelta(minutes=20)).timestamp()))
    sink.taken = Canned(status=429, headers=(("X-Limit-App-Remaining", "0"), ("X-Limit-App-Reset", reset)))
    with pytest.raises(NotSent) as caught:
        await channel(sink).send(a_message())
    assert caught.value.retry_after == timedelta(minutes=20)


async def test_a_receipt_is_looked_at_once_within_five_seconds(sink: Sink) -> None:
    dana = channel(sink)
    await dana.acknowledgements([awaited()])
    await dana.acknowledgements([awaited()])
    assert len(sink.requests) == 1


RIGHT = pushover.Settings(token=Secret("t"), user=Secret("u"))


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("url", replace(RIGHT, url="http://pushover.example")),
        ("ring_every", replace(RIGHT, ring_every=timedelta(seconds=10))),
        ("ring_for", replace(RIGHT, ring_for=timedelta(hours=4))),
        ("ring_for", replace(RIGHT, ring_every=timedelta(hours=1))),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(key: str, settings: pushover.Settings) -> None:
    assert [named for named, _ in settings.problems()] == [key]
