"""Sends a test message to everybody who stands on a level, and waits until they acknowledge it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.events import ChannelProved
from oncall_tui.domain.message import Awaited, MessageKey, OutgoingMessage, Proof, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.policy import Policy, Target
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError
from oncall_tui.ports import Channel
from oncall_tui.services.logbook import Logbook

ASK_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    target: Target
    channel: ChannelId
    awaited: Awaited


class Proving:
    """Proves who can be reached, and records it."""

    def __init__(
        self,
        policy: Policy,
        channels: Mapping[ChannelId, Channel],
        logbook: Logbook,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self._policy = policy
        self._channels = channels
        self._logbook = logbook
        self._clock = clock
        self._say = say

    async def prove(self, *, within: timedelta, also: Sequence[Target] = ()) -> bool:
        """Test every channel of every level, and of others, at once; True when everybody acknowledged where they can.

        Args:
            within: How long an acknowledgement is waited for.
            also: Who else is tested: the people who take turns on call.
        """
        targets = [*(target for level in self._policy.levels for target in level.targets), *also]
        places = dict.fromkeys((target, channel) for target in targets for channel in target.channels)
        proved = await asyncio.gather(*(self._prove(target, channel, within) for target, channel in places))
        return bool(proved) and all(proved)

    async def _prove(self, target: Target, channel: ChannelId, within: timedelta) -> bool:
        sent = await self._send(target, channel)
        if sent is None:
            return False
        if self._channels[channel].proves < Proof.ACKNOWLEDGED:
            self._say(f"{target.name} by {channel}: accepted; this channel cannot show more")
            return True
        self._say(f"{target.name} by {channel}: accepted; waiting for the acknowledgement")
        return await self._wait(sent, within)

    async def _send(self, target: Target, channel: ChannelId) -> _Sent | None:
        now = self._clock()
        key = MessageKey(f"test/{now:%Y%m%dT%H%M%S.%fZ}/{target.person}/{channel}")
        message = OutgoingMessage(
            key=key,
            purpose=Purpose.TEST,
            channel=channel,
            person=target.person,
            title=CleanText("TEST: can you be reached?"),
            body=CleanText("This is a test of the on-call escalation. Nothing is wrong. Please acknowledge it."),
        )
        try:
            receipt = await self._channels[channel].send(message)
        except DeliveryError as error:
            self._say(f"{target.name} by {channel}: NOT REACHED: {error}")
            return None
        await self._record(target, channel, Proof.ACCEPTED)
        awaited = Awaited(key=key, person=target.person, reference=receipt.reference, accepted_at=now)
        return _Sent(target=target, channel=channel, awaited=awaited)

    async def _wait(self, sent: _Sent, within: timedelta) -> bool:
        place = f"{sent.target.name} by {sent.channel}"
        try:
            async with asyncio.timeout(within.total_seconds()):
                words = await self._acknowledged(sent)
        except TimeoutError:
            self._say(f"{place}: NOT ACKNOWLEDGED within {within.total_seconds() / 60:g} min")
            return False
        await self._record(sent.target, sent.channel, Proof.ACKNOWLEDGED)
        self._say(f"{place}: acknowledged{f': “{words}”' if words else ''}")
        return True

    async def _acknowledged(self, sent: _Sent) -> CleanText:
        channel = self._channels[sent.channel]
        while True:
            answers: Sequence[CleanText] = ()
            try:
                answers = [answer.words for answer in await channel.acknowledgements([sent.awaited])]
            except DeliveryError as error:
                self._say(f"{sent.channel} cannot tell yet who acknowledged: {error}")
            if answers:
                return answers[0]
            await asyncio.sleep(ASK_EVERY.total_seconds())

    async def _record(self, target: Target, channel: ChannelId, proof: Proof) -> None:
        await self._logbook.note(ChannelProved(person=target.person, channel=channel, proof=proof))
