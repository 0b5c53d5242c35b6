"""What one vendor alone has to be asked, so that later rounds read what changed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from oncall_tui.domain.ticket import Priority, SourceId
from oncall_tui.ports import TicketSource
from oncall_tui.secrets import Secret
from oncall_tui.sources import chatwoot, redmine
from tests.servers.http import HttpServer, Reply, http_server
from tests.sources.desks import Chatwoot, ChatwootOfToday, Intercom, Redmine
from tests.sources.hurrying import hurried
from tests.sources.test_since import MINUTE, IntercomInAnyOrder, numbers, seconds, serve, stamps
from tests.sources.vendors import Vendor

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


async def test_a_search_that_takes_no_order_is_asked_without(server: HttpServer) -> None:
    desk = IntercomInAnyOrder(range(1, 701))
    server.answer_by(lambda asked: Reply(status=400) if b'"sort"' in asked.body else desk.answer(asked))
    source = hurried(desk.make(server.url))
    await source.open_tickets()
    for number in (5, 7):
        desk.now += MINUTE
        desk.touch(number, seconds(desk.now))
        assert stamps(await source.open_tickets())[str(number)] == desk.now
    assert len([asked for asked in server.asked if b'"sort"' in asked.body]) == 1


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
