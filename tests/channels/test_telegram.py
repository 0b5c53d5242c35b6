import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from oncall_tui.channels import telegram
from oncall_tui.channels.keys import fingerprint
from oncall_tui.domain.message import MessageKey, Purpose
from oncall_tui.errors import DeliveryError
from oncall_tui.secrets import Secret
from tests.channels.cases import CASES, PATIENT, SECRET
from tests.channels.make import KEY, NOW, a_message, awaited
from tests.servers.sink import LOOPBACK, Canned, Fault, Request, Sink, closed_port

pytestmark = pytest.mark.anyio

CASE = next(case for case in CASES if case.kind == "telegram")
ASKED = awaited(reference=CASE.reference)
Update = dict[str, object]


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink(taken=CASE.answer("accepted"), not_yet=CASE.answer("not_yet"), acts_on=CASE.sends) as sink:
        yield sink


def press(number: int, *, user: int = 4711, key: MessageKey = KEY) -> Update:
    sender = {"id": user, "is_bot": False, "first_name": "D"}
    return {"update_id": number, "callback_query": {"id": f"p{number}", "from": sender, "data": fingerprint(key)}}


def updates(*found: Update) -> Canned:
    return Canned(body=json.dumps({"ok": True, "result": found}).encode())


def asked_for(sink: Sink, what: str) -> list[Request]:
    return [request for request in sink.requests if f"/{what}" in request.path]


async def test_a_notification_has_a_button_and_a_stand_down_has_none(sink: Sink) -> None:
    bot = CASE.build(sink.url, lambda: NOW, PATIENT)
    await bot.send(a_message())
    await bot.send(replace(a_message(), purpose=Purpose.STAND_DOWN))
    ringing, quiet = (json.loads(request.body) for request in sink.requests)
    [[button]] = ringing["reply_markup"]["inline_keyboard"]
    assert len(button["callback_data"].encode()) <= 64
    assert "reply_markup" not in quiet


async def test_a_long_message_is_cut_as_telegram_counts(sink: Sink) -> None:
    bot = CASE.build(sink.url, lambda: NOW, PATIENT)
    await bot.send(a_message(body="🚨 " * 5000 + "\n\nAsked of you: call.", url="https://desk.example/4312"))
    text = json.loads(sink.requests[0].body)["text"]
    assert len(text.encode("utf-16-le")) // 2 <= 4096
    assert "Asked of you: call." in text
    assert text.endswith("https://desk.example/4312")


async def test_a_press_is_thanked_for_once_and_nothing_is_confirmed(sink: Sink) -> None:
    sink.not_yet = updates(press(900), press(901), press(902, user=666))
    bot = CASE.build(sink.url, lambda: NOW, PATIENT)
    for _ in range(2):
        assert [answer.key for answer in await bot.acknowledgements([ASKED])] == [KEY]
    thanked = [json.loads(request.body)["callback_query_id"] for request in asked_for(sink, "answerCallbackQuery")]
    assert thanked == ["p900", "p901"]
    assert not any("offset" in request.path for request in asked_for(sink, "getUpdates"))


@pytest.mark.parametrize(("answering", "confirmed"), [(950, "offset=950"), (None, "offset=1000")])
async def test_a_hundred_updates_make_room_but_keep_what_answers(
    sink: Sink, answering: int | None, confirmed: str
) -> None:
    other = MessageKey("another")
    full = updates(*(press(n, key=KEY if n == answering else other) for n in range(900, 1000)))
    paged = iter([full, updates(press(1001))])
    sink.answers = lambda request: next(paged) if "getUpdates" in request.path else None
    assert len(await CASE.build(sink.url, lambda: NOW, PATIENT).acknowledgements([ASKED])) == 1
    assert confirmed in asked_for(sink, "getUpdates")[1].path


async def test_two_readers_at_the_same_instant_read_again(sink: Sink) -> None:
    conflict = Canned(status=409, body=b'{"ok": false, "error_code": 409}')
    once = iter([conflict, updates(press(900))])
    sink.answers = lambda request: next(once) if "getUpdates" in request.path else None
    bot = CASE.build(sink.url, lambda: NOW, PATIENT)
    assert len(await bot.acknowledgements([ASKED])) == 1
    sink.answers = lambda request: conflict
    with pytest.raises(DeliveryError, match="another program reads this bot"):
        await bot.acknowledgements([ASKED])


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.NOT_HTTP, Fault.NONE])
async def test_the_token_in_the_address_is_in_no_sentence_and_in_no_log(
    sink: Sink, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sink.fault = fault
    sink.taken = Canned(status=404)
    for url in (sink.url, f"http://{LOOPBACK}:{closed_port()}"):
        with pytest.raises(DeliveryError) as caught:
            await CASE.build(url, lambda: NOW, PATIENT).send(a_message())
        error: BaseException | None = caught.value
        while error is not None:
            assert SECRET not in f"{error} {error!r}"
            error = error.__cause__ or error.__context__
    assert SECRET not in caplog.text


async def test_a_group_that_grew_is_reached_under_its_new_number_and_answered_there(sink: Sink) -> None:
    moved = Canned(status=400, body=b'{"ok": false, "error_code": 400, "parameters": {"migrate_to_chat_id": -1004}}')
    sink.answers = lambda request: moved if b'"chat_id":4711' in request.body else None
    bot = CASE.build(sink.url, lambda: NOW, PATIENT)
    assert (await bot.send(a_message())).reference == CASE.reference
    assert [json.loads(request.body)["chat_id"] for request in asked_for(sink, "sendMessage")] == [4711, -1004]
    to = {"message_id": int(CASE.reference), "chat": {"id": -1004}}
    reply = {"message_id": 61, "chat": {"id": -1004}, "from": {"id": 4711}, "text": "mine", "reply_to_message": to}
    sink.not_yet = updates({"update_id": 900, "message": reply})
    assert [answer.words for answer in await bot.acknowledgements([ASKED])] == ["mine"]


def test_a_group_needs_to_know_who_counts() -> None:
    settings = telegram.Settings(token=Secret("t"), chat=-100)
    assert [key for key, _ in settings.problems()] == ["user"]
    assert replace(settings, user=4711).problems() == []
