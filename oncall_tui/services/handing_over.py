"""Writes the handover from the journal, keeps the person's own part, and delivers both."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain import handover as handovers
from oncall_tui.domain.events import SHIFT_STREAM, HandoverDelivered, HandoverNoteWritten
from oncall_tui.domain.handover import Handover, SourceAge
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, Person, PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.errors import BadUse, StoreFailed
from oncall_tui.services.addressing import quiet_channel
from oncall_tui.services.board import Board
from oncall_tui.services.desk import Desk
from oncall_tui.services.logbook import Logbook


class HandoverShelf(Protocol):
    """Where a handover is saved as a file."""

    async def save(self, name: str, text: str) -> str:
        """Save a text under a name and return where it is, or raise ``StoreFailed``."""


class HandingOver:
    """The handover of the shift under way, or of the one that just ended."""

    def __init__(self, board: Board, logbook: Logbook, shelf: HandoverShelf, clock: Clock) -> None:
        self._board = board
        self._logbook = logbook
        self._shelf = shelf
        self._clock = clock

    def notes(self) -> CleanText:
        """Return what was typed into this shift's handover so far."""
        shift = _shift(self._board.desk())
        if shift is None:
            return NO_TEXT
        written = (recorded.event for recorded in self._logbook.shift_events)
        mine = [e.text for e in written if isinstance(e, HandoverNoteWritten) and e.shift_starts_at == shift.starts_at]
        return mine[-1] if mine else NO_TEXT

    async def keep(self, text: CleanText) -> None:
        """Keep what was typed, if it changed."""
        shift = _shift(self._board.desk())
        if shift is not None and text != self.notes():
            await self._logbook.note(HandoverNoteWritten(shift_starts_at=shift.starts_at, text=text))

    def draft(self, notes: CleanText | None = None) -> Handover:
        """Return the handover as it stands now; raise ``BadUse`` when there is no shift to hand over."""
        desk = self._board.desk()
        shift = _shift(desk)
        if shift is None:
            raise BadUse("nobody is on call now, so there is no shift to hand over")
        rows = [row for group in desk.groups for row in group.rows]
        opened = {row.ticket.id for row in rows}
        mine = [e for e in desk.escalations if e.armed_at >= shift.starts_at or e.state.is_live]
        return Handover(
            at=self._clock(),
            team=desk.team,
            shift=shift,
            outgoing=desk.people.get(shift.person),
            incoming=_incoming(desk, shift),
            entries=handovers.entries(rows, mine, desk.at),
            gone=tuple(e for e in mine if e.brief.ticket not in opened),
            sources=tuple(SourceAge(id=s.id, as_of=s.as_of, error=s.error) for s in desk.sources),
            events=tuple(e for e in self._logbook.shift_events if e.at >= shift.starts_at),
            notes=self.notes() if notes is None else notes,
        )

    async def deliver(self) -> str:
        """Save the handover and put it into the outbox; return what will happen, in one sentence.

        One that cannot be saved is delivered all the same; one that can be neither raises ``StoreFailed``.
        """
        draft = self.draft()
        if not draft.notes.strip():
            raise BadUse("say what was not done or is not known first; type “none” when there is nothing")
        text = handovers.markdown(draft)
        messages, unreachable = self._messages(draft, text)
        place, saved = await self._save(draft, text, is_delivered=bool(messages))
        delivered = HandoverDelivered(
            shift_starts_at=draft.shift.starts_at,
            keys=tuple(message.key for message in messages),
            saved_as=place,
        )
        await self._logbook.note(delivered, send=messages)
        told = ", ".join(f"{message.channel}" for message in messages)
        sentence = f"{saved} on its way through {told}." if told else f"{saved} but no channel takes it."
        return sentence + "".join(f" {who} has no channel that takes it." for who in unreachable)

    async def _save(self, draft: Handover, text: CleanText, *, is_delivered: bool) -> tuple[str, str]:
        """Return where the handover is saved, if it is, and what to say of it."""
        try:
            place = await self._shelf.save(_file_name(draft), text)
        except StoreFailed as error:
            if not is_delivered:
                raise StoreFailed(f"Nobody gets it: no channel takes it, and {error}. Copy it from here.") from error
            return "", f"NOT SAVED ({error}), but"
        return place, f"Saved as {place},"

    def _messages(self, draft: Handover, text: CleanText) -> tuple[list[OutgoingMessage], list[str]]:
        messages, unreachable = [], []
        for name in self._board.team.handover_to:
            person = self._person(name, draft)
            channel = quiet_channel(person, self._board.team.always_ring) if person else None
            if person is None and name != "next":
                channel = ChannelId(name)
            if channel is None:
                unreachable.append(person.name if person else "Whoever comes next is not known and")
                continue
            messages.append(_message(draft, text, channel, person))
        return messages, unreachable

    def _person(self, name: str, draft: Handover) -> Person | None:
        return draft.incoming if name == "next" else self._board.team.people.get(PersonId(name))


def _message(draft: Handover, text: CleanText, channel: ChannelId, person: Person | None) -> OutgoingMessage:
    count = sum(entry.severity is handovers.Severity.RED for entry in draft.entries)
    who = draft.outgoing.name if draft.outgoing else draft.shift.person
    return OutgoingMessage(
        key=MessageKey(f"handover/{draft.shift.starts_at:%Y%m%dT%H%MZ}/{draft.at:%Y%m%dT%H%M%S.%fZ}/{channel}"),
        purpose=Purpose.HANDOVER,
        channel=channel,
        person=person.id if person else None,
        title=CleanText(f"Handover from {who}: {count} red, {len(draft.entries)} open"),
        body=text,
        stream=SHIFT_STREAM,
    )


def _shift(desk: Desk) -> Shift | None:
    return desk.ended_shift or desk.shift


def _incoming(desk: Desk, shift: Shift) -> Person | None:
    after: Sequence[Shift | None] = (desk.shift, desk.next_shift)
    following = next((s for s in after if s is not None and s.starts_at >= shift.ends_at - timedelta(minutes=1)), None)
    return desk.people.get(following.person) if following else None


def _file_name(draft: Handover) -> str:
    zone = zone_info(draft.outgoing.time_zone) if draft.outgoing else None
    local = draft.shift.ends_at.astimezone(zone or UTC)
    return f"handover-{local:%Y-%m-%d-%H%M}-{draft.shift.person}.md"
