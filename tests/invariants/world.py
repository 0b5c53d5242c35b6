"""Everything outside a process: leaders and their providers, the disk, the clock; it outlives every crash of ours."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import count

from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import Escalation, advance
from oncall_tui.domain.events import EscalationArmed, EscalationEvent, Event, NotificationAccepted, Recorded, StreamId
from oncall_tui.domain.message import (
    Acknowledgement,
    Awaited,
    DeliveryState,
    MessageKey,
    OutgoingMessage,
    Purpose,
    Receipt,
)
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected
from oncall_tui.ports import Claimed, Hold, MayLeave, Settlement, Store, Written
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.station import Station
from tests.rig import MovingClock, Rig, ScriptedChannel, ScriptedSource, ticket

CHANNELS = tuple(ChannelId(name) for name in ("dana-push", "dana-phone", "sam-push", "ben-mail"))
TICKETS = ("4312", "4321")


class PowerCut(BaseException):
    """The process is gone, in the middle of whatever it did."""


class Fault(Enum):
    """What goes wrong on the way to a leader."""

    NONE = auto()
    REFUSED_CONNECTION = auto()
    REJECTED = auto()
    LOST = auto()
    """No answer, and nothing arrived."""
    ANSWER_LOST = auto()
    """No answer, and it did arrive."""
    SLOW = auto()
    """It arrived, and the answer takes longer than anybody waits."""
    LOGIN_PAGE = auto()
    """Somebody else answers with 200, and nothing arrived."""
    CUT_BEFORE = auto()
    CUT_AFTER = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a provider answers."""

    status: int
    says_accepted: bool


@dataclass
class ModelChannel(ScriptedChannel):
    """A leader behind a provider, which goes wrong as often as it is told to."""

    world: "World" = field(kw_only=True)
    standing: Fault = Fault.NONE
    """What goes wrong until it is mended."""
    coming: list[Fault] = field(default_factory=list)
    """What goes wrong with the next messages."""
    vouched: set[MessageKey] = field(default_factory=set)
    """Messages of which the provider said, in its documented words, that it took them."""
    refused: set[MessageKey] = field(default_factory=set)
    strangers: list[Acknowledgement] = field(default_factory=list)
    """Answers that nobody was asked for."""

    async def send(self, message: OutgoingMessage) -> Receipt:
        self.world.check_alive()
        self.world.leaves(message, has_arrived=any(message.key == earlier.key for earlier in self.received))
        reply = self._reply(message)
        if not self.is_accepted(reply):
            raise OutcomeUnknown(f"an answer that is not the documented one ({reply.status})")
        return Receipt(reference=f"ref-{message.key}")

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        await may_leave()
        return await self.send(message)

    def is_accepted(self, reply: Reply) -> bool:
        """Tell whether a provider's answer proves anything."""
        return reply.says_accepted

    def _reply(self, message: OutgoingMessage) -> Reply:
        fault = self.coming.pop(0) if self.coming else self.standing
        match fault:
            case Fault.REFUSED_CONNECTION:
                raise NotSent("connection refused")
            case Fault.REJECTED:
                self.refused.add(message.key)
                raise Rejected("no such user")
            case Fault.LOST:
                raise OutcomeUnknown("no answer")
            case Fault.LOGIN_PAGE:
                return Reply(status=200, says_accepted=False)
            case Fault.CUT_BEFORE:
                self.world.cut()
        self.received.append(message)
        self._complain(fault)
        self.vouched.add(message.key)
        return Reply(status=202, says_accepted=True)

    def _complain(self, fault: Fault) -> None:
        match fault:
            case Fault.ANSWER_LOST:
                raise OutcomeUnknown("connection reset after the request")
            case Fault.SLOW:
                raise TimeoutError
            case Fault.CUT_AFTER:
                self.world.cut()

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        self.world.check_alive()
        return [*await super().acknowledgements(awaited), *self.strangers]

    @property
    def told(self) -> Sequence[OutgoingMessage]:
        """Return what asked the leader for something."""
        return [message for message in self.received if message.purpose is Purpose.NOTIFICATION]


class DoomedStore:
    """A store that a power cut may hit before or after any call; what it did before is done."""

    def __init__(self, store: Store, world: "World") -> None:
        self.inner = store
        self.world = world

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
        self.world.call_begins()
        written = await self.inner.append(
            stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
        )
        self.world.recorded(written.lines, send)
        self.world.call_ends()
        return written

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        self.world.check_alive()
        return await self.inner.read(after, most)

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        self.world.call_begins()
        claimed = await self.inner.claim(now=now, holder=holder, lease=lease)
        if claimed is not None:
            self.world.call_ends()
        return claimed

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        self.world.check_alive()
        return await self.inner.renew(key, now=now, holder=holder, lease=lease)

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        return await self.inner.unsettled()

    async def close(self) -> None:
        await self.inner.close()


