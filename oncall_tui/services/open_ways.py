"""The ways to providers, opened before somebody is told, so that bad news waits for no handshake."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

from oncall_tui.domain.people import ChannelId
from oncall_tui.ports import Carrier, Preparable


class OpenWays:
    """Ways that were opened and not taken yet; each closes by itself after a while."""

    def __init__(self, channels: Mapping[ChannelId, Carrier]) -> None:
        self._channels = channels
        self._open: dict[ChannelId, asyncio.Task[None]] = {}

    def open(self, channels: Sequence[ChannelId]) -> None:
        """Open the ways of these channels that are not open."""
        for identity in channels:
            channel = self._channels.get(identity)
            if isinstance(channel, Preparable) and identity not in self._open:
                task = self._open[identity] = asyncio.create_task(channel.stay_ready())
                task.add_done_callback(partial(self._is_over, identity))

    def close(self) -> None:
        """Close every way that nobody took."""
        for task in self._open.values():
            task.cancel()

    def _is_over(self, channel: ChannelId, task: asyncio.Task[None]) -> None:
        del self._open[channel]
        if not task.cancelled():
            task.exception()  # whatever it was, the message itself meets it and says so
