"""A very large desk at every vendor: read within its limits, by whole pages, and later only where it changed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from oncall_tui.domain.answer import AnswerKind
from oncall_tui.http_client import Pace, client
from oncall_tui.ports import AnswerableSource, Paced, Rereadable, TicketSource
from tests.servers.http import HttpServer, http_server
from tests.sources.first_desks import FIRST_DESKS, File, Rt
from tests.sources.guarding import Guard, is_metered
from tests.sources.test_answers import answer
from tests.sources.test_vendors import VENDORS
from tests.sources.vendors import Vendor
from tests.sources.writing import WritableVendor

pytestmark = pytest.mark.anyio

KINDS: Sequence[type[Vendor]] = (*FIRST_DESKS, *VENDORS)
MANY = [1_000, pytest.param(10_000, marks=pytest.mark.full)]
LONGEST = timedelta(minutes=25)
"""Of all the tables below: Freshdesk's smallest plans let a hundred pages through no faster."""

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__.lower())
each_metered = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if is_metered(kind)], ids=lambda kind: kind.__name__.lower()
)
each_that_can_be_answered = pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if is_metered(kind) and issubclass(kind, WritableVendor)],
    ids=lambda kind: kind.__name__.lower(),
)
# Request Tracker is read whole each time; only whose turn it is in a ticket is asked for once.
each_that_tells = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind is not Rt], ids=lambda kind: kind.__name__.lower()
)
each_size = pytest.mark.parametrize("many", MANY)


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with http_server() as running:
        yield running


def waiting(desk: Vendor, url: str) -> TicketSource:
    """Return a source whose waits move the vendor's clock."""

    async def sleep(seconds: float) -> None:
        desk.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    source = desk.make(url)
    if isinstance(source, Paced) and isinstance(source.pace, Pace):
        source.pace.sleep = sleep
    return source


@each_kind
@each_size
async def test_a_very_large_desk_is_read_at_the_vendors_page_size_and_within_its_limits(
    kind: type[Vendor], many: int, server: HttpServer
) -> None:
    desk = kind(range(1, many + 1))
    guard = Guard(desk, others=0.4)
    server.answer_by(guard)
    began = desk.now
    tickets = await waiting(desk, server.url).open_tickets()
    assert {desk.own_number(ticket.number) for ticket in tickets} == set(range(1, many + 1))
    assert len(tickets) == many
    assert guard.refused == 0
    assert sum(desk.pages) <= many * 1.1 + 2 * kind.page
    assert desk.now - began <= LONGEST


@each_metered
async def test_where_others_use_nearly_everything_a_list_takes_longer_and_is_never_refused(
    kind: type[Vendor], server: HttpServer
) -> None:
    desk = kind(range(1, 1_001))
    guard = Guard(desk, others=0.8)
    server.answer_by(guard)
    tickets = await waiting(desk, server.url).open_tickets()
    assert len(tickets) == 1_000
    assert guard.refused == 0


@each_that_can_be_answered
async def test_what_somebody_waits_for_goes_before_a_list_that_waits_its_turn(
    kind: type[WritableVendor], server: HttpServer
) -> None:
    desk = kind(range(1, 10))
    server.answer_by(desk.answered)
    source = desk.make(server.url)
    assert isinstance(source, AnswerableSource)
    assert isinstance(source, Rereadable)
    assert isinstance(source, Paced)
    assert isinstance(source.pace, Pace)
    waits = asyncio.Event()

    async def sleep(_seconds: float) -> None:
        waits.set()
        await asyncio.Event().wait()

    source.pace.sleep = sleep
    source.pace.clock = lambda: desk.now
    for _ in range(20_000):  # nothing is left of what a list may take
        await source.pace.turn(client(), "search")
    listing = asyncio.create_task(source.open_tickets())
    await waits.wait()
    await source.write(answer(desk.name(7), AnswerKind.REPLY, "Hello"))
    assert [words for words, _ in desk.words(7)] != []
    assert await source.ticket(desk.name(7)) is not None
    assert await source.thread(desk.name(7)) != []
    assert not listing.done()
    listing.cancel()


@each_that_tells
@each_size
async def test_the_second_round_of_a_very_large_desk_fetches_only_what_changed(
    kind: type[Vendor], many: int, server: HttpServer
) -> None:
    desk = kind(range(1, many + 1))
    server.answer_by(desk.answer)
    source = waiting(desk, server.url)
    for _ in range(2):  # names and the like may come in the second
        await source.open_tickets()
        desk.now += timedelta(minutes=1)
    touched_at = desk.now.replace(microsecond=0)
    desk.touch(5, int(touched_at.timestamp()))
    desk.pages.clear()
    tickets = {desk.own_number(ticket.number): ticket for ticket in await source.open_tickets()}
    assert tickets.keys() == desk.tickets.keys()
    assert tickets[5].updated_at == touched_at
    assert sum(desk.pages) <= (many if kind is File else 1 + desk.also_read)