@dataclass
class World:
    """What is true, whatever any process believes."""

    channel_class: type[ModelChannel] = ModelChannel
    delivery_class: type[Delivery] = Delivery
    store_class: type[DoomedStore] = DoomedStore
    is_at_work: bool = True
    """Whether the loop runs that sends: then what is stored leaves in the same moment."""
    clock: MovingClock = field(default_factory=MovingClock)
    source: ScriptedSource = field(default_factory=lambda: ScriptedSource(tickets=tuple(map(ticket, TICKETS))))
    ids: "count[int]" = field(default_factory=lambda: count(1))
    channels: dict[ChannelId, ModelChannel] = field(init=False)
    known: dict[EscalationId, Escalation] = field(default_factory=dict)
    """Every escalation as the journal has it."""
    stored: set[MessageKey] = field(default_factory=set)
    accepted: set[MessageKey] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    is_dead: bool = False
    cut_after: int | None = None
    """How many beginnings and ends of calls of the store are still survived."""

    def __post_init__(self) -> None:
        self.channels = {name: self.channel_class(world=self) for name in CHANNELS}

    def cut(self) -> None:
        """End the process that runs."""
        self.is_dead = True
        raise PowerCut

    def check_alive(self) -> None:
        """Let a dead process do nothing more."""
        if self.is_dead:
            raise PowerCut

    def call_begins(self) -> None:
        """Note that the store is asked for something."""
        self.check_alive()
        self.call_ends()

    def call_ends(self) -> None:
        """Note that the store did something."""
        if self.cut_after is not None:
            self.cut_after -= 1
            if self.cut_after < 0:
                self.cut_after = None
                self.cut()

    def recorded(self, lines: Sequence[Recorded], send: Sequence[OutgoingMessage]) -> None:
        """Fold what is on the disk now."""
        self.stored |= {message.key for message in send}
        for line in lines:
            if isinstance(line.event, NotificationAccepted):
                self.accepted.add(line.event.key)
            if isinstance(line.event, EscalationEvent):
                self._fold(line.event, line.at)

    def _fold(self, event: EscalationEvent, at: datetime) -> None:
        known: Escalation | None
        if isinstance(event, EscalationArmed):
            mine = [e for e in self.known.values() if e.brief.ticket == event.brief.ticket]
            known = mine[-1] if mine else None
        else:
            known = self.known.get(event.escalation)
        step = advance(known, event, at)
        if step is not None:
            self.known[step[0].id] = step[0]

    def leaves(self, message: OutgoingMessage, *, has_arrived: bool) -> None:
        """Judge a message in the moment in which its first byte leaves."""
        if message.key not in self.stored:
            self.wrong.append(f"{message.key} left before it was stored")
        if message.key in self.accepted:
            self.wrong.append(f"{message.key} left again after it was accepted")
        if has_arrived and not message.is_possible_duplicate:
            self.wrong.append(f"{message.key} arrived twice and did not say that it may")
        if message.purpose is Purpose.NOTIFICATION:
            escalation = self.known.get(EscalationId(message.key.partition("/")[0]))
            if escalation is None or not escalation.state.wants_acknowledgement:
                self.wrong.append(f"{message.key} left though nothing was asked any more")


class Terminal(Rig):
    """One process among several on one store."""

    def __init__(self, world: World, store: Store) -> None:
        super().__init__(store=world.store_class(store, world), clock=world.clock)
        self.world = world
        self.source, self.ids, self.channels = world.source, world.ids, dict(world.channels)
        self.station = self._station()

    def _station(self) -> Station:
        station = super()._station()
        world: World | None = getattr(self, "world", None)
        if world is None:
            return station
        if world.delivery_class is Delivery:
            return self._begin_work(station)
        delivery = world.delivery_class(
            self.store, station.logbook, dict(self.channels), self.clock, station.troubles, holder="test"
        )

        def poke() -> None:
            station.escalating.poke()
            delivery.poke()

        station.actions.poke = station.actions.handover.poke = poke
        return self._begin_work(replace(station, delivery=delivery))

    def _begin_work(self, station: Station) -> Station:
        self.work = ExitStack()
        if self.world.is_at_work:
            self.work.enter_context(station.delivery.at_work())
        return station

    async def live(self, length: timedelta, *, fine: bool = False) -> None:
        """Let time pass from one thing that is due to the next, and no faster than a real channel sends."""
        longest = timedelta(seconds=5) if fine else max(timedelta(seconds=1), length / 40)
        left = length
        while left > timedelta():
            pause = min(left, longest, await self._until_next())
            self.clock.now += pause
            left -= pause
            await self.turn()
            await self.station.delivery.finish()

    async def _until_next(self) -> timedelta:
        now = self.clock.now
        planned = [e.next_action_at for e in self.station.logbook.escalations if e.next_action_at is not None]
        planned += [next_try_at for _, _, next_try_at in await self.store.unsettled()]
        return max(timedelta(seconds=1), min((at - now for at in planned if at > now), default=timedelta(days=1)))
