"""The journal as it stands, folded into what is known now."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import Escalation, advance, handed_on
from oncall_tui.domain.events import (
    SHIFT_STREAM,
    EscalationArmed,
    EscalationEvent,
    HandoverCarriedOver,
    Recorded,
    ShiftEvent,
    StreamId,
    handover_stream,
    stream_of,
    ticket_of,
)
from oncall_tui.domain.handover_events import GoodNewsSent, HandoverAccepted, HandoverMessageSettled, ShiftFigured
from oncall_tui.domain.handover_flow import Flow, Tell
from oncall_tui.domain.handover_machine import AnyFlowEvent
from oncall_tui.domain.handover_machine import advance as advance_flow
from oncall_tui.domain.message import OutgoingMessage
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import TicketEvent
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.errors import StreamMoved
from oncall_tui.ports import Claimed, Forgetful, Hold, Journal, Settlement, Written
from oncall_tui.services.messages import message_for
from oncall_tui.services.ticket_records import TicketRecords
from oncall_tui.services.unrecorded import Unrecorded
from oncall_tui.turns import PAUSE

Letters = Callable[[Flow, Sequence[Tell]], Sequence[OutgoingMessage]]
"""Writes what a handover decided to tell, knowing the handover as it stands then."""

_TRIES = 8
"""How often a decision is taken anew because another writer was first; writers meet rarely."""
_PAGE = 128
"""Lines that take a millisecond to read and to look through."""


class Courier(Protocol):
    """Sends what is stored, and may take it in the very transaction that stores it."""

    def hold(self, messages: Sequence[OutgoingMessage]) -> Hold | None:
        """Return how it takes them; None when they have to wait for their turn."""

    async def take(self, claimed: Sequence[Claimed], *, stored_at: datetime) -> None:
        """Begin to send what it took, which was wanted at that instant."""


class Logbook:
    """What happened, and what follows from it: the only writer of the journal, and everybody's view of it."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._seq = 0
        self._versions: dict[StreamId, int] = {}
        self._escalations: dict[EscalationId, Escalation] = {}
        self._latest: dict[TicketId, EscalationId] = {}
        self.tickets = TicketRecords()
        self._lines: dict[EscalationId, tuple[int, int]] = {}
        """The first and the last line of each escalation."""
        self._shift: list[Recorded] = []
        self._flows: dict[datetime, Flow] = {}
        self._elsewhere: set[EscalationId] = set()
        """Those that went over to another machine."""
        self._listeners: list[Callable[[], None]] = []
        self._courier: Courier | None = None

    @property
    def escalations(self) -> Sequence[Escalation]:
        """Return every escalation, the oldest first."""
        return tuple(self._escalations.values())

    @property
    def shift_events(self) -> Sequence[Recorded]:
        """Return what happened to the shift itself, oldest first."""
        return tuple(self._shift)

    @property
    def records(self) -> Mapping[TicketId, TicketRecord]:
        """Return what was done to each ticket to which more was done than that it ended."""
        return self.tickets.eventful

    @property
    def flows(self) -> Mapping[datetime, Flow]:
        """Return the handover of each shift that has one, by when the shift started."""
        return self._flows

    def record(self, ticket: TicketId) -> TicketRecord:
        """Return what was done to a ticket."""
        return self.tickets.of(ticket)

    def latest(self, ticket: TicketId) -> Escalation | None:
        """Return the latest escalation of a ticket."""
        identity = self._latest.get(ticket)
        return None if identity is None else self._escalations[identity]

    def escalation(self, identity: EscalationId) -> Escalation | None:
        """Return an escalation by its id."""
        return self._escalations.get(identity)

    @property
    def unrecorded(self) -> Unrecorded:
        """Return which escalations a disk that takes nothing does not know, or knows only as they were."""
        until = self._journal.recorded_until if isinstance(self._journal, Forgetful) else None
        if until is None:
            return Unrecorded()
        return Unrecorded(
            unknown=frozenset(identity for identity, (first, _) in self._lines.items() if first > until),
            outdated=frozenset(identity for identity, (first, last) in self._lines.items() if first <= until < last),
        )

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` after each change, whoever wrote it."""
        self._listeners.append(listener)

    def sends_through(self, courier: Courier) -> None:
        """Let bad news leave through ``courier`` as soon as it is stored, ahead of its turn in the outbox."""
        self._courier = courier

    async def catch_up(self) -> None:
        """Read what this and other processes recorded since the last look."""
        news = await self._journal.read(self._seq)
        self._learn(news)
        if news:
            self._tell()

    def _learn(self, news: Sequence[Recorded]) -> None:
        for recorded in news:
            if recorded.seq > self._seq:
                self._fold(recorded)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    async def happened(
        self,
        ticket: TicketId,
        event: EscalationEvent,
        *,
        settle: Settlement | None = None,
    ) -> bool:
        """Record what happened to an escalation, with the messages it calls for; False when it changed nothing.

        The decision is taken on the stream as it stands and recorded only if no other process wrote first; then it is
        taken anew.
        """
        return await self._decided(
            stream_of(ticket),
            event,
            lambda now: self._decide(ticket, event, now),
            settle,
            self._courier,
        )

    async def did(
        self,
        event: TicketEvent,
        *,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
    ) -> bool:
        """Record what was done to a ticket, with the messages it calls for; False when it changed nothing."""

        def decide(now: datetime) -> Sequence[OutgoingMessage] | None:
            return None if self.record(event.ticket).after(event, now) is None else send

        return await self._decided(stream_of(event.ticket), event, decide, settle)

    async def pages(self) -> AsyncIterator[Sequence[Recorded]]:
        """Yield the whole journal, oldest first and some lines at a time: it is long when a shift ends."""
        after = 0
        while lines := await self._journal.read(after, _PAGE):
            yield lines
            after = lines[-1].seq
            await asyncio.sleep(PAUSE)

    async def handed(
        self,
        event: AnyFlowEvent,
        *,
        send: Sequence[OutgoingMessage] = (),
        write: Letters = lambda _flow, _told: (),
    ) -> bool:
        """Record what happened to a handover, with the messages it calls for; False when it changed nothing."""

        def decide(now: datetime) -> Sequence[OutgoingMessage] | None:
            step = advance_flow(self._flows.get(event.shift_starts_at), event, now)
            return None if step is None else [*send, *write(*step)]

        return await self._decided(handover_stream(event.shift_starts_at), event, decide, None)

    async def _decided(
        self,
        stream: StreamId,
        event: EscalationEvent | TicketEvent | AnyFlowEvent | ShiftFigured | GoodNewsSent,
        decide: Callable[[datetime], Sequence[OutgoingMessage] | None],
        settle: Settlement | None,
        courier: Courier | None = None,
    ) -> bool:
        """Record an event and the messages ``decide`` returns; None from it means that the event changes nothing."""
        for _ in range(_TRIES):
            now = self._clock()
            send = decide(now)
            events = () if send is None else (event,)
            if not events and settle is None:
                return False
            try:
                written = await self._journal.append(
                    stream,
                    events,
                    at=now,
                    after_version=self._version(stream),
                    send=send or (),
                    settle=settle,
                    hold=courier.hold(send) if courier is not None and send else None,
                )
            except StreamMoved:
                await self.catch_up()
                continue
            await self._follow(written, now, courier)
            return bool(events)
        raise StreamMoved("the journal changes faster than it can be read; is another dashboard in a loop?")

    async def _follow(self, written: Written, at: datetime, courier: Courier | None) -> None:
        """Know what was just recorded, and let leave what it called for."""
        is_next = bool(written.lines) and written.lines[0].seq == self._seq + 1  # nobody recorded anything in between
        if is_next:
            self._learn(written.lines)
        else:
            await self.catch_up()
        if courier is not None and written.claimed:
            await courier.take(written.claimed, stored_at=at)
        if is_next:
            self._tell()

    async def note(
        self,
        event: ShiftEvent | HandoverMessageSettled,
        *,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
    ) -> None:
        """Record something about the shift itself."""
        await self._journal.append(SHIFT_STREAM, [event], at=self._clock(), send=send, settle=settle)
        await self.catch_up()

    async def once(
        self,
        stream: StreamId,
        event: ShiftFigured | GoodNewsSent,
        *,
        is_done: Callable[[], bool],
        send: Sequence[OutgoingMessage] = (),
    ) -> bool:
        """Record something that only one process may record, unless it is done by what is known then."""
        return await self._decided(stream, event, lambda _now: None if is_done() else send, None)

    async def settle(self, stream: StreamId, settlement: Settlement) -> None:
        """Record what became of a message nobody waits for."""
        await self._journal.append(stream, [], at=self._clock(), settle=settlement)

    def _decide(self, ticket: TicketId, event: EscalationEvent, now: datetime) -> list[OutgoingMessage] | None:
        step = advance(self._subject(ticket, event), event, now)
        if step is None:
            return None
        escalation, effects = step
        return [message_for(effect, escalation, now) for effect in effects]

    def _subject(self, ticket: TicketId, event: EscalationEvent) -> Escalation | None:
        if isinstance(event, EscalationArmed):
            return self.latest(ticket)
        return self._escalations.get(event.escalation)

    def _fold(self, recorded: Recorded) -> None:
        self._seq = recorded.seq
        self._versions[recorded.stream] = recorded.version
        self._apply(recorded)

    def _apply(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, TicketEvent):
            if self.tickets.apply(event, recorded.at, version=self._versions.get(recorded.stream, 0)):
                self._versions.pop(recorded.stream, None)
            return
        if not isinstance(event, EscalationEvent):
            self._fold_shift(recorded)
            return
        ticket = event.brief.ticket if isinstance(event, EscalationArmed) else self._ticket_of(event.escalation)
        if ticket is None:
            return
        step = advance(self._subject(ticket, event), event, recorded.at)
        if step is not None:
            self._escalations[step[0].id] = step[0]
            first, _ = self._lines.get(step[0].id, (recorded.seq, recorded.seq))
            self._lines[step[0].id] = (first, recorded.seq)
            if isinstance(event, EscalationArmed):
                self._latest[ticket] = event.escalation

    def _version(self, stream: StreamId) -> int:
        known = self._versions.get(stream)
        if known is None and (plain := self.tickets.plain(ticket_of(stream))) is not None:
            known = plain.version
        return known or 0

    def _fold_shift(self, recorded: Recorded) -> None:
        self._shift.append(recorded)
        event = recorded.event
        if not isinstance(event, AnyFlowEvent):
            return
        step = advance_flow(self._flows.get(event.shift_starts_at), event, recorded.at)
        if step is None:
            return
        self._flows[event.shift_starts_at] = step[0]
        if isinstance(event, HandoverAccepted) and event.is_elsewhere:
            self._hand_on(event, recorded.at)
        if isinstance(event, HandoverCarriedOver):
            self._carry_over(event, recorded)

    def _hand_on(self, event: HandoverAccepted, at: datetime) -> None:
        for identity in event.escalations:
            known = self._escalations.get(identity)
            if known is not None and known.state.is_live:
                self._escalations[identity] = handed_on(known, at)
                self._elsewhere.add(identity)

    def _carry_over(self, event: HandoverCarriedOver, recorded: Recorded) -> None:
        coming = {c.escalation for line in event.lines if isinstance(c := line.freight.event, EscalationEvent)}
        for identity in coming & self._elsewhere:  # it comes back: what happened to it elsewhere counts here
            ticket = self._escalations.pop(identity).brief.ticket
            if self._latest.get(ticket) == identity:
                del self._latest[ticket]
        self._elsewhere -= coming
        known = frozenset(self._escalations)
        for line in event.lines:
            carried = line.freight.event
            if not isinstance(carried, EscalationEvent) or carried.escalation not in known:
                self._apply(replace(recorded, stream=line.stream, at=line.at, event=carried))

    def _ticket_of(self, identity: EscalationId) -> TicketId | None:
        escalation = self._escalations.get(identity)
        return None if escalation is None else escalation.brief.ticket
