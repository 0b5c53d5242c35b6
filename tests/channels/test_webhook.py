import json
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from oncall_tui.channels import webhook
from oncall_tui.domain.message import MessageKey, Proof
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import DeliveryError, OutcomeUnknown, Rejected
from oncall_tui.secrets import Secret
from tests.channels.make import KEY, NOW, a_message, awaited
from tests.servers.sink import LOGIN_PAGE, Canned, Fault, Sink

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


def channel(
    sink: Sink,
    *,
    person: str | None = None,
    token: Secret | None = None,
    acknowledges: bool = True,
    timeout: timedelta = timedelta(seconds=10),
) -> webhook.WebhookChannel:
    settings = webhook.Settings(
        url=f"{sink.url}/pages",
        acknowledgements=f"{sink.url}/receipts/{{key}}" if acknowledges else None,
        person=person,
        token=token,
        timeout=timeout,
    )
    return webhook.build(ChannelId("dana-hook"), settings, lambda: NOW)


async def test_the_documented_fields_are_posted(sink: Sink) -> None:
    await channel(sink).send(a_message(url="https://desk.example/4312", is_possible_duplicate=True))
    [request] = sink.requests
    assert (request.method, request.path) == ("POST", "/pages")
    assert request.headers["idempotency-key"] == quote(KEY, safe="/:")
    assert json.loads(request.body) == {
        "key": KEY,
        "purpose": "notification",
        "title": "4312 Acme KK needs you",
        "body": "Login fails for every user.",
        "url": "https://desk.example/4312",
        "possible_duplicate": True,
    }


async def test_the_token_goes_along_with_messages_and_questions(sink: Sink) -> None:
    hook = channel(sink, token=Secret("hunter2"))
    await hook.send(a_message())
    await hook.acknowledgements([awaited()])
    assert [request.headers["authorization"] for request in sink.requests] == ["Bearer hunter2"] * 2


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_an_empty_answer_accepts(sink: Sink, status: int) -> None:
    sink.taken = Canned(status=status, content_type="text/plain")
    assert (await channel(sink).send(a_message())).proof is Proof.ACCEPTED


@pytest.mark.parametrize("status", [203, 205, 206])
async def test_an_empty_answer_of_an_odd_kind_proves_nothing(sink: Sink, status: int) -> None:
    sink.taken = Canned(status=status)
    with pytest.raises(OutcomeUnknown):
        await channel(sink).send(a_message())


@pytest.mark.parametrize("body", [b'{"ok": false}', b'{"error": {"code": 7}}', b'{"ok": true, "error": "no"}'])
async def test_a_reported_error_refuses(sink: Sink, body: bytes) -> None:
    sink.taken = Canned(body=body)
    with pytest.raises(Rejected, match="an error of its own"):
        await channel(sink).send(a_message())


@pytest.mark.parametrize("body", [b"{}", b'{"ok": true}', b'{"error": null}', b'{"error": ""}'])
async def test_an_object_without_an_error_accepts(sink: Sink, body: bytes) -> None:
    sink.taken = Canned(body=body)
    assert (await channel(sink).send(a_message())).proof is Proof.ACCEPTED


async def test_the_key_is_filled_in_percent_encoded(sink: Sink) -> None:
    sink.acknowledge(KEY, by="dana", at=NOW - timedelta(minutes=1), words="mine")
    [answer] = await channel(sink).acknowledgements([awaited()])
    assert (answer.key, answer.at, answer.words) == (KEY, NOW - timedelta(minutes=1), "mine")
    assert sink.requests[0].path == f"/receipts/{quote(KEY, safe='')}"


async def test_without_a_person_any_name_counts_but_no_name_does_not(sink: Sink) -> None:
    sink.acknowledge(KEY, by="whoever has the link")
    sink.acknowledge("nameless", by=" ")
    asked = [awaited(), awaited(key=MessageKey("nameless"))]
    assert [answer.key for answer in await channel(sink).acknowledgements(asked)] == [KEY]


