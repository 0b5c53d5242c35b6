"""What GitHub's JSON means, and how little it is asked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Priority, Requester, Status, Ticket, TicketId
from oncall_tui.errors import NotSent, Rejected, SourceBusy
from oncall_tui.ports import Checkable, Expiring
from oncall_tui.secrets import Secret
from oncall_tui.sources.github import Settings
from oncall_tui.sources.github_payload import marked, parse_labels, parse_message, parse_turn
from oncall_tui.text_safety import clean
from tests.servers.http import http_server, reply
from tests.sources.github_desk import ANA, HANA, Github, iso
from tests.sources.test_answers import WORDS, answer, answerable
from tests.sources.vendors import CREATED

pytestmark = pytest.mark.anyio

AT = CREATED + 60


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


TICKET = Ticket(
    id=TicketId("helpdesk:1"),
    subject=clean("The printer is on fire"),
    requester=Requester(name=clean("Hana Mori"), organisation=clean("Kobe Foods")),
    status=Status.OPEN,
    priority=Priority.HIGH,
    tags=(clean("printer"), clean("priority: high")),
    created_at=instant(AT),
    updated_at=instant(AT),
    waiting_since=instant(AT),
    due_at=datetime(2026, 11, 30, 8, tzinfo=UTC),
    touches=0,
    url="https://github.example/acme/support/issues/1",
)


async def test_an_issue_is_read_with_what_its_author_shows_of_himself() -> None:
    desk = Github([1])
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        assert await source.open_tickets() == [TICKET]
        assert isinstance(source, Expiring)
        assert source.token_ends_on == date(2026, 12, 24)
        assert isinstance(source, Checkable)
        assert await source.check() == "GitHub answers for acme/support: issues and pull requests that are open: 1"
        assert source.token_ends_on == date(2026, 12, 24)


@pytest.mark.parametrize("many", [3, 250])
async def test_as_long_as_nothing_changes_the_same_question_is_asked_and_costs_nothing(many: int) -> None:
    desk = Github(range(1, many + 1))
    async with http_server() as server:
        server.answer_by(desk.answer)
        source = desk.make(server.url)
        first = await source.open_tickets()
        for _ in range(2):
            desk.now += timedelta(minutes=1)
            await source.open_tickets()
        desk.pages.clear()
        for _ in range(2):
            desk.now += timedelta(minutes=1)
            assert {ticket.id for ticket in await source.open_tickets()} == {ticket.id for ticket in first}
        assert desk.pages == []
        desk.touch(1, int(desk.now.timestamp()))
        assert desk.now in {ticket.updated_at for ticket in await source.open_tickets()}


async def test_pull_requests_are_no_tickets() -> None:
    desk = Github([1, 2])
    desk.tickets[2]["pull_request"] = {"url": "https://api.github.example/repos/acme/support/pulls/2"}
    async with http_server() as server:
        server.answer_by(desk.answer)
        assert [ticket.number for ticket in await desk.make(server.url).open_tickets()] == ["1"]


async def test_more_issues_of_the_same_second_than_a_page_holds_are_all_read() -> None:
    desk = Github(range(1, 251))
    for called in desk.tickets:
        desk.touch(called, AT)
    async with http_server() as server:
        server.answer_by(desk.answer)
        assert len(await desk.make(server.url).open_tickets()) == 250


def comment(who: dict[str, object], minute: int, association: str = "NONE") -> dict[str, object]:
    at = iso(AT + 60 * minute)
    return {"id": minute, "body": "Words", "user": who, "author_association": association, "created_at": at}


def test_people_of_the_repository_answer_all_others() -> None:
    talk = [comment(ANA, 1, "MEMBER"), comment(HANA, 2), comment({"login": "passer-by"}, 3, "CONTRIBUTOR")]
    turn = parse_turn(TICKET, talk, is_all=True)
    assert (turn.waiting_since, turn.touches) == (instant(AT + 120), 1)
    assert parse_turn(TICKET, talk[1:], is_all=False).touches is None


async def test_the_latest_comments_are_read_of_an_issue_with_many() -> None:
    desk = Github([1])
    desk.said[1] = [comment(HANA, minute) for minute in range(1, 351)]
    desk.tickets[1]["comments"] = 350
    async with http_server() as server:
        server.answer_by(desk.answer)
        thread = await desk.make(server.url).thread(desk.name(1))
    assert [thread[0].text, len(thread), thread[-1].at] == ["It burns", 151, instant(AT + 350 * 60)]


def test_a_mark_is_kept_and_not_shown() -> None:
    entry = {**comment({"login": "oncall[bot]"}, 1), "body": marked(WORDS, "a1")}
    message = parse_message(entry)
    assert message is not None
    assert (message.text, message.mark) == (WORDS, "a1")


def test_labels_are_records_or_texts() -> None:
    assert parse_labels({"labels": ["a", {"name": "b"}, {"name": None}, 7]}) == ("a", "b")


@pytest.mark.parametrize(
    ("status", "headers", "pause"),
    [
        (403, {"Retry_After": "30"}, timedelta(seconds=30)),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "in a while"}, None),
        (403, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "SOON"}, timedelta(seconds=90)),
        (429, {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "SOON"}, timedelta(seconds=90)),
    ],
)
async def test_an_allowance_that_is_used_up_is_no_refusal(
    status: int, headers: dict[str, str], pause: timedelta | None
) -> None:
    desk = Github([1])
    soon = str(int(desk.now.timestamp()) + 90)
    spent = reply({}, status, **{name: value.replace("SOON", soon) for name, value in headers.items()})
    async with http_server([spent]) as server:
        with pytest.raises(SourceBusy) as busy:
            await desk.make(server.url).open_tickets()
        assert busy.value.retry_after == pause
        source = answerable(desk, server)
        server.answer(spent)
        with pytest.raises(NotSent) as not_sent:
            await source.write(answer(desk.name(1), AnswerKind.REPLY, WORDS))
        assert not_sent.value.retry_after == pause


async def test_whoever_may_not_write_in_the_repository_takes_nothing() -> None:
    desk = Github([1])
    async with http_server() as server:
        source = answerable(desk, server)
        assert AnswerKind.NOTE not in source.can
        with pytest.raises(Rejected, match="gave it to nobody: mallory may not write"):
            await source.write(answer(desk.name(1), AnswerKind.TAKE, account="mallory"))
        with pytest.raises(Rejected, match="everything in an issue is public"):
            await source.write(answer(desk.name(1), AnswerKind.NOTE, "secret"))


@pytest.mark.parametrize(
    ("url", "repository", "keys"),
    [
        ("http://github.example", "acme/support", ["url"]),
        ("https://github.example", "acme", ["repository"]),
        ("https://github.example", "acme/support/issues", ["repository"]),
        ("https://github.example", "acme/support.x-y_z", []),
    ],
)
def test_settings_that_cannot_work_name_their_key(url: str, repository: str, keys: list[str]) -> None:
    settings = Settings(url=url, repository=repository, token=Secret("x"))
    assert [key for key, _ in settings.problems()] == keys
