"""Writes the handover from the journal, keeps the person's own part, and delivers both."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import Enum
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain.document import Document
from oncall_tui.domain.events import CarriedLine
from oncall_tui.domain.frozen_tickets import FrozenTickets, Severity
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_difference import differences, frozen
from oncall_tui.domain.handover_events import (
    HandoverDelivered,
    HandoverDrafted,
    HandoverNoteWritten,
    NotePart,
    SeverityChosen,
)
from oncall_tui.domain.handover_flow import DRAFT_BEFORE, Flow, Stage
from oncall_tui.domain.handover_paper import markdown, paper
from oncall_tui.domain.handover_words import Line
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel, freight
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.errors import BadUse, StoreFailed, StreamMoved
from oncall_tui.services.board import Board
from oncall_tui.services.drafting import Drafting
from oncall_tui.services.handover_messages import Readers
from oncall_tui.services.logbook import Logbook


class HandoverShelf(Protocol):
    """Where a handover is saved as a file."""

    async def save(self, name: str, text: str) -> str:
        """Save a text under a name and return where it is, or raise ``StoreFailed``."""

    async def keep(self, name: str, content: Parcel | AcceptanceReceipt) -> str:
        """Save what another machine reads under a name and return where it is, or raise ``StoreFailed``."""


Annotate = Callable[[Ticket, str], Awaitable[None]]
"""Stores an internal note for a ticket's help desk."""


class Role(Enum):
    """What somebody has to do with a handover."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    """Asked to accept what was delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything the H screen shows."""

    role: Role
    handover: Handover
    lines: tuple[Line, ...]
    """As it was frozen, for whoever is asked to accept it; else as it stands now."""
    since: tuple[Line, ...] = ()
    """What changed after it was frozen."""
    flow: Flow | None = None
    is_mine: bool = True
    """Whoever sits here has the shift; else somebody looks at another one's."""


