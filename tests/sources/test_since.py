"""What later rounds ask for: only what changed, and that nothing is lost by it."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.ticket import Ticket
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.ports import TicketSource
from tests.servers.http import HttpServer, Reply, http_server, reply
from tests.sources.desks import Chatwoot, ChatwootOfToday, Intercom, IntercomByDay, Redmine, Zammad
from tests.sources.front_desk import Front
from tests.sources.github_desk import Github
from tests.sources.gitlab_desk import Gitlab
from tests.sources.helpdesk_desk import DjangoHelpdesk
from tests.sources.hubspot_desk import Hubspot
from tests.sources.hurrying import hurried
from tests.sources.jira import Jira
from tests.sources.vendors import Payload, Vendor

pytestmark = pytest.mark.anyio


class IntercomInAnyOrder(Intercom):
    """Heeds no order, and lists the earliest change first."""

    def place(self, ticket: Payload) -> str:
        return f"{10**10 - int(str(ticket['updated_at']))} {super().place(ticket)}"


DESKS: Sequence[type[Vendor]] = (Redmine, Zammad, Chatwoot, ChatwootOfToday, Intercom, DjangoHelpdesk)
ODDER: Sequence[type[Vendor]] = (IntercomByDay, IntercomInAnyOrder)
NEIGHBOURS: Sequence[type[Vendor]] = (Jira, Gitlab, Github, Front, Hubspot)
HANDFUL = 6
MINUTE, HALF_AN_HOUR = timedelta(minutes=1), timedelta(minutes=30)

each_desk = pytest.mark.parametrize("kind", DESKS, ids=lambda kind: kind.__name__.lower())


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


def size(kind: type[Vendor]) -> int:
    """Return a number of tickets that takes four pages."""
    return 3 * kind.page + 20


def serve(desk: Vendor, server: HttpServer) -> TicketSource:
    server.answer_by(desk.answer)
    return hurried(desk.make(server.url))


def numbers(tickets: Collection[Ticket]) -> set[int]:
    return {int(ticket.number) for ticket in tickets}


def stamps(tickets: Collection[Ticket]) -> dict[str, datetime | None]:
    return {ticket.number: ticket.updated_at for ticket in tickets}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


@each_desk
@pytest.mark.parametrize("many", [450, pytest.param(10_000, marks=pytest.mark.full)])
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


@each_desk
async def test_a_round_in_which_nothing_happened_reads_next_to_nothing(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, size(kind) + 1))
    source = serve(desk, server)
    before = await source.open_tickets()
    desk.now += timedelta(minutes=5)
    server.asked.clear()
    desk.pages.clear()
    found = await source.open_tickets()
    assert found == before
    assert {id(ticket) for ticket in found} == {id(ticket) for ticket in before}  # nothing is made anew
    assert sum(desk.pages) <= 1 + desk.also_read
    assert len(server.asked) <= 4


@pytest.mark.parametrize("kind", [*DESKS, *ODDER, *NEIGHBOURS], ids=lambda kind: kind.__name__.lower())
@pytest.mark.parametrize("ahead", [timedelta(hours=-3), timedelta(), timedelta(hours=3)], ids=str)
async def test_what_changes_behind_our_back_while_everything_is_read_is_seen_next_whatever_our_clock_says(
    kind: type[Vendor], ahead: timedelta, server: HttpServer
) -> None:
    desk = kind(range(1, size(kind) + 1))
    desk.ahead = ahead
    source = serve(desk, server)

    def happen() -> None:
        match len(desk.pages):
            case 1:
                desk.touch(1, seconds(desk.now))
                desk.touch(size(kind), seconds(desk.now))
            case 2:
                desk.now += timedelta(minutes=10)
                desk.touch(size(kind) - 1, seconds(desk.now))

    desk.after_page = happen
    await source.open_tickets()
    assert stamps(await source.open_tickets()) == stamps(await hurried(desk.make(server.url)).open_tickets())


@pytest.mark.parametrize("kind", [*DESKS, *ODDER], ids=lambda kind: kind.__name__.lower())
async def test_nothing_is_lost_when_tickets_move_while_changes_are_read(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, size(kind) + 1))
    source = serve(desk, server)
    await source.open_tickets()
    many = 2 * kind.page + 20
    for number in range(1, many + 1):
        desk.now += timedelta(milliseconds=50)
        desk.touch(number, seconds(desk.now))

    def move() -> None:
        desk.now += timedelta(seconds=5)
        desk.touch(len(desk.pages), seconds(desk.now))
        desk.close(many - len(desk.pages), seconds(desk.now))

    desk.pages.clear()
    desk.after_page = move
    found = await source.open_tickets()
    assert numbers(found) >= {*range(1, many - len(desk.pages)), many}
    desk.after_page = lambda: None
    desk.now += MINUTE
    assert stamps(await source.open_tickets()) == stamps(await hurried(desk.make(server.url)).open_tickets())


@each_desk
async def test_a_ticket_that_is_closed_within_the_second_in_which_it_was_read_leaves_all_the_same(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, size(kind) + 1))
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
    desk = kind(range(1, size(kind) + 1))
    source = serve(desk, server)
    await source.open_tickets()
    del desk.tickets[9]
    desk.now += HALF_AN_HOUR
    desk.pages.clear()
    assert numbers(await source.open_tickets()) == desk.tickets.keys()
    assert sum(desk.pages) >= len(desk.tickets)


@each_desk
async def test_after_our_clock_was_set_back_everything_is_read(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, size(kind) + 1))
    source = serve(desk, server)
    await source.open_tickets()
    desk.now += timedelta(hours=2)
    desk.touch(5, seconds(desk.now) - 3600)
    desk.ahead = timedelta(hours=-4)
    assert stamps(await source.open_tickets()) == stamps(await hurried(desk.make(server.url)).open_tickets())


@each_desk
async def test_a_pause_the_desk_asks_for_costs_nothing_that_was_read_before(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, size(kind) + 1))
    busy = [reply({}, 429)]
    server.answer_by(lambda asked: busy.pop() if len(desk.pages) == 2 and busy else desk.answer(asked))
    source = hurried(desk.make(server.url))
    with pytest.raises(SourceBusy):
        await source.open_tickets()
    desk.now += MINUTE
    assert len(await source.open_tickets()) == size(kind)
    assert sum(desk.pages) < size(kind) + 2 * desk.page


@each_desk
@pytest.mark.parametrize("answered", [0, 1, 3])
async def test_a_round_that_breaks_off_loses_nothing_of_what_changed(
    kind: type[Vendor], answered: int, server: HttpServer
) -> None:
    desk = kind(range(1, size(kind) + 1))
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
