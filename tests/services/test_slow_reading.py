"""A list that takes long: how long it may take, and what is said of it meanwhile."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from oncall_tui.domain.ticket import Ticket
from oncall_tui.services.desk import SourceState, SourceStatus
from oncall_tui.services.station import Station
from oncall_tui.ui.desk_text import mood_lines, source_words
from tests import rig
from tests.virtual_time import VIRTUAL_TIME

pytestmark = pytest.mark.anyio

Listener = Callable[[int, timedelta], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def anyio_backend() -> tuple[str, Mapping[str, object]]:
    """Let hours pass at once."""
    return VIRTUAL_TIME


@dataclass
class SlowPace:
    """Tells what the source tells it."""

    step: Listener = lambda _found, _wait: None

    def on_step(self, listener: Listener) -> None:
        self.step = listener


@dataclass
class SlowSource(rig.ScriptedSource):
    """A help desk whose list is read in steps, each after a while."""

    pace: SlowPace = field(default_factory=SlowPace)
    steps: Sequence[tuple[timedelta, timedelta]] = ()
    """How long the vendor takes for a page, and how long is waited before the next, because it allows no more."""
    at_wait: Callable[[], None] = lambda: None

    async def open_tickets(self) -> Sequence[Ticket]:
        for number, (takes, wait) in enumerate(self.steps, start=1):
            await asyncio.sleep(takes.total_seconds())
            self.pace.step(1000 * number, wait)
            self.at_wait()
            await asyncio.sleep(wait.total_seconds())
        return await super().open_tickets()


@pytest.fixture
async def source() -> SlowSource:
    return SlowSource(tickets=(rig.ticket(),))


@pytest.fixture
async def station(source: SlowSource) -> Station:
    made = rig.Rig(source=source).station
    await made.open()
    return made


def status(station: Station) -> SourceStatus:
    return station.polling.statuses[0]


async def test_a_list_that_its_vendor_allows_only_slowly_is_read_to_its_end(
    source: SlowSource, station: Station
) -> None:
    source.steps = [(timedelta(seconds=5), 3 * MINUTE)] * 10
    await station.polling.read_all()
    assert status(station).state is SourceState.LIVE
    assert status(station).so_far == 0
    assert len(station.polling.tickets) == 1


async def test_a_list_that_stands_still_is_given_up(source: SlowSource, station: Station) -> None:
    source.steps = [(timedelta(seconds=5), 3 * MINUTE), (100 * MINUTE, timedelta())]
    await station.polling.read_all()
    assert status(station).state is SourceState.FAILED
    assert status(station).error == "helpdesk did not go on answering within 90 s"


async def test_a_list_without_an_end_is_given_up(source: SlowSource, station: Station) -> None:
    source.steps = [(MINUTE, timedelta())] * 1000
    await station.polling.read_all()
    assert status(station).error == "helpdesk did not come to an end within 45 min"


async def test_while_a_first_list_is_read_nothing_of_it_is_shown_but_how_far_it_is(
    source: SlowSource, station: Station
) -> None:
    said: list[str] = []
    source.steps = [(timedelta(seconds=5), MINUTE)] * 2

    def look() -> None:
        desk = station.board.desk()
        said.extend(mood_lines(desk, desk.at))

    source.at_wait = look
    await station.polling.read_all()
    first = "A long list is being read: nothing of it is shown before it is complete."
    assert said == [
        *(first, "", "helpdesk loading: 1,000 so far"),
        *(first, "", "helpdesk loading: 2,000 so far"),
    ]


async def test_while_a_list_is_read_again_the_one_before_is_shown_with_its_age(
    source: SlowSource, station: Station
) -> None:
    await station.polling.read_all()
    as_of = status(station).as_of
    assert as_of is not None
    source.steps = [(timedelta(seconds=5), MINUTE)]
    said: list[str] = []
    source.at_wait = lambda: said.append(source_words(status(station), as_of + 3 * MINUTE, "UTC"))
    await station.polling.read_all()
    assert said == ["helpdesk 3 m ago, reading: 1,000 so far"]
    assert len(station.polling.tickets) == 1
