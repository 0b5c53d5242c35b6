"""Everything that can happen to escalations, in any order, against what must hold whatever happens."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from oncall_tui.domain.escalation import Attempt, Escalation
from oncall_tui.domain.ladder import is_superseded, standstill
from oncall_tui.domain.message import Acknowledgement, DeliveryState, MessageKey
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import BadUse
from oncall_tui.ports import Store
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.logbook import Logbook
from oncall_tui.store.memory import MemoryStore
from tests.invariants.world import CHANNELS, TICKETS, Fault, ModelChannel, PowerCut, Terminal, World
from tests.rig import HELPDESK, ticket

T = TypeVar("T")

LENGTHS = [timedelta(seconds=s) for s in (1, 5, 21, 61, 310, 1000)] + [timedelta(hours=3)]
JUMPS = [timedelta(hours=hours) for hours in (-24, -2, -1, 1, 2, 24)] + [timedelta(seconds=-40)]
numbers = st.sampled_from(TICKETS)
terminals = st.integers(0, 1)


class EscalationMachine(RuleBasedStateMachine):
    """Two terminals, two tickets, three leaders, and a world in which anything breaks."""

    delivery_class: ClassVar[type[Delivery]] = Delivery
    channel_class: ClassVar[type[ModelChannel]] = ModelChannel

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(channel_class=self.channel_class, delivery_class=self.delivery_class)
        self.promised: set[str] = set()

    def open_store(self) -> Store:
        """Return what both terminals write to."""
        return self.shared

    @initialize()
    def start(self) -> None:
        self.shared: Store = MemoryStore()
        self.terminals = [Terminal(self.world, self.open_store()) for _ in range(2)]
        self.running = 1  # the second terminal opens when a rule says so
        self._do(self.terminals[0], self._open(self.terminals[0]))

    # What people do

    @rule(number=numbers, terminal=terminals)
    def press_e(self, number: str, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, self._press_e(rig, number))

    async def _press_e(self, rig: Terminal, number: str) -> None:
        identity = TicketId(f"{HELPDESK}:{number}")
        if rig.station.board.desk().row(identity) is None:
            return
        await rig.escalate(number)
        escalation = rig.station.logbook.latest(identity)
        assert escalation is not None
        self.promised.add(escalation.id)

    @rule(number=numbers, terminal=terminals)
    def press_e_again(self, number: str, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.station.actions.send_now(TicketId(f"{HELPDESK}:{number}")))

    @rule(number=numbers, terminal=terminals)
    def press_esc(self, number: str, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.station.actions.stop(TicketId(f"{HELPDESK}:{number}")))

    @rule(number=numbers)
    def go_further(self, number: str) -> None:
        rig = self._terminal(0)
        self._do(rig, rig.station.actions.escalate_further(TicketId(f"{HELPDESK}:{number}")))

    @rule(number=numbers)
    def withdraw(self, number: str) -> None:
        rig = self._terminal(0)
        self._do(rig, rig.station.actions.withdraw(TicketId(f"{HELPDESK}:{number}"), "my mistake"))

    @rule(number=numbers, person=st.sampled_from(["dana", "sam", "ana"]), terminal=terminals)
    def reach_by_phone(self, number: str, person: str, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.station.actions.reached_by_phone(TicketId(f"{HELPDESK}:{number}"), person, "on it"))

    @rule(number=numbers, is_open=st.booleans(), terminal=terminals)
    def help_desk_says(self, number: str, is_open: bool, terminal: int) -> None:
        others = tuple(t for t in self.world.source.tickets if t.number != number)
        self.world.source.tickets = (*others, ticket(number)) if is_open else others
        for rig in self.terminals[: self.running]:
            rig.source.tickets = self.world.source.tickets
        rig = self._terminal(terminal)
        self._do(rig, rig.read())

    @rule(channel=st.sampled_from(CHANNELS), which=st.integers(0, 3), is_asked=st.booleans())
    def acknowledge(self, channel: str, which: int, is_asked: bool) -> None:
        leader = next(leader for name, leader in self.world.channels.items() if name == channel)
        told = leader.told
        if not is_asked or not told:
            leader.strangers.append(Acknowledgement(key=MessageKey("e1/9/9/mallory/x"), at=self.world.clock.now))
            return
        key = told[which % len(told)].key  # perhaps one that is over long since
        leader.answers[key] = Acknowledgement(key=key, at=self.world.clock.now, words=CleanText("mine"))

    # What time does

    @rule(length=st.sampled_from(LENGTHS), terminal=terminals)
    def pass_time(self, length: timedelta, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.live(length))

    @rule(by=st.sampled_from(JUMPS))
    def set_clock(self, by: timedelta) -> None:
        self.world.clock.set(by)

    @rule(length=st.sampled_from(LENGTHS))
    def sleep(self, length: timedelta) -> None:
        self.world.clock.now += length

    # What breaks

    @rule(channel=st.sampled_from(CHANNELS), faults=st.lists(st.sampled_from(list(Fault)), min_size=1, max_size=6))
    def break_next(self, channel: str, faults: list[Fault]) -> None:
        next(leader for name, leader in self.world.channels.items() if name == channel).coming += faults

    @rule(fault=st.sampled_from([f for f in Fault if not f.name.startswith("CUT")]))
    def break_everything(self, fault: Fault) -> None:
        for leader in self.world.channels.values():
            leader.standing = fault

    @rule()
    def mend(self) -> None:
        for leader in self.world.channels.values():
            leader.standing, leader.coming = Fault.NONE, []

    @rule(calls=st.integers(0, 12))
    def cut_power_soon(self, calls: int) -> None:
        self.world.cut_after = calls

    @rule(terminal=terminals)
    def restart(self, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.restart())

    @rule()
    def open_a_second_terminal(self) -> None:
        if self.running == 1:
            self.running = 2
            self._do(self.terminals[1], self._open(self.terminals[1]))

    # What must hold

    @invariant()
    def nothing_wrong_left(self) -> None:
        assert self.world.wrong == []

    @invariant()
    def what_was_promised_is_stored(self) -> None:
        assert self.promised <= set(self.world.known)

    @invariant()
    def nothing_is_claimed_that_no_provider_said(self) -> None:
        for attempt in self._attempts():
            leader = self.world.channels[attempt.channel]
            assert attempt.state is not DeliveryState.ACCEPTED or attempt.key in leader.vouched, attempt
            assert attempt.state is not DeliveryState.REJECTED or attempt.key in leader.refused, attempt

    @invariant()
    def an_attempt_has_one_key(self) -> None:
        keys = {attempt.key for attempt in self._attempts()}
        places = Counter((a.key.partition("/")[0], a.round, a.level, a.person, a.channel) for a in self._attempts())
        assert all(number == 1 for number in places.values())
        assert {message.key for leader in self.world.channels.values() for message in leader.told} <= keys

    @invariant()
    def a_ticket_has_one_live_escalation(self) -> None:
        live = Counter(e.brief.ticket for e in self.world.known.values() if e.state.is_live)
        assert all(number == 1 for number in live.values())

    @invariant()
    def a_live_escalation_has_a_next_action(self) -> None:
        for escalation in self.world.known.values():
            is_at_rest = not escalation.state.is_live or escalation.acknowledged is not None
            assert is_at_rest or escalation.next_action_at is not None, escalation

    @invariant()
    def nothing_is_given_up_silently(self) -> None:
        if not hasattr(self, "terminals"):
            return
        waiting = {message.key for message, _, _ in self._run(self.terminals[0].store.unsettled())}
        for escalation in self.world.known.values():
            if not escalation.state.wants_acknowledgement:
                continue
            for attempt in escalation.attempts:
                is_over = attempt.state.is_final or is_superseded(escalation, attempt.key)
                assert is_over or attempt.key in waiting, attempt

    @invariant()
    def the_journal_alone_rebuilds_every_state(self) -> None:
        if not hasattr(self, "terminals"):
            return
        for rig in self.terminals[: self.running]:
            self._run(rig.station.logbook.catch_up())
            assert {e.id: e for e in rig.station.logbook.escalations} == self.world.known
        fresh = Logbook(self.terminals[0].store, self.world.clock)
        self._run(fresh.catch_up())
        assert {e.id: e for e in fresh.escalations} == self.world.known

    def teardown(self) -> None:
        """Mend everything and let an hour pass: by then nobody who was to be told is untold."""
        try:
            if hasattr(self, "terminals"):
                self._end()
        finally:
            self.loop.close()

    def _end(self) -> None:
        self.world.cut_after = None
        self.mend()
        self._do(self.terminals[0], self.terminals[0].live(timedelta(hours=1)))
        self.nothing_wrong_left()
        for escalation in self.world.known.values():
            assert standstill(escalation, self.world.clock.now) == ""
            assert not escalation.state.wants_acknowledgement or self._is_heard(escalation), escalation
        self.nothing_is_given_up_silently()
        for rig in self.terminals:
            self._run(rig.store.close())

    def _is_heard(self, escalation: Escalation) -> bool:
        attempts = escalation.attempts
        is_told = any(m.key.startswith(f"{escalation.id}/") for c in self.world.channels.values() for m in c.told)
        return is_told or all(attempt.state is DeliveryState.REJECTED for attempt in attempts)

    def _attempts(self) -> list[Attempt]:
        return [attempt for escalation in self.world.known.values() for attempt in escalation.attempts]

    # How a process is run, and dies

    def _terminal(self, number: int) -> Terminal:
        return self.terminals[number % self.running]

    async def _open(self, rig: Terminal) -> None:
        await rig.station.open()
        await rig.read()

    def _run(self, work: Coroutine[object, object, T]) -> T:
        return self.loop.run_until_complete(work)

    def _do(self, rig: Terminal, work: Coroutine[object, object, object]) -> None:
        with suppress(PowerCut, BadUse):
            self._run(work)
        while self.world.is_dead:
            self._run(self._bury())
            self.world.is_dead = False
            with suppress(PowerCut):
                self._run(rig.restart())

    async def _bury(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
