"""Words that every part of a handover is written with."""

from dataclasses import dataclass
from datetime import UTC, datetime

from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.people import Person
from oncall_tui.domain.text import NO_TEXT
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import local, zone_info


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the handover."""

    text: str
    ticket: TicketId | None = None
    """The ticket it is about, whose severity may be changed there."""


def row_name(row: Row) -> str:
    """Return a ticket's number and whose it is."""
    requester = row.ticket.requester
    who = row.customer.name if row.customer else requester.organisation or requester.name or requester.email
    return f"{row.ticket.number} {who}".strip()


def reader_zone(handover: Handover) -> str:
    """Return the zone whose clock the times of a handover are on: that of whoever has to read it."""
    reader: Person | None = handover.incoming or handover.outgoing
    return reader.time_zone if reader else "UTC"


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number of things, with the word for one or for many."""
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"


def wall(at: datetime, zone: str) -> str:
    """Return an instant as a day and a time of a zone."""
    return f"{local(at, zone_info(zone) or UTC):%a %d %b %H:%M}"


def city(zone: str) -> str:
    """Return the place a zone is named for."""
    return zone.rpartition("/")[2].replace("_", " ")


def own_words(handover: Handover, part: NotePart, otherwise: str) -> tuple[Line, ...]:
    """Return what a person wrote into a part, line by line."""
    text = handover.notes.get(part, NO_TEXT).strip() or otherwise
    return tuple(Line(text=line) for line in text.splitlines() if line.strip())
