"""What Front's JSON means."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Requester, Status, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceBusy
from oncall_tui.ports import AnswerableSource, Checkable
from oncall_tui.secrets import Secret
from oncall_tui.sources.front import Settings, build
from oncall_tui.sources.front_payload import parse_message, parse_status, parse_ticket, parse_token
from oncall_tui.text_safety import clean
from tests.servers.http import Asked, Reply, http_server, reply
from tests.sources.desks import NOW, SOURCE, TOKEN
from tests.sources.front_desk import BEN, Front
from tests.sources.hurrying import hurried
from tests.sources.test_answers import WORDS, answer, answerable
from tests.sources.vendors import CREATED, body

pytestmark = pytest.mark.anyio

AT = datetime.fromtimestamp(CREATED + 60, UTC)


async def test_a_conversation_is_read_with_its_contact() -> None:
    desk = Front([1])
    desk.tickets[1]["assignee"] = BEN
    desk.tickets[1]["status"] = "assigned"
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = hurried(desk.make(server.url))
        (ticket,) = await source.open_tickets()
        assert isinstance(source, Checkable)
        assert await source.check() == "Front answers for Acme: its conversations can be read"
    assert ticket == Ticket(
        id=TicketId("helpdesk:1"),
        subject=clean("The printer is on fire"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            phone=clean("+8190"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
        ),
        status=Status.OPEN,
        tier=clean("gold"),
        tags=(clean("printer"),),
        assignee=clean("Ben Okafor"),
        created_at=AT,
        updated_at=AT,
        waiting_since=AT,
        url="https://app.frontapp.com/open/cnv_1",
    )


async def test_a_pause_in_the_middle_of_a_list_costs_nothing_that_was_read() -> None:
    desk = Front(range(1, 301))
    busy = reply({}, 429, Retry_After="7")
    is_over = [False, False, True]  # the third request is one too many

    def answered(asked: Asked) -> Reply:
        return busy if is_over and is_over.pop(0) else desk.answer(asked)

    async with http_server() as server:
        server.answer_by(answered)
        source = hurried(desk.make(server.url))
        with pytest.raises(SourceBusy) as caught:
            await source.open_tickets()
        assert caught.value.retry_after == timedelta(seconds=7)
        assert len(await source.open_tickets()) == 300
    assert desk.pages == [100, 100, 100]


async def test_a_page_leads_only_to_where_the_config_says() -> None:
    desk = Front(range(1, 151))
    async with http_server() as server:
        server.answer_by(desk.answer)
        assert len(await hurried(desk.make(server.url)).open_tickets()) == 150
        lists = [asked for asked in server.asked if asked.path == "/conversations"]
    assert [asked.params.get("page_token") for asked in lists] == [None, str(CREATED + 6000.0)]
    assert parse_token({"_pagination": {"next": "https://[?page_token=x"}}) == ""


@pytest.mark.parametrize(
    ("status", "category", "wanted"),
    [
        ("unassigned", None, Status.NEW),
        ("assigned", "open", Status.OPEN),
        ("assigned", "waiting", Status.PENDING),
        ("assigned", "resolved", Status.SOLVED),
        ("archived", "open", Status.CLOSED),
        ("deleted", None, Status.CLOSED),
        ("their own", None, Status.OPEN),
    ],
)
def test_a_status_is_known_with_ticketing_and_without(status: str, category: str | None, wanted: Status) -> None:
    assert parse_status({"status": status, "status_category": category}) is wanted


def test_who_writes_from_a_telephone_has_no_mail_address() -> None:
    ticket = parse_ticket({"id": "cnv_1", "recipient": {"handle": "+81 90 0000 0000"}}, SOURCE).ticket
    assert (ticket.requester.email, ticket.requester.phone) == ("", "+81 90 0000 0000")


def test_a_draft_is_no_message() -> None:
    draft = {"id": "msg_1", "body": "<p>Not yet</p>", "created_at": CREATED, "draft_mode": "shared"}
    assert parse_message(draft) is None
    sent = parse_message(
        {**draft, "draft_mode": None, "is_inbound": True, "recipients": [{"role": "from", "name": "H"}]}
    )
    assert sent is not None
    assert (sent.author, sent.text, sent.is_inbound, sent.reference) == ("H", "Not yet", True, "msg_1")


async def test_a_reply_goes_into_the_conversation_that_its_own_was_merged_into() -> None:
    desk = Front([1, 2])
    moved = Reply(status=301, headers={"Location": "https://evil.example/conversations/cnv_2/messages"})
    async with http_server() as server:
        source = answerable(desk, server)
        server.answer_by(lambda asked: moved if "cnv_1" in asked.path else desk.answer(asked))
        wanted = answer(desk.name(1), AnswerKind.REPLY, WORDS)
        receipt = await source.write(wanted)
        assert desk.words(2) == [(WORDS, True)]
        assert await source.find(wanted, frozenset()) == receipt
        nowhere = Reply(status=301)
        server.answer_by(lambda asked: nowhere)
        with pytest.raises(Rejected, match="not there any more"):
            await source.write(wanted)


async def test_a_reply_never_archives_and_names_its_author_where_it_is_known() -> None:
    desk = Front([1])
    async with http_server() as server:
        source = answerable(desk, server)
        await source.write(answer(desk.name(1), AnswerKind.REPLY, "1 < 2\n2", account="ben@acme.example"))
        assert body(server.asked[0]) == {
            "body": "1 &lt; 2<br>2",
            "options": {"archive": False},
            "author_id": "alt:email:ben@acme.example",
        }
        nobody: AnswerableSource = build(SOURCE, Settings(url=server.url, token=TOKEN), lambda: NOW)
        await nobody.write(answer(desk.name(1), AnswerKind.NOTE, "Ask Dana"))
        assert json.loads(server.asked[1].body) == {"body": "Ask Dana"}
        with pytest.raises(Rejected, match=r'does not know you: add accounts = \["helpdesk:ana@acme.example"\]'):
            await nobody.write(answer(desk.name(1), AnswerKind.TAKE))


def test_settings_that_cannot_work_name_their_key() -> None:
    assert [key for key, _ in Settings(url="http://front.example", token=Secret("x")).problems()] == ["url"]
