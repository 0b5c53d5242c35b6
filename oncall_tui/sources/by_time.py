"""Lists in the order of their latest change, each page beginning at the instant at which the one before ended.

An entry that changes while pages are read moves to the end and is seen again there, and one that is closed pulls none
over the edge of a page: there are no page numbers, but within one instant.
"""

from datetime import UTC, datetime

from oncall_tui.sources.fields import Payload


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
