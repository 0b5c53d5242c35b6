"""What the JSON of Freshdesk means, and how its list is read while people work in it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.ticket import Priority, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.secrets import Secret
from oncall_tui.sources.freshdesk import FreshdeskSource, Settings, build
from oncall_tui.sources.freshdesk_payload import (
    STATUSES,
    Company,
    Listed,
    OwnNames,
    parse_contact,
    parse_statuses,
    parse_ticket,
)
from oncall_tui.text_safety import clean
from tests.servers.http import Asked, HttpServer, Reply, http_server, reply
from tests.sources.hurrying import hurried

PAYLOADS = Path(__file__).parent / "payloads" / "freshdesk"
NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
PAGE = 100
OWN = OwnNames(
    pending=frozenset({"waiting on customer"}),
    on_hold=frozenset({"waiting on third party"}),
    solved=frozenset({"refunded"}),
)


def payload(name: str, **changes: object) -> dict[str, object]:
    found = json.loads((PAYLOADS / f"{name}.json").read_text())
    return {**found, **changes}


def listed(**changes: object) -> Listed:
    return parse_ticket(payload("ticket", **changes), SourceId("fd"), "https://acme.example", STATUSES)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


def test_a_ticket_is_read_with_everything_freshdesk_tells_of_it() -> None:
    found = listed()
    assert (found.contact, found.company, found.agent) == (501, 9, 47)
    contact = parse_contact({"name": "Hana", "time_zone": "Chennai"})
    assert found.told(contact, Company(name=clean("Kobe Foods"), tier=clean("Gold")), clean("Ana Ruiz")) == Ticket(
        id=TicketId("fd:8"),
        subject=clean("Printer on fire"),
        requester=Requester(
            name=clean("Hana Mori"),
            email=clean("hana@kobe-foods.example"),
            phone=clean("+81 90 0000 0000"),
            organisation=clean("Kobe Foods"),
            time_zone=clean("Chennai"),
        ),
        status=Status.OPEN,
        priority=Priority.HIGH,
        tier=clean("Gold"),
        tags=(clean("login"),),
        assignee=clean("Ana Ruiz"),
        created_at=datetime(2026, 11, 20, 22, tzinfo=UTC),
        updated_at=at(2, 8),
        waiting_since=datetime(2026, 11, 20, 22, tzinfo=UTC),
        due_at=at(3),
        url="https://acme.example/a/tickets/8",
    )


def test_before_its_records_are_there_a_ticket_is_shown_without_them() -> None:
    ticket = listed().told(None, None, None)
    assert (ticket.requester.name, ticket.requester.time_zone, ticket.assignee) == ("Hana Mori", "", "agent 47")


@pytest.mark.parametrize(
    ("stats", "since"),
    [
        ({"first_responded_at": None}, datetime(2026, 11, 20, 22, tzinfo=UTC)),
        ({"agent_responded_at": "2026-11-21T01:00:00Z", "requester_responded_at": "2026-11-21T02:00:00Z"}, at(2)),
        ({"agent_responded_at": "2026-11-21T02:00:00Z", "requester_responded_at": "2026-11-21T01:00:00Z"}, None),
        ({"agent_responded_at": "2026-11-21T02:00:00Z", "requester_responded_at": None}, None),
        ({"first_responded_at": "2026-11-21T01:00:00Z", "status_updated_at": "2026-11-21T01:30:00Z"}, at(1, 30)),
        ({"first_responded_at": "2026-11-21T01:00:00Z"}, at(2, 8)),
    ],
)
def test_whose_turn_it_is_follows_what_the_account_tells(stats: dict[str, object], since: datetime | None) -> None:
    assert listed(stats=stats).ticket.waiting_since == since
    assert listed(stats=stats, status=3).ticket.waiting_since is None


def test_the_solution_is_due_once_there_was_a_response() -> None:
    answered = {"first_responded_at": "2026-11-21T01:00:00Z"}
    assert listed(stats=answered).ticket.due_at == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert listed(stats=answered, nr_due_by="2026-11-21T04:00:00Z").ticket.due_at == at(4)
    assert listed(status=3).ticket.due_at is None  # the clock stands still meanwhile


def test_statuses_of_an_account_s_own_are_open_unless_they_are_named() -> None:
    fields = json.loads((PAYLOADS / "fields.json").read_text())
    expected = {6: Status.PENDING, 7: Status.ON_HOLD, 8: Status.OPEN, 9: Status.SOLVED}
    assert parse_statuses(fields, OWN) == {**STATUSES, **expected}
    as_list = [{"name": "status", "choices": [{"id": 6, "value": "Waiting on Customer"}, "odd"]}]
    assert parse_statuses(as_list, OWN) == {**STATUSES, 6: Status.PENDING}
    assert parse_statuses([{"name": "status", "choices": None}], OWN) == STATUSES
    assert listed(status=77).ticket.status is Status.OPEN


def test_deleted_and_spam_are_not_open() -> None:
    assert listed(deleted=True).ticket.status is Status.CLOSED
    assert listed(spam=True).ticket.status is Status.CLOSED


def test_fields_of_another_type_are_unknown_and_hide_no_ticket() -> None:
    odd = dict.fromkeys(["subject", "status", "tags", "priority", "requester", "stats", "created_at", "due_by"], "?")
    found = listed(**odd, requester_id=None, company_id=None, responder_id=None, fr_due_by=5)
    assert found == Listed(
        ticket=Ticket(
            id=TicketId("fd:8"), subject=clean("?"), updated_at=at(2, 8), url="https://acme.example/a/tickets/8"
        ),
        contact=None,
        company=None,
        agent=None,
    )
    with pytest.raises(SourceGarbled, match="without a number"):
        listed(id="x")


TICKET = payload("ticket")


class Desk:
    """A Freshdesk of tickets with the instant each was changed, in which something happens between two requests."""

    def __init__(self, count: int) -> None:
        began = NOW - timedelta(minutes=count)
        self.status = {number: 2 + number % 4 for number in range(1, count + 1)}
        self.changed = {number: began + timedelta(minutes=number) for number in self.status}
        self.moves = False
        self.lists = 0
        self.now = NOW

    @property
    def open(self) -> set[str]:
        return {str(number) for number, status in self.status.items() if status in {2, 3}}

    def set(self, number: int, status: int) -> None:
        self.now += timedelta(seconds=1)
        self.status[number], self.changed[number] = status, self.now

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/ticket_fields"):
            return Reply(status=403)
        if not asked.path.endswith("/tickets"):
            return Reply(status=404)
        self.lists += 1
        since = datetime.fromisoformat(asked.params["updated_since"])
        later = sorted((at, number) for number, at in self.changed.items() if at >= since)
        first = (int(asked.params["page"]) - 1) * PAGE
        shown = [
            {**TICKET, "id": number, "status": self.status[number], "updated_at": at.isoformat()}
            for at, number in later[first : first + PAGE]
        ]
        is_last = len(later) <= first + PAGE
        if self.moves and not is_last:
            self.set(self.lists, 4)  # one that was read, or is about to be
            self.set(self.lists * 50, 2)
            self.set(len(self.status) + 1, 2)
        return reply(shown) if is_last else reply(shown, Link='<https://acme.example/next>; rel="next"')


def source_at(server: HttpServer, now: list[datetime] | None = None) -> FreshdeskSource:
    clock = now if now is not None else [NOW]
    return hurried(build(SourceId("fd"), Settings(url=server.url, key=Secret("k")), lambda: clock[0]))


@pytest.mark.anyio
async def test_three_thousand_tickets_that_move_are_read_once_each_and_none_is_lost() -> None:
    desk = Desk(3000)
    desk.moves = True
    async with http_server() as server:
        server.answer_by(desk)
        tickets = await source_at(server).open_tickets()
    numbers = [ticket.number for ticket in tickets]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == desk.open
    assert desk.lists < 35


@pytest.mark.anyio
async def test_many_tickets_changed_in_the_same_second_are_all_read() -> None:
    desk = Desk(350)
    desk.changed = dict.fromkeys(desk.changed, NOW)
    async with http_server() as server:
        server.answer_by(desk)
        tickets = await source_at(server).open_tickets()
    assert {ticket.number for ticket in tickets} == desk.open


@pytest.mark.anyio
async def test_the_second_round_asks_only_for_what_changed() -> None:
    desk = Desk(500)
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server)
        await source.open_tickets()
        first = desk.lists
        desk.set(4, 5)
        desk.set(501, 2)
        tickets = await source.open_tickets()
    assert desk.lists == first + 1
    assert {ticket.number for ticket in tickets} == desk.open


@pytest.mark.anyio
async def test_what_was_deleted_is_dropped_when_everything_was_read_again() -> None:
    desk, now = Desk(500), [NOW]
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server, now)
        await source.open_tickets()
        del desk.status[4], desk.changed[4]
        assert "4" in {ticket.number for ticket in await source.open_tickets()}
        now[0] += timedelta(hours=6)
        rounds = [await source.open_tickets() for _ in range(3)]
    assert {ticket.number for ticket in rounds[-1]} == desk.open


@pytest.mark.anyio
async def test_a_pause_in_the_middle_costs_nothing_that_was_read() -> None:
    desk = Desk(1000)
    async with http_server() as server:
        source = source_at(server)
        server.answer_by(lambda asked: reply({}, 429, Retry_After="30") if desk.lists == 4 else desk(asked))
        with pytest.raises(SourceBusy) as caught:
            await source.open_tickets()
        assert caught.value.retry_after == timedelta(seconds=30)
        server.answer_by(desk)
        assert {ticket.number for ticket in await source.open_tickets()} == desk.open
    assert desk.lists <= 11


@pytest.mark.anyio
async def test_a_pause_while_records_are_asked_for_does_not_hold_up_the_list() -> None:
    busy = reply({}, 429, Retry_After="30")
    one = Reply(body=(PAYLOADS / "page-3.json").read_bytes())
    async with http_server([reply([]), one, busy]) as server:
        (ticket,) = await source_at(server).open_tickets()
    assert (ticket.requester.name, ticket.requester.time_zone) == ("Hana Mori", "")


@pytest.mark.anyio
async def test_the_zone_of_the_account_says_nothing_of_a_contact() -> None:
    contact = reply({"id": 501, "name": "Hana Mori", "time_zone": "Chennai"})
    one = Reply(body=(PAYLOADS / "page-3.json").read_bytes())
    zones = []
    for default in ("", "Chennai"):
        async with http_server([reply([]), one, contact, Reply(status=404)]) as server:
            settings = Settings(url=server.url, key=Secret("k"), account_time_zone=default)
            (ticket,) = await build(SourceId("fd"), settings, lambda: NOW).open_tickets()
            zones.append(ticket.requester.time_zone)
    assert zones == ["Chennai", ""]


@pytest.mark.anyio
async def test_a_desk_that_gives_the_same_page_for_ever_is_left() -> None:
    page = [payload("ticket")] * PAGE
    async with http_server([reply([]), reply(page)]) as server:
        source = source_at(server)
        source._walk.page = 299
        source._walk.since = source._walk.latest = NOW
        with pytest.raises(SourceGarbled, match="gives no end"):
            await source.open_tickets()


@pytest.mark.anyio
async def test_a_thread_begins_with_the_ticket_itself() -> None:
    opening = reply(payload("ticket", description_text="The printer burns."))
    conversations = Reply(body=(PAYLOADS / "conversations.json").read_bytes())
    async with http_server([opening, conversations]) as server:
        messages = await source_at(server).thread(TicketId("fd:8"))
    assert [
        (str(message.author), str(message.text), message.is_public, message.is_inbound) for message in messages
    ] == [
        ("Hana Mori", "The printer burns.", True, True),
        ("help@acme.example", "Please leave the building.", True, False),
        ("", "Fire brigade is on its way.", False, False),
        ("Hana Mori", "They are here.", True, True),
    ]
