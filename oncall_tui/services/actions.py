"""What a key press asks for: each returns once it is stored, and none waits for the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from oncall_tui.clock import Clock
from oncall_tui.domain import handover_paper as handovers
from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.covers import covers
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.events import (
    CoverId,
    EscalationAcknowledged,
    EscalationArmed,
    EscalationEvent,
    EscalationStepped,
    EscalationStopped,
    EscalationWithdrawn,
    GoodNewsNoted,
)
from oncall_tui.domain.handover_events import NotePart, Severity
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.reach import LevelReach, levels_reached, reach
from oncall_tui.domain.rota import Gap, Shift
from oncall_tui.domain.rota_problems import AHEAD, problems
from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.errors import BadUse
from oncall_tui.services import covering
from oncall_tui.services.accepting import Accepting
from oncall_tui.services.answers import Answers
from oncall_tui.services.attending import Attending
from oncall_tui.services.board import Board
from oncall_tui.services.briefing import brief_of
from oncall_tui.services.caring import Caring
from oncall_tui.services.correcting import zone_correction
from oncall_tui.services.delivery import Delivery
from oncall_tui.services.escalating import Escalating
from oncall_tui.services.handing_over import HandingOver, Sheet
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling
from oncall_tui.services.promising import Promising
from oncall_tui.text_safety import clean, clean_body


@dataclass(slots=True, kw_only=True)
class Actions:
    """Everything a person can do from the screen."""

    logbook: Logbook
    board: Board
    polling: Polling
    escalating: Escalating
    delivery: Delivery
    handing_over: HandingOver
    accepting: Accepting
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
        self._poke()

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

    async def note_good_news(self, text: str, ticket: TicketId | None = None) -> None:
        """Keep good news for the digest."""
        await self.logbook.note(GoodNewsNoted(text=clean(text), ticket=ticket))

    async def correct_zone(self, row: Row, text: str) -> None:
        """Keep where the clock of a ticket's customer really is; raise ``BadUse`` for what is no zone."""
        await self.logbook.note(zone_correction(row, text, self.board.team.atlas))

    async def handover_sheet(self) -> Sheet:
        """Return what the H screen shows; raise ``BadUse`` without a shift to hand over."""
        return self.handing_over.sheet()

    async def handover_markdown(self) -> str:
        """Return the handover as it stands now; raise ``BadUse`` without a shift."""
        return handovers.markdown(self.handing_over.draft())

    async def save_handover_notes(self, text: str, part: NotePart = NotePart.NOT_DONE) -> None:
        """Keep what was typed into one part of the handover."""
        await self.handing_over.keep(clean_body(text), part)

    async def choose_severity(self, ticket: TicketId) -> Severity:
        """Give a ticket of the handover the next severity and return it; raise ``BadUse`` when it is not open."""
        return await self.handing_over.choose(ticket)

    async def deliver_handover(self) -> str:
        """Save the handover and put it into the outbox; return one sentence that says what will happen."""
        sentence = await self.handing_over.deliver()
        self._poke()
        return sentence

    async def accept_handover(self, reds: str, first_action: str) -> None:
        """Take over everything at once; raise ``BadUse`` for whoever is not asked, or says too little."""
        await self.accepting.accept(reds, first_action)
        self._poke()

    async def decline_handover(self, reason: str) -> None:
        """Say that I cannot take over; raise ``BadUse`` for whoever is not asked, or gives no reason."""
        await self.accepting.decline(reason)
        self._poke()

    async def ask_about_handover(self, words: str) -> None:
        """Ask the outgoing person something before accepting."""
        await self.accepting.ask(words)
        self._poke()

    async def answer_handover(self, words: str) -> None:
        """Answer what the incoming person asked; raise ``BadUse`` when nothing was asked."""
        await self.accepting.answer(words)
        self._poke()

    async def judge_handover(self, *, is_yes: bool) -> None:
        """Say whether an unclear answer of the incoming person is a yes."""
        await self.accepting.judge(is_yes=is_yes)
        self._poke()

    async def shifts_between(self, start: datetime, end: datetime) -> Sequence[Shift | Gap]:
        """Return shifts and gaps in the order of their start."""
        rota = self.board.team.rota
        return sorted([*rota.shifts(start, end), *rota.gaps(start, end)], key=lambda span: span.starts_at)

    def levels_reached(self) -> Sequence[LevelReach]:
        """Return for each level when somebody of it was last proved reachable."""
        reached = reach(self.logbook.shift_events, self.logbook.escalations)
        return list(levels_reached(self.board.team.policy, reached, self.clock()))

    def holiday_at(self, zone: str, day: date) -> str:
        """Return what a public holiday of the country of a time zone is called, or nothing."""
        atlas = self.board.team.atlas
        return atlas.holidays(atlas.country_of_zone(zone), "", day.year).get(day, "")

    async def rota_problems(self) -> Sequence[str]:
        """Return a sentence for everything that is wrong with the rota of the next weeks."""
        now, team = self.clock(), self.board.team
        reached = None if team.is_demo else reach(self.logbook.shift_events, self.logbook.escalations)
        return problems(team.rota, now, now + AHEAD, team.policy, reached)

    async def ask_cover(self, shift: Shift, reason: str) -> None:
        """Ask that somebody takes a shift of mine; raise ``BadUse`` where that cannot be asked."""
        await self.logbook.note(covering.asked(CoverId(self.new_id()), shift, reason, await self._table()))

    async def ask_swap(self, mine: Shift, theirs: Shift, reason: str) -> None:
        """Ask one person to trade shifts; raise ``BadUse`` where that cannot be asked."""
        identity = CoverId(self.new_id())
        await self.logbook.note(covering.swap_asked(identity, mine, theirs, reason, await self._table()))

    async def take_cover(self, cover: CoverId) -> None:
        """Take what was asked for; raise ``BadUse`` where it cannot be taken, or somebody else was faster."""
        event = covering.taken(cover, await self._table())
        await self.logbook.note(event)
        known = next(each for each in covers(self.logbook.shift_events) if each.id == cover)
        if known.taken_by != event.by:
            raise BadUse("somebody else was faster, or it was taken back meanwhile: it is not yours")

    async def undo_cover(self, cover: CoverId) -> None:
        """Take back what was asked for, or give back what was taken; raise ``BadUse`` where that cannot be."""
        await self.logbook.note(covering.undone(cover, await self._table()))

    async def _table(self) -> covering.Table:
        await self.logbook.catch_up()
        known = covers(self.logbook.shift_events)
        return covering.Table(rota=self.board.team.rota, covers=known, me=self.board.me, now=self.clock())

    async def _happened(self, ticket: TicketId, event: EscalationEvent) -> bool:
        has_happened = await self.logbook.happened(ticket, event)
        self._poke()
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

    def _poke(self) -> None:
        self.escalating.poke()
        self.delivery.poke()

    def _brief(self, row: Row, why: str) -> Brief:
        duty = self.board.duty()
        on_call = duty.person if duty is not None else self.board.me
        person = self.board.team.people.get(on_call) if on_call else None
        return brief_of(row, why, on_call=person, team=self.board.team.name)
