"""Everything that can happen to escalations, in any order, against what must hold whatever happens."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from oncall_tui.domain.escalation import Attempt, Escalation, EscalationState
from oncall_tui.domain.ladder import is_superseded, standstill
from oncall_tui.domain.message import Acknowledgement, DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.errors import BadUse
from oncall_tui.ports import Store
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.logbook import Logbook
from oncall_tui.store.memory import MemoryStore
from tests.invariants.world import CHANNELS, TICKETS, DoomedStore, Fault, ModelChannel, PowerCut, Terminal, World
from tests.rig import HELPDESK, ticket

T = TypeVar("T")

BY_HAND = ["stop", "withdraw", "further", "dana", "sam", "ana"]
FAULTS = [fault for fault in Fault if fault is not Fault.NONE]
LASTING = [fault for fault in FAULTS if not fault.name.startswith("CUT")]
numbers = st.sampled_from((TICKETS[0],) * 3 + TICKETS[1:])  # most of it about one ticket, so that it comes together
terminals = st.sampled_from((0, 0, 1))


def _what(name: str, **how: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    return st.tuples(st.just(name), st.fixed_dictionaries(how))


# One rule that draws what happens, and not one for each thing: Hypothesis leaves out whole rules at random, and most of
# what can go wrong here takes four or five different things to come together. What stands here twice happens twice as
# often.
WHAT = st.one_of(
    _what("press_e", number=numbers, terminal=terminals),
    _what("press_e_again", number=numbers, terminal=terminals),
    _what("decide_by_hand", number=numbers, terminal=terminals, how=st.sampled_from(BY_HAND)),
    _what("help_desk_says", number=numbers, is_open=st.booleans(), terminal=terminals),
    _what("acknowledge", channel=st.sampled_from(CHANNELS[:3]), which=st.integers(0, 3), is_asked=st.booleans()),
    _what("seconds_pass", seconds=st.sampled_from([1, 5, 6, 21]), terminal=terminals),
    _what("seconds_pass", seconds=st.sampled_from([6, 21]), terminal=terminals),
    _what("minutes_pass", minutes=st.sampled_from([1, 2, 5, 16]), terminal=terminals),
    _what("clock_jumps", hours=st.sampled_from([-24, -2, -1, 1, 2, 24]), is_asleep=st.booleans()),
    _what(
        "next_messages_fail",
        channel=st.sampled_from(CHANNELS[:3]),
        faults=st.lists(st.sampled_from(FAULTS), min_size=1, max_size=6),
    ),
    _what("all_messages_fail", fault=st.sampled_from([Fault.NONE, *LASTING])),
    _what("power_is_cut_soon", calls=st.integers(0, 12)),
    _what("restart", terminal=terminals),
)


class EscalationMachine(RuleBasedStateMachine):
    """Two terminals, two tickets, three leaders, and a world in which anything breaks."""

    delivery_class: ClassVar[type[Delivery]] = Delivery
    channel_class: ClassVar[type[ModelChannel]] = ModelChannel
    store_class: ClassVar[type[DoomedStore]] = DoomedStore
    is_at_work: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.world = World(self.channel_class, self.delivery_class, self.store_class, self.is_at_work)
        self.promised: set[str] = set()

    def stores(self) -> Sequence[Store]:
        """Return what the two terminals write to, which is the same."""
        return [MemoryStore()] * 2

    @initialize(begun=st.sampled_from([None, 0, 6, 70]))
    def start(self, *, begun: int | None) -> None:
        self.terminals = [Terminal(self.world, store) for store in self.stores()]
        self.running = 1  # the second terminal opens when a rule says so
        self._do(self.terminals[0], self._open(self.terminals[0]))
        if begun is not None:
            self.press_e(TICKETS[0], 0)
            self.seconds_pass(begun, 0)

    @rule(what=WHAT)
    def happens(self, what: tuple[str, dict[str, Any]]) -> None:
        name, how = what
        getattr(self, name)(**how)

    # What people do

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

    def press_e_again(self, number: str, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.station.actions.send_now(TicketId(f"{HELPDESK}:{number}")))

    def decide_by_hand(self, number: str, terminal: int, how: str) -> None:
        rig, identity = self._terminal(terminal), TicketId(f"{HELPDESK}:{number}")
        actions = rig.station.actions
        match how:
            case "stop":
                self._do(rig, actions.stop(identity))
            case "withdraw":
                self._do(rig, actions.withdraw(identity, "my mistake"))
            case "further":
                self._do(rig, actions.escalate_further(identity))
            case _:
                self._do(rig, actions.reached_by_phone(identity, how, "on it"))

    def help_desk_says(self, *, number: str, is_open: bool, terminal: int) -> None:
        others = tuple(t for t in self.world.source.tickets if t.number != number)
        self.world.source.tickets = (*others, ticket(number)) if is_open else others
        for rig in self.terminals[: self.running]:
            rig.source.tickets = self.world.source.tickets
        rig = self._terminal(terminal)
        self._do(rig, rig.read())

    def acknowledge(self, *, channel: ChannelId, which: int, is_asked: bool) -> None:
        leader, now = self.world.channels[channel], self.world.clock.now
        if not is_asked or not leader.told:
            leader.strangers.append(Acknowledgement(key=MessageKey("e1/9/9/mallory/x"), at=now))
            return
        key = leader.told[which % len(leader.told)].key  # perhaps one that is over long since
        leader.answers[key] = Acknowledgement(key=key, at=now, words=CleanText("mine"))

    # What time does

    def seconds_pass(self, seconds: int, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.live(timedelta(seconds=seconds)))

    def minutes_pass(self, minutes: int, terminal: int) -> None:
        rig = self._terminal(terminal)
        self._do(rig, rig.live(timedelta(minutes=minutes)))

    def clock_jumps(self, *, hours: int, is_asleep: bool) -> None:
        if is_asleep:
            self.world.clock.now += timedelta(hours=abs(hours))
        else:
            self.world.clock.set(timedelta(hours=hours))

    # What breaks

    def next_messages_fail(self, channel: ChannelId, faults: list[Fault]) -> None:
        self.world.channels[channel].coming += faults

    def all_messages_fail(self, fault: Fault) -> None:
        for leader in self.world.channels.values():
            leader.standing = fault

    def power_is_cut_soon(self, calls: int) -> None:
        self.world.cut_after = calls

    def restart(self, terminal: int) -> None:
        rig = self._terminal(terminal)
        if terminal < self.running:
            self._do(rig, rig.restart())
        else:
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
                is_over = attempt.state.is_final or attempt.is_dropped or is_superseded(escalation, attempt.key)
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
            self._run(self._bury())
            for rig in getattr(self, "terminals", ()):
                rig.work.close()
            self._run(self._bury())  # closing calls off what waited to leave
            self.loop.close()

    def _end(self) -> None:
        self.world.cut_after = None
        for leader in self.world.channels.values():
            leader.standing, leader.coming = Fault.NONE, []
        self._do(self.terminals[0], self.terminals[0].live(timedelta(hours=1)))
        self.nothing_wrong_left()
        for escalation in self.world.known.values():
            assert standstill(escalation, self.world.clock.now) == ""
            is_answered = not escalation.state.wants_acknowledgement
            assert is_answered or escalation.state is EscalationState.EXHAUSTED, escalation
            assert is_answered or self._is_heard(escalation), escalation
        self.nothing_is_given_up_silently()
        for rig in self.terminals:
            self._run(rig.store.close())

    def _is_heard(self, escalation: Escalation) -> bool:
        is_told = any(m.key.startswith(f"{escalation.id}/") for c in self.world.channels.values() for m in c.told)
        last = [attempt for attempt in escalation.attempts if not is_superseded(escalation, attempt.key)]
        return is_told or all(attempt.state is DeliveryState.REJECTED for attempt in last)

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
        self._run(self._all_sent())
        while self.world.is_dead:
            self._run(self._bury())
            self.world.is_dead = False
            with suppress(PowerCut):
                self._run(rig.restart())
            self._run(self._all_sent())

    async def _all_sent(self) -> None:
        """Let come to its end what a slow machine is still sending, so that a story is the same however often told."""
        while under_way := [rig for rig in self.terminals[: self.running] if rig.station.delivery._under_way]:
            for rig in under_way:
                await rig.station.delivery.finish()

    async def _bury(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
