"""What is about to be told, ready but for its first byte: that waits until the message is stored."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from oncall_tui.domain.message import MessageKey, OutgoingMessage, Receipt
from oncall_tui.domain.people import ChannelId
from oncall_tui.ports import Carrier, Poised

Departed = asyncio.Task[Receipt] | None
"""A message that has left; None for one that has not."""
WAITS_FOR: Final = timedelta(seconds=10)
"""As long as an open way waits: then it is called off, and got ready anew if it still comes."""
_AT_ONCE: Final = 8


class _Departure:
    """A message that a channel has begun to send, and that nobody outside has seen anything of."""

    def __init__(self, message: OutgoingMessage, channel: Poised, waits_for: timedelta) -> None:
        self.message = message
        self._may_leave = asyncio.Event()
        self._sending = asyncio.create_task(channel.send_when(message, self._may_leave.wait))
        self._sending.add_done_callback(_leave_to_the_message)
        self._patience = asyncio.get_running_loop().call_later(waits_for.total_seconds(), self.call_off)
        self._is_off = False

    @property
    def is_ready(self) -> bool:
        """Tell whether it still waits."""
        return not (self._is_off or self._sending.done())

    def leave(self) -> asyncio.Task[Receipt]:
        """Let it go."""
        self._patience.cancel()
        self._may_leave.set()
        return self._sending

    def call_off(self) -> None:
        """Let it never go."""
        self._is_off = True
        self._patience.cancel()
        self._sending.cancel()


class Departures:
    """Those that wait; each leaves once, exactly as it was got ready, or never."""

    def __init__(self, channels: Mapping[ChannelId, Carrier], *, waits_for: timedelta = WAITS_FOR) -> None:
        self._channels, self._waits_for = channels, waits_for
        self._waiting: dict[MessageKey, _Departure] = {}

    def get_ready(self, messages: Sequence[OutgoingMessage]) -> None:
        """Have these wait, as far as their channels can, and no others."""
        coming = {message.key: message for message in messages[:_AT_ONCE]}
        for key, departure in list(self._waiting.items()):
            if coming.get(key) != departure.message or not departure.is_ready:
                self._waiting.pop(key).call_off()
        for key, message in coming.items():
            channel = self._channels.get(message.channel)
            if key not in self._waiting and isinstance(channel, Poised):
                self._waiting[key] = _Departure(message, channel, self._waits_for)

    def leave(self, message: OutgoingMessage) -> Departed:
        """Let a message leave that is stored; None where it does not wait here word for word as it was stored."""
        departure = self._waiting.pop(message.key, None)
        if departure is not None and departure.message == message and departure.is_ready:
            return departure.leave()
        if departure is not None:
            departure.call_off()
        return None

    def close(self) -> None:
        """Let none of them leave."""
        self.get_ready(())


def _leave_to_the_message(sending: asyncio.Task[Receipt]) -> None:
    if not sending.cancelled():
        sending.exception()  # whatever it was, the message itself meets it and says so
