"""Lists in the order of their latest change, each page beginning at the instant at which the one before ended.

An entry that changes while pages are read moves to the end and is seen again there, and one that is closed pulls none
over the edge of a page: there are no page numbers, but within one instant.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from oncall_tui.http_client import Answer
from oncall_tui.sources.fields import Payload


def given_at(answer: Answer) -> datetime | None:
    """Return when an answer was given, by the clock of who gave it; None where that is not told."""
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def place(cursor: str, since: datetime | None) -> tuple[str, int]:
    """Return from which instant on, and from which page within it, a page is asked for; "" for the beginning."""
    at, _, page = cursor.rpartition(" ")
    if cursor:
        return at, int(page)
    return (f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if since is not None else ""), 1


def behind(last: Payload, field: str, at: str, page: int) -> str:
    """Return where the page after one that ended with ``last`` begins."""
    reached = last.get(field)
    if isinstance(reached, str) and reached > at and "T" in reached:
        return f"{reached} 1"
    return f"{at} {page + 1}"
