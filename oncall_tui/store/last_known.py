"""The tickets each source last said, kept so that the next start can show them before anybody is asked."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nsmallest
from pathlib import Path
from typing import Final

import msgspec

from oncall_tui.beside import by_disk
from oncall_tui.domain.ticket import SourceId, Ticket
from oncall_tui.ports import KnownTickets
from oncall_tui.private_file import replace_whole
from oncall_tui.text_safety import clean

AT_MOST: Final = 1000
"""Tickets kept of one source, the most urgent: more than anybody reads before the first answer."""
_SIZE_LIMIT: Final = 64_000_000
"""Bytes; no file of ours comes near."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LastKnownFile:
    """One file, replaced as a whole and readable by its owner only.

    It only spares the wait for the first answer: one that cannot be read is none, one that cannot be written is left.
    """

    path: Path

    async def load(self) -> Mapping[SourceId, KnownTickets]:
        """Return what each source last said; nothing of a source, or of any, where that is not known."""
        with suppress(OSError, msgspec.MsgspecError, UnicodeError, ValueError):
            return await by_disk(self._read)
        return {}

    async def keep(self, known: Mapping[SourceId, KnownTickets]) -> None:
        """Replace what was kept, beside the event loop."""
        with suppress(OSError):
            await by_disk(self._write, known)

    def _read(self) -> Mapping[SourceId, KnownTickets]:
        if self.path.stat().st_size > _SIZE_LIMIT:
            return {}
        found = msgspec.json.decode(self.path.read_bytes(), type=dict[SourceId, KnownTickets])
        return {source: _made_harmless(known) for source, known in found.items()}

    def _write(self, known: Mapping[SourceId, KnownTickets]) -> None:
        replace_whole(self.path, msgspec.json.encode({source: _bounded(tickets) for source, tickets in known.items()}))


def _bounded(known: KnownTickets) -> KnownTickets:
    """Return the most urgent, without their conversations, which are read again when somebody opens one."""
    urgent = nsmallest(AT_MOST, known.tickets, key=lambda ticket: (ticket.due_at or _NEVER, ticket.id))
    return replace(
        known,
        tickets=tuple(replace(ticket, messages=()) for ticket in urgent),
        left_out=known.left_out + len(known.tickets) - len(urgent),
    )


def _made_harmless(known: KnownTickets) -> KnownTickets:
    """Clean what a file says once more: nobody knows who wrote into it meanwhile."""
    return replace(known, tickets=tuple(map(_clean_ticket, known.tickets)))


def _clean_ticket(ticket: Ticket) -> Ticket:
    asked = ticket.requester
    return replace(
        ticket,
        subject=clean(ticket.subject),
        requester=replace(
            asked,
            name=clean(asked.name),
            email=clean(asked.email),
            phone=clean(asked.phone),
            organisation=clean(asked.organisation),
            time_zone=clean(asked.time_zone),
            country=clean(asked.country),
        ),
        tier=clean(ticket.tier),
        tags=tuple(map(clean, ticket.tags)),
        assignee=clean(ticket.assignee),
        url=clean(ticket.url) if ticket.url.startswith(("https://", "http://")) else "",
    )
