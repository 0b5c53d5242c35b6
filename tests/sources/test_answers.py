"""What help desks that list and are written in must do beside the contract of writing, whichever it is."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import pytest

from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.errors import OutcomeUnknown, Rejected
from oncall_tui.ports import AnswerableSource, TicketSource
from tests.servers.http import HttpServer, http_server
from tests.sources.desks import NOW
from tests.sources.front_desk import Front
from tests.sources.github_desk import Github
from tests.sources.gitlab_desk import Gitlab
from tests.sources.helpdesk_desk import DjangoHelpdesk
from tests.sources.hubspot_desk import Hubspot
from tests.sources.hurrying import hurried
from tests.sources.jira import Jira
from tests.sources.writing import WritableVendor

pytestmark = pytest.mark.anyio

VENDORS: Sequence[type[WritableVendor]] = (Jira, Gitlab, Github, Front, Hubspot, DjangoHelpdesk)
WORDS = "Hello Größe,\n\n1 < 2 & *we* are on it.\n-- \nAna <b>Ruiz</b>"
each_vendor = pytest.mark.parametrize("kind", VENDORS, ids=lambda kind: kind.__name__.lower())


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


def answerable(desk: WritableVendor, server: HttpServer) -> AnswerableSource:
    server.answer_by(desk.answered)
    return open_source(desk, server)[1]


def open_source(desk: WritableVendor, server: HttpServer) -> tuple[TicketSource, AnswerableSource]:
    source = hurried(desk.make(server.url))
    assert isinstance(source, AnswerableSource)
    return source, source


def answer(
    ticket: TicketId,
    kind: AnswerKind,
    text: str = "",
    *,
    name: str = "a1",
    account: str = "",
    at: datetime = NOW,
) -> Answer:
    return Answer(
        id=AnswerId(name),
        ticket=ticket,
        kind=kind,
        text=CleanText(text),
        account=account,
        stored_at=at,
        since=at,
    )


@each_vendor
@pytest.mark.parametrize("what", [AnswerKind.REPLY, AnswerKind.NOTE])
async def test_words_that_arrived_without_an_answer_are_recognised_and_no_others_are(
    kind: type[WritableVendor], what: AnswerKind, server: HttpServer
) -> None:
    desk = kind(range(1, 3))
    source = answerable(desk, server)
    if what not in source.can:
        return
    wanted = answer(desk.name(1), what, WORDS)
    assert await source.find(wanted, frozenset()) is None
    desk.is_mute = True
    with pytest.raises(OutcomeUnknown):
        await source.write(wanted)
    found = await source.find(wanted, frozenset())
    assert found is not None
    assert found.reference
    same_again = answer(desk.name(1), what, WORDS, name="a2")
    assert await source.find(same_again, frozenset({found.reference})) is None
    assert await source.find(answer(desk.name(1), what, "other words", name="a2"), frozenset()) is None
    other = AnswerKind.NOTE if what is AnswerKind.REPLY else AnswerKind.REPLY
    assert await source.find(answer(desk.name(1), other, WORDS, name="a2"), frozenset()) is None
    assert await source.find(answer(desk.name(2), what, WORDS), frozenset()) is None


@each_vendor
@pytest.mark.parametrize("is_somebody_elses", [True, False], ids=["somebody else", "whoever asks"])
async def test_a_ticket_is_taken_and_that_can_be_seen(
    kind: type[WritableVendor], server: HttpServer, *, is_somebody_elses: bool
) -> None:
    desk = kind(range(1, 3))
    source = answerable(desk, server)
    wanted = answer(desk.name(1), AnswerKind.TAKE, account=desk.account if is_somebody_elses else "")
    assert await source.find(wanted, frozenset()) is None
    await source.write(wanted)
    assert desk.owner(1) == (desk.account if is_somebody_elses else desk.own_account)
    assert await source.find(wanted, frozenset()) is not None
    assert await source.find(answer(desk.name(2), AnswerKind.TAKE), frozenset()) is None


@each_vendor
async def test_a_ticket_is_solved_and_leaves_the_list_at_once(kind: type[WritableVendor], server: HttpServer) -> None:
    desk = kind(range(1, 3))
    source, writer = open_source(desk, server)
    server.answer_by(desk.answered)
    assert len(await source.open_tickets()) == 2
    wanted = answer(desk.name(1), AnswerKind.SOLVE)
    assert await writer.find(wanted, frozenset()) is None
    await writer.write(wanted)
    assert desk.is_solved(1)
    assert await writer.find(wanted, frozenset()) is not None
    assert [ticket.id for ticket in await source.open_tickets()] == [desk.name(2)]


@each_vendor
@pytest.mark.parametrize("what", list(AnswerKind))
async def test_nothing_is_written_in_a_ticket_that_is_not_there(
    kind: type[WritableVendor], what: AnswerKind, server: HttpServer
) -> None:
    desk = kind(range(1, 3))
    source = answerable(desk, server)
    if what not in source.can:
        return
    with pytest.raises(Rejected):
        await source.write(answer(desk.name(9), what, WORDS if what.has_words else ""))
    assert desk.said.get(9, []) == []


def test_sources_are_known_by_their_own_id() -> None:
    assert {kind(range(1, 2)).make("http://127.0.0.1:9").id for kind in VENDORS} == {SourceId("helpdesk")}
