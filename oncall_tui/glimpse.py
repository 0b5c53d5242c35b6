"""What stood in the list when it was last seen, kept so that the next start can show it before it loads anything.

It is never what is known: it is shown with its age, for the moment until the list itself is there.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec

from oncall_tui.private_file import replace_whole
from oncall_tui.text_safety import clean

FILE: Final = "glimpse.json"
"""Its name, in the folder of the journal."""
LINES_AT_MOST: Final = 200
"""More than any terminal shows."""
_SIZE_LIMIT: Final = 1_000_000
"""Bytes; no file of ours comes near."""
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GlimpsedTicket:
    """A ticket as it stood, in the words of the list."""

    number: str
    customer: str
    subject: str
    waiting_since: _Instant | None
    due_at: _Instant | None
    touches: int | None
    mark: str
    """What stood before its number because of an escalation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlimpsedGroup:
    """A heading of the list, and the tickets below it."""

    title: str
    """Where its customers are, without their clock, which goes on."""
    count: int
    tickets: tuple[GlimpsedTicket, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """The upper part of the list, as it stood at an instant."""

    as_of: _Instant
    """When the source that had answered longest ago had done so."""
    clock: str
    """The same on the clock of whoever sits here."""
    unseen: tuple[str, ...]
    """Sources of which nothing was known even then."""
    open_tickets: int
    groups: tuple[GlimpsedGroup, ...]


def read_glimpse(path: Path) -> Glimpse | None:
    """Return what was kept; None where nothing was, or where it cannot be read."""
    with suppress(OSError, msgspec.MsgspecError, UnicodeError, ValueError):
        with path.open("rb") as file:
            content = file.read(_SIZE_LIMIT)
        return _made_harmless(msgspec.json.decode(content, type=Glimpse))
    return None


def keep_glimpse(path: Path, glimpse: Glimpse) -> None:
    """Replace what was kept; where that is not possible, the next start shows nothing early."""
    with suppress(OSError):
        replace_whole(path, msgspec.json.encode(glimpse))


def _made_harmless(glimpse: Glimpse) -> Glimpse:
    """Clean what a file says once more: nobody knows who wrote into it meanwhile."""
    return replace(
        glimpse,
        clock=clean(glimpse.clock),
        unseen=tuple(map(clean, glimpse.unseen)),
        groups=tuple(
            replace(group, title=clean(group.title), tickets=tuple(map(_clean_ticket, group.tickets)))
            for group in glimpse.groups
        ),
    )


def _clean_ticket(ticket: GlimpsedTicket) -> GlimpsedTicket:
    return replace(
        ticket,
        number=clean(ticket.number),
        customer=clean(ticket.customer),
        subject=clean(ticket.subject),
        mark=clean(ticket.mark),
    )
