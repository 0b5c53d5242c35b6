"""What every help desk's entries have: a number, instants in one form or another, and words with or without tags."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled
from oncall_tui.mail.readable import text_of_html
from oncall_tui.sources.fields import Payload, instant, number
from oncall_tui.text_safety import clean_body


class Listed(Protocol):
    """What a list says of a ticket."""

    @property
    def ticket(self) -> Ticket:
        """Return the ticket."""


L = TypeVar("L", bound=Listed)

NO_SUBJECT = CleanText("(no subject)")

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_HTML_LIMIT = 100_000
"""Five times what is shown: the rest of a stranger's HTML is not worth the time."""
_MILLISECONDS = 100_000_000_000
"""Beyond the year 5000 in seconds, so a number as large counts milliseconds."""


def latest_first(listed: Iterable[L]) -> list[L]:
    """Return entries of a list in the order of their change, the latest first."""
    return sorted(listed, key=_changed_at, reverse=True)


def _changed_at(listed: Listed) -> datetime:
    return listed.ticket.updated_at or _LONG_AGO


def ticket_number(payload: Payload, source: SourceId) -> int:
    """Read what a ticket is called, or raise ``SourceGarbled``: without it nothing can be said of the list."""
    found = number(payload)
    if found is None:
        raise SourceGarbled(f"{source} sent a ticket without a number")
    return found


def number_of(ticket: TicketId, source: SourceId) -> str:
    """Return what a ticket of ours is called there, or raise ``SourceGarbled`` when nothing there is called so."""
    called = ticket.partition(":")[2]
    if not (called.isascii() and called.isdigit()):
        raise SourceGarbled(f"{source} has no ticket of that number")
    return called


def moment(payload: Payload, field: str) -> datetime | None:
    """Read an instant, in Unix time or as ISO 8601; 0, null and what is no time are none."""
    found = payload.get(field)
    if isinstance(found, str) and not found.isdigit():
        return instant(payload, field)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        since_1970 = float(found)
        return datetime.fromtimestamp(since_1970 / (1000 if since_1970 > _MILLISECONDS else 1), UTC) if found else None
    except (ValueError, OverflowError, OSError):
        return None


def readable(payload: Payload, field: str, *, is_html: bool = True) -> CleanText:
    """Read what somebody wrote, without its tags where it is HTML."""
    found = payload.get(field)
    if not isinstance(found, str):
        return NO_TEXT
    return clean_body((text_of_html(found[:_HTML_LIMIT]) if is_html else found).strip())
