"""Drains the outbox: one message at a time to each channel, each checked again just before it leaves."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, answer_of_key
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import Escalation
from oncall_tui.domain.events import (
    NotificationAccepted,
    NotificationDelayed,
    NotificationDropped,
    NotificationRejected,
    StreamId,
    ticket_of,
)
from oncall_tui.domain.handover_events import HandoverMessageSettled
from oncall_tui.domain.ladder import is_superseded
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage, Purpose, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.errors import DeliveryError, Held, NotSent, OutcomeUnknown, Rejected, StoreError
from oncall_tui.ports import LONGEST_PAUSE, Carrier, Claimed, Hold, Insistent, Outbox, Settlement
from oncall_tui.services.answer_outcomes import answer_event
from oncall_tui.services.departures import Departed, Departures
from oncall_tui.services.leases import Leases
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.open_ways import OpenWays
from oncall_tui.services.troubles import Troubles

SENDING_LIMIT = timedelta(seconds=15)
BACK_OFF = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 30, 60))
"""Pauses between tries; the last one repeats for as long as the message is wanted."""
_TICK = 1.0
_AT_ONCE = 8
_HEAD_START = timedelta(milliseconds=10)
"""For how long bad news has this process to itself: less than anybody sees, and enough for its first byte."""
_KNOWN_FOR = timedelta(milliseconds=50)
"""A message that was wanted when it was stored leaves without another look within this time: a look takes as long."""


class Delivery:
    """The loop that sends what is stored."""

    def __init__(
        self,
        outbox: Outbox,
        logbook: Logbook,
        channels: Mapping[ChannelId, Carrier],
        clock: Clock,
        troubles: Troubles,
        *,
        holder: str,
    ) -> None:
        self._leases = Leases(outbox, clock, holder)
        self._logbook = logbook
        self._channels = channels
        self._clock = clock
        self._troubles = troubles
        self._woken = asyncio.Event()
        self._under_way: dict[asyncio.Task[None], MessageKey] = {}
        self._ways = OpenWays(channels)
        self._departures = Departures(channels)
        self._is_at_work = False
        logbook.sends_through(self)

    def poke(self) -> None:
        """Look at once whether something waits to be sent."""
        self._woken.set()

    async def run(self) -> None:
        """Send for ever."""
        with self.at_work():
            while True:
                self._woken.clear()
                await self.renew()
                if not await self.send_next():
                    try:
                        async with asyncio.timeout(_TICK):
                            await self._woken.wait()
                    except TimeoutError:
                        continue

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Take bad news that this process stores in the same transaction, for as long as the block lasts."""
        self._is_at_work = True
        try:
            yield
        finally:
            self._is_at_work = False
            self._departures.close()
            self._ways.close()

    def get_ready(self, messages: Sequence[OutgoingMessage]) -> None:
        """Do all it takes to send these that can be done before they are stored, and no more for any others."""
        if self._is_at_work:
            self._departures.get_ready(messages)
            self._ways.open([message.channel for message in messages])

    def hold(self, messages: Sequence[OutgoingMessage]) -> Hold | None:
        """Return how these are taken while they are stored; None when they have to wait for their turn."""
        has_room = len(self._under_way) + len(messages) <= _AT_ONCE
        return self._leases.hold if self._is_at_work and has_room else None

    async def take(self, claimed: Sequence[Claimed], *, stored_at: datetime) -> None:
        """Begin to send what was taken while it was stored, all of which was wanted at that instant.

        Returns when it is sent or has had its head start, whichever is first.
        """
        begun = [self._begin(one, wanted_at=stored_at) for one in claimed]
        for one in claimed:
            self._leases.took(one.message.key, stored_at)
        await asyncio.wait(begun, timeout=_HEAD_START.total_seconds())

    async def renew(self) -> None:
        """Tell other processes that what is being sent here still is."""
        await self._leases.renew()

    async def send_next(self) -> bool:
        """Begin to send the message that is due longest; False when none is due or enough are under way."""
        if len(self._under_way) >= _AT_ONCE:
            return False
        claimed = await self._leases.claim()
        if claimed is None:
            return False
        if claimed.message.key in self._under_way.values():
            return True  # the clock was set past the end of a lease of our own: sending twice would be a duplicate
        self._begin(claimed)
        return True

    def _begin(self, claimed: Claimed, *, wanted_at: datetime | None = None) -> asyncio.Task[None]:
        is_wanted = self._is_recent(wanted_at) and self._is_wanted(claimed.message)
        left = self._departures.leave(claimed.message) if is_wanted else None  # it has right of way
        task = asyncio.create_task(self._deliver(claimed, wanted_at=wanted_at, left=left))
        self._under_way[task] = claimed.message.key
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._leases.let_go(self._under_way.pop(task))
        error = None if task.cancelled() else task.exception()
        if error is not None:
            sentence = f"sending failed in a way nobody foresaw ({type(error).__name__}); it is tried again"
            self._troubles.say("sending", CleanText(sentence))

    async def finish(self, *, within: timedelta = timedelta(seconds=5)) -> None:
        """Let what is being sent come to its end, for so long at most; the rest stays stored."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within.total_seconds())

    def _is_recent(self, at: datetime | None) -> bool:
        return at is not None and timedelta() <= self._clock() - at <= _KNOWN_FOR

    async def _deliver(self, claimed: Claimed, *, wanted_at: datetime | None = None, left: Departed = None) -> None:
        """Send a message that is wanted, or see to the end one that has ``left`` already, and record the outcome."""
        message = claimed.message
        try:
            if left is None and not self._is_recent(wanted_at):
                await self._logbook.catch_up()
            if left is None and not self._is_wanted(message):
                dropped = Settlement(key=message.key, state=DeliveryState.DROPPED, tries=claimed.tries)
                await self._settle(message, dropped)
                return
            await self._settle(message, await self._send(claimed, left))
            self._troubles.clear("outbox")
        except StoreError as error:
            self._troubles.say("outbox", CleanText(f"{message.title}: what became of it is not recorded: {error}"))

    async def _send(self, claimed: Claimed, left: Departed = None) -> Settlement:
        message = claimed.message
        channel = self._channels.get(message.channel)
        if channel is None:
            gone = CleanText(f"there is no channel {message.channel} any more")
            return Settlement(key=message.key, state=DeliveryState.REJECTED, detail=gone, tries=claimed.tries)
        try:
            async with asyncio.timeout(SENDING_LIMIT.total_seconds()):
                receipt = await _hand_over(message, channel, left or self._departures.leave(message))
        except TimeoutError:
            return self._again(claimed, OutcomeUnknown("no answer in time"))
        except DeliveryError as error:
            return self._again(claimed, error)
        return Settlement(key=message.key, state=DeliveryState.ACCEPTED, reference=receipt.reference)

    def _again(self, claimed: Claimed, error: DeliveryError) -> Settlement:
        key, detail = claimed.message.key, CleanText(str(error))
        if isinstance(error, Rejected | Held):
            state = DeliveryState.REJECTED if isinstance(error, Rejected) else DeliveryState.DROPPED
            return Settlement(key=key, state=state, detail=detail, tries=claimed.tries)
        pause = BACK_OFF[min(claimed.tries, len(BACK_OFF)) - 1]
        if isinstance(error, NotSent) and error.retry_after is not None:
            pause = min(max(pause, error.retry_after), LONGEST_PAUSE)
        state = DeliveryState.RETRYING if isinstance(error, NotSent) else DeliveryState.UNKNOWN
        next_try_at = self._clock() + pause
        return Settlement(key=key, state=state, detail=detail, next_try_at=next_try_at, tries=claimed.tries)

    def _is_wanted(self, message: OutgoingMessage) -> bool:
        """Tell whether a message still has to leave.

        After an acknowledgement only the stand-down does; one that has nothing to read only where a service would go on
        by itself. Of several that ask one person through one channel only the newest does, so that a channel that
        returns after hours does not say the same thing as often as it was asked to.
        """
        if message.is_silent:
            channel = self._channels.get(message.channel)
            return isinstance(channel, Insistent) and channel.rings_on
        if message.purpose.answers:
            answer = self._answer_of(message)
            return answer is not None and answer.state.is_on_its_way and answer.message_key == message.key
        if message.purpose is not Purpose.NOTIFICATION:
            return True
        escalation = self._escalation_of(message)
        if escalation is None or not escalation.state.wants_acknowledgement:
            return False
        return not is_superseded(escalation, message.key)

    def _escalation_of(self, message: OutgoingMessage) -> Escalation | None:
        return self._logbook.escalation(EscalationId(message.key.partition("/")[0]))

    def _answer_of(self, message: OutgoingMessage) -> Answer | None:
        record = self._logbook.record(ticket_of(StreamId(message.stream)))
        return record.answering.answer(answer_of_key(message.key))

    async def _settle(self, message: OutgoingMessage, settlement: Settlement) -> None:
        """Record the outcome beside the settlement, in one transaction, for whoever waits for it."""
        answer = self._answer_of(message) if message.purpose.answers else None
        told = answer_event(answer, settlement) if answer is not None else None
        if told is not None:
            await self._logbook.did(told, settle=settlement)
            return
        escalation = self._escalation_of(message)
        if message.purpose is Purpose.NOTIFICATION and escalation is not None:
            event = _event(escalation, settlement, may_have_arrived=message.is_possible_duplicate)
            if event is not None:
                await self._logbook.happened(escalation.brief.ticket, event, settle=settlement)
                return
        if message.purpose in {Purpose.HANDOVER, Purpose.NOTICE} and settlement.state.is_final:
            settled = HandoverMessageSettled(
                key=message.key,
                is_accepted=settlement.state is DeliveryState.ACCEPTED,
                detail=settlement.detail,
                reference=settlement.reference,
                channel=message.channel,
                person=message.person,
            )
            await self._logbook.note(settled, settle=settlement)
            return
        await self._logbook.settle(StreamId(message.stream), settlement)


async def _hand_over(message: OutgoingMessage, channel: Carrier, left: Departed) -> Receipt:
    if left is None:
        return await channel.send(message)
    try:
        return await left
    except NotSent as error:
        if error.retry_after is not None:
            raise
    return await channel.send(message)  # its connection was closed, say, while it waited: another one may be opened


def _event(
    escalation: Escalation,
    settlement: Settlement,
    *,
    may_have_arrived: bool,
) -> NotificationAccepted | NotificationRejected | NotificationDelayed | NotificationDropped | None:
    """Return what the journal should know of an outcome; None when it knows already."""
    known = next((attempt for attempt in escalation.attempts if attempt.key == settlement.key), None)
    identity, key, detail = escalation.id, settlement.key, settlement.detail
    match settlement.state:
        case DeliveryState.ACCEPTED:
            return NotificationAccepted(escalation=identity, key=key, reference=settlement.reference)
        case DeliveryState.REJECTED:
            return NotificationRejected(escalation=identity, key=key, detail=detail or NO_TEXT)
        case DeliveryState.RETRYING | DeliveryState.UNKNOWN:
            may_have_arrived = may_have_arrived or settlement.state is DeliveryState.UNKNOWN
            state = DeliveryState.UNKNOWN if may_have_arrived else DeliveryState.RETRYING
            if known is not None and (known.state, known.detail) == (state, detail):
                return None
            return NotificationDelayed(escalation=identity, key=key, detail=detail, may_have_arrived=may_have_arrived)
        case DeliveryState.DROPPED:
            return NotificationDropped(escalation=identity, key=key, may_have_arrived=may_have_arrived)
        case _:
            return None
