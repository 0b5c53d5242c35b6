"""What every channel that speaks HTTP does, whatever its provider does to it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from oncall_tui.channels import CHANNELS
from oncall_tui.domain.message import Acknowledgement, Awaited, Proof, Purpose
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.http_client.readiness import readiness
from tests.channels.cases import CASES, PATIENT, QUICK, SECRET, Case, Tried
from tests.channels.make import KEY, NOW, a_message, awaited
from tests.servers.sink import LOGIN_PAGE, LOOPBACK, NO_END, Canned, Fault, Sink, closed_port, crowded_port

pytestmark = pytest.mark.anyio

QUIET = (Fault.SILENT, Fault.STALLED)
"""Ends without an end; that a limit holds for a drip too is the HTTP client's own, and tried with it."""
LOST_ANSWERS = frozenset(Fault) - {Fault.NONE}
REDIRECT = Canned(status=302, headers=(("Location", "/login"),))
NOT_DOCUMENTED = [
    LOGIN_PAGE,  # login page
    Canned(content_type="text/html"),  # empty page
    Canned(body=b'{"status": "tak'),  # broken JSON
    Canned(body=b"[1, 2]"),  # another shape
    Canned(body=b"OK", content_type="text/plain"),  # plain text
    Canned(body=b"\xff\xfe\x00"),  # not text at all
    Canned(body=b'{"a":' * 5_000),  # nested without end
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

    def becomes(self, name: str) -> None:
        """Let every question get the answers of another situation."""
        self.sink.not_yet = self.case.answer(name)
        self.sink.receipts |= self.case.elsewhere(name)

    async def answers(self, channel: Tried | None = None) -> list[Acknowledgement]:
        return list(await (channel or self.channel).acknowledgements([self.awaited()]))

    def awaited(self, accepted_at: datetime = NOW - timedelta(minutes=2)) -> Awaited:
        return awaited(reference=self.case.reference, accepted_at=accepted_at)


@asynccontextmanager
async def rigged(case: Case) -> AsyncIterator[Rig]:
    accepted = case.answer("accepted", case.status)
    not_yet = case.answer("not_yet") if case.is_answered else Canned(status=405)
    async with Sink(taken=accepted, not_yet=not_yet, acts_on=case.sends, key_of=case.key_of or (lambda _: "")) as sink:
        sink.receipts |= case.elsewhere("not_yet")
        yield Rig(case=case, sink=sink, channel=case.build(sink.url, lambda: NOW, PATIENT))


@pytest.fixture(params=CASES, ids=lambda case: case.kind)
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with rigged(request.param) as rig:
        yield rig


@pytest.fixture(params=[case for case in CASES if case.is_answered], ids=lambda case: case.kind)
async def asked(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """A channel whose person can acknowledge, and was asked to."""
    async with rigged(request.param) as rig:
        yield rig


async def test_an_accepted_message_arrives_whole_and_proves_no_more_than_that(rig: Rig) -> None:
    message = a_message(body='Zürich "wartet" \\ \u2713', url="https://desk.example/4312")
    receipt = await rig.channel.send(message)
    assert receipt.proof is Proof.ACCEPTED
    [arrived] = rig.sink.messages.values()
    text = rig.case.text_of(arrived)
    assert message.body in text
    assert message.title in text
    assert message.url in text
    assert "duplicate" not in text.replace("possible_duplicate: False", "")


async def test_a_refusal_is_for_good(rig: Rig) -> None:
    for status in (400, 401, 403, 404, 405, 410, 413, 415, 422):
        rig.sink.taken = rig.case.answer("refused", status)
        with pytest.raises(Rejected, match=str(status)):
            await rig.channel.send(a_message())


async def test_a_refusal_that_calls_itself_200_is_one_too(rig: Rig) -> None:
    rig.sink.taken = rig.case.answer("refused", 200)
    with pytest.raises(Rejected):
        await rig.channel.send(a_message())


async def test_a_provider_that_asks_for_a_pause_says_how_long(rig: Rig) -> None:
    rig.sink.taken = rig.case.busy
    with pytest.raises(NotSent) as caught:
        await rig.channel.send(a_message())
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_a_provider_in_trouble_may_have_taken_it(rig: Rig) -> None:
    for status in (500, 502, 503, 504):
        rig.sink.taken = Canned(status=status, body=b"<h1>oops</h1>", content_type="text/html")
        with pytest.raises((OutcomeUnknown, NotSent), match=str(status)):
            await rig.channel.send(a_message())


async def test_a_refused_connection_sent_nothing(rig: Rig) -> None:
    nobody = rig.case.build(f"http://{LOOPBACK}:{closed_port()}", lambda: NOW, PATIENT)
    with pytest.raises(NotSent, match="connection was refused"):
        await nobody.send(a_message())


async def test_a_door_nobody_opens_took_nothing(rig: Rig) -> None:
    with crowded_port() as port:
        nobody = rig.case.build(f"http://{LOOPBACK}:{port}", lambda: NOW, QUICK)
        with pytest.raises(NotSent, match="did not answer within"):
            await nobody.send(a_message())
        if rig.case.is_answered:
            with pytest.raises(DeliveryError):
                await rig.answers(nobody)


async def test_a_lost_answer_leaves_the_outcome_open(rig: Rig) -> None:
    for fault in LOST_ANSWERS - NO_END:
        rig.sink.fault = fault
        rig.sink.messages.clear()
        with pytest.raises(OutcomeUnknown):
            await rig.channel.send(a_message())
        assert len(rig.sink.messages) == 1


async def test_an_answer_without_end_is_waited_for_no_longer_than_the_limit(rig: Rig) -> None:
    async def taken_for_unsent(fault: Fault) -> bool:
        async with rigged(rig.case) as broken:
            broken.sink.fault = fault
            with pytest.raises(DeliveryError) as caught:
                await broken.hurried().send(a_message())
            # On a busy machine the limit may end before anything left; what did arrive must never be called unsent.
            return bool(broken.sink.messages) and not isinstance(caught.value, OutcomeUnknown)

    assert not any(await asyncio.gather(*map(taken_for_unsent, QUIET)))


async def test_an_answer_that_is_not_the_documented_one_proves_nothing(rig: Rig) -> None:
    for canned in NOT_DOCUMENTED:
        rig.sink.taken = canned
        with pytest.raises(OutcomeUnknown):
            await rig.channel.send(a_message())


async def test_an_object_that_claims_nothing_proves_nothing(rig: Rig) -> None:
    rig.sink.taken = Canned(status=rig.case.status, body=b"{}")
    if rig.case.claims:
        with pytest.raises(DeliveryError):
            await rig.channel.send(a_message())
    else:
        assert (await rig.channel.send(a_message())).proof is Proof.ACCEPTED


async def test_a_message_of_any_length_keeps_what_is_asked_and_the_link(rig: Rig) -> None:
    url = "https://desk.example/4312"
    await rig.channel.send(a_message(body=f"{'background 🚨 ' * 9000}\n\nAsked of you: call.", url=url))
    [arrived] = rig.sink.messages.values()
    text = rig.case.text_of(arrived)
    assert "Asked of you: call." in text
    assert url in text


async def test_a_redirect_is_not_followed(rig: Rig) -> None:
    rig.sink.taken = REDIRECT
    with pytest.raises(DeliveryError, match="redirect"):
        await rig.channel.send(a_message())
    assert len(rig.sink.requests) == 1


async def test_a_retry_after_a_lost_answer_says_so_and_carries_the_same_key_where_there_is_one(rig: Rig) -> None:
    rig.sink.fault = Fault.RESET
    with pytest.raises(OutcomeUnknown):
        await rig.channel.send(a_message())
    rig.sink.fault = Fault.NONE
    await rig.restarted().send(replace(a_message(), is_possible_duplicate=True))
    first, second = rig.sink.requests
    assert re.search("possible.duplicate", rig.case.text_of(second))
    if rig.case.key_of is not None:
        assert rig.case.key_of(first) == rig.case.key_of(second) != ""
        assert len(rig.sink.messages) == 1


async def test_no_sentence_tells_a_secret_or_what_the_provider_wrote(rig: Rig) -> None:
    for canned in (Canned(status=401), Canned(status=500), REDIRECT, LOGIN_PAGE, Canned(body=b"{")):
        rig.sink.taken = replace(canned, body=canned.body + b"\x1b[2J")
        with pytest.raises(DeliveryError) as caught:
            await rig.channel.send(a_message())
        told = f"{caught.value} {caught.value!r} {rig.channel!r}"
        assert SECRET not in told
        assert "\x1b" not in told
        assert "WLAN" not in told
        assert "dana-push" in str(caught.value)


async def test_the_person_asked_acknowledges_with_clean_words(asked: Rig) -> None:
    asked.becomes("acknowledged")
    [answer] = await asked.answers()
    assert answer.key == KEY
    assert answer.at == asked.case.acknowledged_at
    assert answer.words == asked.case.words


async def test_nobody_has_acknowledged_yet(asked: Rig) -> None:
    assert await asked.answers() == []


async def test_a_stranger_acknowledges_nothing(asked: Rig) -> None:
    asked.becomes("by_a_stranger")
    assert await asked.answers() == []


async def test_asked_twice_and_after_a_restart_the_answer_is_the_same(asked: Rig) -> None:
    asked.becomes("acknowledged")
    first = await asked.answers()
    assert first == await asked.answers()
    [again] = await asked.answers(asked.restarted(NOW + timedelta(hours=9)))
    tells_when = asked.case.acknowledged_at < NOW
    assert again == (first[0] if tells_when else replace(first[0], at=again.at))


async def test_an_acknowledgement_hours_later_still_counts(asked: Rig) -> None:
    assert await asked.answers() == []
    asked.becomes("acknowledged")
    late = asked.restarted(NOW + timedelta(hours=5))
    assert [answer.key for answer in await late.acknowledgements([asked.awaited(NOW - timedelta(hours=5))])] == [KEY]


async def test_nothing_awaited_asks_nobody(rig: Rig) -> None:
    assert list(await rig.channel.acknowledgements([])) == []
    assert rig.sink.requests == []


async def test_a_channel_says_whether_anybody_can_acknowledge(rig: Rig) -> None:
    assert rig.channel.proves is (Proof.ACKNOWLEDGED if rig.case.is_answered else Proof.ACCEPTED)


async def test_a_channel_that_cannot_see_says_so(asked: Rig) -> None:
    async def looks(fault: Fault) -> None:
        async with rigged(asked.case) as broken:
            broken.sink.fault = fault
            with pytest.raises(DeliveryError):
                await broken.answers(broken.hurried())

    await asyncio.gather(*map(looks, LOST_ANSWERS))


async def test_an_answer_that_makes_no_sense_is_not_the_same_as_not_yet(asked: Rig) -> None:
    asked.sink.receipts.clear()
    for canned in (*NOT_DOCUMENTED, REDIRECT, Canned(status=401), Canned(status=503)):
        asked.sink.not_yet = canned
        with pytest.raises(DeliveryError):
            await asked.answers(asked.restarted())


async def test_a_channel_that_is_asked_too_often_says_how_long_to_wait(asked: Rig) -> None:
    asked.sink.receipts.clear()
    asked.sink.not_yet = asked.case.busy
    with pytest.raises(NotSent) as caught:
        await asked.answers()
    assert caught.value.retry_after == timedelta(seconds=7)


async def test_an_answer_after_the_withdrawal_is_told_to_nobody(asked: Rig) -> None:
    asked.becomes("acknowledged")
    assert len(await asked.answers()) == 1
    asked.sink.requests.clear()
    assert list(await asked.channel.acknowledgements([])) == []
    assert asked.sink.requests == []


@pytest.mark.parametrize("purpose", [Purpose.NOTIFICATION, Purpose.TEST, Purpose.STAND_DOWN])
async def test_a_message_of_an_escalation_is_taken_whatever_it_is_for(rig: Rig, purpose: Purpose) -> None:
    receipt = await rig.channel.send(replace(a_message(), purpose=purpose))
    assert receipt.proof is Proof.ACCEPTED


async def test_a_handover_is_taken_where_it_need_not_ring(rig: Rig) -> None:
    handover = replace(a_message(), purpose=Purpose.HANDOVER)
    if rig.case.only_rings:
        with pytest.raises(Rejected, match="can only ring"):
            await rig.channel.send(handover)
        assert rig.sink.requests == []
    else:
        assert (await rig.channel.send(handover)).proof is Proof.ACCEPTED


@pytest.mark.parametrize("answer", [Canned(status=401), Canned(status=503), LOGIN_PAGE, Canned(body=b"{")])
async def test_the_check_fails_where_answers_cannot_be_read(asked: Rig, answer: Canned) -> None:
    asked.sink.answers = lambda _: answer
    with pytest.raises(DeliveryError):
        await asked.channel.check()


def test_every_kind_is_held_to_this_contract_or_speaks_no_http() -> None:
    elsewhere = {
        "apprise",  # test_apprise.py
        "command",  # test_command.py
        "demo",  # test_demo.py
        "desktop",  # test_desktop.py
        "email",  # tests/servers/test_email.py, against real servers
    }
    assert {case.kind for case in CASES} | elsewhere == set(CHANNELS)


async def test_a_connection_that_was_opened_before_takes_the_message(rig: Rig) -> None:
    keeping = asyncio.create_task(rig.channel.stay_ready())
    async with asyncio.timeout(20):
        while not readiness()._waiting:  # noqa: ASYNC110 - it tells nobody when it is
            await asyncio.sleep(0)
    assert rig.sink.requests == []
    await rig.channel.send(a_message())
    assert rig.sink.connections == len(rig.sink.requests)
    await keeping


@pytest.mark.parametrize("is_called_off", [False, True])
async def test_a_message_that_is_held_back_sends_no_byte_before_it_may(rig: Rig, *, is_called_off: bool) -> None:
    waits, stored = asyncio.Event(), asyncio.Event()

    async def may_leave() -> None:
        waits.set()
        await stored.wait()

    sending = asyncio.create_task(rig.channel.send_when(a_message(), may_leave))
    await asyncio.wait_for(waits.wait(), 20)
    for _ in range(20):
        await asyncio.sleep(0)
    assert (rig.sink.connections, rig.sink.begun) == (1, 0)
    if is_called_off:
        sending.cancel()
        await asyncio.wait({sending})
    else:
        stored.set()
        assert (await sending).proof is Proof.ACCEPTED
    await asyncio.wait_for(rig.sink.all_gone(), 20)
    assert len(rig.sink.messages) == rig.sink.begun == (0 if is_called_off else 1)


async def test_the_check_posts_nothing_and_fails_where_nobody_answers(rig: Rig) -> None:
    if rig.case.has("checked"):
        rig.becomes("checked")
    assert await rig.channel.check()
    assert rig.sink.messages == {}
    with pytest.raises(DeliveryError):
        await rig.case.build(f"http://{LOOPBACK}:{closed_port()}", lambda: NOW, PATIENT).check()
