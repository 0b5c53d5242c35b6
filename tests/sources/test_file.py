"""Tickets that any script may write."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.clock import utc_now
from oncall_tui.domain.ticket import Message, Priority, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceUnreachable
from oncall_tui.secrets import Secret
from oncall_tui.sources.file import FileSource, Settings, build
from oncall_tui.sources.file_payload import parse_tickets
from oncall_tui.text_safety import clean, clean_body
from tests.servers.http import Asked, Reply, http_server

pytestmark = pytest.mark.anyio

PAYLOADS = Path(__file__).parent / "payloads" / "file"
SOURCE = SourceId("feed")


def source_of(path: Path) -> FileSource:
    return build(SOURCE, Settings(path=path), utc_now)


def at(hour: int, minute: int = 0, day: int = 21) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def test_json_is_read_with_every_field_and_without_what_is_solved() -> None:
    (ticket,) = await source_of(PAYLOADS / "whole.json").open_tickets()
    assert ticket == Ticket(
        id=TicketId("feed:4312"),
        subject=clean("Login fails for every user"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            phone=clean("+81 90 0000 0000"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
            country=clean("JP"),
        ),
        status=Status.ON_HOLD,
        priority=Priority.URGENT,
        tier=clean("gold"),
        tags=(clean("login"), clean("saml")),
        created_at=at(21, day=20),
        updated_at=at(1, 5),
        waiting_since=at(1, 5),
        due_at=at(3),
        touches=5,
        url="https://helpdesk.example/4312",
        messages=(
            Message(at=at(21, day=20), author=clean("Ana Ruiz"), text=clean_body("She is angry."), is_public=False),
            Message(
                at=at(1, 5), author=clean("hana@kobe-foods.example"), text=clean_body("And?\nWe wait."), is_inbound=True
            ),
        ),
    )


async def test_a_csv_from_a_spreadsheet_is_read_with_its_dots_and_leading_zeros() -> None:
    first, second = await source_of(PAYLOADS / "whole.csv").open_tickets()
    assert first == Ticket(
        id=TicketId("feed:0042"),
        subject=clean("Login fails, again"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
            country=clean("JP"),
        ),
        priority=Priority.HIGH,
        tier=clean("gold"),
        tags=(clean("login"), clean("saml")),
        created_at=at(21, day=20),
        waiting_since=at(1, 5),
        due_at=at(3),
        touches=5,
        url="https://helpdesk.example/42",
    )
    assert second == Ticket(id=TicketId("feed:0043"), subject=clean(""))


async def test_json_lines_are_read_with_numbers_as_ids_and_nulls_as_nothing() -> None:
    first, second = await source_of(PAYLOADS / "lines.jsonl").open_tickets()
    assert (first.id, second.id, second.requester) == ("feed:1", "feed:a-2", Requester())


async def test_a_conversation_is_found_again_and_a_ticket_that_left_is_missed() -> None:
    source = source_of(PAYLOADS / "whole.json")
    assert [message.author for message in await source.thread(TicketId("feed:4312"))] == [
        "Ana Ruiz",
        "hana@kobe-foods.example",
    ]
    with pytest.raises(SourceGarbled, match="no such ticket any more"):
        await source.thread(TicketId("feed:1"))


async def test_a_check_counts() -> None:
    assert await source_of(PAYLOADS / "whole.json").check() == "1 open ticket in it"


@pytest.mark.parametrize("body", [b"[]", b'{"tickets": []}', b"id,subject\n", b"\xef\xbb\xbf[]"])
async def test_an_empty_desk_can_be_said_in_every_form(body: bytes) -> None:
    assert parse_tickets(body, SOURCE) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", r"feed: there is nothing in it; an empty desk is \[\]"),
        (b'[{"subject": "x"}]', "feed, ticket 1: there is no `id`"),
        (b'[{"id": 1, "subject": "x"}, {"id": 2}]', "feed, ticket 2: there is no `subject`"),
        (b'[{"id": " ", "subject": "x"}]', "ticket 1: `id` is empty"),
        (b'[{"id": 1, "subject": "x"}, {"id": "1", "subject": "y"}]', "ticket 2: its id stands further up already"),
        (b'[{"id": 1, "subject": "x", "due_at": "2026-11-21T09:00:00"}]', "due_at: write the instant with its offset"),
        (b'[{"id": 1, "subject": "x", "due_at": "tomorrow"}]', "due_at: write the instant with its offset"),
        (b'[{"id": 1, "subject": "x", "touches": "many"}]', "touches: Expected `int"),
        (b'[{"id": 1, "subject": "x", "requester": {"name": [1]}}]', "requester.name: Expected `str`"),
        (b'[{"id": 1, "subject": "x", "messages": [{"at": "now"}]}]', r"messages\[0\].at: write the instant"),
        (b'[{"id": 1, "subject": "x", "status": "odd"}]', "`status` is none of new, open, pending"),
        (b'[{"id": 1, "subject": "x", "priority": 5}]', "`priority` is none of low, 1, normal"),
        (b'[{"id": 1, "subject": "x", "url": "javascript:alert(1)"}]', "`url` is no http or https address"),
        (b'[{"id": 1, "subject": "x", "url": "https://a.example/\\u001b[2J"}]', "`url` is no http or https address"),
        (b"[1]", "ticket 1: Expected `object`"),
        (b'[{"id": 1,', "feed: broken JSON in line 1"),
        (b'{"id": 1, "subject": "x"}\n{"id": 2, "sub', "ticket 2: broken JSON"),
        (b'{"tickets": "none"}', "ticket 1: there is no `id`"),
        (b"id,subject\n1,a\n2", "ticket 2: it has more or fewer cells"),
        (b"id,subject\n1,a,b", "ticket 1: it has more or fewer cells"),
        (b"id,subject,touches\n1,a,x", "touches: Expected `int"),
        (b"name,subject\n1,a", "neither JSON nor CSV whose first line names `id` and `subject`"),
        (b"<html>log in first</html>", "feed: it is neither JSON nor CSV whose first line names `id` and `subject`"),
        (b"502 Bad Gateway\n", "neither JSON nor CSV whose first line names `id` and `subject`"),
    ],
)
async def test_what_cannot_be_read_is_named_and_hides_nothing(body: bytes, sentence: str) -> None:
    with pytest.raises(SourceGarbled, match=sentence):
        parse_tickets(body, SOURCE)


async def test_a_file_that_is_gone_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="No such file or directory; check path in \\[\\[sources\\]\\] feed"):
        await source_of(tmp_path / "tickets.json").open_tickets()


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (Settings(), "path"),
        (Settings(path=Path("x"), url="https://feed.example"), "path"),
        (Settings(url="http://feed.example"), "url"),
        (Settings(url="file:///etc/passwd"), "url"),
    ],
)
async def test_settings_that_cannot_work_name_their_key(settings: Settings, key: str) -> None:
    assert [name for name, _ in settings.problems()] == [key]


async def test_a_file_is_read_again_once_it_changed(tmp_path: Path) -> None:
    path, now = tmp_path / "tickets.json", [utc_now()]
    path.write_text('[{"id": "1", "subject": "One"}]')
    source = build(SOURCE, Settings(path=path), lambda: now[0])
    (soon,) = await source.open_tickets()
    (again,) = await source.open_tickets()
    assert again is not soon  # it may have changed within the same tick of its clock
    now[0] += timedelta(minutes=1)
    (first,) = await source.open_tickets()
    (same,) = await source.open_tickets()
    assert same is first
    path.write_text('[{"id": "1", "subject": "Two"}]')
    (changed,) = await source.open_tickets()
    assert changed.subject == "Two"


async def test_an_address_with_a_tag_sends_only_what_changed() -> None:
    texts = {"a": b'[{"id": "1", "subject": "One"}]', "b": b'[{"id": "1", "subject": "Two"}]'}
    current = ["a"]

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("if-none-match") == current[0]:
            return Reply(status=304)
        return Reply(body=texts[current[0]], headers={"ETag": current[0]})

    async with http_server() as server:
        server.answer_by(answer)
        source = build(SOURCE, Settings(url=server.url), utc_now)
        (first,) = await source.open_tickets()
        (same,) = await source.open_tickets()
        current[0] = "b"
        (changed,) = await source.open_tickets()
    assert same is first
    assert (first.subject, changed.subject) == ("One", "Two")


async def test_settings_that_work_have_no_problem() -> None:
    assert Settings(path=Path("~/tickets.json")).problems() == []
    assert Settings(url="https://feed.example", token=Secret("x"), refresh=timedelta(minutes=5)).problems() == []
