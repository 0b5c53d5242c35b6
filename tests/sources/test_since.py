"""What later rounds ask for: only what changed, and that nothing is lost by it."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.ticket import Priority, SourceId, Ticket
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.ports import TicketSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot, redmine
from tests.servers.http import HttpServer, Reply, http_server, reply
from tests.sources.desks import Chatwoot, ChatwootOfToday, Intercom, IntercomByDay, Redmine, Zammad
from tests.sources.front_desk import Front
from tests.sources.github_desk import Github
from tests.sources.gitlab_desk import Gitlab
from tests.sources.helpdesk_desk import DjangoHelpdesk
from tests.sources.hubspot_desk import Hubspot
from tests.sources.jira import Jira
from tests.sources.vendors import Payload, Vendor

pytestmark = pytest.mark.anyio


class IntercomInAnyOrder(Intercom):
    """Heeds no order, and lists the earliest change first."""

    def place(self, ticket: Payload) -> str:
        return f"{10**10 - int(str(ticket['updated_at']))} {super().place(ticket)}"


DESKS: Sequence[type[Vendor]] = (
    Redmine,
    Zammad,
    Chatwoot,
    ChatwootOfToday,
    Intercom,
    IntercomByDay,
    IntercomInAnyOrder,
    DjangoHelpdesk,
)
NEIGHBOURS: Sequence[type[Vendor]] = (Jira, Gitlab, Github, Front, Hubspot)
HANDFUL = 6
MINUTE, HALF_AN_HOUR = timedelta(minutes=1), timedelta(minutes=30)

each_orderly_desk = pytest.mark.parametrize(
    "kind", [kind for kind in DESKS if kind is not IntercomInAnyOrder], ids=lambda kind: kind.__name__.lower()
)
each_desk = pytest.mark.parametrize("kind", DESKS, ids=lambda kind: kind.__name__.lower())


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


def serve(desk: Vendor, server: HttpServer) -> TicketSource:
    server.answer_by(desk.answer)
    return desk.make(server.url)


def numbers(tickets: Collection[Ticket]) -> set[int]:
    return {int(ticket.number) for ticket in tickets}


def stamps(tickets: Collection[Ticket]) -> dict[str, datetime | None]:
    return {ticket.number: ticket.updated_at for ticket in tickets}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@each_orderly_desk
@pytest.mark.parametrize("many", [700, pytest.param(10_000, marks=pytest.mark.full)])
async def test_what_was_closed_changed_or_opened_meanwhile_costs_a_handful_of_requests(
    kind: type[Vendor], many: int, server: HttpServer
) -> None:
    desk = kind(range(1, many + 1))
    source = serve(desk, server)
    assert len(await source.open_tickets()) == many
    desk.now += MINUTE
    desk.touch(5, seconds(desk.now))
    desk.close(7, seconds(desk.now))
    desk.tickets[many + 1] = desk.ticket(many + 1)
    desk.touch(many + 1, seconds(desk.now))
    server.asked.clear()
    tickets = await source.open_tickets()
    assert numbers(tickets) == {*range(1, many + 2)} - {7}
    assert stamps(tickets)["5"] == desk.now
    assert len(server.asked) <= HANDFUL


@each_orderly_desk
async def test_a_round_in_which_nothing_happened_reads_next_to_nothing(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    before = await source.open_tickets()
    desk.now += timedelta(minutes=5)
    server.asked.clear()
    desk.pages.clear()
    assert await source.open_tickets() == before
    assert sum(desk.pages) <= 1 + desk.also_read
    assert len(server.asked) <= 4


@pytest.mark.parametrize("kind", [*DESKS, *NEIGHBOURS], ids=lambda kind: kind.__name__.lower())
@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(), timedelta(hours=3)], ids=str)
async def test_what_changes_behind_our_back_while_everything_is_read_is_seen_next_whatever_our_clock_says(
    kind: type[Vendor], ahead: timedelta, server: HttpServer
) -> None:
    desk = kind(range(1, 701))
    desk.ahead = ahead
    source = serve(desk, server)

    def happen() -> None:
        match len(desk.pages):
            case 1:
                desk.touch(1, seconds(desk.now))
                desk.touch(700, seconds(desk.now))
            case 2:
                desk.now += timedelta(minutes=10)
                desk.touch(699, seconds(desk.now))

    desk.after_page = happen
    await source.open_tickets()
    assert stamps(await source.open_tickets()) == stamps(await desk.make(server.url).open_tickets())


@each_desk
async def test_nothing_is_lost_when_tickets_move_while_changes_are_read(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    for number in range(1, 401):
        desk.now += timedelta(milliseconds=50)
        desk.touch(number, seconds(desk.now))

    def move() -> None:
        desk.now += timedelta(seconds=5)
        desk.touch(len(desk.pages), seconds(desk.now))
        desk.close(400 - len(desk.pages), seconds(desk.now))

    desk.pages.clear()
    desk.after_page = move
    found = await source.open_tickets()
    assert numbers(found) >= {number for number in range(1, 401) if number not in range(400 - len(desk.pages), 400)}
    desk.after_page = lambda: None
    desk.now += MINUTE
    assert stamps(await source.open_tickets()) == stamps(await desk.make(server.url).open_tickets())


@each_desk
async def test_a_ticket_that_is_closed_within_the_second_in_which_it_was_read_leaves_all_the_same(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += MINUTE
    desk.touch(5, seconds(desk.now))
    assert 5 in numbers(await source.open_tickets())
    desk.close(5, seconds(desk.now))
    desk.now += timedelta(seconds=30)
    assert 5 not in numbers(await source.open_tickets())


@each_desk
async def test_what_leaves_no_trace_is_noticed_when_everything_is_read_again(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    del desk.tickets[9]
    desk.now += HALF_AN_HOUR
    desk.pages.clear()
    assert numbers(await source.open_tickets()) == desk.tickets.keys()
    assert sum(desk.pages) >= len(desk.tickets)


@each_desk
async def test_after_our_clock_was_set_back_everything_is_read(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += timedelta(hours=2)
    desk.touch(5, seconds(desk.now) - 3600)
    desk.ahead = timedelta(hours=-4)
    assert stamps(await source.open_tickets()) == stamps(await desk.make(server.url).open_tickets())


@each_desk
async def test_a_pause_the_desk_asks_for_costs_nothing_that_was_read_before(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, 701))
    busy = [reply({}, 429)]
    server.answer_by(lambda asked: busy.pop() if len(desk.pages) == 2 and busy else desk.answer(asked))
    source = desk.make(server.url)
    with pytest.raises(SourceBusy):
        await source.open_tickets()
    desk.now += MINUTE
    assert len(await source.open_tickets()) == 700
    assert sum(desk.pages) < 700 + 2 * desk.page


@each_desk
@pytest.mark.parametrize("answered", range(4))
async def test_a_round_that_breaks_off_loses_nothing_of_what_changed(
    kind: type[Vendor], answered: int, server: HttpServer
) -> None:
    desk = kind(range(1, 701))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += MINUTE
    desk.touch(5, seconds(desk.now))
    desk.close(7, seconds(desk.now))
    left = iter(range(answered))
    server.answer_by(lambda asked: desk.answer(asked) if next(left, None) is not None else Reply(status=500))
    with suppress(SourceGarbled):
        await source.open_tickets()
    server.answer_by(desk.answer)
    desk.now += MINUTE
    found = stamps(await source.open_tickets())
    assert "7" not in found
    assert found["5"] == desk.now - MINUTE


async def test_what_the_index_of_a_search_shows_late_is_seen_all_the_same(server: HttpServer) -> None:
    desk = Intercom(range(1, 701))
    source = serve(desk, server)
    for number, late in ((6, timedelta()), (5, timedelta(minutes=8))):
        await source.open_tickets()
        desk.now += MINUTE
        desk.touch(number, seconds(desk.now - late))
    assert stamps(await source.open_tickets())["5"] == desk.now - timedelta(minutes=8)


async def test_an_issue_that_was_moved_to_another_project_leaves_the_list(server: HttpServer) -> None:
    desk = Redmine(range(1, 701))
    desk.moved = dict.fromkeys(range(601, 701), "shop")
    server.answer_by(desk.answer)
    settings = redmine.Settings(url=server.url, token=Secret("x"), project="support")
    source = redmine.build(SourceId("helpdesk"), settings, desk.clock)
    assert numbers(await source.open_tickets()) == {*range(1, 601)}
    desk.now += MINUTE
    for number in (5, 6, 650, 651):
        desk.touch(number, seconds(desk.now))
    desk.moved = {**desk.moved, 5: "shop", 650: "support"}
    server.asked.clear()
    assert numbers(await source.open_tickets()) == {*range(1, 601), 650} - {5}
    assert len([asked for asked in server.asked if asked.path == "/issues.json"]) == 2


def chatwoot_of(server: HttpServer, desk: Vendor) -> TicketSource:
    settings = chatwoot.Settings(url=server.url, account=1, token=Secret("x"), statuses=("open",))
    return chatwoot.build(SourceId("helpdesk"), settings, desk.clock)


@pytest.mark.parametrize("kind", [Chatwoot, ChatwootOfToday])
async def test_a_conversation_of_a_status_that_is_not_wanted_leaves_the_list(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, 101))
    server.answer_by(desk.answer)
    source = chatwoot_of(server, desk)
    await source.open_tickets()
    desk.now += MINUTE
    desk.touch(5, seconds(desk.now))
    desk.tickets[5]["status"] = "snoozed"
    assert 5 not in numbers(await source.open_tickets())


async def test_a_chatwoot_of_today_tells_of_a_change_in_which_nobody_was_active(server: HttpServer) -> None:
    desk = ChatwootOfToday(range(1, 101))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += MINUTE
    desk.tickets[5] |= {"priority": "urgent", "updated_at": desk.now.timestamp()}
    server.asked.clear()
    found = {ticket.number: ticket.priority for ticket in await source.open_tickets()}
    assert (found["5"], found["6"]) == (Priority.URGENT, Priority.HIGH)
    assert len(server.asked) <= 2


async def test_how_long_ago_a_chatwoot_is_asked_about_is_told_by_no_clock(server: HttpServer) -> None:
    desk = ChatwootOfToday(range(1, 101))
    desk.ahead = timedelta(hours=5)
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += timedelta(minutes=7)
    server.asked.clear()
    await source.open_tickets()
    assert [asked.params.get("updated_within") for asked in server.asked] == [str(9 * 60)]
