"""All that a store knows at one instant, and how two stores that went separate ways are brought together again."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from oncall_tui.domain.events import Recorded
from oncall_tui.store.encoding import encode_event, encode_instant
from oncall_tui.store.outbox import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole journal, oldest first, and the whole outbox."""

    lines: Sequence[Recorded] = ()
    entries: Sequence[Entry] = ()


NOTHING = Snapshot()


def beyond(known: Sequence[Recorded], lines: Sequence[Recorded]) -> Sequence[Recorded]:
    """Return the lines that are not among the known ones, in their order.

    A line is known by its stream, its instant and what happened: its number is another in each store. So a line is
    never recorded twice, not even when a disk took it and said that it had not.
    """
    left = Counter(map(_identity, known))
    new = []
    for line in lines:
        identity = _identity(line)
        if left[identity]:
            left[identity] -= 1
        else:
            new.append(line)
    return new


def _identity(line: Recorded) -> tuple[str | bytes, ...]:
    return (line.stream, encode_instant(line.at), *encode_event(line.event))