async def test_with_a_person_only_that_name_counts(sink: Sink) -> None:
    sink.acknowledge(KEY, by="sam")
    assert await channel(sink, person="dana").acknowledgements([awaited()]) == ()
    assert len(await channel(sink, person="sam").acknowledgements([awaited()])) == 1


@pytest.mark.parametrize("status", [204, 404])
async def test_two_statuses_say_not_yet(sink: Sink, status: int) -> None:
    sink.not_yet = Canned(status=status, content_type="text/plain")
    assert await channel(sink).acknowledgements([awaited()]) == ()


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-11-21T03:04:10", "2031-01-01T00:00:00Z", "0001-01-01T00:00+14:00"]
)
async def test_an_instant_that_cannot_be_right_is_the_one_it_was_seen_at(sink: Sink, at: str) -> None:
    sink.not_yet = Canned(body=json.dumps({"acknowledged_by": "dana", "at": at}).encode())
    [answer] = await channel(sink).acknowledgements([awaited()])
    assert answer.at == NOW


async def test_an_answer_that_was_seen_is_not_lost_when_another_question_fails(sink: Sink) -> None:
    sink.acknowledge(KEY, by="dana")
    sink.receipts["broken"] = Canned(status=500)
    asked = [awaited(key=MessageKey("broken")), awaited()]
    assert [answer.key for answer in await channel(sink).acknowledgements(asked)] == [KEY]
    with pytest.raises(DeliveryError, match="500"):
        await channel(sink).acknowledgements(asked[:1])


async def test_without_an_address_for_acknowledgements_none_is_promised(sink: Sink) -> None:
    deaf = channel(sink, acknowledges=False)
    assert deaf.proves is Proof.ACCEPTED
    assert await deaf.acknowledgements([awaited()]) == ()
    assert sink.requests == []
    assert channel(sink).proves is Proof.ACKNOWLEDGED


async def test_the_check_tells_what_it_saw(sink: Sink) -> None:
    sink.not_yet = Canned(status=204)
    assert await channel(sink).check() == "somebody answers (204), acknowledgements can be read"
    assert await channel(sink, acknowledges=False).check() == (
        "somebody answers (204); a test message shows whether it is taken"
    )
    assert {request.method for request in sink.requests} == {"OPTIONS", "GET"}


@pytest.mark.parametrize("canned", [LOGIN_PAGE, Canned(status=401), Canned(status=302), Canned(status=500)])
async def test_the_check_fails_where_no_receiver_answers(sink: Sink, canned: Canned) -> None:
    sink.not_yet = canned
    with pytest.raises(DeliveryError):
        await channel(sink, acknowledges=False).check()


async def test_a_receiver_that_never_answers_holds_nobody_longer_than_the_limit(sink: Sink) -> None:
    sink.fault = Fault.SILENT
    with pytest.raises(OutcomeUnknown, match=r"0\.15 s"):
        await channel(sink, timeout=timedelta(seconds=0.15)).send(a_message())


@pytest.mark.parametrize(
    ("key", "settings"),
    [
        ("url", webhook.Settings(url="http://desk.example/pages")),
        ("url", webhook.Settings(url="ftp://desk.example")),
        ("url", webhook.Settings(url="https://dana:secret@desk.example")),
        ("acknowledgements", webhook.Settings(url="https://desk.example", acknowledgements="https://desk.example/a")),
        ("acknowledgements", webhook.Settings(url="https://desk.example", acknowledgements="https://{key}.example/")),
        (
            "acknowledgements",
            webhook.Settings(url="https://desk.example", acknowledgements="http://desk.example/{key}"),
        ),
        ("person", webhook.Settings(url="https://desk.example", person=" ")),
        ("timeout", webhook.Settings(url="https://desk.example", timeout=timedelta())),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(key: str, settings: webhook.Settings) -> None:
    assert [named for named, _ in settings.problems()] == [key]


def test_settings_that_can_be_right_have_no_problem() -> None:
    assert webhook.Settings(url="http://127.0.0.1:8080/pages").problems() == []
    assert (
        webhook.Settings(
            url="https://desk.example/p?sig=1", acknowledgements="https://desk.example/a?k={key}"
        ).problems()
        == []
    )
