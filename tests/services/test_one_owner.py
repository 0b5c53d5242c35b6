"""Whoever is killed between any two steps of a handover: there is exactly one owner, always."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from oncall_tui.domain.duty import owner
from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage
from oncall_tui.domain.parcel import Parcel
from oncall_tui.ports import Claimed, Hold, Settlement, Store, Written
from oncall_tui.store import parcels
from oncall_tui.store.memory import MemoryStore
from oncall_tui.store.sqlite import SqliteStore
from tests.rig import BEN, MovingClock, Rig
from tests.services.test_relieving import T, before_the_end

pytestmark = pytest.mark.anyio

Result = TypeVar("Result")


class Killed(BaseException):
    """The process is gone."""


class MortalStore:
    """A store whose process dies at one of its calls: just before it is carried out, or just after."""

    def __init__(self, store: Store, *, dies_at: int, after: bool) -> None:
        self._store, self._left, self._after = store, dies_at, after

    async def _call(self, work: Callable[[], Awaitable[Result]]) -> Result:
        self._left -= 1
        if self._left < 0 or (self._left == 0 and not self._after):
            raise Killed
        result = await work()
        if self._left == 0:
            raise Killed
        return result

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
        return await self._call(
            lambda: self._store.append(
                stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
            )
        )

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        return await self._call(lambda: self._store.read(after, most))

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        return await self._call(lambda: self._store.claim(now=now, holder=holder, lease=lease))

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        return await self._call(lambda: self._store.renew(key, now=now, holder=holder, lease=lease))

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        return await self._call(self._store.unsettled)

    async def close(self) -> None:
        await self._store.close()


def who(rig: Rig) -> tuple[str | None, str]:
    """Return who owns everything, and whom the screen shows as on call."""
    board = rig.station.board
    desk = board.desk()
    flows = rig.station.logbook.flows.values()
    return owner(board.team.rota, flows, rig.clock.now), desk.on_call.id if desk.on_call else ""


async def opened(store: Store, clock: MovingClock) -> Rig:
    rig = Rig(store=store, clock=clock)
    await rig.station.open()
    await rig.read()
    return before_the_end((T - clock.now) / timedelta(minutes=1), rig=rig)


async def handed_over(store: Store, mortal: Callable[[Store], MortalStore], *, dies: str) -> tuple[str | None, str]:
    """Let Ana deliver and Ben accept, one of them on a store that dies; return who has it once both are back."""
    clock = MovingClock(now=T - timedelta(minutes=14))
    try:
        ana = await opened(mortal(store) if dies == "ana" else store, clock)
        await ana.escalate()
        await ana.station.actions.handover.save_notes("none")
        await ana.station.actions.handover.deliver()
    except Killed:
        pass
    clock.now = T + timedelta(minutes=1)
    try:
        ben = await opened(mortal(store) if dies == "ben" else store, clock)
        ben.station.board.sits_here(BEN.id)
        if await _flow_waits(ben):
            await ben.station.actions.handover.accept("4312 is down", "I ring Kenji")
    except Killed:
        pass
    seen = [who(await opened(store, clock)) for _ in range(2)]
    assert seen[0] == seen[1]
    return seen[0]


async def _flow_waits(rig: Rig) -> bool:
    flow = rig.station.board.open_flow()
    return flow is not None and flow.delivered is not None


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("dies", ["ana", "ben"])
async def test_killed_at_any_call_of_the_store_there_is_exactly_one_owner(dies: str, after: bool) -> None:  # noqa: FBT001
    outcomes = set()
    for call in range(1, 40):
        store = MemoryStore()
        outcome = await handed_over(store, partial(MortalStore, dies_at=call, after=after), dies=dies)
        assert outcome in {("ana", "ana"), ("ben", "ben")}
        outcomes.add(outcome)
        if outcome == ("ana", "ana"):
            accepted = [line for line in await store.read() if type(line.event).__name__ == "HandoverAccepted"]
            assert accepted == []
    assert ("ben", "ben") in outcomes
    if dies == "ben":
        assert ("ana", "ana") in outcomes


async def test_two_stations_on_one_file_agree_on_the_owner_at_every_moment(tmp_path: Path) -> None:
    clock = MovingClock(now=T - timedelta(minutes=14))
    path = tmp_path / "journal.sqlite"
    stores = [await SqliteStore.open(path), await SqliteStore.open(path)]
    ana, ben = [await opened(store, clock) for store in stores]
    ben.station.board.sits_here(BEN.id)
    await ana.station.actions.handover.save_notes("none")
    await ana.station.actions.handover.deliver()
    clock.now = T + timedelta(minutes=4)
    for rig in (ana, ben):
        await rig.station.relieving.step()
    assert who(ana) == who(ben) == ("ana", "ana")
    await ben.station.actions.handover.accept("4312 is down", "I ring Kenji")
    await ana.station.logbook.catch_up()
    assert who(ana) == who(ben) == ("ben", "ben")
    for store in stores:
        await store.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_while_a_file_is_accepted_all_of_it_counts_or_nothing(after: bool) -> None:  # noqa: FBT001
    clock = MovingClock(now=T - timedelta(minutes=14))
    ana = await opened(MemoryStore(), clock)
    await ana.escalate()
    await ana.station.actions.handover.save_notes("none")
    await ana.station.actions.handover.deliver()
    content = parcels.unpack(
        next(text for name, text in ana.shelf.saved.items() if name.endswith("json")).encode(), "f"
    )
    assert isinstance(content, Parcel)
    seen = set()
    for call in range(1, 12):
        store = MemoryStore()
        with suppress(Killed):
            ben = await opened(MortalStore(store, dies_at=call, after=after), clock)
            await ben.station.actions.handover.accepting.carry_over(content, "4312 is down", "I ring Kenji", by=BEN.id)
        again = await opened(store, clock)
        logbook = again.station.logbook
        seen.add((who(again), len(logbook.escalations)))
    assert seen == {(("ana", "ana"), 0), (("ben", "ben"), 1)}
