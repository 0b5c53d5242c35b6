"""What a key press asks for: each returns once it is stored, and none waits for the network."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from oncall_tui.clock import Clock
from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.events import (
    EscalationAcknowledged,
    EscalationArmed,
    EscalationEvent,
    EscalationStepped,
    EscalationStopped,
    EscalationWithdrawn,
    GoodNewsNoted,
    Recorded,
)
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.services.answers import Answers
from oncall_tui.services.attending import Attending
from oncall_tui.services.board import Board
from oncall_tui.services.briefing import brief_of
from oncall_tui.services.caring import Caring
from oncall_tui.services.correcting import zone_correction
from oncall_tui.services.handover_asking import HandoverAsking
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.promising import Promising
from oncall_tui.services.rota_asking import RotaAsking
from oncall_tui.text_safety import clean


@dataclass(slots=True, kw_only=True)
class Actions:
    """Everything a person can do from the screen."""

    logbook: Logbook
    board: Board
    polling: Polling
    poke: Callable[[], None]
    """Lets what was stored leave at once."""
    handover: HandoverAsking
    rota: RotaAsking
    promising: Promising
    caring: Caring
    attending: Attending
    answers: Answers
    clock: Clock
    new_id: Callable[[], str]

    async def escalate(self, row: Row, *, why: str = "") -> None:
        """Arm an escalation of the ticket, for the reason its tier gives where nobody says why.

        Does nothing when one is live already.
        """
        armed = EscalationArmed(
            escalation=EscalationId(self.new_id()),
            brief=self._brief(row, why or why_escalate(row, self.clock())),
            policy=self.board.team.policy,
            by=self.board.me,
        )
        await self.logbook.happened(row.ticket.id, armed)
        self.poke()

    async def send_now(self, ticket: TicketId) -> None:
        """End the undo seconds; does nothing when they are over."""
        known = self.logbook.latest(ticket)
        if known is not None and known.state is EscalationState.ARMED:
            planned_at = known.next_action_at  # taken meanwhile by somebody else, it must not become a second step
            await self._happened(ticket, EscalationStepped(escalation=known.id, is_by_hand=True, due_at=planned_at))

    async def stop(self, ticket: TicketId) -> bool:
        """Stop an escalation within its undo seconds; False when it was too late."""
        known = self.logbook.latest(ticket)
        return known is not None and await self._happened(ticket, EscalationStopped(escalation=known.id))

    async def escalate_further(self, ticket: TicketId) -> None:
        """Go to the next level now, or once more through the ladder; raise ``BadUse`` when nothing is left."""
        known = self._known(ticket)
        if not await self._happened(ticket, EscalationStepped(escalation=known.id, is_by_hand=True)):
            raise BadUse(f"{known.brief.number} is {known.state.value}: there is nothing to go on with")

    async def withdraw(self, ticket: TicketId, reason: str) -> None:
        """Take a live escalation back and tell whoever was told; raise ``BadUse`` when it is not live."""
        known = self._known(ticket)
        event = EscalationWithdrawn(escalation=known.id, by=self.board.me, reason=clean(reason))
        if not await self._happened(ticket, event):
            raise BadUse(f"{known.brief.number} is {known.state.value}: there is nothing to take back")

    async def reached_by_phone(self, ticket: TicketId, person: str, words: str) -> None:
        """Record that a person, by id or name, took it on the phone; raise ``BadUse`` when nobody of that name can."""
        known = self._known(ticket)
        event = EscalationAcknowledged(
            escalation=known.id,
            person=self._person(person),
            acknowledged_at=self.clock(),
            words=clean(words),
        )
        if not await self._happened(ticket, event):
            raise BadUse(f"{person} cannot take {known.brief.number}: it is {known.state.value}, or {person} raised it")

    async def refresh(self) -> None:
        """Ask every source to answer now."""
        self.polling.refresh()

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Return a ticket's conversation, or raise a ``SourceError``."""
        known = next((known for known in self.polling.tickets if known.id == ticket), None)
        if known is not None and known.messages:
            return known.messages
        for identity, source in self.polling.sources.items():
            if ticket.startswith(f"{identity}:"):
                return await source.thread(ticket)
        return ()

    def journal(self) -> AsyncIterator[Sequence[Recorded]]:
        """Yield what this team recorded, the oldest first and some lines at a time, or raise a ``StoreError``."""
        return self.logbook.pages()

    async def note_good_news(self, text: str, ticket: TicketId | None = None) -> None:
        """Keep good news for the digest."""
        await self.logbook.note(GoodNewsNoted(text=clean(text), ticket=ticket))

    async def correct_zone(self, row: Row, text: str) -> None:
        """Keep where the clock of a ticket's customer really is; raise ``BadUse`` for what is no zone."""
        await self.logbook.note(zone_correction(row, text, self.board.team.atlas))

    async def _happened(self, ticket: TicketId, event: EscalationEvent) -> bool:
        has_happened = await self.logbook.happened(ticket, event)
        self.poke()
        return has_happened

    def _known(self, ticket: TicketId) -> Escalation:
        known = self.logbook.latest(ticket)
        if known is None:
            raise BadUse(f"{ticket} is not escalated")
        return known

    def _person(self, name: str) -> PersonId:
        wanted = name.strip().casefold()
        people = self.board.team.people.values()
        found = [p for p in people if wanted in {p.id.casefold(), p.name.casefold(), *p.name.casefold().split()[:1]}]
        if len(found) != 1:
            raise BadUse(f"write who it was: {', '.join(person.name for person in people)}")
        return found[0].id

    def _brief(self, row: Row, why: str) -> Brief:
        duty = self.board.duty()
        on_call = duty.person if duty is not None else self.board.me
        person = self.board.team.people.get(on_call) if on_call else None
        return brief_of(row, why, on_call=person, team=self.board.team.name)
