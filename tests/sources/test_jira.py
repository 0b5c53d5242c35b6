"""What the JSON of Jira Service Management means."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.ticket import Priority, Requester, Status, Ticket, TicketId
from oncall_tui.secrets import Secret
from oncall_tui.sources.jira_service_management import Settings
from oncall_tui.sources.jira_service_management_payload import (
    parse_due,
    parse_status,
    parse_transition,
    parse_turn,
    text_of_document,
)
from oncall_tui.text_safety import clean
from tests.servers.http import Reply, http_server
from tests.sources.jira import ANA, HANA, Jira, iso
from tests.sources.test_answers import answer, open_source
from tests.sources.vendors import CREATED

AT = CREATED + 60


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.anyio
async def test_a_request_is_read_with_its_limits_and_its_reporters_zone() -> None:
    desk = Jira([1])
    async with http_server() as server:
        server.answer_by(desk.answer)
        (ticket,) = await desk.make(server.url).open_tickets()
        asked = json.loads(server.asked[1].body)
    assert "customfield_10030" in asked["fields"]
    assert ticket == Ticket(
        id=TicketId("helpdesk:SUP-1"),
        subject=clean("The printer is on fire"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
        ),
        status=Status.OPEN,
        priority=Priority.HIGH,
        tags=(clean("printer"),),
        assignee=clean("Ana Ruiz"),
        created_at=instant(AT),
        updated_at=instant(AT),
        waiting_since=instant(AT),
        due_at=instant(AT + 3600),
        touches=0,
        url=f"{server.url}/browse/SUP-1",
    )


@pytest.mark.anyio
async def test_a_site_that_shows_no_custom_fields_is_read_without_limits() -> None:
    desk = Jira([1])
    async with http_server() as server:
        server.answer_by(lambda asked: Reply(status=403) if asked.path.endswith("/field") else desk.answer(asked))
        (ticket,) = await desk.make(server.url).open_tickets()
    assert ticket.due_at == instant(1_795_996_800 + 86_400)  # the issue's own due day has passed


@pytest.mark.anyio
async def test_the_search_is_told_which_request_we_wrote_in() -> None:
    desk = Jira([1, 2])
    async with http_server() as server:
        server.answer_by(desk.answer)
        source, writer = open_source(desk, server)
        await writer.write(answer(desk.name(1), AnswerKind.SOLVE))
        for _ in range(2):
            assert [ticket.number for ticket in await source.open_tickets()] == ["SUP-2"]
        searches = [json.loads(asked.body) for asked in server.asked if asked.path.endswith("/search/jql")]
    assert [search.get("reconcileIssues") for search in searches] == [None, [10_001]]


def comment(who: str, minute: int, *, is_public: bool = True) -> Mapping[str, object]:
    return {"author": {"accountId": who}, "created": iso(AT + 60 * minute), "jsdPublic": is_public}


def fields(*comments: Mapping[str, object], total: int | None = None) -> Mapping[str, object]:
    listed = {"comments": list(comments), "total": len(comments) if total is None else total}
    return {"reporter": {"accountId": HANA}, "created": iso(AT), "comment": listed}


def test_a_customer_waits_from_the_first_word_that_nobody_answered_in_public() -> None:
    turn = parse_turn(fields(comment(ANA, 1, is_public=False), comment(HANA, 2)), Status.OPEN)
    assert (turn.waiting_since, turn.touches) == (instant(AT), 1)
    turn = parse_turn(fields(comment(ANA, 1), comment(HANA, 2), comment(HANA, 3)), Status.OPEN)
    assert (turn.waiting_since, turn.touches) == (instant(AT + 120), 1)
    assert parse_turn(fields(comment(HANA, 2)), Status.PENDING).waiting_since is None


def test_where_comments_are_missing_nobody_can_tell() -> None:
    turn = parse_turn(fields(comment(HANA, 2), total=70), Status.OPEN)
    assert (turn.waiting_since, turn.touches) == (None, None)


def test_a_limit_that_stands_still_is_no_limit() -> None:
    soon, later = ({"ongoingCycle": {"breachTime": {"epochMillis": 1000 * at}}} for at in (AT, AT + 60))
    assert parse_due({"a": later, "b": soon}, ("a", "b")) == instant(AT)
    paused = {"ongoingCycle": {**soon["ongoingCycle"], "paused": True}}
    assert parse_due({"a": later, "b": paused, "c": {"completedCycles": []}}, ("a", "b", "c")) == instant(AT + 60)


@pytest.mark.parametrize(
    ("name", "category", "status"),
    [
        ("Waiting for support", "indeterminate", Status.OPEN),
        ("Waiting for Customer", "indeterminate", Status.PENDING),
        ("Open", "new", Status.NEW),
        ("Waiting for customer", "done", Status.SOLVED),
        ("Their own", "something else", Status.OPEN),
    ],
)
def test_a_status_is_known_by_its_category_and_some_by_their_name(name: str, category: str, status: Status) -> None:
    found = {"name": name, "statusCategory": {"key": category}}
    assert parse_status(found, frozenset({"waiting for customer"})) is status


def test_the_step_that_solves_is_the_one_named_or_the_first_that_leads_to_done() -> None:
    steps = [
        {"id": str(place), "name": name, "to": {"statusCategory": {"key": key}}}
        for place, (name, key) in enumerate([("Wait", "new"), ("Cancel", "done"), ("Resolve", "done")])
    ]
    assert parse_transition({"transitions": steps}, "") == "1"
    assert parse_transition({"transitions": steps}, "resolve") == "2"
    assert parse_transition({"transitions": steps}, "Close") is None


def test_a_description_is_read_as_its_words_whether_it_is_a_tree_or_a_text() -> None:
    words = [{"type": "text", "text": "It "}, {"type": "text", "text": "burns"}, {"type": "hardBreak"}]
    tree = {"type": "doc", "content": [{"type": "paragraph", "content": [*words, {"type": "text", "text": "again"}]}]}
    assert text_of_document(tree) == "It burns\nagain"
    assert text_of_document("It burns") == "It burns"
    deep: Mapping[str, object] = {"type": "text", "text": "too deep"}
    for _ in range(1000):
        deep = {"type": "doc", "content": [deep]}
    assert text_of_document(deep) == ""


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"url": "http://acme.atlassian.net"}, ["url"]),
        ({"project": 'SUP" OR project = "HR'}, ["project"]),
        ({"cloud_id": "../x"}, ["cloud_id"]),
        ({}, []),
    ],
)
def test_settings_that_cannot_work_name_their_key(changes: Mapping[str, str], keys: list[str]) -> None:
    written = {"url": "https://acme.atlassian.net", "project": "SUP", "cloud_id": "", **changes}
    settings = Settings(
        url=written["url"],
        email="ana@acme.example",
        token=Secret("x"),
        project=written["project"],
        cloud_id=written["cloud_id"],
    )
    assert [key for key, _ in settings.problems()] == keys
    assert settings.refresh == timedelta(minutes=1)