class HandingOver:
    """The handover of the shift under way, or of the one that just ended."""

    def __init__(
        self, board: Board, logbook: Logbook, shelf: HandoverShelf, clock: Clock, *, annotate: Annotate
    ) -> None:
        self._board = board
        self._drafting = Drafting(board, logbook, clock)
        self._annotate = annotate
        self._logbook = logbook
        self._shelf = shelf
        self._clock = clock

    @property
    def readers(self) -> Readers:
        """Return everybody a handover may have to tell something."""
        team = self._board.team
        return Readers(people=team.people, policy=team.policy, always_ring=team.always_ring)

    def flow(self, shift: Shift | None = None) -> Flow | None:
        """Return where the handover of a shift stands, without one of the shift that is handed over."""
        shift = shift or self._drafting.target()
        return None if shift is None else self._logbook.flows.get(shift.starts_at)

    def notes(self) -> Mapping[NotePart, CleanText]:
        """Return what was typed into this shift's handover so far."""
        flow = self.flow()
        return {} if flow is None else flow.notes

    async def keep(self, text: CleanText, part: NotePart = NotePart.NOT_DONE) -> None:
        """Keep what was typed, if it changed."""
        shift = self._drafting.target()
        if shift is not None and text != self.notes().get(part, NO_TEXT):
            await self._logbook.handed(HandoverNoteWritten(shift_starts_at=shift.starts_at, text=text, part=part))

    async def choose(self, ticket: TicketId) -> Severity:
        """Give a ticket the next severity: red, watch, steady, and red again; return it."""
        draft = self._drafting.draft()
        entry = next((entry for entry in draft.entries if entry.row.ticket.id == ticket), None)
        if entry is None:
            raise BadUse("this ticket is not open any more")
        severity = Severity(entry.severity % len(Severity) + 1)
        choice = severity if severity is not entry.proposed else None
        await self._logbook.handed(
            SeverityChosen(shift_starts_at=draft.shift.starts_at, ticket=ticket, severity=choice, by=self._board.me)
        )
        return severity

    def sheet(self) -> Sheet:
        """Return what the H screen shows; raise ``BadUse`` when there is no shift to hand over."""
        draft = self._drafting.draft()
        flow = self._logbook.flows.get(draft.shift.starts_at)
        is_asked = flow is not None and flow.stage in {Stage.DELIVERED, Stage.DECLINED}
        delivered = flow.delivered if flow is not None and is_asked else None
        is_incoming = flow is not None and flow.incoming is not None and flow.incoming == self._board.me
        return Sheet(
            role=Role.INCOMING if is_incoming and delivered is not None else Role.OUTGOING,
            handover=draft,
            lines=_frozen_lines(delivered) if is_incoming and delivered is not None else paper(draft),
            since=self._since(draft, flow) if flow is not None and is_asked else (),
            flow=flow,
            is_mine=draft.shift.person == self._board.me,
        )

    def draft(self) -> Handover:
        """Return the handover as it stands now; raise ``BadUse`` when there is no shift to hand over."""
        return self._drafting.draft()

    def _since(self, draft: Handover, flow: Flow) -> tuple[Line, ...]:
        """Return what changed after the handover was frozen: in tickets, and in what was written."""
        if flow.delivered is None:
            return ()
        me = self._board.team.people.get(self._board.me) if self._board.me else None
        reader = me.time_zone if me is not None else "UTC"
        written = (
            Line(text=f"~ {part.value}: {text}")
            for part, text in flow.notes.items()
            if text != flow.frozen_notes.get(part, NO_TEXT)
        )
        return (*differences(flow.delivered.tickets.read(), tuple(frozen(draft)), reader), *written)

    async def deliver(self, *, is_by_hand: bool = True) -> str:
        """Save the handover and put it into the outbox; return what will happen, in one sentence.

        Delivered by hand long before the end, the shift is handed over early. One that cannot be saved is delivered all
        the same; one that can be neither raises ``StoreFailed``.
        """
        await self.begin(self._ready(is_by_hand=is_by_hand))
        draft = self._drafting.draft()
        text = markdown(draft)
        messages, unreachable = self.readers.documents(draft, text, self._board.team.handover_to)
        place, saved = await self._save(draft, text, is_delivered=bool(messages))
        flow = self._logbook.flows.get(draft.shift.starts_at)
        delivered = HandoverDelivered(
            shift_starts_at=draft.shift.starts_at,
            keys=tuple(message.key for message in messages),
            saved_as=place,
            text=Document(text),
            tickets=FrozenTickets(frozen(draft)),
            incoming=self._asked(draft),
            is_by_hand=is_by_hand,
        )
        if not await self._logbook.handed(delivered, send=messages):
            stage = flow.stage.value if flow is not None else "handed over"
            raise BadUse(f"this handover is {stage} already")
        if flow is None or flow.delivered is None:
            await self._note_reds(draft)
        told = ", ".join(f"{message.channel}" for message in messages)
        if not told:
            nobody = " ".join(f"{who} has no channel that takes it." for who in unreachable) or "no channel takes it."
            return f"{saved} but {nobody} It is on every dashboard with this journal, and in that file."
        return f"{saved} on its way through {told}." + "".join(
            f" {w} has no channel that takes it." for w in unreachable
        )

    def _ready(self, *, is_by_hand: bool) -> Shift:
        """Return the shift that is handed over, or raise ``BadUse`` where a person has to do something else first."""
        draft = self._drafting.draft()
        if is_by_hand and not draft.is_complete:
            raise BadUse("say what was not done or is not known first; type “none” when there is nothing")
        if is_by_hand and draft.outgoing is not None and self._goes_on(draft.shift):
            raise BadUse(f"{draft.outgoing.name} goes on after this shift: ask for a cover on W instead")
        return draft.shift

    def _goes_on(self, shift: Shift) -> bool:
        return is_contiguous(shift, self._board.following(shift))

    async def _note_reds(self, draft: Handover) -> None:
        """Leave an internal note on each red ticket, for whoever meets it in the help desk."""
        outgoing = draft.outgoing.name if draft.outgoing else draft.shift.person
        incoming = draft.incoming.name if draft.incoming else "nobody yet"
        for entry in draft.entries:
            if entry.severity is Severity.RED:
                text = f"Handed over as red ({entry.because}) from {outgoing} to {incoming}."
                with suppress(BadUse, StreamMoved):  # the handover itself says it too
                    await self._annotate(entry.row.ticket, text)

    async def begin(self, shift: Shift) -> None:
        """Begin the handover of a shift, if nobody has: from then on it ends when somebody accepts."""
        following = self._board.following(shift)
        incoming = following.person if following is not None and following.person != shift.person else None
        await self._logbook.handed(
            HandoverDrafted(
                shift_starts_at=shift.starts_at,
                shift_ends_at=shift.ends_at,
                outgoing=shift.person,
                incoming=incoming,
                is_early=self._clock() < shift.ends_at - DRAFT_BEFORE,
            )
        )

    def _asked(self, draft: Handover) -> PersonId | None:
        incoming = draft.incoming
        return incoming.id if incoming is not None and incoming.id != draft.shift.person else None

    async def _save(self, draft: Handover, text: CleanText, *, is_delivered: bool) -> tuple[str, str]:
        """Return where the handover is saved, if it is, and what to say of it."""
        try:
            place = await self._shelf.save(f"{file_name(draft)}.md", text)
            await self._shelf.keep(f"{file_name(draft)}.json", await self._parcel(draft, text))
        except StoreFailed as error:
            if not is_delivered:
                raise StoreFailed(f"Nobody gets it: no channel takes it, and {error}. Copy it from here.") from error
            return "", f"NOT SAVED ({error}), but"
        return place, f"Saved as {place},"

    async def _parcel(self, draft: Handover, text: CleanText) -> Parcel:
        """Return the handover with everything that another machine has to know."""
        live = [e for e in self._logbook.escalations if e.state.is_live]
        owed = {
            record.ticket
            for record in draft.records
            if record.owed_promise is not None or record.answering.needs_a_person
        }
        opened = {entry.row.ticket.id for entry in draft.entries}
        on_their_way = {a.id for r in draft.records for a in r.answering.answers if a.state.is_on_its_way}
        carried: list[CarriedLine] = []
        async for lines in self._logbook.pages():
            carried += freight(lines, opened | owed, live, on_their_way)
        return Parcel(
            team=draft.team,
            written_at=draft.at,
            shift_starts_at=draft.shift.starts_at,
            shift_ends_at=draft.shift.ends_at,
            outgoing=draft.shift.person,
            incoming=self._asked(draft),
            text=text,
            reds=sum(entry.severity is Severity.RED for entry in draft.entries),
            notes=tuple(draft.notes.items()),
            lines=tuple(carried),
        )


def _frozen_lines(delivered: HandoverDelivered) -> tuple[Line, ...]:
    return tuple(Line(text=line) for line in delivered.text.read().splitlines())


def file_name(draft: Handover) -> str:
    """Return what the files of a handover are called, without what says their kind."""
    zone = zone_info(draft.outgoing.time_zone) if draft.outgoing else None
    local = draft.shift.ends_at.astimezone(zone or UTC)
    return f"handover-{local:%Y-%m-%d-%H%M}-{draft.shift.person}"


def is_contiguous(shift: Shift, following: Shift | None) -> bool:
    """Tell whether the same person simply goes on."""
    return (
        following is not None
        and following.person == shift.person
        and following.starts_at <= shift.ends_at + timedelta(minutes=1)
    )
