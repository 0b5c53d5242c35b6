"""Tickets of a list with what was looked up about them, made anew only where there is something new to tell."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.sources.rounds import Listed
from oncall_tui.turns import made_of

E = TypeVar("E", bound=Listed)
K = TypeVar("K")


class Told(Generic[E, K]):
    """The tickets of one desk, as they were told the last time: thousands of them take longer than a frame."""

    def __init__(self) -> None:
        self._told: dict[TicketId, tuple[E, K, Ticket]] = {}

    async def tickets(
        self, entries: Sequence[E], known: Callable[[E], K], tell: Callable[[E, K], Ticket]
    ) -> Sequence[Ticket]:
        """Return the tickets; one whose entry is the same object, and of which the same is known, stays what it was."""
        told: dict[TicketId, tuple[E, K, Ticket]] = {}

        def again(entry: E) -> Ticket:
            more = known(entry)
            last = self._told.get(entry.ticket.id)
            if last is None or last[0] is not entry or last[1] != more:
                last = entry, more, tell(entry, more)
            told[entry.ticket.id] = last
            return last[2]

        tickets = await made_of(entries, again)
        self._told = told
        return tickets
