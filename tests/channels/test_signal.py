import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from oncall_tui.channels import signal
from oncall_tui.domain.message import Acknowledgement, MessageKey
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from tests.channels.cases import CASES, NO_DISK
from tests.channels.make import NOW, a_message, awaited
from tests.channels.trial import canned, trial
from tests.servers.sink import Canned, Sink

pytestmark = pytest.mark.anyio

CASE = next(case for case in CASES if case.kind == "signal")
DANA, SAM, ACCOUNT = "+13125550102", "+13125550103", "6c1f0f0a-0000-4000-8000-00000000da7a"
NOTHING = canned([])


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink(taken=CASE.answer("accepted", 201), not_yet=NOTHING, acts_on=CASE.sends) as sink:
        yield sink


def writes_to(to: str, sink: Sink, folder: Path, account: str | None = None) -> signal.SignalChannel:
    settings = signal.Settings(url=sink.url, from_="+12125550100", to=to, account=account, folder=folder)
    return signal.build(ChannelId("push"), settings, lambda: NOW)


async def answers(channel: signal.SignalChannel, reference: str = CASE.reference) -> list[Acknowledgement]:
    return list(await channel.acknowledgements([awaited(key=MessageKey(reference), reference=reference)]))


def reaction(source: str | None, *, to: str = CASE.reference, account: str | None = None) -> dict[str, object]:
    data = {"timestamp": 5, "reaction": {"emoji": "👍", "targetSentTimestamp": int(to), "isRemove": False}}
    who = {"source": source or account, "sourceNumber": source, "sourceUuid": account}
    return {"account": "+12125550100", "envelope": {"timestamp": 1795230250000, "dataMessage": data, **who}}


async def test_an_answer_that_signal_hands_out_once_is_known_after_a_restart(sink: Sink, tmp_path: Path) -> None:
    sink.not_yet = CASE.answer("acknowledged")
    first = await answers(writes_to(DANA, sink, tmp_path))
    assert len(first) == 1
    sink.not_yet = NOTHING
    assert await answers(writes_to(DANA, sink, tmp_path)) == first


async def test_what_one_channel_received_another_with_the_same_sender_finds(sink: Sink, tmp_path: Path) -> None:
    dana, sam = writes_to(DANA, sink, tmp_path), writes_to(SAM, sink, tmp_path)
    sink.not_yet = canned([reaction(SAM, to="1795230190555"), reaction(DANA)])
    assert len(await answers(dana)) == 1
    sink.not_yet = NOTHING
    assert len(await answers(sam, "1795230190555")) == 1
    assert await answers(sam) == []


async def test_an_answer_that_came_before_anybody_awaited_it_is_not_lost(sink: Sink) -> None:
    dana = writes_to(DANA, sink, NO_DISK)
    sink.not_yet = canned([reaction(DANA)])
    assert await answers(dana, "1795230190001") == []
    sink.not_yet = NOTHING
    assert len(await answers(dana)) == 1


async def test_what_was_received_counts_while_signal_does_not_answer(sink: Sink, tmp_path: Path) -> None:
    sink.not_yet = CASE.answer("acknowledged")
    dana = writes_to(DANA, sink, tmp_path)
    first = await answers(dana)
    sink.not_yet = Canned(status=503)
    assert await answers(dana) == first
    with pytest.raises(DeliveryError):
        await answers(dana, "1795230190001")


async def test_only_she_can_read_the_kept_answers_and_a_damaged_one_hides_no_other(sink: Sink, tmp_path: Path) -> None:
    sink.not_yet = canned([reaction(DANA)])
    await answers(writes_to(DANA, sink, tmp_path / "signal"))
    [kept] = (tmp_path / "signal").glob("*/*")
    assert [path.stat().st_mode & 0o077 for path in (kept, kept.parent)] == [0, 0]
    kept.with_name(f"{CASE.reference}-1-damaged.json").write_bytes(b'{"to": \xff')
    sink.not_yet = NOTHING
    assert len(await answers(writes_to(DANA, sink, tmp_path / "signal"))) == 1


async def test_who_hides_her_number_is_known_by_her_account(sink: Sink) -> None:
    sink.not_yet = canned([reaction(None, account=ACCOUNT)])
    assert await answers(writes_to(DANA, sink, NO_DISK)) == []
    assert len(await answers(writes_to(DANA, sink, NO_DISK, account=ACCOUNT))) == 1
    assert len(await answers(writes_to(ACCOUNT, sink, NO_DISK))) == 1


async def test_the_message_says_how_to_answer_and_is_read_as_it_was_written() -> None:
    async with trial("signal") as at:
        await at.channel.send(a_message(body="**now** ~x~"))
        written = json.loads(at.sink.requests[0].body)
    assert written["text_mode"] == "normal"
    assert written["recipients"] == [DANA]
    assert "**now** ~x~\n\nReact to this message, or reply" in written["message"]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"error": "User +13125550102 is not registered."}, Rejected),
        ({"error": "Specified account does not exist"}, Rejected),
        ({"error": "CAPTCHA proof required", "challenge_tokens": ["c-1"]}, NotSent),
        ({"error": "Failed to send message: [429] Rate Limited: 429"}, NotSent),
        ({"error": "Failed to send message: connection closed"}, OutcomeUnknown),
    ],
)
async def test_one_status_for_every_error_is_told_apart_by_its_words(
    error: dict[str, object], kind: type[Exception]
) -> None:
    async with trial("signal") as at:
        at.sink.taken = replace(canned(error), status=400)
        with pytest.raises(kind, match="400"):
            await at.channel.send(a_message())


async def test_an_answer_that_the_check_received_is_not_lost(sink: Sink, tmp_path: Path) -> None:
    sink.receipts |= CASE.elsewhere("checked")
    sink.not_yet = canned([reaction(DANA)])
    await writes_to(DANA, sink, tmp_path).check()
    sink.not_yet = NOTHING
    assert len(await answers(writes_to(DANA, sink, tmp_path))) == 1


async def test_a_mode_that_cannot_be_asked_and_a_number_nobody_knows_fail_the_check() -> None:
    about = {"mode": "json-rpc", "versions": [], "build": 2, "version": "0.95", "capabilities": {}}
    async with trial("signal") as at:
        at.sink.receipts |= {"about": canned(about), "accounts": canned(["+12125550100"])}
        with pytest.raises(Rejected, match="MODE=normal"):
            await at.channel.check()
        at.sink.receipts |= {"about": canned(about | {"mode": "normal"}), "accounts": canned([])}
        with pytest.raises(Rejected, match="does not know the number"):
            await at.channel.check()


GOOD = signal.Settings(url="http://127.0.0.1:8080", from_="+12125550100", to=DANA)


@pytest.mark.parametrize(
    ("keys", "settings"),
    [
        ([], GOOD),
        ([], replace(GOOD, to=ACCOUNT)),
        (["url"], replace(GOOD, url="http://signal.example:8080")),
        (["from"], replace(GOOD, from_="2125550100")),
        (["to"], replace(GOOD, to="Dana")),
        (["account"], replace(GOOD, account="Dana")),
        (["password"], replace(GOOD, user="oncall")),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(keys: list[str], settings: signal.Settings) -> None:
    assert [key for key, _ in settings.problems()] == keys
