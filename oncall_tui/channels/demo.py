"""A made-up channel: nothing leaves the machine, and a made-up leader acknowledges after a while."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, OutgoingMessage, Proof, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.text_safety import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the made-up leader behaves."""

    answers_after: timedelta = timedelta(seconds=1)
    """How long the made-up provider takes to accept a message."""
    acknowledges: bool = True
    """``false`` for somebody who never answers, so that the escalation climbs to the next level."""
    acknowledges_after: timedelta = timedelta(seconds=25)
    """How long after the message was accepted it is acknowledged."""
    words: str = "On it. I will call them at 8 their time."
    """What the made-up leader says with it."""


class DemoChannel:
    """Accepts everything, sends nothing."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock

    @property
    def proves(self) -> Proof:
        """Return that it can show an acknowledgement."""
        return Proof.ACKNOWLEDGED

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Accept the message after the time a provider would take."""
        await asyncio.sleep(self._settings.answers_after.total_seconds())
        return Receipt(reference=f"demo-{message.key}")

    async def acknowledgements(self, awaited: Sequence[Awaited]) -> Sequence[Acknowledgement]:
        """Return the answers of whoever had long enough; nothing is remembered, so a restart changes nothing."""
        if not self._settings.acknowledges:
            return ()
        now, wait = self._clock(), self._settings.acknowledges_after
        words = clean(self._settings.words)
        return tuple(
            Acknowledgement(key=message.key, at=message.accepted_at + wait, words=words)
            for message in awaited
            if message.accepted_at + wait <= now
        )

    async def check(self) -> CleanText:
        """Say that there is nothing to try."""
        return CleanText("made up: nothing leaves this machine")


def build(_channel: ChannelId, settings: Settings, clock: Clock) -> DemoChannel:
    """Return a made-up channel."""
    return DemoChannel(settings, clock)
