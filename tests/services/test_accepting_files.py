"""A handover that travels as a file, from one machine to another."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.answer_events import AnswerHeld, AnswerStored
from oncall_tui.domain.care_events import RunbookStepTicked
from oncall_tui.domain.episode import EscalationState
from oncall_tui.domain.escalation import HANDED_ON
from oncall_tui.domain.events import SHIFT_STREAM
from oncall_tui.domain.goodwill import SpokenGoodwill
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.message import MessageKey
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, TicketEnded
from oncall_tui.errors import BadUse
from oncall_tui.store import parcels
from tests.rig import BEN, MovingClock, Rig, ticket

pytestmark = pytest.mark.anyio

FILE = "handover-2026-11-23-0900-ana.json"
RECEIPT = AcceptanceReceipt(team="Acme Support", shift_starts_at=MovingClock().now, by=BEN.id)
PROMISED = PromiseMade(
    ticket=ticket().id, promise=PromiseId("p1"), due_at=MovingClock().now + timedelta(hours=5), words=CleanText("a fix")
)


@pytest.fixture
async def ana() -> Rig:
    """Return Ana's machine: an escalation climbs, a promise is open, the handover was delivered."""
    rig = Rig()
    await rig.station.open()
    await rig.read()
    await rig.escalate()
    await rig.pass_time(seconds=10)
    await rig.station.logbook.did(PROMISED)
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.deliver()
    return rig


@pytest.fixture
async def ben(ana: Rig) -> Rig:
    """Return Ben's machine, which has a journal of its own and sees the same time."""
    rig = Rig(clock=ana.clock)
    await rig.station.open()
    return rig


def written(rig: Rig) -> bytes:
    return rig.shelf.saved[FILE].encode()


def parcel(rig: Rig) -> Parcel:
    content = parcels.unpack(written(rig), FILE)
    assert isinstance(content, Parcel)
    return content


async def carry(rig: Rig, content: Parcel) -> None:
    await rig.station.actions.handover.accepting.carry_over(content, "4312 is down", "I ring Kenji", by=BEN.id)


def on_call(rig: Rig) -> str:
    person = rig.station.board.desk().on_call
    return person.name if person else ""


async def test_promises_and_live_escalations_go_on_where_they_were(ana: Rig, ben: Rig) -> None:
    await carry(ben, parcel(ana))
    await ben.restart()
    assert on_call(ben) == "Ben Okafor"
    assert ben.station.logbook.record(ticket().id).promises == ana.station.logbook.record(ticket().id).promises
    assert ben.station.logbook.escalations == ana.station.logbook.escalations
    await ben.pass_time(minutes=6)
    assert "dana-phone" in ben.received()
    assert "sam-push" in ben.received()


async def test_the_receipt_ends_the_shift_on_the_other_machine(ana: Rig, ben: Rig) -> None:
    content = parcel(ana)
    await carry(ben, content)
    assert on_call(ana) == "Ana Ruiz"
    name = await ben.station.actions.handover.accepting.keep_receipt("receipt.json", content)
    receipt = parcels.unpack(ben.shelf.saved[name].encode(), name)
    assert isinstance(receipt, AcceptanceReceipt)
    await ana.station.actions.handover.accepting.receive(receipt)
    assert on_call(ana) == "Ben Okafor"
    with pytest.raises(BadUse, match=r"accepted already, by Ben Okafor on Fri 20 Nov"):
        await ana.station.actions.handover.accepting.receive(receipt)


async def test_what_was_promised_on_friday_travels_though_a_weekends_journal_lies_between() -> None:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    logbook = rig.station.logbook
    await logbook.did(PROMISED)
    for number in range(400):
        await logbook.did(TicketEnded(ticket=TicketId(f"helpdesk:{number}"), touches=1))
    await logbook.did(replace(PROMISED, promise=PromiseId("p2")))
    await rig.station.actions.handover.save_notes("none")
    await rig.station.actions.handover.deliver()
    promised = [line.freight.event for line in parcel(rig).lines if isinstance(line.freight.event, PromiseMade)]
    assert [event.promise for event in promised] == ["p1", "p2"]


