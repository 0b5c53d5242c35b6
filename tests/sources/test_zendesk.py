"""What the JSON of Zendesk means, and how its lists are read while people work in them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncall_tui.domain.ticket import Priority, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled, SourceRefused
from oncall_tui.secrets import Secret
from oncall_tui.sources.zendesk import Settings, ZendeskSource, build
from oncall_tui.sources.zendesk_payload import Listed, Organisation, Person, parse_page, parse_person, parse_ticket
from oncall_tui.text_safety import clean
from tests.servers.http import Asked, HttpServer, Reply, http_server, reply
from tests.sources.hurrying import hurried

PAYLOADS = Path(__file__).parent / "payloads" / "zendesk"
NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 1800}
PAGE = 100


def payload(name: str, **changes: object) -> dict[str, object]:
    found = json.loads((PAYLOADS / f"{name}.json").read_text())
    return {**found, **changes}


def listed(**changes: object) -> Listed:
    return parse_ticket(payload("ticket", **changes), SourceId("zd"), "https://acme.example")


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, tzinfo=UTC)


def test_a_ticket_is_read_with_everything_zendesk_tells_of_it() -> None:
    hana = Person(requester=Requester(name=clean("Hana Mori"), time_zone=clean("Osaka")), is_customer=True)
    ana = Person(requester=Requester(name=clean("Ana Ruiz")))
    assert listed().told(hana, ana, Organisation(name=clean("Kobe Foods"), tier=clean("Gold"))) == Ticket(
        id=TicketId("zd:8"),
        subject=clean("Printer on fire"),
        requester=Requester(name=clean("Hana Mori"), organisation=clean("Kobe Foods"), time_zone=clean("Osaka")),
        status=Status.OPEN,
        priority=Priority.HIGH,
        tier=clean("Gold"),
        tags=(clean("login"),),
        assignee=clean("Ana Ruiz"),
        created_at=datetime(2026, 11, 20, 22, tzinfo=UTC),
        updated_at=at(2),
        waiting_since=at(1, 30),
        due_at=at(4),
        touches=3,
        url="https://acme.example/agent/tickets/8",
    )


def test_a_zone_of_iana_is_preferred_to_one_of_rails() -> None:
    assert parse_person({"time_zone": "Alaska", "iana_time_zone": "America/Juneau"}).requester.time_zone == (
        "America/Juneau"
    )
    assert parse_person({"time_zone": "Alaska"}).requester.time_zone == "Alaska"


def test_whose_turn_it_is_stands_in_the_status() -> None:
    created = datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert listed(status="new").ticket.waiting_since == created
    assert (
        listed(metric_set={"replies": 0, "requester_updated_at": "2026-11-21T01:30:00Z"}).ticket.waiting_since
        == created
    )
    assert listed(metric_set=None).ticket.waiting_since == at(2)
    assert listed(status="pending").ticket.waiting_since is None


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("new", Status.NEW),
        ("open", Status.OPEN),
        ("pending", Status.PENDING),
        ("hold", Status.ON_HOLD),
        ("solved", Status.SOLVED),
        ("closed", Status.CLOSED),
        ("deleted", Status.CLOSED),
        ("brewing", Status.OPEN),
        (None, Status.OPEN),
    ],
)
def test_a_status_nobody_knows_is_open(word: str | None, status: Status) -> None:
    assert listed(status=word).ticket.status is status


def test_without_a_service_agreement_a_task_may_be_due() -> None:
    assert listed(slas=None, due_at="2026-11-21T05:00:00Z").ticket.due_at == at(5)
    assert listed(slas={"policy_metrics": "?"}).ticket.due_at is None


def test_fields_of_another_type_are_unknown_and_hide_no_ticket() -> None:
    odd = dict.fromkeys(["subject", "raw_subject", "description", "tags", "created_at", "updated_at", "slas"], 7)
    found = listed(**odd, priority=None, requester_id=None, assignee_id="x", organization_id=None, metric_set=[])
    assert found == Listed(
        ticket=Ticket(id=TicketId("zd:8"), subject=clean(""), url="https://acme.example/agent/tickets/8"),
        requester=None,
        assignee=None,
        organisation=None,
    )
    with pytest.raises(SourceGarbled, match="without a number"):
        listed(id=None)


def test_a_page_that_is_not_the_last_must_say_where_the_next_begins() -> None:
    for odd in ({"meta": {"has_more": True}}, {"next_page": "https://acme.example/2"}, {"end_of_stream": False}):
        with pytest.raises(SourceGarbled, match="where the next begins"):
            parse_page({"results": [], **odd}, "results")


class Desk:
    """A Zendesk of tickets, the newest first in a search, in which something happens between two requests."""

    def __init__(self, count: int) -> None:
        began = NOW - timedelta(days=10)
        self.status = dict.fromkeys(range(1, count + 1), "open")
        self.changed = {number: began + timedelta(minutes=number) for number in self.status}
        self.unindexed: dict[int, str] = {}
        """What the search still says of a ticket."""
        self.moves = False
        self.asked: list[str] = []
        self.now = NOW

    @property
    def open(self) -> set[str]:
        return {str(number) for number, status in self.status.items() if status == "open"}

    def set(self, number: int, status: str) -> None:
        self.now += timedelta(seconds=1)
        self.status[number], self.changed[number] = status, self.now

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.endswith("/oauth/tokens"):
            return reply(TOKEN)
        what = asked.path.removeprefix("/api/v2/")
        self.asked.append(what)
        if what == "search/export.json":
            return self._search(asked.params)
        if what == "incremental/tickets/cursor.json":
            return self._stream(asked.params)
        if what == "tickets/show_many.json":
            return reply({"tickets": [self._ticket(int(n), self.status) for n in asked.params["ids"].split(",")]})
        return Reply(status=404)

    def _ticket(self, number: int, status: dict[int, str]) -> dict[str, object]:
        return {**TICKET, "id": number, "status": status[number], "updated_at": self.changed[number].isoformat()}

    def _search(self, params: dict[str, str] | object) -> Reply:
        assert isinstance(params, dict)
        below = int(params.get("page[after]", "999999"))
        indexed = {**self.status, **self.unindexed}
        _, _, since = params["query"].partition("updated>=")
        wanted = [
            n
            for n in sorted(self.status, reverse=True)
            if n < below and (self.changed[n] >= datetime.fromisoformat(since) if since else indexed[n] == "open")
        ]
        shown, has_more = wanted[:PAGE], len(wanted) > PAGE
        if self.moves and has_more:
            self.set(shown[0], "solved")
            self.set(shown[-1] - 1, "open")
        cursor = str(shown[-1]) if has_more else None
        return reply(
            {
                "results": [self._ticket(n, indexed) for n in shown],
                "meta": {"has_more": has_more, "after_cursor": cursor},
            }
        )

    def _stream(self, params: object) -> Reply:
        assert isinstance(params, dict)
        start = float(params.get("cursor") or params["start_time"])
        changed = [n for n, moment in self.changed.items() if moment.timestamp() >= start]
        cursor = str(self.now.timestamp())
        tickets = [self._ticket(n, self.status) for n in changed]
        return reply({"tickets": tickets, "after_cursor": cursor, "end_of_stream": True})


TICKET = payload("ticket")


def source_at(server: HttpServer, now: list[datetime] | None = None, *, admin: bool = False) -> ZendeskSource:
    clock = now if now is not None else [NOW]
    settings = Settings(url=server.url, client_id="app", client_secret=Secret("s3cret"), admin=admin)
    return hurried(build(SourceId("zd"), settings, lambda: clock[0]))


@pytest.mark.anyio
async def test_three_thousand_tickets_that_move_are_read_once_each_and_none_is_lost() -> None:
    desk = Desk(3000)
    desk.moves = True
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server)
        tickets = await source.open_tickets()
        numbers = [ticket.number for ticket in tickets]
        assert len(numbers) == len(set(numbers))
        assert set(numbers) == desk.open
    assert desk.asked.count("search/export.json") == 30
    assert desk.asked.count("tickets/show_many.json") == 30


@pytest.mark.anyio
@pytest.mark.parametrize("admin", [False, True])
async def test_the_second_round_asks_only_for_what_changed(admin: bool) -> None:  # noqa: FBT001 - a case of the test
    desk = Desk(300)
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server, admin=admin)
        await source.open_tickets()
        desk.asked.clear()
        desk.set(4, "solved")
        desk.set(301, "open")
        for _ in range(2):
            tickets = await source.open_tickets()
            assert {ticket.number for ticket in tickets} == desk.open
    listing = "incremental/tickets/cursor.json" if admin else "search/export.json"
    assert [what for what in desk.asked if "show_many" not in what] == [listing] * 2


@pytest.mark.anyio
async def test_a_ticket_the_index_still_calls_open_is_gone_once_it_is_solved() -> None:
    desk = Desk(3)
    desk.status[2], desk.unindexed = "solved", {2: "open"}
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server)
        for _ in range(2):
            assert {ticket.number for ticket in await source.open_tickets()} == {"1", "3"}


@pytest.mark.anyio
async def test_what_was_deleted_goes_when_everything_is_searched_for_again() -> None:
    desk, now = Desk(3), [NOW]
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server, now)
        await source.open_tickets()
        del desk.status[2], desk.changed[2]
        now[0] += timedelta(minutes=31)
        assert {ticket.number for ticket in await source.open_tickets()} == {"1", "3"}


@pytest.mark.anyio
@pytest.mark.parametrize("at_request", [2, 5, 8])
async def test_a_pause_in_the_middle_costs_nothing_that_was_read(at_request: int) -> None:
    desk = Desk(500)
    async with http_server() as server:
        source = source_at(server)
        busy = reply({}, 429, Retry_After="30")
        server.answer_by(lambda asked: busy if len(desk.asked) == at_request else desk(asked))
        with pytest.raises(SourceBusy) as caught:
            await source.open_tickets()
        assert caught.value.retry_after == timedelta(seconds=30)
        server.answer_by(desk)
        assert {ticket.number for ticket in await source.open_tickets()} == desk.open
    assert desk.asked.count("search/export.json") == 5
    assert desk.asked.count("tickets/show_many.json") == 5


@pytest.mark.anyio
async def test_a_cursor_that_is_refused_is_thrown_away() -> None:
    desk = Desk(300)
    async with http_server() as server:
        source = source_at(server)
        server.answer_by(lambda asked: Reply(status=422) if len(desk.asked) == 2 else desk(asked))
        with pytest.raises(SourceGarbled):
            await source.open_tickets()
        server.answer_by(desk)
        assert {ticket.number for ticket in await source.open_tickets()} == desk.open


@pytest.mark.anyio
async def test_a_token_is_asked_for_once_and_renewed_before_it_ends() -> None:
    desk, now = Desk(1), [NOW]
    async with http_server() as server:
        server.answer_by(desk)
        source = source_at(server, now)
        for minutes in (0, 5, 24, 1):
            now[0] += timedelta(minutes=minutes)
            await source.open_tickets()
    grants = [asked for asked in server.asked if asked.path == "/oauth/tokens"]
    assert [json.loads(asked.body)["grant_type"] for asked in grants] == ["client_credentials"] * 2


@pytest.mark.anyio
async def test_a_token_that_is_refused_is_renewed_once_only() -> None:
    async with http_server([reply(TOKEN), reply(payload("empty"))]) as server:
        source = source_at(server)
        await source.open_tickets()
        before = len(server.asked)
        server.answer(Reply(status=401), reply(TOKEN), Reply(status=401))
        with pytest.raises(SourceRefused):
            await source.open_tickets()
    assert [asked.method for asked in server.asked[before:]] == ["GET", "POST", "GET"]


@pytest.mark.anyio
async def test_a_thread_is_told_oldest_first() -> None:
    comments = Reply(body=(PAYLOADS / "comments.json").read_bytes())
    async with http_server([reply(TOKEN), comments]) as server:
        messages = await source_at(server).thread(TicketId("zd:8"))
    assert [
        (str(message.author), str(message.text), message.is_public, message.is_inbound) for message in messages
    ] == [
        ("Hana Mori", "The printer burns.", True, True),
        ("Ana Ruiz", "Please leave the building.", True, False),
        ("Ana Ruiz", "Fire brigade is on its way.", False, False),
    ]


@pytest.mark.anyio
async def test_a_check_notices_that_zendesk_takes_it_for_a_stranger() -> None:
    stranger = {"user": {"id": None, "name": "Anonymous user"}}
    async with http_server([reply(TOKEN), reply(stranger)]) as server:
        with pytest.raises(SourceRefused, match="does not know these credentials"):
            await source_at(server).check()
    async with http_server(
        [reply(TOKEN), reply({"user": {"id": 47, "name": "Ana"}}), reply(payload("empty"))]
    ) as server:
        assert await source_at(server).check() == "Zendesk answers Ana: its tickets can be read"


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        (Settings(subdomain="acme", client_id="a", client_secret=Secret("x")), []),
        (Settings(subdomain="acme", email="ana@acme.example", token=Secret("x")), []),
        (Settings(client_id="a", client_secret=Secret("x")), ["subdomain"]),
        (Settings(subdomain="acme.zendesk.com", client_id="a", client_secret=Secret("x")), ["subdomain"]),
        (Settings(url="http://acme.example", client_id="a", client_secret=Secret("x")), ["url"]),
        (Settings(subdomain="acme", client_id="a"), ["client_id", "client_secret"]),
        (Settings(subdomain="acme", token=Secret("x")), ["email"]),
        (Settings(subdomain="acme"), ["client_secret"]),
    ],
)
def test_settings_that_cannot_work_name_their_key(settings: Settings, keys: list[str]) -> None:
    assert [key for key, _ in settings.problems()] == keys
