"""Takes each step of a live escalation when it is due, and asks channels who has acknowledged."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from oncall_tui.clock import Clock, Stopwatch
from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.events import EscalationAcknowledged, EscalationRetimed, EscalationStepped
from oncall_tui.domain.ladder import standstill
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import DeliveryError, NotSent, StoreError
from oncall_tui.ports import Channel
from oncall_tui.services.countdowns import Countdowns
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.messages import next_messages
from oncall_tui.services.troubles import Troubles

TICK = timedelta(seconds=1)
SOON = timedelta(seconds=10)
"""How long before a step the way to the provider is opened."""
ACKNOWLEDGEMENTS_EVERY = timedelta(seconds=5)
SWEEP_EVERY = timedelta(seconds=15)
_RETIMED_FROM = timedelta(seconds=30)
"""A clock set back by less changes no plan: the step comes when it is due, and only its announced time is a bit off."""
_ASKING_LIMIT = timedelta(seconds=30)
_LONGEST_SILENCE = timedelta(minutes=1)
"""However long a provider wants not to be asked: an acknowledgement seen late wakes somebody for nothing."""


class Answers(Protocol):
    """Something else whose messages are answered through channels."""

    def awaited(self, channel: ChannelId) -> Sequence[Awaited]:
        """Return what it waits for."""

    async def answered(self, channel: ChannelId, item: Awaited, answer: Acknowledgement) -> None:
        """Take an answer."""


class Sender(Protocol):
    """Whatever sends what is stored."""

    def poke(self) -> None:
        """Look at once whether something waits to be sent."""

    def get_ready(self, messages: Sequence[OutgoingMessage]) -> None:
        """Do what can be done for these, and no others, before they are stored."""


class Escalating:
    """The loop that climbs the ladder."""

    def __init__(
        self,
        logbook: Logbook,
        channels: Mapping[ChannelId, Channel],
        clock: Clock,
        troubles: Troubles,
        *,
        stopwatch: Stopwatch,
    ) -> None:
        self._logbook = logbook
        self._channels = channels
        self._clock = clock
        self._troubles = troubles
        self._woken = asyncio.Event()
        self._countdowns = Countdowns(clock, stopwatch)
        self._stuck: set[EscalationId] = set()
        self._answers: list[Answers] = []
        self._senders: list[Sender] = []

    @property
    def channels(self) -> Mapping[ChannelId, Channel]:
        """Return the channels by id."""
        return self._channels

    def also_ask_for(self, answers: Answers) -> None:
        """Ask channels for these answers too: one question to a provider covers both."""
        self._answers.append(answers)

    def sends_through(self, sender: Sender) -> None:
        """Say there what is about to be sent, and after each step that its messages are stored."""
        self._senders.append(sender)

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
        return [("escalation", self._climb), ("sweep", self._sweep_for_ever), *asking]

    async def step(self) -> None:
        """Take every step that is due now."""
        await self._logbook.catch_up()
        for escalation in self._logbook.escalations:
            planned_at, due_at = escalation.next_action_at, self._countdowns.due_at(escalation)
            if planned_at is None or due_at is None:
                continue
            now = self._clock()
            if planned_at > now and (due_at <= now or planned_at - due_at > _RETIMED_FROM):
                planned_at = await self._retime(escalation, planned_at, max(due_at, now))
            if planned_at <= now:
                await self._logbook.happened(
                    escalation.brief.ticket,
                    EscalationStepped(escalation=escalation.id, due_at=planned_at),
                )
                for sender in self._senders:
                    sender.poke()
        self._look_ahead()

    def _look_ahead(self) -> None:
        """Get ready what leaves soon; as long as one can undo it, one can also press E again."""
        now, coming = self._clock(), list[OutgoingMessage]()
        for escalation in self._logbook.escalations:
            due_at = self._countdowns.due_at(escalation)  # the wait for what was planned just now begins now
            is_armed = escalation.state is EscalationState.ARMED
            if due_at is not None and (is_armed or due_at - now <= SOON):
                coming += next_messages(escalation, now)
        for sender in self._senders:
            sender.get_ready(coming)

    async def _retime(self, escalation: Escalation, planned_at: datetime, due_at: datetime) -> datetime:
        """Plan a step anew by the clock as it goes since it was set back."""
        retimed = EscalationRetimed(escalation=escalation.id, due_at=planned_at, next_action_at=due_at)
        await self._logbook.happened(escalation.brief.ticket, retimed)
        return due_at

    def sweep(self) -> None:
        """Look for a live escalation that nothing moves any more, and shout until that is over."""
        now = self._clock()
        found = {e.id: (e, why) for e in self._logbook.escalations if (why := standstill(e, now))}
        for identity in self._stuck - set(found):
            self._troubles.clear(f"standstill {identity}")
        for identity, (escalation, why) in found.items():
            number = escalation.brief.number
            sentence = f"ESCALATION {number} STANDS STILL: {why}. Ring somebody yourself; X says whom."
            self._troubles.say(f"standstill {identity}", CleanText(sentence))
        self._stuck = set(found)

    async def _sweep_for_ever(self) -> None:
        while True:
            self.sweep()
            await asyncio.sleep(SWEEP_EVERY.total_seconds())

    async def ask(self, channel: ChannelId) -> None:
        """Ask a channel once who has acknowledged, and record it."""
        awaited = {
            item.key: (item, escalation)
            for escalation in self._logbook.escalations
            for item in _awaited(escalation, channel)
        }
        others = {item.key: (item, asker) for asker in self._answers for item in asker.awaited(channel)}
        if not awaited and not others:
            self._troubles.clear(f"acknowledgements {channel}")
            return
        items = [*(item for item, _ in awaited.values()), *(item for item, _ in others.values())]
        async with asyncio.timeout(_ASKING_LIMIT.total_seconds()):
            answers = await self._channels[channel].acknowledgements(items)
        self._troubles.clear(f"acknowledgements {channel}")
        for answer in answers:
            if answer.key in awaited:
                item, escalation = awaited[answer.key]
                await self._record(escalation, item, channel, answer)
            elif answer.key in others:
                item, asker = others[answer.key]
                await asker.answered(channel, item, answer)

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
        due = [due_at - now for e in self._logbook.escalations if (due_at := self._countdowns.due_at(e)) is not None]
        return max(0.0, min([TICK, *due]).total_seconds())

    async def _ask_for_ever(self, channel: ChannelId) -> None:
        while True:
            pause = ACKNOWLEDGEMENTS_EVERY
            try:
                await self.ask(channel)
            except (DeliveryError, StoreError, TimeoutError) as error:
                pause = pause_after(error)
                why = str(error) or "no answer in time"
                self._troubles.say(
                    f"acknowledgements {channel}",
                    CleanText(f"{channel} cannot tell who acknowledged: {why}"),
                )
            await asyncio.sleep(pause.total_seconds())


def pause_after(error: Exception) -> timedelta:
    """Return how long a channel is left alone that could not tell: as long as it asks for, within bounds."""
    wanted = error.retry_after if isinstance(error, NotSent) and error.retry_after is not None else timedelta()
    return min(max(wanted, ACKNOWLEDGEMENTS_EVERY), _LONGEST_SILENCE)


def _awaited(escalation: Escalation, channel: ChannelId) -> list[Awaited]:
    is_open = escalation.state.wants_acknowledgement or escalation.state is EscalationState.CLEARED
    return [
        Awaited(key=attempt.key, person=attempt.person, reference=attempt.reference, accepted_at=attempt.at)
        for attempt in escalation.told
        if is_open and attempt.channel == channel
    ]
