"""What a key press asks for."""

from collections.abc import Sequence
from datetime import datetime

from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row


class Actions:
    """Everything a person can do from the screen; each returns once it is stored, none waits for the network."""

    async def escalate(self, row: Row, *, why: str = "") -> None:
        """Arm an escalation of the ticket; a second call while it is armed sends it at once."""
        raise NotImplementedError

    async def send_now(self, ticket: TicketId) -> None:
        """End the undo seconds of an armed escalation."""
        raise NotImplementedError

    async def stop(self, ticket: TicketId) -> bool:
        """Stop an escalation within its undo seconds; False when it was too late."""
        raise NotImplementedError

    async def escalate_further(self, ticket: TicketId) -> None:
        """Go to the next step of a live escalation now."""
        raise NotImplementedError

    async def withdraw(self, ticket: TicketId, reason: str) -> None:
        """Take a live escalation back."""
        raise NotImplementedError

    async def reached_by_phone(self, ticket: TicketId, person: str, words: str) -> None:
        """Record that a person took it on the phone."""
        raise NotImplementedError

    async def refresh(self) -> None:
        """Ask every source to answer now; returns at once."""
        raise NotImplementedError

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return a ticket's conversation, or raise a ``SourceError``."""
        raise NotImplementedError

    async def note_good_news(self, text: str, ticket: TicketId | None = None) -> None:
        """Keep good news for the digest."""
        raise NotImplementedError

    async def handover_markdown(self, notes: str) -> str:
        """Return the handover of this shift as it stands now."""
        raise NotImplementedError

    async def handover_notes(self) -> str:
        """Return what was typed into this shift's handover so far."""
        raise NotImplementedError

    async def save_handover_notes(self, text: str) -> None:
        """Keep what was typed."""
        raise NotImplementedError

    async def deliver_handover(self) -> str:
        """Freeze the handover, save it, put it into the outbox; return one sentence that says what will happen."""
        raise NotImplementedError

    async def shifts_between(self, start: datetime, end: datetime) -> Sequence[object]:
        """Return shifts and gaps for the rota screen, in order."""
        raise NotImplementedError
