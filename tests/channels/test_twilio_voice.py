import json
from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.channels import twilio_voice
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import NotSent, Rejected
from oncall_tui.secrets import Secret
from tests.channels.make import NOW, a_message, awaited
from tests.channels.trial import canned, form, trial
from tests.servers.sink import Canned

pytestmark = pytest.mark.anyio

LONG = a_message(body=f"{'background 🚨 ' * 4000}\n\nAsked of you: call.", url="https://desk.example/4312")
SETTINGS = twilio_voice.Settings(
    account=f"AC{'0' * 32}",
    secret=Secret("s"),
    flow=f"FW{'0' * 32}",
    from_="+12125550100",
    to="+13125550102",
)


async def test_what_is_read_aloud_is_short_has_no_markup_and_no_address() -> None:
    async with trial("twilio-voice") as at:
        await at.channel.send(a_message(body="<Hangup/> Q&A\n\nAsked: call.", url="https://desk.example/4312"))
        await at.channel.send(LONG)
        spoken, long = (json.loads(form(request)["Parameters"])["text"] for request in at.sink.requests)
    assert " Hangup/  Q+A" in spoken
    assert "https://" not in spoken
    assert spoken.endswith("Type your code to take it.")
    assert len(long.encode("utf-16-le")) // 2 <= 1200
    assert "Asked of you: call." in long


@pytest.mark.parametrize("purpose", [Purpose.STAND_DOWN, Purpose.HANDOVER])
async def test_what_asks_for_nothing_calls_nobody_and_comes_as_a_text(purpose: Purpose) -> None:
    async with trial("twilio-voice") as at:
        await at.channel.send(replace(a_message(), purpose=purpose))
        [request] = at.sink.requests
    assert request.path.endswith("/Messages.json")
    assert "4312 Acme KK" in form(request)["Body"]


@pytest.mark.parametrize("purpose", [Purpose.NOTIFICATION, Purpose.TEST])
async def test_what_asks_calls(purpose: Purpose) -> None:
    async with trial("twilio-voice") as at:
        await at.channel.send(replace(a_message(), purpose=purpose))
        assert at.sink.requests[0].path.endswith("/Executions")


async def test_a_call_that_still_goes_on_is_waited_for() -> None:
    async with trial("twilio-voice") as at:
        at.sink.taken = Canned(status=409, body=b'{"code": 20409, "message": "active", "status": 409}')
        with pytest.raises(NotSent, match="still calling") as caught:
            await at.channel.send(a_message())
    assert caught.value.retry_after == timedelta(seconds=30)


def pressed(widgets: dict[str, object], *, as_text: bool) -> Canned:
    context: dict[str, object] = {"widgets": widgets}
    return canned({"context": json.dumps(context) if as_text else context})


@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize(
    ("code", "digits", "counts"),
    [
        (None, "1", True),
        (None, "2", False),
        (None, "11", False),
        (None, "", False),
        (Secret("2580"), "2580", True),
        (Secret("2580"), "1", False),
    ],
)
async def test_only_the_agreed_digits_acknowledge(
    code: Secret | None, digits: str, *, counts: bool, as_text: bool
) -> None:
    async with trial("twilio-voice") as at:
        at.sink.not_yet = pressed({"call": {}, "acknowledge": {"Digits": digits}}, as_text=as_text)
        settings = replace(SETTINGS, url=at.sink.url, code=code)
        channel = twilio_voice.build(ChannelId("d"), settings, lambda: NOW)
        assert len(await channel.acknowledgements([awaited()])) == counts


async def test_a_call_that_nobody_answered_yet_has_no_widgets() -> None:
    async with trial("twilio-voice") as at:
        assert await at.answers(canned({"context": {}})) == []
        assert await at.answers(canned({"context": None})) == []


async def test_a_flow_that_is_not_published_fails_the_check() -> None:
    async with trial("twilio-voice") as at:
        at.sink.not_yet = canned({"sid": "FW", "status": "draft"})
        with pytest.raises(Rejected, match="not published"):
            await at.channel.check()


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ([], SETTINGS),
        (["account"], replace(SETTINGS, account="AC1")),
        (["flow"], replace(SETTINGS, flow="AC1")),
        (["from", "to"], replace(SETTINGS, from_="12125550100", to="Dana")),
        (["api"], replace(SETTINGS, api="http://api.example")),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(keys: list[str], settings: twilio_voice.Settings) -> None:
    assert [key for key, _ in settings.problems()] == keys
