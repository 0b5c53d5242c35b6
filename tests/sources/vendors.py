"""Help desks on loopback that page as their vendors do, and whose tickets move while they are read."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice

from oncall_tui.ports import TicketSource
from tests.servers.http import Asked, Reply, reply

Payload = dict[str, object]

CREATED = 1_795_000_000
"""When the first ticket was created; each later one a minute after the one before."""


class Vendor:
    """The open tickets of a desk, oldest first, and what happens to them after each page."""

    page: int
    """Tickets it gives at once."""
    called_by: tuple[str, ...] = ("id",)
    """Where its payloads hold what we call a ticket."""
    also_read = 8
    """Tickets a later round may read beside the one that changed, such as those that changed shortly before it."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.now = datetime.fromtimestamp(CREATED, UTC) + timedelta(days=30)
        self.ahead = timedelta()
        """By how much our clock is ahead of the desk's."""
        self.tickets = {number: self.ticket(number) for number in numbers}
        self.pages: list[int] = []
        """How many tickets each page had that was given."""
        self.after_page: Callable[[], None] = lambda: None

    def clock(self) -> datetime:
        """Return what time it is for us."""
        return self.now + self.ahead

    def make(self, url: str) -> TicketSource:
        raise NotImplementedError

    def ticket(self, number: int) -> Payload:
        raise NotImplementedError

    def answer(self, asked: Asked) -> Reply:
        raise NotImplementedError

    def touch(self, number: int, at: int) -> None:
        """Let something happen to a ticket."""
        raise NotImplementedError

    def close(self, number: int, at: int) -> None:
        """Let somebody close a ticket in the vendor's own way."""
        raise NotImplementedError

    def given(self, tickets: Sequence[Payload], whole: object) -> Reply:
        """Give a page, and let things happen after it."""
        self.pages.append(len(tickets))
        found = reply(whole, Date=format_datetime(self.now, usegmt=True))
        self.after_page()
        return found

    def own_number(self, called: str) -> int:
        """Return the number of a ticket by what we call it."""
        return int(called.rpartition("-")[2])

    def move(self) -> None:
        """Close the oldest ticket, bring the one before the last to life, and open a new one now and then."""
        last = max(self.tickets)
        del self.tickets[min(self.tickets)]
        self.touch(last - 1, CREATED + 60 * last + len(self.pages))
        if len(self.pages) % 3 == 0:
            self.tickets[last + 1] = self.ticket(last + 1)

    def behind(self, skipped: int) -> list[Payload]:
        return list(islice(self.tickets.values(), skipped, skipped + self.page))


def body(asked: Asked) -> Payload:
    found = json.loads(asked.body)
    assert isinstance(found, dict)
    return found
