"""What the journal says of each ticket, its escalations apart.

Of most it says nothing but that they ended, and of more every day: those are kept small.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_events import TicketEvent
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.packed import BLOCK, PackedLog, instants_after, steps_between


@dataclass(frozen=True, slots=True)
class Plain:
    """The record of a ticket that only ended, and how many lines of the journal its stream had then."""

    record: TicketRecord
    version: int


class TicketRecords:
    """The record of each ticket that there is one of."""

    def __init__(self) -> None:
        self._eventful: dict[TicketId, TicketRecord] = {}
        self._plain = PackedLog(_Codec())
        """What is added to one of them later makes it eventful, and stays here unread."""
        self._listeners: list[Callable[[TicketRecord, bool], None]] = []

    @property
    def eventful(self) -> Mapping[TicketId, TicketRecord]:
        """Return the records that say more than that a ticket ended."""
        return self._eventful

    @property
    def latest_plain(self) -> Sequence[TicketId]:
        """Return a good hundred of the tickets that only ended, the latest."""
        return [one.record.ticket for one in self._plain[-BLOCK:] if one.record.ticket not in self._eventful]

    def plain(self, ticket: TicketId) -> Plain | None:
        """Return what was kept of a ticket when it ended, if nothing had happened to it before."""
        return self._plain.last(ticket)

    def of(self, ticket: TicketId) -> TicketRecord:
        """Return the record of a ticket; an empty one where there is none."""
        known = self._eventful.get(ticket)
        if known is None and (plain := self.plain(ticket)) is not None:
            known = plain.record
        return known or TicketRecord(ticket=ticket)

    def plain_among(self, tickets: Iterable[TicketId]) -> Sequence[TicketId]:
        """Return those of some tickets of which nothing is known but that they ended."""
        return [ticket for ticket in tickets if ticket not in self._eventful and self.plain(ticket) is not None]

    def on_end(self, listener: Callable[[TicketRecord, bool], None]) -> None:
        """Call ``listener`` with the record of each ticket that ends, and again, with False, when it is open again."""
        self._listeners.append(listener)

    def apply(self, event: TicketEvent, at: datetime, *, version: int) -> bool:
        """Take in what happened to a ticket; tell whether the version of its stream is kept from here on."""
        known = self.of(event.ticket)
        record = known.after(event, at) or known
        is_plain = record.says_only_its_end and known.ended_at is None
        if is_plain:
            self._eventful.pop(event.ticket, None)
            self._plain.append(Plain(record, version))
        elif not record.says_only_its_end:
            self._eventful[event.ticket] = record
        if (known.ended_at is None) != (record.ended_at is None):
            has_ended = record.ended_at is not None
            for listener in self._listeners:
                listener(record if has_ended else known, has_ended)
        return is_plain


class _Codec:
    def key(self, plain: Plain) -> str:
        return plain.record.ticket

    def pack(self, plain: Sequence[Plain]) -> bytes:
        steps = steps_between(each.record.ended_at for each in plain if each.record.ended_at is not None)
        return json.dumps(
            [steps, [_fields(each.record, each.version) for each in plain]], separators=(",", ":")
        ).encode()

    def unpack(self, packed: bytes) -> Sequence[Plain]:
        steps, plain = json.loads(packed)
        return [_read(at, *fields) for at, fields in zip(instants_after(steps), plain, strict=True)]


def _fields(record: TicketRecord, version: int) -> Iterable[object]:
    return [record.ticket, record.touches, record.kinds, record.customer, record.known_by, version]


def _read(  # noqa: PLR0913, PLR0917 - a line's fields, in their order
    at: datetime, ticket: str, touches: int | None, kinds: Sequence[str], customer: str, known_by: str, version: int
) -> Plain:
    record = TicketRecord(
        ticket=TicketId(ticket),
        ended_at=at,
        touches=touches,
        kinds=tuple(map(CleanText, kinds)),
        customer=CleanText(customer),
        known_by=CleanText(known_by),
    )
    return Plain(record, version)
