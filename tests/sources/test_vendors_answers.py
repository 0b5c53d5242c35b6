"""What the help desks of vendors must do when they are answered in, beyond what every help desk must."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import pytest

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.ticket import Status, TicketId
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected, SourceError
from oncall_tui.ports import AnswerableSource, Rereadable
from tests.servers.http import Asked, Fault, HttpServer, Reply, http_server, reply
from tests.sources.test_writing import NOTE, NOTHING, REPLY, SOLVE, TAKE
from tests.sources.writers import WRITERS
from tests.sources.writers.vendor import VendorDesk

pytestmark = pytest.mark.anyio

VENDORS = [kind for kind in WRITERS if issubclass(kind, VendorDesk)]


def name_of(kind: type[VendorDesk]) -> str:
    return kind.__name__.lower()


GONE = TicketId("helpdesk:9")


class Answerable(AnswerableSource, Rereadable, Protocol):
    """A help desk that is answered in, and tells of one ticket."""


@pytest.fixture(params=VENDORS, ids=name_of)
def desk(request: pytest.FixtureRequest) -> VendorDesk:
    made = request.param()
    assert isinstance(made, VendorDesk)
    return made


@pytest.fixture
async def server(desk: VendorDesk) -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        running.answer_by(desk.answer)
        yield running


@pytest.fixture
async def source(desk: VendorDesk, server: HttpServer) -> AnswerableSource:
    return desk.make(server.url)


async def test_everything_can_be_done(source: AnswerableSource) -> None:
    assert source.can == frozenset(AnswerKind)


@pytest.mark.parametrize(("account", "owner"), [("", "4"), ("5", "5"), ("ana@acme.example", "5")])
async def test_a_ticket_is_given_to_the_account_that_comes_with_the_answer(
    source: AnswerableSource, desk: VendorDesk, account: str, owner: str
) -> None:
    take = replace(TAKE, account=account)
    assert await source.find(take, NOTHING) is None
    await source.write(take)
    assert desk.owner == owner
    assert await source.find(take, NOTHING) is not None
    assert await source.find(replace(TAKE, account="8"), NOTHING) is None


async def test_an_account_nobody_knows_is_named(source: AnswerableSource, desk: VendorDesk) -> None:
    with pytest.raises(Rejected, match=r"knows nobody called dana@acme\.example"):
        await source.write(replace(TAKE, account="dana@acme.example"))
    assert desk.owner == ""


@pytest.mark.parametrize("answer", [TAKE, SOLVE], ids=["take", "solve"])
async def test_a_change_that_was_answered_and_not_made_is_refused(
    source: AnswerableSource, desk: VendorDesk, answer: Answer
) -> None:
    desk.is_stubborn = True
    with pytest.raises(Rejected, match="took the request and changed nothing"):
        await source.write(answer)


async def test_a_change_that_cannot_be_seen_may_have_been_made(
    source: AnswerableSource, desk: VendorDesk, server: HttpServer
) -> None:
    server.answer_by(lambda asked: Reply(status=502) if desk.is_solved else desk.answer(asked))
    with pytest.raises(OutcomeUnknown):
        await source.write(SOLVE)
    server.answer_by(desk.answer)
    assert await source.find(SOLVE, NOTHING) is not None


@pytest.mark.parametrize("desk", [kind for kind in VENDORS if kind.tells_visibility], indirect=True, ids=name_of)
async def test_a_note_that_became_public_is_said_aloud(source: AnswerableSource, desk: VendorDesk) -> None:
    desk.shows_notes = True
    with pytest.raises(Rejected, match="SHOWS THIS NOTE TO THE CUSTOMER"):
        await source.write(NOTE)


async def test_words_are_known_again_where_no_mark_is_kept(source: AnswerableSource, desk: VendorDesk) -> None:
    desk.forgets_marks = True
    reply_of_ours, note = await source.write(REPLY), await source.write(NOTE)
    assert reply_of_ours.reference != note.reference
    assert await source.find(REPLY, NOTHING) == reply_of_ours
    assert await source.find(NOTE, NOTHING) == note
    assert await source.find(replace(NOTE, text=REPLY.text), NOTHING) is None
    assert await source.find(REPLY, frozenset({reply_of_ours.reference})) is None


@pytest.mark.parametrize("answer", [REPLY, NOTE, TAKE, SOLVE], ids=["reply", "note", "take", "solve"])
async def test_nothing_is_written_in_a_ticket_that_is_not_there(
    source: AnswerableSource, desk: VendorDesk, answer: Answer
) -> None:
    with pytest.raises(Rejected):
        await source.write(replace(answer, ticket=GONE))
    assert (desk.words, desk.owner, desk.is_solved) == ([], "", False)


@pytest.mark.parametrize("answer", [REPLY, NOTE, TAKE, SOLVE], ids=["reply", "note", "take", "solve"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (reply({}, 429, Retry_After="90"), NotSent),
        (Reply(status=422), Rejected),
        (Reply(status=500), OutcomeUnknown),
        (Reply(status=504), OutcomeUnknown),
        (Reply(fault=Fault.CUT, body=b'{"id": 7}'), OutcomeUnknown),
        (Reply(fault=Fault.HANG_UP), OutcomeUnknown),
    ],
    ids=["429", "422", "500", "504", "cut", "hung up"],
)
async def test_what_became_of_each_kind_of_answer_is_said_as_it_is(
    source: AnswerableSource, desk: VendorDesk, answer: Answer, fault: Reply, error: type[DeliveryError]
) -> None:
    desk.fault = fault
    with pytest.raises(error):
        await source.write(answer)


@pytest.mark.parametrize("answer", [REPLY, NOTE], ids=["reply", "note"])
@pytest.mark.parametrize(
    "proof",
    [
        reply({}),
        reply([]),
        reply({"error": "internal"}),
        Reply(body=b"<html>Hotel Wi-Fi</html>", headers={"Content-Type": "text/html"}),
        Reply(status=204),
    ],
    ids=["nothing in it", "a list", "an error", "a login page", "empty"],
)
async def test_a_success_without_the_documented_proof_proves_nothing(
    source: AnswerableSource, desk: VendorDesk, answer: Answer, proof: Reply
) -> None:
    desk.fault, desk.acts_all_the_same = proof, True
    with pytest.raises(OutcomeUnknown):
        await source.write(answer)
    assert await source.find(answer, NOTHING) is not None


@pytest.mark.parametrize("answer", [REPLY, NOTE, TAKE, SOLVE], ids=["reply", "note", "take", "solve"])
async def test_before_anything_is_written_every_fault_is_harmless(
    desk: VendorDesk, server: HttpServer, answer: Answer
) -> None:
    """Fail each question that comes before the first writing, in turn: never may it seem that something was written."""

    async def questions() -> int:
        server.asked.clear()
        await desk.make(server.url).write(answer)
        return next(number for number, asked in enumerate(server.asked) if desk.writes(asked))

    for broken in range(await questions()):
        for fault in (Reply(status=503), Reply(fault=Fault.HANG_UP), Reply(body=b"<html>")):
            fresh = type(desk)()
            server.asked.clear()

            def fail(asked: Asked, at: int = broken, instead: Reply = fault, by: VendorDesk = fresh) -> Reply:
                return instead if len(server.asked) == at + 1 else by.answer(asked)

            server.answer_by(fail)
            with pytest.raises((NotSent, Rejected)):
                await fresh.make(server.url).write(answer)
            assert (fresh.words, fresh.owner, fresh.is_solved) == ([], "", False)


async def test_one_ticket_is_read_as_it_stands(source: Answerable, desk: VendorDesk) -> None:
    before = await source.ticket(REPLY.ticket)
    assert before is not None
    assert (before.id, before.status.is_open) == (REPLY.ticket, True)
    assert before.requester.name.startswith("Hana")
    await source.write(SOLVE)
    after = await source.ticket(REPLY.ticket)
    assert after is not None
    assert after.status in {Status.SOLVED, Status.CLOSED}
    assert await source.ticket(GONE) is None


async def test_reading_a_ticket_fails_with_a_sentence(source: AnswerableSource, server: HttpServer) -> None:
    server.answer(Reply(status=500))
    for answer in (REPLY, TAKE, SOLVE):
        with pytest.raises(SourceError):
            await source.find(answer, NOTHING)