SNOOZED_UNTIL = MovingClock().now + timedelta(hours=30)


async def everything(rig: Rig) -> None:
    """Let everything that a handover carries have happened on a machine."""
    actions, row = rig.station.actions, rig.row()
    await actions.caring.spend(row, SpokenGoodwill(amount=Decimal(50), words="a refund"))
    ticked = RunbookStepTicked(ticket=row.ticket.id, runbook=CleanText("Login"), step=CleanText("Look at SAML"))
    await rig.station.logbook.did(ticked)
    await actions.answers.store(row.ticket, AnswerKind.NOTE, "kept only here")
    stored = AnswerStored(ticket=row.ticket.id, answer=AnswerId("a9"), kind=AnswerKind.REPLY, text=CleanText("Soon"))
    held = AnswerHeld(ticket=row.ticket.id, answer=AnswerId("a9"), key=MessageKey("a9"), detail=CleanText("news"))
    for event in (stored, held):
        await rig.station.logbook.did(event)
    await actions.answers.snooze(row.ticket.id, SNOOZED_UNTIL)
    await actions.correct_zone(row, "Asia/Seoul")
    shift = rig.station.board.desk().shift
    assert shift is not None
    await actions.rota.ask_cover(shift, "ill")
    await actions.handover.save_notes("the proxy is not looked at")
    await actions.handover.deliver()


async def test_everything_arrives_once_on_the_other_machine(ana: Rig, ben: Rig) -> None:
    await everything(ana)
    await carry(ben, parcel(ana))
    await ben.restart()
    here, there = ana.station.logbook.record(ticket().id), ben.station.logbook.record(ticket().id)
    assert here == there
    assert [goodwill.amount for goodwill in there.care.goodwill] == [50]
    assert there.answering.snooze is not None
    assert there.answering.snooze.until == SNOOZED_UNTIL
    assert [answer.state.value for answer in there.answering.answers] == ["kept", "held"]
    assert ben.row().zone.zone == "Asia/Seoul"
    assert [cover.reason for cover in ben.station.board.desk().covers] == ["ill"]
    flow = ben.station.logbook.flows[parcel(ana).shift_starts_at]
    assert flow.notes == {NotePart.NOT_DONE: "the proxy is not looked at"}


async def test_carried_on_and_back_again_nothing_counts_twice_and_nothing_is_lost(ana: Rig, ben: Rig) -> None:
    await everything(ana)
    first = parcel(ana)
    await carry(ben, first)
    receipt = unpacked_receipt(ben, await ben.station.actions.handover.accepting.keep_receipt("r.json", first))
    await ana.station.actions.handover.accepting.receive(receipt)
    (gone,) = ana.station.logbook.escalations
    assert (gone.state, gone.reason) == (EscalationState.WITHDRAWN, HANDED_ON)
    told = len(ana.received())
    await ana.pass_time(minutes=10)
    assert len(ana.received()) == told  # it climbs on Ben's machine, and there alone

    back = await handed_back(ben)
    await ana.station.actions.handover.accepting.carry_over(back, "4312", "I look", by=PersonId("ana"))
    await ana.restart()
    record = ana.station.logbook.record(ticket().id)
    assert record.care == ben.station.logbook.record(ticket().id).care
    assert [goodwill.amount for goodwill in record.care.goodwill] == [50]
    assert record.promises == ben.station.logbook.record(ticket().id).promises
    (again,) = ana.station.logbook.escalations
    assert again == ben.station.logbook.escalations[0]
    assert again.acknowledged is not None
    assert again.acknowledged.words == "I roll it back"
    assert len(ana.station.board.desk().covers) == 1


async def handed_back(ben: Rig) -> Parcel:
    """Let Dana take the escalation, and Ben hand over to Ana what he took over from her."""
    await ben.restart()
    ben.station.board.sits_here(BEN.id)
    await ben.pass_time(minutes=2)
    await ben.station.actions.reached_by_phone(ticket().id, "dana", "I roll it back")
    await ben.station.actions.handover.save_notes("none")
    await ben.station.actions.handover.deliver()
    content = next(
        content
        for name, text in ben.shelf.saved.items()
        if name.endswith("-ben.json") and isinstance(content := parcels.unpack(text.encode(), name), Parcel)
    )
    return replace(content, incoming=PersonId("ana"))


