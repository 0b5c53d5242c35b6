"""What every channel that speaks HTTP does, whatever its provider does to it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.message import Acknowledgement, Proof
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from tests.channels.cases import CASES, PATIENT, QUICK, SECRET, Case, Tried
from tests.channels.make import KEY, NOW, a_message, awaited
from tests.servers.sink import LOGIN_PAGE, LOOPBACK, Canned, Fault, Sink, closed_port

pytestmark = pytest.mark.anyio

LOST_ANSWERS = [fault for fault in Fault if fault is not Fault.NONE]
REDIRECT = Canned(status=302, headers=(("Location", "/login"),))
NOT_DOCUMENTED = [
    pytest.param(LOGIN_PAGE, id="login page"),
    pytest.param(Canned(content_type="text/html"), id="empty page"),
    pytest.param(Canned(body=b'{"status": "tak'), id="broken JSON"),
    pytest.param(Canned(body=b"[1, 2]"), id="another shape"),
    pytest.param(Canned(body=b"OK", content_type="text/plain"), id="plain text"),
    pytest.param(Canned(body=b"\xff\xfe\x00"), id="not text at all"),
    pytest.param(Canned(body=b'{"a":' * 5_000), id="nested without end"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    case: Case
    sink: Sink
    channel: Tried

    def restarted(self, now: datetime = NOW) -> Tried:
        return self.case.build(self.sink.url, lambda: now, PATIENT)

    def hurried(self) -> Tried:
        return self.case.build(self.sink.url, lambda: NOW, QUICK)

    def receipt_is(self, canned: Canned) -> None:
        self.sink.not_yet = canned

    async def answers(self) -> list[Acknowledgement]:
        return list(await self.channel.acknowledgements([awaited()]))


@pytest.fixture(params=CASES, ids=lambda case: case.kind)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    case: Case = request.param
    async with Sink(taken=case.answer("accepted"), not_yet=case.answer("not_yet"), key_of=case.key_of) as sink:
        yield Rig(case=case, sink=sink, channel=case.build(sink.url, lambda: NOW, PATIENT))


async def test_an_accepted_message_arrives_whole_and_proves_no_more_than_that(rig: Rig) -> None:
    message = a_message(body='Zürich "wartet" \\ \u2713', url="https://desk.example/4312")
    receipt = await rig.channel.send(message)
    assert receipt.proof is Proof.ACCEPTED
    [arrived] = rig.sink.messages.values()
    text = json.dumps(json.loads(arrived.body), ensure_ascii=False)
    assert json.dumps(message.body, ensure_ascii=False)[1:-1] in text
    assert message.title in text
    assert message.url in text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
async def test_a_refusal_is_for_good(rig: Rig, status: int) -> None:
    rig.sink.taken = rig.case.answer("refused", status)
    with pytest.raises(Rejected, match=str(status)):
        await rig.channel.send(a_message())


async def test_a_refusal_that_calls_itself_200_is_one_too(rig: Rig) -> None:
    rig.sink.taken = rig.case.answer("refused", 200)
    with pytest.raises(Rejected):
        await rig.channel.send(a_message())


async def test_a_provider_that_asks_for_a_pause_says_how_long(rig: Rig) -> None:
    rig.sink.taken = Canned(status=429, headers=(("Retry-After", "7"),))
    with pytest.raises(NotSent) as caught:
        await rig.channel.send(a_message())
    assert caught.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_provider_in_trouble_may_have_taken_it(rig: Rig, status: int) -> None:
    rig.sink.taken = Canned(status=status, body=b"<h1>oops</h1>", content_type="text/html")
    with pytest.raises((OutcomeUnknown, NotSent), match=str(status)):
        await rig.channel.send(a_message())


async def test_a_refused_connection_sent_nothing(rig: Rig) -> None:
    nobody = rig.case.build(f"http://{LOOPBACK}:{closed_port()}", lambda: NOW, PATIENT)
    with pytest.raises(NotSent, match="connection was refused"):
        await nobody.send(a_message())


@pytest.mark.parametrize("fault", LOST_ANSWERS)
async def test_a_lost_answer_leaves_the_outcome_open(rig: Rig, fault: Fault) -> None:
    rig.sink.fault = fault
    with pytest.raises(OutcomeUnknown):
        await rig.hurried().send(a_message())
    assert len(rig.sink.messages) == 1


@pytest.mark.parametrize("canned", NOT_DOCUMENTED)
async def test_an_answer_that_is_not_the_documented_one_proves_nothing(rig: Rig, canned: Canned) -> None:
    rig.sink.taken = canned
    with pytest.raises(OutcomeUnknown):
        await rig.channel.send(a_message())


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    rig.sink.taken = REDIRECT
    with pytest.raises(DeliveryError, match="redirect"):
        await rig.channel.send(a_message())
    assert len(rig.sink.requests) == 1


async def test_a_retry_after_a_lost_answer_carries_the_same_key_and_is_acted_on_once(rig: Rig) -> None:
    rig.sink.fault = Fault.RESET
    with pytest.raises(OutcomeUnknown):
        await rig.channel.send(a_message())
    rig.sink.fault = Fault.NONE
    await rig.restarted().send(replace(a_message(), is_possible_duplicate=True))
    first, second = (rig.case.key_of(request) for request in rig.sink.requests)
    assert first == second != ""
    assert len(rig.sink.messages) == 1


@pytest.mark.parametrize("canned", [Canned(status=401), Canned(status=500), REDIRECT, LOGIN_PAGE, Canned(body=b"{")])
async def test_no_sentence_tells_a_secret_or_what_the_provider_wrote(rig: Rig, canned: Canned) -> None:
    rig.sink.taken = replace(canned, body=canned.body + b"\x1b[2J")
    with pytest.raises(DeliveryError) as caught:
        await rig.channel.send(a_message())
    told = f"{caught.value} {caught.value!r} {rig.channel!r}"
    assert SECRET not in told
    assert "\x1b" not in told
    assert "WLAN" not in told
    assert "dana-push" in str(caught.value)


async def test_the_person_asked_acknowledges_with_clean_words(rig: Rig) -> None:
    rig.receipt_is(rig.case.answer("acknowledged"))
    [answer] = await rig.answers()
    assert answer.key == KEY
    assert answer.at == NOW - timedelta(seconds=50)
    assert answer.words == "On it.\u241b[2J Call you at 8."


async def test_nobody_has_acknowledged_yet(rig: Rig) -> None:
    assert await rig.answers() == []


async def test_a_stranger_acknowledges_nothing(rig: Rig) -> None:
    rig.receipt_is(rig.case.answer("by_a_stranger"))
    assert await rig.answers() == []


async def test_asked_twice_and_after_a_restart_the_answer_is_the_same(rig: Rig) -> None:
    rig.receipt_is(rig.case.answer("acknowledged"))
    first = await rig.answers()
    assert first == await rig.answers()
    assert first == list(await rig.restarted(NOW + timedelta(hours=9)).acknowledgements([awaited()]))


async def test_an_acknowledgement_hours_later_still_counts(rig: Rig) -> None:
    assert await rig.answers() == []
    rig.receipt_is(rig.case.answer("acknowledged"))
    late = await rig.restarted(NOW + timedelta(hours=5)).acknowledgements(
        [awaited(accepted_at=NOW - timedelta(hours=5))]
    )
    assert [answer.key for answer in late] == [KEY]


async def test_nothing_awaited_asks_nobody(rig: Rig) -> None:
    assert list(await rig.channel.acknowledgements([])) == []
    assert rig.sink.requests == []


@pytest.mark.parametrize("fault", LOST_ANSWERS)
async def test_a_channel_that_cannot_see_says_so(rig: Rig, fault: Fault) -> None:
    rig.sink.fault = fault
    with pytest.raises(DeliveryError):
        await rig.hurried().acknowledgements([awaited()])


@pytest.mark.parametrize("canned", [*NOT_DOCUMENTED, REDIRECT, Canned(status=401), Canned(status=503)])
async def test_an_answer_that_makes_no_sense_is_not_the_same_as_not_yet(rig: Rig, canned: Canned) -> None:
    rig.receipt_is(canned)
    with pytest.raises(DeliveryError):
        await rig.answers()


async def test_the_check_posts_nothing_and_fails_where_nobody_answers(rig: Rig) -> None:
    assert "somebody answers" in await rig.channel.check()
    assert rig.sink.messages == {}
    with pytest.raises(DeliveryError):
        await rig.case.build(f"http://{LOOPBACK}:{closed_port()}", lambda: NOW, PATIENT).check()
