"""What H asks for: what the handover says, its parts, and handing over from one person to the next."""

from collections.abc import Callable
from dataclasses import dataclass

from oncall_tui.domain import handover_paper as handovers
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.ticket import TicketId
from oncall_tui.services.accepting import Accepting
from oncall_tui.services.handing_over import HandingOver, Sheet
from oncall_tui.text_safety import clean_body


@dataclass(slots=True, kw_only=True)
class HandoverAsking:
    """Everything a person can do about the handover."""

    handing_over: HandingOver
    accepting: Accepting
    poke: Callable[[], None]
    """Lets what was stored leave at once."""

    async def sheet(self) -> Sheet:
        """Return what the H screen shows; raise ``BadUse`` without a shift to hand over."""
        return self.handing_over.sheet()

    async def markdown(self) -> str:
        """Return the handover as it stands now; raise ``BadUse`` without a shift."""
        return handovers.markdown(self.handing_over.draft())

    async def save_notes(self, text: str, part: NotePart = NotePart.NOT_DONE) -> None:
        """Keep what was typed into one part of the handover."""
        await self.handing_over.keep(clean_body(text), part)

    async def choose_severity(self, ticket: TicketId) -> Severity:
        """Give a ticket of the handover the next severity and return it; raise ``BadUse`` when it is not open."""
        return await self.handing_over.choose(ticket)

    async def deliver(self) -> str:
        """Save the handover and put it into the outbox; return one sentence that says what will happen."""
        sentence = await self.handing_over.deliver()
        self.poke()
        return sentence

    async def accept(self, reds: str, first_action: str) -> None:
        """Take over everything at once; raise ``BadUse`` for whoever is not asked, or says too little."""
        await self.accepting.accept(reds, first_action)
        self.poke()

    async def decline(self, reason: str) -> None:
        """Say that I cannot take over; raise ``BadUse`` for whoever is not asked, or gives no reason."""
        await self.accepting.decline(reason)
        self.poke()

    async def ask(self, words: str) -> None:
        """Ask the outgoing person something before accepting."""
        await self.accepting.ask(words)
        self.poke()

    async def answer(self, words: str) -> None:
        """Answer what the incoming person asked; raise ``BadUse`` when nothing was asked."""
        await self.accepting.answer(words)
        self.poke()

    async def judge(self, *, is_yes: bool) -> None:
        """Say whether an unclear answer of the incoming person is a yes."""
        await self.accepting.judge(is_yes=is_yes)
        self.poke()
