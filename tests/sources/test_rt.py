"""What the JSON of Request Tracker means."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.clock import stopwatch
from oncall_tui.domain.ticket import Priority, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceRefused
from oncall_tui.secrets import Secret
from oncall_tui.sources.rt import RtSource, Settings, build
from oncall_tui.sources.rt_payload import (
    parse_customers,
    parse_exchange,
    parse_message,
    parse_priority,
    parse_ticket,
    parse_words,
    without_tags,
)
from oncall_tui.text_safety import clean
from tests.servers.http import HttpServer, Reply, http_server, reply

PAYLOADS = Path(__file__).parent / "payloads" / "rt"
HANA = frozenset({"hana"})


def payload(name: str, **changes: object) -> dict[str, object]:
    found = json.loads((PAYLOADS / f"{name}.json").read_text())
    return {**found, **changes}


def parsed(name: str, **changes: object) -> Ticket:
    return parse_ticket(payload(name, **changes), SourceId("rt"), "https://rt.example")


def spoke(who: str, minute: int, kind: str = "Correspond", number: int = 1) -> Mapping[str, object]:
    return {"id": str(number), "Type": kind, "Creator": {"id": who}, "Created": f"2026-11-21T01:{minute:02}:00Z"}


def minute(number: int) -> datetime:
    return datetime(2026, 11, 21, 1, number, tzinfo=UTC)


def test_a_ticket_is_read_with_everything_rt_tells_of_it() -> None:
    assert parsed("ticket") == Ticket(
        id=TicketId("rt:4312"),
        subject=clean("Login fails for every user"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            phone=clean("+81 90 0000 0000"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Asia/Tokyo"),
            country=clean("JP"),
        ),
        status=Status.PENDING,
        priority=Priority.HIGH,
        tags=(clean("General"),),
        assignee=clean("Ana Ruiz"),
        created_at=datetime(2026, 11, 20, 22, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
        due_at=datetime(2026, 11, 21, 3, tzinfo=UTC),
        url="https://rt.example/Ticket/Display.html?id=4312",
    )


def test_what_the_token_may_not_see_is_left_empty() -> None:
    ticket = parsed("unreadable")
    assert (ticket.requester, ticket.assignee, ticket.tags) == (Requester(), "", ())
    assert (ticket.due_at, ticket.priority) == (None, None)


def test_a_date_of_1970_is_no_date_and_nobody_is_no_assignee() -> None:
    ticket = parsed("ticket", Due="1970-01-01T00:00:00Z", Owner={"id": "Nobody", "RealName": "Nobody in particular"})
    assert (ticket.due_at, ticket.assignee) == (None, "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("new", Status.NEW),
        ("open", Status.OPEN),
        ("stalled", Status.PENDING),
        ("resolved", Status.SOLVED),
        ("rejected", Status.CLOSED),
        ("deleted", Status.CLOSED),
        ("waiting for the vendor", Status.OPEN),
    ],
)
def test_a_status_of_their_own_is_open(word: str, status: Status) -> None:
    assert parsed("ticket", Status=word).status is status


@pytest.mark.parametrize(
    ("number", "priority"),
    [("0", Priority.LOW), (50, Priority.NORMAL), ("100", Priority.HIGH), ("101", Priority.URGENT), ("High", None)],
)
def test_a_priority_follows_the_names_rt_gives_its_numbers(number: object, priority: Priority | None) -> None:
    assert parse_priority(number) is priority


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": "12; DROP"}, "without a number"),
        ({"id": None}, "without a number"),
        ({"Subject": None}, "4312 without Subject"),
        ({"Status": 5}, "4312 without Status"),
        ({"Created": "yesterday"}, "4312 with a Created that is no time"),
    ],
)
def test_a_ticket_that_lacks_what_it_needs_is_named(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(SourceGarbled, match=sentence):
        parsed("ticket", **changes)


def test_a_requestor_without_an_address_gives_way_to_one_who_has_it() -> None:
    people = [{"id": "a-group", "type": "group"}, {"id": "hana", "EmailAddress": "hana@kobe-foods.example"}]
    requester = parsed("ticket", Requestor=people).requester
    assert (requester.name, requester.email) == ("hana", "hana@kobe-foods.example")


def test_whoever_is_copied_belongs_to_the_customer() -> None:
    assert parse_customers(payload("ticket", Cc=[{"id": "yuki"}])) == {"hana", "yuki"}


def test_a_customer_waits_from_the_first_word_that_nobody_answered() -> None:
    talk = [
        spoke("root", 0, "Create"),
        spoke("ana", 5),
        spoke("hana", 7),
        spoke("hana", 9),
    ]
    assert parse_exchange(talk[:1], HANA).waiting_since == minute(0)
    assert parse_exchange(talk[:2], HANA).waiting_since is None
    exchange = parse_exchange(talk, HANA)
    assert (exchange.waiting_since, exchange.replies) == (minute(7), 1)


def test_words_are_the_plain_text_and_never_a_file() -> None:
    html = {"ContentType": "text/html", "Content": "<p>Hello</p>"}
    plain = {"ContentType": "text/plain", "Content": " Hello\n"}
    log = {"ContentType": "text/plain", "Content": "a log", "Filename": "server.log"}
    assert parse_words([log, html, plain]) == "Hello"
    assert parse_words([log, html]) == "Hello"
    assert parse_words([log]) == ""
    wordless = {**spoke("hana", 1), "id": "7"}
    assert parse_message(wordless, {7: [log]}, {}, HANA) is None


def test_html_becomes_its_words() -> None:
    html = (
        "<title>x</title><p>It  costs\n&lt;5 &euro;</p><style>p {}</style><div>now<br>or <b>never</b></div><script>f("
    )
    assert without_tags(html) == "It costs <5 €\nnow\nor never"


@pytest.mark.parametrize(
    "html",
    [
        "<![if !vml]>shown<![endif]>",
        "<!-- <p> > --><BODY>shown<a href='x'",
        "<!--[if mso]>x<![endif]-->shown<!-- never ends",
        "<head><style>x</head><body class='a'>shown</body>",
        "<SCRIPT>if (a < b) x</SCRIPT>shown<br/>",
    ],
)
def test_html_of_any_make_is_read(html: str) -> None:
    assert without_tags(html) == "shown"


def test_a_sign_that_opens_no_tag_stays() -> None:
    assert without_tags("<p>1 < 2 <3") == "1 < 2 <3"


@pytest.mark.parametrize("piece", ["<", "<a ", "<a b='", "<!--", "</", "<![", "&#"])
def test_hostile_html_takes_no_time(piece: str) -> None:
    began = stopwatch()
    without_tags(piece * 1_000_000)
    assert stopwatch() - began < 2.0


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        (Settings(url="http://rt.example", token=Secret("x")), "url"),
        (Settings(url="https://ana:secret@rt.example", token=Secret("x")), "url"),
        (Settings(url="rt.example", token=Secret("x")), "url"),
        (Settings(url="https://rt.example"), "token"),
        (Settings(url="https://rt.example", token=Secret("x"), user="ana", password=Secret("y")), "token"),
        (Settings(url="https://rt.example", password=Secret("y")), "user"),
        (Settings(url="https://rt.example", token=Secret("x"), user="ana"), "user"),
    ],
)
def test_settings_that_cannot_work_name_their_key(settings: Settings, key: str) -> None:
    assert [name for name, _ in settings.problems()] == [key]


def test_settings_for_loopback_may_do_without_tls() -> None:
    assert Settings(url="http://127.0.0.1:8080/rt", user="root", password=Secret("x")).problems() == []


def source_at(server: HttpServer) -> RtSource:
    return build(SourceId("rt"), Settings(url=server.url, token=Secret("x")), lambda: minute(30))


def listed(*items: object, total: int | None = None) -> Reply:
    return reply({"items": items, "total": total})


@pytest.mark.anyio
async def test_only_tickets_that_changed_are_asked_about_again() -> None:
    settled = payload("ticket", LastUpdated="2026-11-21T01:00:00Z")
    async with http_server() as server:
        source = source_at(server)
        talk = {**spoke("hana", 0, "Create"), "ObjectId": "4312"}
        server.answer(listed(settled, total=1), listed(talk, total=1), listed(settled, total=1), listed(total=0))
        first, second = await source.open_tickets(), await source.open_tickets()
    assert first == second
    assert first[0].waiting_since == minute(0)
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["tickets", "transactions", "tickets"]


@pytest.mark.anyio
async def test_a_ticket_that_changed_just_now_may_change_again_within_its_second() -> None:
    fresh = payload("ticket", LastUpdated="2026-11-21T01:29:59Z")
    async with http_server() as server:
        source = source_at(server)
        for _ in range(2):
            server.answer(listed(fresh, total=1), listed(total=0))
            await source.open_tickets()
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["tickets", "transactions"] * 2


@pytest.mark.anyio
async def test_without_a_total_the_list_ends_with_an_empty_page() -> None:
    first, second, none = listed(payload("ticket", id=1)), listed(payload("ticket", id="3")), listed()
    async with http_server([first, none, second, none]) as server:
        assert [ticket.number for ticket in await source_at(server).open_tickets()] == ["1", "3"]
    queries = [asked.params["query"] for asked in server.asked if asked.path.endswith("/tickets")]
    assert queries == [f"(Status = '__Active__') AND id > {last}" for last in (0, 1, 3)]


@pytest.mark.anyio
async def test_a_server_that_gives_the_same_page_for_ever_is_left() -> None:
    async with http_server([listed(payload("ticket"))]) as server:
        with pytest.raises(SourceGarbled, match="does not heed the query"):
            await source_at(server).open_tickets()


@pytest.mark.anyio
async def test_a_list_of_which_nothing_may_be_seen_is_not_an_empty_desk() -> None:
    async with http_server([listed("", "", total=2)]) as server:
        with pytest.raises(SourceRefused, match="ShowTicket"):
            await source_at(server).open_tickets()


@pytest.mark.anyio
async def test_one_broken_character_does_not_hide_the_desk() -> None:
    broken = reply({"items": [payload("ticket", Subject="half \ud83d a face")], "total": 1})
    async with http_server([broken, listed(total=0)]) as server:
        (ticket,) = await source_at(server).open_tickets()
    assert ticket.subject == "half � a face"


def test_refreshing_each_minute_is_the_rule() -> None:
    assert Settings(url="https://rt.example").refresh == timedelta(minutes=1)
