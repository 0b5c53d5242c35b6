"""The store without a disk: for the demo, and for carrying on when the disk does not take anything any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count

from oncall_tui.domain.events import Event, Recorded, StreamId
from oncall_tui.domain.message import DeliveryState, MessageKey, OutgoingMessage
from oncall_tui.domain.text import CleanText
from oncall_tui.packed import PackedLog
from oncall_tui.ports import Claimed, Hold, Settlement, Written
from oncall_tui.store.encoding import LINES
from oncall_tui.store.outbox import Entry, settlement_in, urgency
from oncall_tui.store.snapshot import NOTHING, Snapshot, beyond
from oncall_tui.store.versions import check_version


class MemoryStore:
    """Journal and outbox that end with the process; what a disk could still say may be given to carry on from."""

    def __init__(self, known: Snapshot = NOTHING) -> None:
        self._journal = PackedLog(LINES)
        self._outbox: dict[MessageKey, Entry] = {}
        self.learn(known)

    @property
    def length(self) -> int:
        """Return how many lines the journal has."""
        return len(self._journal)

    @property
    def snapshot(self) -> Snapshot:
        """Return all that is known."""
        return Snapshot(lines=self._journal.copy(), entries=tuple(self._outbox.values()))

    def learn(self, known: Snapshot) -> None:
        """Take over what another store knows: each line that is new, and every entry as it stands there."""
        self.adopt(beyond(self._journal, known.lines))
        for entry in known.entries:
            self.hold(entry)

    def adopt(self, lines: Sequence[Recorded]) -> Sequence[Recorded]:
        """Add lines that were recorded elsewhere, with numbers of this store, and what they say of messages."""
        adopted: list[Recorded] = []
        for line in lines:
            adopted += self._record(line.stream, [line.event], at=line.at)
            settlement = settlement_in(line.event)
            if settlement is not None:
                self._settle(settlement, at=line.at)
        return adopted

    def hold(self, entry: Entry) -> None:
        """Take over what is known elsewhere of one message; of a settled one not its words, which nobody needs."""
        self._outbox[entry.key] = entry.without_words if entry.state.is_final else entry

    def words(self, key: MessageKey) -> CleanText | None:
        """Return what a message says, or None where that is not known, or not any more."""
        entry = self._outbox.get(key)
        return entry.message.body or None if entry is not None else None

    async def append(  # noqa: PLR0913 - one transaction, each part of which has its name
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
        """Record events, their messages and a settlement at once, or raise ``StreamMoved``."""
        check_version(stream, found=self._version_of(stream), expected=after_version)
        lines = self._record(stream, events, at=at)
        new: list[Entry] = []
        for message in send:
            if message.key not in self._outbox:
                new.append(Entry.stored(message, at=at, hold=hold))
                self.hold(new[-1])
        if settle is not None:
            self._settle(settle, at=at)
        return Written(lines=lines, claimed=[entry.claimed for entry in new] if hold is not None else ())

    async def read(self, after: int = 0, most: int | None = None) -> Sequence[Recorded]:
        """Return what was recorded after a ``seq``, oldest first: all of it, or so many lines at most."""
        first = max(after, 0)  # a line's number is its place
        return self._journal[first : None if most is None else first + most]

    async def claim(self, *, now: datetime, holder: str, lease: timedelta) -> Claimed | None:
        """Take the message that is due longest, or None."""
        for found in self._in_order():
            self.hold(found.shortened(now=now, lease=lease) or found)
        entry = next((entry for entry in self._in_order() if entry.is_due(now)), None)
        if entry is None:
            return None
        entry = entry.claim(now=now, holder=holder, lease=lease)
        self.hold(entry)
        return entry.claimed

    async def renew(self, key: MessageKey, *, now: datetime, holder: str, lease: timedelta) -> bool:
        """Let the lease of a message that is still being sent end so much later."""
        entry = self._outbox.get(key)
        renewed = None if entry is None else entry.renewed(now=now, holder=holder, lease=lease)
        if renewed is not None:
            self.hold(renewed)
        return renewed is not None

    async def unsettled(self) -> Sequence[tuple[OutgoingMessage, DeliveryState, datetime]]:
        """Return every message that is not settled, the one due longest first."""
        return [(entry.message, entry.state, entry.next_try_at) for entry in self._in_order()]

    async def close(self) -> None:
        """Forget nothing: whoever still holds the store may read it."""

    def _record(self, stream: StreamId, events: Sequence[Event], *, at: datetime) -> Sequence[Recorded]:
        lines = [
            Recorded(seq=seq, stream=stream, version=version, at=at, event=event)
            for seq, version, event in zip(count(len(self._journal) + 1), count(self._version_of(stream) + 1), events)
        ]
        for line in lines:
            self._journal.append(line)
        return lines

    def _version_of(self, stream: StreamId) -> int:
        last = self._journal.last(stream)
        return 0 if last is None else last.version

    def _settle(self, settlement: Settlement, *, at: datetime) -> None:
        if settlement.key in self._outbox:
            self.hold(self._outbox[settlement.key].settle(settlement, at=at))

    def _in_order(self) -> Sequence[Entry]:
        open_entries = (entry for entry in self._outbox.values() if not entry.state.is_final)
        return sorted(open_entries, key=lambda entry: (urgency(entry.message), entry.next_try_at))