def unpacked_receipt(rig: Rig, name: str) -> AcceptanceReceipt:
    receipt = parcels.unpack(rig.shelf.saved[name].encode(), name)
    assert isinstance(receipt, AcceptanceReceipt)
    return receipt


async def refused(rig: Rig, content: Parcel, why: str) -> None:
    before = await rig.store.read()
    with pytest.raises(BadUse, match=why):
        await carry(rig, content)
    assert await rig.store.read() == before


async def test_what_does_not_fit_gets_one_sentence_and_changes_nothing(ana: Rig, ben: Rig) -> None:
    content = parcel(ana)
    await refused(ben, replace(content, team="Other\x1b[31m Team"), "of the team “Other.*”, and here is “Acme Support”")
    await refused(ben, replace(content, incoming=PersonId("sam")), "is for Sam Cho, not for Ben Okafor")
    await carry(ben, content)
    await refused(ben, content, "accepted already")
    await refused(
        ben, replace(content, written_at=content.written_at - timedelta(hours=1)), "already from a later file"
    )
    older = replace(content, shift_starts_at=content.shift_starts_at - timedelta(days=7))
    await refused(ben, older, "older than the one that Ben Okafor accepted on")


async def test_too_few_words_change_nothing(ana: Rig, ben: Rig) -> None:
    accepting = ben.station.actions.handover.accepting
    with pytest.raises(BadUse, match="--reds"):
        await accepting.carry_over(parcel(ana), "", "I ring Kenji", by=BEN.id)
    with pytest.raises(BadUse, match="--first"):
        await accepting.carry_over(parcel(ana), "4312", " ", by=BEN.id)
    assert [line for line in await ben.store.read() if line.stream != SHIFT_STREAM] == []


def test_a_damaged_file_of_any_kind_gets_one_sentence() -> None:
    whole = parcels.pack(RECEIPT)
    for length in range(len(whole) - 1):
        with pytest.raises(BadUse, match=r"^handover\.json is no handover file of oncall-tui, or only a part"):
            parcels.unpack(whole[:length], "handover.json")
    for place in range(len(whole)):
        spoilt = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert outcome(spoilt) in {"as it was", "refused in one sentence"}


def outcome(spoilt: bytes | bytearray) -> str:
    try:
        content = parcels.unpack(spoilt, "handover.json")
    except BadUse as error:
        return "refused in one sentence" if "\n" not in str(error) else str(error)
    return "as it was" if content == RECEIPT else repr(content)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 2}, "was written by a newer oncall-tui"),
        ({"format": "another"}, "is no handover file of oncall-tui"),
        ({"checksum": "0" * 64}, "is damaged"),
    ],
)
async def test_what_the_envelope_says_wrong_is_named(ana: Rig, change: dict[str, object], why: str) -> None:
    with pytest.raises(BadUse, match=why):
        parcels.unpack(json.dumps(json.loads(written(ana)) | change).encode(), FILE)


async def test_text_in_a_file_is_a_strangers_text(ana: Rig) -> None:
    envelope = json.loads(written(ana))
    body = (
        json.dumps(envelope["body"]).replace("a fix", "a \\u001b]52;c;fix").replace("https://desk", "javascript:desk")
    )
    raw = json.dumps(envelope | {"checksum": sha256(body.encode()).hexdigest(), "body": 0}).replace(
        '"body": 0', f'"body": {body}'
    )
    content = parcels.unpack(raw.encode(), FILE)
    assert isinstance(content, Parcel)
    assert "\x1b" not in repr(content)
    assert "javascript" not in repr([line.freight for line in content.lines])


def test_a_file_that_is_not_there_or_far_too_large_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="cannot be read: No such file"):
        parcels.read(tmp_path / "none.json")
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (parcels.LIMIT + 1))
    with pytest.raises(BadUse, match="too large to be a handover"):
        parcels.read(large)
