"""Seven bugs, each of which somebody once shipped; the model must find every one of them."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from oncall_tui.domain.events import Event, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage, Purpose, Receipt
from oncall_tui.errors import DeliveryError
from oncall_tui.ports import Claimed, Hold, MayLeave, Settlement, Written
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.departures import Departed
from tests.invariants.world import DoomedStore, ModelChannel, Reply


class NewKeyPerTry(Delivery):
    """Gives each try a key of its own, so that no receiver can tell a repeat."""

    async def _send(self, claimed: Claimed, left: Departed = None) -> Settlement:
        key = MessageKey(f"{claimed.message.key}#{claimed.tries}" if claimed.tries > 1 else claimed.message.key)
        settlement = await super()._send(replace(claimed, message=replace(claimed.message, key=key)), left)
        return replace(settlement, key=claimed.message.key)


class OptimisticOutcome(Delivery):
    """Records that a message was accepted before anybody accepted it."""

    async def _deliver(self, claimed: Claimed, *, wanted_at: datetime | None = None, left: Departed = None) -> None:
        if self._is_wanted(claimed.message):
            accepted = Settlement(key=claimed.message.key, state=DeliveryState.ACCEPTED, reference="soon")
            await self._settle(claimed.message, accepted)
        await super()._deliver(claimed, wanted_at=wanted_at, left=left)


class GivesUp(Delivery):
    """Stops trying after three times, as most libraries do."""

    def _again(self, claimed: Claimed, error: DeliveryError) -> Settlement:
        settlement = super()._again(claimed, error)
        is_enough = claimed.tries >= 3 and not settlement.state.is_final
        return replace(settlement, state=DeliveryState.DROPPED, next_try_at=None) if is_enough else settlement

    async def _settle(self, message: OutgoingMessage, settlement: Settlement) -> None:
        if settlement.state is DeliveryState.DROPPED and message.purpose is Purpose.NOTIFICATION:
            await self._logbook.settle(StreamId(message.stream), settlement)
            return
        await super()._settle(message, settlement)


class NeverLooks(Delivery):
    """Sends what it once took, whatever was decided since then."""

    def _is_wanted(self, _message: OutgoingMessage) -> bool:
        return True


class AnyTwoHundredCounts(ModelChannel):
    """Takes any answer of 2xx for a yes, a Wi-Fi's login page among them."""

    def is_accepted(self, reply: Reply) -> bool:
        return 200 <= reply.status < 300


class LeavesWhenReady(ModelChannel):
    """Lets a message leave as soon as it is ready, and not when it is stored."""

    async def send_when(self, message: OutgoingMessage, may_leave: MayLeave) -> Receipt:
        return await self.send(message)


class SendsThenWrites(DoomedStore):
    """Sends in the moment of the decision, and writes it down afterwards."""

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
        for message in send:
            with suppress(DeliveryError, TimeoutError):
                await self.world.channels[message.channel].send(message)
        return await super().append(
            stream, events, at=at, after_version=after_version, send=send, settle=settle, hold=hold
        )
