"""What the JSON of Help Scout means, and how its lists are read while people work in them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.ticket import Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.secrets import Secret
from oncall_tui.sources.help_scout import HelpScoutSource, Settings, build
from oncall_tui.sources.help_scout_payload import Listed, parse_conversation, parse_customer
from oncall_tui.text_safety import clean
from tests.servers.http import Asked, HttpServer, Reply, http_server, reply
from tests.sources.hurrying import hurried

PAYLOADS = Path(__file__).parent / "payloads" / "help-scout"
NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
PAGE = 50
TOKEN = {"access_token": "t", "expires_in": 172_800}


def payload(name: str, **changes: object) -> dict[str, object]:
    found = json.loads((PAYLOADS / f"{name}.json").read_text())
    return {**found, **changes}


def listed(**changes: object) -> Listed:
    return parse_conversation(payload("conversation", **changes), SourceId("hs"))


def test_a_conversation_is_read_with_everything_help_scout_tells_of_it() -> None:
    found = listed()
    assert found.customer == 500
    assert found.ticket == Ticket(
        id=TicketId("hs:8"),
        subject=clean("Printer on fire"),
        requester=Requester(name=clean("Hana Mori"), email=clean("hana@kobe-foods.example")),
        status=Status.OPEN,
        tags=(clean("login"),),
        assignee=clean("Ana Ruiz"),
        created_at=datetime(2026, 11, 20, 22, 8, tzinfo=UTC),
        updated_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
        waiting_since=datetime(2026, 11, 21, 1, 30, tzinfo=UTC),
        url="https://secure.helpscout.net/conversation/1008/8/",
    )


def test_a_customer_brings_a_country_a_telephone_and_a_company() -> None:
    record = {
        "id": 500,
        "firstName": "Hana",
        "organization": "Kobe Foods",
        "_embedded": {"phones": [{"value": "+81 90 0000 0000"}], "address": {"country": "JP"}},
    }
    requester = listed().told(parse_customer(record)).requester
    assert (requester.name, requester.email) == ("Hana Mori", "hana@kobe-foods.example")
    assert (requester.phone, requester.organisation, requester.country) == ("+81 90 0000 0000", "Kobe Foods", "JP")


def test_whose_turn_it_is_stands_in_the_conversation() -> None:
    answered = {"time": "2026-11-21T01:30:00Z", "latestReplyFrom": "user"}
    assert listed(customerWaitingSince=answered).ticket.waiting_since is None
    assert listed(status="pending").ticket.waiting_since is None
    assert listed(customerWaitingSince=None).ticket.waiting_since == datetime(2026, 11, 20, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"status": "pending"}, Status.PENDING),
        ({"status": "closed"}, Status.CLOSED),
        ({"status": "spam"}, Status.CLOSED),
        ({"state": "deleted"}, Status.CLOSED),
        ({"status": "parked"}, Status.OPEN),
        ({"status": None}, Status.OPEN),
    ],
)
def test_a_status_nobody_knows_is_open(changes: dict[str, object], status: Status) -> None:
    assert listed(**changes).ticket.status is status


def test_fields_of_another_type_are_unknown_and_hide_no_ticket() -> None:
    odd = dict.fromkeys(["subject", "preview", "tags", "assignee", "createdAt", "customerWaitingSince"], 7)
    found = listed(**odd, primaryCustomer=None, id="1008")
    assert (found.ticket.id, found.ticket.requester, found.customer) == ("hs:8", Requester(), None)
    assert found.ticket.url.endswith("/1008/8/")


def test_a_conversation_without_a_number_fails() -> None:
    with pytest.raises(SourceGarbled, match="without a number"):
        listed(number=None)


CONVERSATION = payload("conversation")


class Desk:
    """A Help Scout of conversations in the order they were made, in which something happens between two requests."""

    def __init__(self, count: int) -> None:
        self.status = {number: "active" if number % 3 else "pending" for number in range(1, count + 1)}
        self.changed: set[int] = set()
        self.moves = False
        self.asked = 0

    @property
    def open(self) -> set[str]:
        return {str(number) for number, status in self.status.items() if status in {"active", "pending"}}

    def set(self, number: int, status: str) -> None:
        self.status[number] = status
        self.changed.add(number)

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/token"):
            return reply(TOKEN)
        if "/customers/" in asked.path:
            return reply({}, 404)
        self.asked += 1
        answer = self._listed(asked)
        if self.moves:
            self._move()
        return answer

    def _listed(self, asked: Asked) -> Reply:
        wanted = asked.params["status"]
        since = asked.params.get("modifiedSince")
        matching = [n for n, status in self.status.items() if wanted in {status, "all"}]
        matching = [n for n in matching if since is None or n in self.changed]
        page = int(asked.params["page"])
        shown = [
            {**CONVERSATION, "id": 1000 + n, "number": n, "status": self.status[n]}
            for n in matching[(page - 1) * PAGE : page * PAGE]
        ]
        pages = -(-len(matching) // PAGE)
        about = {"size": PAGE, "totalElements": len(matching), "totalPages": pages, "number": page}
        return reply({"_embedded": {"conversations": shown}, "page": about})

    def _move(self) -> None:
        """Close one of an early page, answer one of a late page, and let a new one come in."""
        self.set(self.asked, "closed")
        late = len(self.status) - 3 * self.asked
        self.set(late, "pending" if self.status[late] == "active" else "active")
        self.set(len(self.status) + 1, "active")


def source_at(server: HttpServer, now: list[datetime] | None = None) -> HelpScoutSource:
    clock = now if now is not None else [NOW]
    settings = Settings(url=server.url, client_id="app", client_secret=Secret("s3cret"))
    return hurried(build(SourceId("hs"), settings, lambda: clock[0]))


@pytest.mark.anyio
async def test_three_thousand_conversations_that_move_are_read_once_each_and_none_is_lost() -> None:
    desk = Desk(3000)
    desk.moves = True
    async with http_server() as server:
        server.answer_by(desk)
        tickets = await source_at(server).open_tickets()
    numbers = [ticket.number for ticket in tickets]
    assert len(numbers) == len(set(numbers))
    # The pages of the last question, what changed, are read while people go on working.
    assert {number for number in desk.open if int(number) <= 3000} - set(numbers) == set()
    assert desk.asked < 75


@pytest.mark.anyio
async def test_the_second_round_asks_only_for_what_changed() -> None:
    desk = Desk(200)
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server)
        await source.open_tickets()
        first = desk.asked
        desk.set(7, "closed")
        desk.set(201, "active")
        tickets = await source.open_tickets()
    assert desk.asked == first + 1
    assert {ticket.number for ticket in tickets} == desk.open
    (*_, last) = (asked.params for asked in server.asked if asked.path.endswith("/conversations"))
    assert (last["status"], last["modifiedSince"]) == ("all", "2026-11-21T03:03:00Z")


@pytest.mark.anyio
async def test_now_and_then_everything_is_read_again() -> None:
    desk, now = Desk(3), [NOW]
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server, now)
        await source.open_tickets()
        del desk.status[2]  # deleted for good: nothing tells of it
        now[0] += timedelta(minutes=31)
        assert [ticket.number for ticket in await source.open_tickets()] == ["1", "3"]


@pytest.mark.anyio
async def test_a_pause_in_the_middle_costs_nothing_that_was_read() -> None:
    desk, refused = Desk(400), Reply(status=429, headers={"X-RateLimit-Retry-After": "7"})
    async with http_server() as server:
        source = source_at(server)
        server.answer_by(lambda asked: refused if desk.asked == 4 else desk(asked))
        with pytest.raises(SourceBusy) as caught:
            await source.open_tickets()
        assert caught.value.retry_after == timedelta(seconds=7)
        server.answer_by(desk)
        assert {ticket.number for ticket in await source.open_tickets()} == desk.open
    assert desk.asked == 1 + 6 + 1 + 3 + 1  # pages of active and of pending, each first one twice, and the changes


@pytest.mark.anyio
async def test_a_token_that_ended_early_is_renewed_once() -> None:
    empty = Reply(body=(PAYLOADS / "empty.json").read_bytes())
    async with http_server([reply(TOKEN), empty]) as server:
        source = source_at(server)
        await source.open_tickets()
        before = len(server.asked)
        server.answer(Reply(status=401), reply({**TOKEN, "access_token": "fresh"}), empty)
        assert await source.open_tickets() == []
    assert [asked.method for asked in server.asked[before:]] == ["GET", "POST", "GET"]
    assert server.asked[-1].headers["authorization"] == "Bearer fresh"
    assert server.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.anyio
async def test_a_thread_is_told_oldest_first_without_drafts_and_html() -> None:
    found = {"_embedded": {"conversations": [payload("conversation")]}, "page": {"totalPages": 1, "totalElements": 1}}
    threads = Reply(body=(PAYLOADS / "threads.json").read_bytes())
    async with http_server([reply(TOKEN), reply(found), threads]) as server:
        messages = await source_at(server).thread(TicketId("hs:8"))
    assert server.asked[-1].path == "/v2/conversations/1008/threads"
    assert [
        (str(message.author), str(message.text), message.is_public, message.is_inbound) for message in messages
    ] == [
        ("Hana Mori", "The printer burns & smokes.", True, True),
        ("Ana Ruiz", "Please leave the building.\nAna", True, False),
        ("Ana Ruiz", "Fire brigade is on its way.", False, False),
    ]


@pytest.mark.anyio
async def test_an_answer_that_lists_nothing_and_says_nothing_is_no_empty_desk() -> None:
    for odd in ({}, {"page": {"totalPages": 1, "totalElements": 3}}):
        async with http_server([reply(TOKEN), reply(odd)]) as server:
            with pytest.raises(SourceGarbled, match="Help Scout sent a page"):
                await source_at(server).open_tickets()
