"""What GitLab's JSON means."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Priority, Requester, Status, Ticket, TicketId
from oncall_tui.errors import Rejected
from oncall_tui.ports import Checkable, Expiring
from oncall_tui.secrets import Secret
from oncall_tui.sources.gitlab import Settings
from oncall_tui.sources.gitlab_payload import parse_last_day, parse_turn
from oncall_tui.text_safety import clean
from tests.servers.http import HttpServer, Reply, http_server
from tests.sources.gitlab_desk import ANA, BOT, Gitlab, iso
from tests.sources.test_answers import answer, answerable
from tests.sources.vendors import CREATED, body

pytestmark = pytest.mark.anyio

AT = CREATED + 60


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


TICKET = Ticket(
    id=TicketId("helpdesk:1"),
    subject=clean("The printer is on fire"),
    requester=Requester(email=clean("hana@kobe-foods.example")),
    status=Status.OPEN,
    priority=Priority.HIGH,
    tags=(clean("printer"), clean("priority::2")),
    created_at=instant(AT),
    updated_at=instant(AT),
    waiting_since=instant(AT),
    due_at=datetime(2026, 12, 1, tzinfo=UTC),
    touches=0,
    url="https://gitlab.example/acme/support/-/issues/1",
)


async def test_an_issue_of_the_service_desk_is_its_senders_and_not_the_bots() -> None:
    desk = Gitlab([1])
    async with http_server() as server:
        server.answer_by(desk.answer)
        assert await desk.make(server.url).open_tickets() == [TICKET]


async def test_whose_turn_it_is_is_read_once_for_each_change() -> None:
    desk = Gitlab([1])
    desk.said[1] = [note(ANA, 1), note(BOT, 2)]
    desk.tickets[1]["user_notes_count"] = 2
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        for _ in range(2):
            assert await source.open_tickets() == [replace(TICKET, waiting_since=instant(AT + 120), touches=1)]
        assert [asked.path for asked in server.asked if asked.path.endswith("/notes")] == [
            "/api/v4/projects/acme%2Fsupport/issues/1/notes"
        ]


def note(who: Mapping[str, object], minute: int, **changes: object) -> dict[str, object]:
    return {"id": minute, "body": "Words", "author": who, "created_at": iso(AT + 60 * minute), **changes}


def test_neither_an_internal_note_nor_gitlabs_own_words_answer_a_customer() -> None:
    notes = [note(ANA, 1, internal=True), note(ANA, 2, confidential=True), note(ANA, 3, system=True)]
    turn = parse_turn(TICKET, 9, notes, is_all=True)
    assert (turn.waiting_since, turn.touches) == (instant(AT), 2)
    assert parse_turn(TICKET, 9, [note(ANA, 4)], is_all=True).waiting_since is None
    assert parse_turn(TICKET, 9, [note(BOT, 5)], is_all=False).waiting_since == instant(AT + 300)


async def test_gitlab_tells_until_when_its_token_works() -> None:
    desk = Gitlab([1])
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        assert isinstance(source, Expiring)
        assert source.token_ends_on is None
        assert isinstance(source, Checkable)
        assert await source.check() == "GitLab answers acme/support: its issues can be read"
        assert source.token_ends_on == date(2026, 12, 23)
        for minutes in (0, 1, 24 * 60):
            desk.now += timedelta(minutes=minutes)
            await source.open_tickets()
        assert [asked.path for asked in server.asked].count("/api/v4/personal_access_tokens/self") == 2
    assert parse_last_day({"expires_at": None}) is None


@pytest.mark.parametrize("status", [401, 403, 404, 500])
async def test_a_token_that_may_not_look_at_itself_reads_tickets_all_the_same(status: int) -> None:
    desk = Gitlab([1])

    def answered(server: HttpServer) -> None:
        server.answer_by(lambda asked: Reply(status=status) if asked.path.endswith("/self") else desk.answer(asked))

    async with http_server() as server:
        answered(server)
        source = desk.make(server.url)
        assert len(await source.open_tickets()) == 1
        assert isinstance(source, Expiring)
        assert source.token_ends_on is None


async def test_a_note_is_internal_for_every_gitlab_and_no_line_is_a_command() -> None:
    desk = Gitlab([1])
    async with http_server() as server:
        source = answerable(desk, server)
        await source.write(answer(desk.name(1), AnswerKind.NOTE, "/close is what I will do\n/label ~x"))
        assert body(server.asked[0]) == {
            "body": " /close is what I will do\n /label ~x",
            "internal": True,
            "confidential": True,
        }
        await source.write(answer(desk.name(1), AnswerKind.REPLY, "Hello"))
        assert body(server.asked[1]) == {"body": "Hello"}


async def test_nobody_of_that_name_takes_nothing() -> None:
    desk = Gitlab([1])
    async with http_server() as server:
        with pytest.raises(Rejected, match="helpdesk knows nobody called mallory"):
            await answerable(desk, server).write(answer(desk.name(1), AnswerKind.TAKE, account="mallory"))


@pytest.mark.parametrize(
    ("url", "project", "keys"),
    [
        ("http://gitlab.example", "acme/support", ["url"]),
        ("https://gitlab.example", "https://gitlab.example/acme/support", ["project"]),
        ("https://gitlab.example", "/", ["project"]),
        ("https://gitlab.example", "12", []),
    ],
)
def test_settings_that_cannot_work_name_their_key(url: str, project: str, keys: list[str]) -> None:
    settings = Settings(url=url, project=project, token=Secret("x"))
    assert [key for key, _ in settings.problems()] == keys
