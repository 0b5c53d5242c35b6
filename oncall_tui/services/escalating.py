"""Takes each step of a live escalation when it is due, and asks channels who has acknowledged."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import partial

from oncall_tui.clock import Clock
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.events import EscalationAcknowledged, EscalationStepped
from oncall_tui.domain.message import Acknowledgement, Awaited, Proof
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, StoreError
from oncall_tui.ports import Channel
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.troubles import Troubles

TICK = timedelta(seconds=1)
ACKNOWLEDGEMENTS_EVERY = timedelta(seconds=5)
_ASKING_LIMIT = timedelta(seconds=30)


class Escalating:
    """The loop that climbs the ladder."""

    def __init__(
        self,
        logbook: Logbook,
        channels: Mapping[ChannelId, Channel],
        clock: Clock,
        troubles: Troubles,
    ) -> None:
        self._logbook = logbook
        self._channels = channels
        self._clock = clock
        self._troubles = troubles
        self._woken = asyncio.Event()

    @property
    def channels(self) -> Mapping[ChannelId, Channel]:
        """Return the channels by id."""
        return self._channels

    def poke(self) -> None:
        """Look at once whether something is due."""
        self._woken.set()

    def loops(self) -> Sequence[tuple[str, Callable[[], Coroutine[None, None, None]]]]:
        """Return the loop that climbs, and one for each channel that can tell who has acknowledged."""
        asking = [
            (f"acknowledgements {identity}", partial(self._ask_for_ever, identity))
            for identity, channel in self._channels.items()
            if channel.proves >= Proof.ACKNOWLEDGED
        ]
        return [("escalation", self._climb), *asking]

    async def step(self) -> None:
        """Take every step that is due now."""
        await self._logbook.catch_up()
        now = self._clock()
        for escalation in self._logbook.escalations:
            if escalation.next_action_at is not None and escalation.next_action_at <= now:
                await self._logbook.happened(escalation.brief.ticket, EscalationStepped(escalation=escalation.id))

    async def ask(self, channel: ChannelId) -> None:
        """Ask a channel once who has acknowledged, and record it."""
        awaited = {
            item.key: (item, escalation)
            for escalation in self._logbook.escalations
            for item in _awaited(escalation, channel)
        }
        if not awaited:
            self._troubles.clear(f"acknowledgements {channel}")
            return
        async with asyncio.timeout(_ASKING_LIMIT.total_seconds()):
            answers = await self._channels[channel].acknowledgements([item for item, _ in awaited.values()])
        self._troubles.clear(f"acknowledgements {channel}")
        for answer in answers:
            if answer.key in awaited:
                item, escalation = awaited[answer.key]
                await self._record(escalation, item, channel, answer)

    async def _record(self, escalation: Escalation, item: Awaited, channel: ChannelId, answer: Acknowledgement) -> None:
        await self._logbook.happened(
            escalation.brief.ticket,
            EscalationAcknowledged(
                escalation=escalation.id,
                person=item.person,
                acknowledged_at=answer.at,
                channel=channel,
                words=answer.words,
            ),
        )

    async def _climb(self) -> None:
        while True:
            try:
                await self.step()
                self._troubles.clear("journal")
            except StoreError as error:
                self._troubles.say("journal", CleanText(str(error)))
            self._woken.clear()
            try:
                async with asyncio.timeout(self._pause()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    def _pause(self) -> float:
        now = self._clock()
        due = [e.next_action_at - now for e in self._logbook.escalations if e.next_action_at is not None]
        return max(0.0, min([TICK, *due]).total_seconds())

    async def _ask_for_ever(self, channel: ChannelId) -> None:
        while True:
            try:
                await self.ask(channel)
            except (DeliveryError, StoreError, TimeoutError) as error:
                why = str(error) or "no answer in time"
                self._troubles.say(
                    f"acknowledgements {channel}",
                    CleanText(f"{channel} cannot tell who acknowledged: {why}"),
                )
            await asyncio.sleep(ACKNOWLEDGEMENTS_EVERY.total_seconds())


def _awaited(escalation: Escalation, channel: ChannelId) -> list[Awaited]:
    is_open = escalation.state.wants_acknowledgement or escalation.state is EscalationState.CLEARED
    return [
        Awaited(key=attempt.key, person=attempt.person, reference=attempt.reference, accepted_at=attempt.at)
        for attempt in escalation.told
        if is_open and attempt.channel == channel
    ]
