"""What every help desk that can be answered in must do, whoever made it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.ports import AnswerableSource
from tests.servers import free_port
from tests.servers.http import Fault, HttpServer, Reply, http_server, reply
from tests.sources.writers import WRITERS
from tests.sources.writers.desk import NOW, SECRET, WritableDesk

pytestmark = pytest.mark.anyio

REPLY = Answer(
    id=AnswerId("a1"),
    ticket=TicketId("helpdesk:7"),
    kind=AnswerKind.REPLY,
    text=CleanText("Hello Hana,\n\nwe look into [b]Größe[/b] & <i>more</i>."),
    stored_at=NOW,
    since=NOW,
)
NOTE = replace(REPLY, id=AnswerId("a2"), kind=AnswerKind.NOTE, text=CleanText("She sounds angry."))
TAKE = replace(REPLY, id=AnswerId("a3"), kind=AnswerKind.TAKE, text=CleanText(""))
SOLVE = replace(TAKE, id=AnswerId("a4"), kind=AnswerKind.SOLVE)
NOTHING: frozenset[str] = frozenset()


@pytest.fixture(params=WRITERS, ids=lambda kind: kind.__name__.lower())
def desk(request: pytest.FixtureRequest) -> WritableDesk:
    made = request.param()
    assert isinstance(made, WritableDesk)
    return made


@pytest.fixture
async def server(desk: WritableDesk) -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        running.answer_by(desk.answer)
        yield running


@pytest.fixture
async def source(desk: WritableDesk, server: HttpServer) -> AnswerableSource:
    return desk.make(server.url)


async def test_a_reply_is_public_and_arrives_as_it_was_written(source: AnswerableSource, desk: WritableDesk) -> None:
    await source.write(REPLY)
    assert [(words.text, words.is_public) for words in desk.words] == [(REPLY.text, True)]


async def test_a_note_is_never_public(source: AnswerableSource, desk: WritableDesk) -> None:
    if AnswerKind.NOTE in source.can:
        await source.write(NOTE)
    assert not any(words.is_public for words in desk.words)
    assert len(desk.words) == (AnswerKind.NOTE in source.can)


async def test_take_and_solve_change_the_ticket_and_say_nothing(source: AnswerableSource, desk: WritableDesk) -> None:
    for answer in (TAKE, SOLVE):
        if answer.kind in source.can:
            await source.write(answer)
    assert bool(desk.owner) is (AnswerKind.TAKE in source.can)
    assert desk.is_solved is (AnswerKind.SOLVE in source.can)
    assert desk.words == []


async def test_an_answer_is_found_once_it_is_there_and_not_before(source: AnswerableSource, desk: WritableDesk) -> None:
    wanted = [answer for answer in (REPLY, NOTE) if answer.kind in source.can]
    assert [await source.find(answer, NOTHING) for answer in wanted] == [None] * len(wanted)
    written = [await source.write(answer) for answer in wanted]
    assert [await source.find(answer, NOTHING) for answer in wanted] == written


async def test_what_was_answered_in_the_same_words_before_is_another_answer(
    source: AnswerableSource, desk: WritableDesk
) -> None:
    before = await source.write(REPLY)
    again = replace(REPLY, id=AnswerId("a9"))
    assert await source.find(again, frozenset({before.reference})) is None
    await source.write(again)
    assert await source.find(again, frozenset({before.reference})) is not None


FAULTS = {
    "no permission": (Reply(status=401), Rejected),
    "forbidden": (Reply(status=403), Rejected),
    "gone": (Reply(status=404), Rejected),
    "not understood": (Reply(status=422), Rejected),
    "too many requests": (reply({}, 429, Retry_After="90"), NotSent),
    "broken server": (Reply(status=500, body=b"Traceback: marker-5f1c"), OutcomeUnknown),
    "login page": (
        Reply(body=b"<!DOCTYPE html><title>Hotel Wi-Fi</title>", headers={"Content-Type": "text/html"}),
        DeliveryError,
    ),
    "redirect": (Reply(status=302, headers={"Location": "https://login.example/"}), DeliveryError),
    "hung up": (Reply(fault=Fault.HANG_UP), OutcomeUnknown),
}


@pytest.mark.parametrize(("fault", "error"), FAULTS.values(), ids=FAULTS.keys())
async def test_what_was_not_taken_is_said_as_it_is(
    source: AnswerableSource, desk: WritableDesk, fault: Reply, error: type[DeliveryError]
) -> None:
    desk.fault = fault
    with pytest.raises(error) as caught:
        await source.write(REPLY)
    assert desk.words == []
    assert SECRET not in repr(caught.value)
    assert "http" not in str(caught.value)
    assert "marker" not in str(caught.value)


async def test_what_arrived_although_nobody_said_so_is_found(source: AnswerableSource, desk: WritableDesk) -> None:
    desk.fault, desk.acts_all_the_same = Reply(fault=Fault.HANG_UP), True
    with pytest.raises(OutcomeUnknown):
        await source.write(REPLY)
    assert await source.find(REPLY, NOTHING) is not None
    assert len(desk.words) == 1


async def test_a_desk_that_is_not_there_took_nothing(desk: WritableDesk) -> None:
    with pytest.raises(NotSent):
        await desk.make(f"http://127.0.0.1:{free_port()}").write(REPLY)
