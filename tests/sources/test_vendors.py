"""Large, restless and odd desks: what every source that pages must do."""

import tracemalloc
from collections.abc import AsyncIterator, Iterator, Sequence
from copy import deepcopy
from datetime import timedelta

import pytest

from tests.servers.http import HttpServer, http_server
from tests.sources.desks import Chatwoot, ChatwootOfToday, Intercom, Redmine, Zammad
from tests.sources.front_desk import Front
from tests.sources.github_desk import Github
from tests.sources.gitlab_desk import Gitlab
from tests.sources.helpdesk_desk import DjangoHelpdesk
from tests.sources.hubspot_desk import Hubspot
from tests.sources.hurrying import hurried
from tests.sources.jira import Jira
from tests.sources.vendors import Payload, Vendor

pytestmark = pytest.mark.anyio

VENDORS: Sequence[type[Vendor]] = (
    Redmine,
    Zammad,
    Chatwoot,
    ChatwootOfToday,
    Intercom,
    Jira,
    Gitlab,
    Github,
    Front,
    Hubspot,
    DjangoHelpdesk,
)
MANY = [300, pytest.param(3000, marks=pytest.mark.full)]
MISSING = object()
ODD: Sequence[object] = (MISSING, None, True, 7, -1e300, "odd", "", [], [7, None, "odd"], {}, {"odd": 7})

each_vendor = pytest.mark.parametrize("kind", VENDORS, ids=lambda kind: kind.__name__.lower())


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


@each_vendor
@pytest.mark.parametrize("many", MANY)
async def test_a_large_desk_is_read_at_the_vendors_page_size(kind: type[Vendor], many: int, server: HttpServer) -> None:
    desk = kind(range(1, many + 1))
    server.answer_by(desk.answer)
    tickets = await hurried(desk.make(server.url)).open_tickets()
    assert sorted(desk.own_number(ticket.number) for ticket in tickets) == list(range(1, many + 1))
    assert desk.pages[: many // kind.page] == [kind.page] * (many // kind.page)
    assert len(desk.pages) <= many / kind.page + 2


@each_vendor
async def test_tickets_that_move_while_pages_are_read_are_neither_lost_nor_doubled(
    kind: type[Vendor], server: HttpServer
) -> None:
    there_before = range(1, 6 * kind.page)
    desk = kind(there_before)
    desk.after_page = desk.move
    server.answer_by(desk.answer)
    found = [desk.own_number(ticket.number) for ticket in await hurried(desk.make(server.url)).open_tickets()]
    assert len(found) == len(set(found))
    assert desk.tickets.keys() & set(there_before) <= set(found)


@each_vendor
@pytest.mark.parametrize("many", [300, pytest.param(10_000, marks=pytest.mark.full)])
async def test_the_second_round_fetches_only_what_changed(kind: type[Vendor], many: int, server: HttpServer) -> None:
    desk = kind(range(1, many + 1))
    server.answer_by(desk.answer)
    source = hurried(desk.make(server.url))
    await source.open_tickets()
    desk.now += timedelta(minutes=1)
    desk.touch(5, int(desk.now.timestamp()))
    desk.pages.clear()
    tickets = {desk.own_number(ticket.number): ticket for ticket in await source.open_tickets()}
    assert tickets.keys() == desk.tickets.keys()
    assert tickets[5].updated_at == desk.now
    assert 1 <= sum(desk.pages) <= 1 + desk.also_read


@each_vendor
@pytest.mark.full
async def test_many_tickets_are_not_held_twice(kind: type[Vendor], server: HttpServer) -> None:
    desk = kind(range(1, 10_001))
    server.answer_by(desk.answer)
    source = hurried(desk.make(server.url))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tickets = await source.open_tickets()
        one_copy = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.reset_peak()
        desk.now += timedelta(hours=1)  # time to read everything again
        del tickets
        tickets = await source.open_tickets()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert len(tickets) == 10_000
    assert peak < 1.5 * one_copy


@each_vendor
async def test_a_ticket_with_a_field_that_is_missing_or_odd_is_shown_all_the_same(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind([])
    desk.tickets = dict(enumerate(odd_tickets(kind), start=1))
    desk.page = len(desk.tickets)
    server.answer_by(desk.answer)
    tickets = await hurried(desk.make(server.url)).open_tickets()
    assert {desk.own_number(ticket.number) for ticket in tickets} == desk.tickets.keys()


def odd_tickets(kind: type[Vendor]) -> Iterator[Payload]:
    """Return tickets that have one odd field each, whichever it is."""
    whole = kind([]).ticket(1)
    wanted = [(path, odd) for path in paths(whole) if path != kind.called_by for odd in ODD]
    for called, (path, odd) in enumerate(wanted, start=1):
        ticket = deepcopy(kind([]).ticket(called))
        inner = ticket
        for field in path[:-1]:
            deeper = inner[field]
            assert isinstance(deeper, dict)
            inner = deeper
        if odd is MISSING:
            del inner[path[-1]]
        else:
            inner[path[-1]] = odd
        yield ticket


def paths(payload: Payload) -> Iterator[tuple[str, ...]]:
    """Return the way to each field."""
    for field, value in payload.items():
        yield (field,)
        if isinstance(value, dict):
            yield from ((field, *path) for path in paths(value))
