"""A machine that sleeps, a program that stands still, a clock that somebody moves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.events import Event, MachineSlept, StreamId
from oncall_tui.domain.message import OutgoingMessage
from oncall_tui.errors import StoreFailed
from oncall_tui.ports import Hold, Settlement, Store, Written
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.troubles import Troubles
from oncall_tui.services.wakefulness import SAID_FOR, Clocks, Wakefulness
from oncall_tui.store.memory import MemoryStore

pytestmark = pytest.mark.anyio
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


class FullDisk(MemoryStore):
    async def append(
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
        hold: Hold | None = None,
    ) -> Written:
        raise StoreFailed("the disk is full")


@dataclass
class Machine:
    """A machine whose clocks a test moves."""

    has_boot_clock: bool = True
    store: Store = field(default_factory=MemoryStore)
    now: datetime = datetime(2026, 11, 21, 0, 10, tzinfo=UTC)
    awake: float = 100.0
    boot: float = 900.0
    woken: int = 0
    troubles: Troubles = field(default_factory=Troubles)

    def __post_init__(self) -> None:
        self.logbook = Logbook(self.store, lambda: self.now)
        clocks = Clocks(
            wall=lambda: self.now,
            awake=lambda: self.awake,
            since_boot=(lambda: self.boot) if self.has_boot_clock else None,
        )
        self.wakefulness = Wakefulness(clocks, self.logbook, self.troubles, on_wake=self._wake, here=lambda: BERLIN)

    def _wake(self) -> None:
        self.woken += 1

    async def runs(self, seconds: int = 3) -> None:
        for _ in range(seconds):
            self._pass(timedelta(seconds=1))
            await self.wakefulness.look()

    async def sleeps(self, length: timedelta) -> None:
        self.now += length
        self.boot += length.total_seconds()
        await self.runs()

    async def stands_still(self, length: timedelta) -> None:
        self._pass(length)
        await self.runs()

    async def is_set(self, by: timedelta) -> None:
        self.now += by
        await self.runs()

    def _pass(self, length: timedelta) -> None:
        self.now += length
        self.boot += length.total_seconds()
        self.awake += length.total_seconds()

    @property
    def slept(self) -> list[Event]:
        return [recorded.event for recorded in self.logbook.shift_events]


@pytest.mark.parametrize("has_boot_clock", [True, False])
async def test_a_machine_that_slept_says_from_when_to_when_refreshes_and_records_it(has_boot_clock: bool) -> None:  # noqa: FBT001 - two kinds of machine
    machine = Machine(has_boot_clock)
    await machine.runs()
    await machine.sleeps(2 * HOUR + 14 * MINUTE)
    assert machine.troubles.sentences == ("This machine slept from 01:10 to 03:24: nobody was watching.",)
    assert machine.woken == 1
    (event,) = machine.slept
    assert isinstance(event, MachineSlept)
    assert timedelta(0) <= event.woke_at - event.fell_asleep_at - (2 * HOUR + 14 * MINUTE) <= timedelta(seconds=1)


async def test_a_sleep_over_midnight_names_the_day_it_began() -> None:
    machine = Machine(now=datetime(2026, 11, 20, 22, 0, tzinfo=UTC))
    await machine.sleeps(8 * HOUR)
    assert machine.troubles.sentences == ("This machine slept from Fri 23:00 to 07:00: nobody was watching.",)


async def test_a_program_that_stood_still_watched_nothing_either() -> None:
    machine = Machine()
    await machine.stands_still(HOUR)
    assert machine.troubles.sentences == ("This program stood still from 01:10 to 02:10: nobody was watching.",)
    assert len(machine.slept) == machine.woken == 1


@pytest.mark.parametrize("length", [timedelta(seconds=5), timedelta(seconds=29)])
async def test_a_busy_moment_is_nothing(length: timedelta) -> None:
    machine = Machine()
    await machine.stands_still(length)
    await machine.sleeps(length)
    assert not machine.troubles.sentences
    assert machine.slept == []


@pytest.mark.parametrize(
    ("by", "words"), [(HOUR, "forward by 1 h 0 m"), (-90 * MINUTE, "back by 1 h 30 m"), (-MINUTE, "back by 1 m 0 s")]
)
async def test_a_clock_that_somebody_moved_is_mentioned_and_nobody_slept(by: timedelta, words: str) -> None:
    machine = Machine()
    await machine.is_set(by)
    (sentence,) = machine.troubles.sentences
    assert words in sentence
    assert (machine.slept, machine.woken) == ([], 0)


async def test_without_a_clock_that_runs_on_a_clock_put_back_is_still_no_sleep() -> None:
    machine = Machine(has_boot_clock=False)
    await machine.is_set(-HOUR)
    assert "back by 1 h 0 m" in machine.troubles.sentences[0]
    assert machine.slept == []


async def test_a_clock_that_is_set_while_the_machine_sleeps_is_both() -> None:
    machine = Machine()
    machine.now -= HOUR
    await machine.sleeps(2 * HOUR)
    assert sorted(sentence.split(" ")[1] for sentence in machine.troubles.sentences) == ["clock", "machine"]
    (event,) = machine.slept
    assert isinstance(event, MachineSlept)
    assert round((event.woke_at - event.fell_asleep_at) / MINUTE) == 120


async def test_the_line_goes_when_whoever_slept_as_well_has_had_the_time_to_read_it() -> None:
    machine = Machine()
    await machine.sleeps(HOUR)
    await machine.runs(60)
    assert machine.troubles.sentences
    for _ in range(SAID_FOR // timedelta(seconds=20) + 1):
        machine._pass(timedelta(seconds=20))
        await machine.wakefulness.look()
    assert not machine.troubles.sentences


async def test_a_journal_that_is_full_does_not_hide_the_sleep() -> None:
    machine = Machine(store=FullDisk())
    await machine.sleeps(HOUR)
    assert machine.woken == 1
    assert set(machine.troubles.sentences) == {
        "This machine slept from 01:10 to 02:10: nobody was watching.",
        "the disk is full",
    }
