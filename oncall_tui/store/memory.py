"""The store without a disk: for the demo, and for carrying on when the disk does not take anything any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, OutgoingMessage
from oncall_tui.ports import Claimed, Settlement
from oncall_tui.store.outbox import Entry, urgency
from oncall_tui.store.versions import check_version


class MemoryStore:
    """Journal and outbox that end with the process; what a disk could still say may be given to carry on from."""

    def __init__(
        self,
        history: Sequence[Recorded] = (),
        unsettled: Sequence[tuple[OutgoingMessage, DeliveryState, datetime]] = (),
    ) -> None:
        self._journal = list(history)
        self._outbox = {
            message.key: Entry(message=message, state=state, next_try_at=next_try_at)
            for message, state, next_try_at in unsettled
        }

    async def append(
        self,
        stream: StreamId,
        events: Sequence[Event],
        *,
        at: datetime,
        after_version: int | None = None,
        send: Sequence[OutgoingMessage] = (),
        settle: Settlement | None = None,
    ) -> Sequence[Recorded]:
        """Record events, their messages and a settlement at once, or raise ``StreamMoved``."""
        version = max((line.version for line in self._journal if line.stream == stream), default=0)
        check_version(stream, found=version, expected=after_version)
        seq = self._journal[-1].seq if self._journal else 0
        lines = [
            Recorded(seq=seq + step, stream=stream, version=version + step, at=at, event=event)
            for step, event in enumerate(events, start=1)
        ]
        self._journal += lines
        for message in send:
            self._outbox.setdefault(message.key, Entry(message=message, next_try_at=at))
        if settle is not None and settle.key in self._outbox:
            self._outbox[settle.key] = self._outbox[settle.key].settle(settle, at=at)
        return lines

    async def read(self, after: int = 0) -> Sequence[Recorded]:
        """Return everything recorded after a ``seq``, oldest first."""
        return [line for line in self._journal if line.seq > after]

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the message that is due longest, or None."""
        entry = next((entry for entry in self._in_order() if entry.is_due(now)), None)
        if entry is None:
            return None
        entry = entry.claim(now=now, holder=holder, lease=lease)
        self._outbox[entry.key] = entry
        return entry.claimed

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, the one due longest first."""
        return [(entry.message, entry.state, entry.next_try_at) for entry in self._in_order()]

    async def close(self) -> None:
        """Forget nothing: whoever still holds the store may read it."""

    def _in_order(self) -> Sequence[Entry]:
        open_entries = (entry for entry in self._outbox.values() if not entry.state.is_final)
        return sorted(open_entries, key=lambda entry: (urgency(entry.message), entry.next_try_at))
