"""Twenty-four hours in which no provider takes anything: nothing ends silently, and nothing bursts when they return."""

from collections import Counter
from datetime import timedelta

import pytest

from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.ladder import EXHAUSTED_REMINDER, is_superseded
from oncall_tui.domain.message import Acknowledgement, DeliveryState, MessageKey
from oncall_tui.store.memory import MemoryStore
from oncall_tui.ui.escalation_text import on_strip, strip_text
from tests.invariants.told import IN_TIME, Hook, shown
from tests.invariants.world import CHANNELS, TICKETS, Fault, ModelChannel, Terminal, World
from tests.rig import ANA
from tests.servers.sink import Canned, Sink

pytestmark = pytest.mark.anyio

LADDER = timedelta(minutes=46)


class Day:
    """A day of failure, looked at every quarter of an hour."""

    def __init__(self) -> None:
        self.world = World()
        self.rig = Terminal(self.world, MemoryStore())

    async def begin(self) -> None:
        await self.rig.station.open()
        await self.rig.read()
        self.fail(Fault.REFUSED_CONNECTION)
        for number in TICKETS:
            await self.rig.escalate(number)

    def fail(self, fault: Fault) -> None:
        for leader in self.world.channels.values():
            leader.standing = fault

    @property
    def escalations(self) -> tuple[Escalation, ...]:
        return tuple(self.world.known.values())

    @property
    def strip(self) -> str:
        desk = self.rig.station.board.desk()
        text = strip_text(on_strip(desk.escalations), desk.at, ANA.time_zone, 100)
        return "" if text is None else f"{text.first}\n{text.second}"

    def arrived(self) -> Counter[tuple[str, str]]:
        """Return how often each escalation reached each person's channel."""
        told = ((name, message) for name, leader in self.world.channels.items() for message in leader.told)
        return Counter((message.key.partition("/")[0], name) for name, message in told)


@pytest.fixture
async def day() -> Day:
    day = Day()
    await day.begin()
    return day


async def test_in_a_day_of_failure_nothing_ends_silently(day: Day) -> None:
    """Whatever way it fails: shown, still tried, planned, and rung for every quarter of an hour."""
    rung_at = set()
    faults = [Fault.REFUSED_CONNECTION, Fault.LOST, Fault.LOGIN_PAGE]
    for quarter in range(96):
        day.fail(faults[quarter // 4 % len(faults)])
        await day.rig.live(EXHAUSTED_REMINDER)
        now = day.world.clock.now
        for escalation in day.escalations:
            assert escalation.state.wants_acknowledgement
            assert escalation.next_action_at is not None
            assert now < escalation.next_action_at <= now + EXHAUSTED_REMINDER
            rung_at.add((escalation.id, escalation.next_action_at))
        assert "▲ 43" in day.strip
        waiting = {message.key for message, _, _ in await day.rig.store.unsettled()}
        for escalation in day.escalations:
            latest = [a for a in escalation.attempts if not is_superseded(escalation, a.key)]
            assert {attempt.key for attempt in latest} <= waiting
    assert {escalation.state for escalation in day.escalations} == {EscalationState.EXHAUSTED}
    assert "NOBODY HAS ACKNOWLEDGED. Ring Dana Lee: +1 604 555 0101" in day.strip
    assert len(rung_at) == 2 * 96
    assert day.world.wrong == []
    assert not day.arrived()
    day.fail(Fault.NONE)
    await day.rig.live(timedelta(minutes=2))
    assert set(day.arrived().values()) == {1}


@pytest.mark.parametrize("hours", [2.4, pytest.param(24, marks=pytest.mark.full)])
async def test_i12_a_provider_out_of_order_for_a_day_is_tried_on_and_the_banner_stays(hours: float) -> None:
    async with Sink(taken=Canned(status=503, body=b'{"error": "out of order"}')) as sink:
        rig = Terminal(World(), MemoryStore())
        rig.channels |= {name: Hook(url=f"{sink.url}/pages", within=IN_TIME) for name in CHANNELS}
        await rig.restart()
        await rig.escalate()
        for _ in range(8):
            tries = len(sink.requests)
            await rig.live(timedelta(hours=hours) / 8)
            (escalation,) = rig.station.logbook.escalations
            assert len(sink.requests) > tries
            assert escalation.state.wants_acknowledgement
            assert not any(attempt.state is DeliveryState.ACCEPTED for attempt in escalation.attempts)
            assert await rig.store.unsettled()
            assert shown(rig).startswith("▲ 4312")
        assert [e.state for e in rig.station.logbook.escalations] == [EscalationState.EXHAUSTED]
        assert not sink.messages
        print(f"{hours} hours of 503: {len(sink.requests)} tries, none taken for accepted")
        sink.taken = Canned(status=202, body=b'{"status": "taken"}')
        await rig.live(timedelta(minutes=2))
        assert sorted(key.rpartition("/")[2] for key in sink.messages) == sorted(CHANNELS[:3])


@pytest.mark.parametrize("after", [timedelta(minutes=20), LADDER])
async def test_when_providers_return_a_person_is_told_once_by_each_channel(day: Day, after: timedelta) -> None:
    await day.rig.live(after)
    day.fail(Fault.NONE)
    await day.rig.live(timedelta(minutes=2))
    assert set(day.arrived().values()) == {1}
    assert {name for _, name in day.arrived()} == set(CHANNELS[:3])


async def test_providers_that_return_can_still_be_answered(day: Day) -> None:
    await day.rig.live(LADDER)
    day.fail(Fault.NONE)
    await day.rig.live(timedelta(minutes=2))
    for leader in day.world.channels.values():
        _answer_all(day, leader)
    await day.rig.live(timedelta(hours=2))
    assert {escalation.state for escalation in day.escalations} == {EscalationState.ACKNOWLEDGED}
    assert set(day.arrived().values()) == {1}


async def test_what_a_newer_message_made_needless_is_said_not_to_have_been_sent(day: Day) -> None:
    await day.rig.live(LADDER)
    day.fail(Fault.NONE)
    await day.rig.live(timedelta(minutes=2))
    states = Counter(attempt.state for escalation in day.escalations for attempt in escalation.attempts)
    assert states == {DeliveryState.ACCEPTED: 6, DeliveryState.DROPPED: 12}


def _answer_all(day: Day, leader: ModelChannel) -> None:
    for message in leader.told:
        leader.answers[message.key] = _acknowledgement(message.key, day)


def _acknowledgement(key: MessageKey, day: Day) -> Acknowledgement:
    return Acknowledgement(key=key, at=day.world.clock.now)
