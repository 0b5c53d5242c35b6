"""A made-up Friday night at a small company: the same seed and the same instant show the same tickets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled
from oncall_tui.sources.demo.answered import Answered
from oncall_tui.sources.demo.night import Night
from oncall_tui.sources.demo.team import NIGHT_STARTS_AT


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the night is made up; the command line fills these in, not a config file."""

    seed: int = 7
    """Another seed is another night: other tickets arrive, and the made-up crowd beyond the first fourteen differs."""
    tickets: int = 14
    """How many tickets are open when the night starts."""
    starts_at: datetime = NIGHT_STARTS_AT
    """When the night starts; everything happens relative to this instant."""
    by_mail: bool = False
    """Whether this is a mailbox, with one letter of somebody whom the made-up help desk knows better."""
    refresh: timedelta = timedelta(seconds=5)
    """How often the tickets are read again."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Return what cannot be right."""
        return [("tickets", "a number from 0")] if self.tickets < 0 else []


class DemoSource:
    """A help desk that is made up as the clock goes."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._clock = source, clock
        self._night = Night(
            source=source,
            seed=settings.seed,
            size=settings.tickets,
            starts_at=settings.starts_at,
            by_mail=settings.by_mail,
        )
        self._answered = Answered()

    @property
    def id(self) -> SourceId:
        """Return the id of this source."""
        return self._id

    async def open_tickets(self) -> Sequence[Ticket]:
        """Return what is open now."""
        # A night of 100,000 takes seconds to make up: in a thread, so that the screen goes on.
        tickets = await asyncio.to_thread(self._night.open_tickets, self._clock())
        now = self._clock()
        return self._answered.seen_in(tickets, lambda ticket: self._night.thread(ticket, now))

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return what was said so far."""
        messages = self._night.thread(ticket, self._clock())
        if not messages:
            raise SourceGarbled("The demo knows no such ticket; refresh with F5.")
        return self._answered.added_to(ticket, messages)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return that everything can be tried."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Keep an answer until the demo ends."""
        return self._answered.write(answer, self._clock())

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Return an answer that was kept."""
        return None if answer.id in claimed else self._answered.find(answer)

    async def check(self) -> CleanText:
        """Return how many tickets are open in the made-up night."""
        tickets = await self.open_tickets()
        return CleanText(f"made up: {len(tickets)} open tickets, nothing leaves this machine")


def build(source: SourceId, settings: Settings, clock: Clock) -> DemoSource:
    """Return the made-up help desk."""
    return DemoSource(source, settings, clock)
