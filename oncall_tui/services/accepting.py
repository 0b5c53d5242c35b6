"""Takes the answer to a handover: on the screen, through a channel, or by a file from another machine."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from oncall_tui.domain.events import EscalationEvent, HandoverCarriedOver
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover_answer import Meaning, meaning
from oncall_tui.domain.handover_events import (
    HandoverAccepted,
    HandoverAnswered,
    HandoverAsked,
    HandoverDeclined,
    HandoverMessageSettled,
)
from oncall_tui.domain.handover_flow import Flow, Stage
from oncall_tui.domain.message import Acknowledgement, Awaited
from oncall_tui.domain.parcel import AcceptanceReceipt, Parcel, unknown
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.wall_time import local
from oncall_tui.errors import BadUse
from oncall_tui.services.board import Board
from oncall_tui.services.handing_over import HandingOver, HandoverShelf
from oncall_tui.services.handover_messages import Readers, prefix
from oncall_tui.services.logbook import Logbook
from oncall_tui.text_safety import clean, clean_body


class Accepting:
    """The incoming person's side of a handover."""

    def __init__(self, board: Board, logbook: Logbook, shelf: HandoverShelf, handing_over: HandingOver) -> None:
        self._board = board
        self._logbook = logbook
        self._shelf = shelf
        self._handing_over = handing_over

    @property
    def _readers(self) -> Readers:
        return self._handing_over.readers

    async def accept(self, reds: str, first_action: str) -> None:
        """Take over everything at once; raise ``BadUse`` for whoever is not asked, or says too little."""
        draft = self._handing_over.draft()
        flow, me = self._asked_of_me()
        if any(entry.severity is Severity.RED for entry in draft.entries) and not reds.strip():
            raise BadUse("say in your own words what is red first")
        if not first_action.strip():
            raise BadUse("say what you do first")
        if not await self._logbook.handed(
            self.accepted(flow, me, clean_body(reds), clean_body(first_action)), write=self._readers.letters
        ):
            raise BadUse("this handover was taken by somebody else, or is not delivered any more")

    def accepted(
        self,
        flow: Flow,
        by: PersonId,
        reds: CleanText,
        first_action: CleanText,
        channel: ChannelId | None = None,
    ) -> HandoverAccepted:
        """Return the one event by which everything changes hands."""
        desk = self._board.desk()
        return HandoverAccepted(
            shift_starts_at=flow.shift_starts_at,
            by=by,
            reds=reds,
            first_action=first_action,
            channel=channel,
            tickets=tuple(ticket.id for ticket in desk.tickets),
            escalations=tuple(e.id for e in self._logbook.escalations if e.state.is_live),
            promises=tuple(p.id for r in self._logbook.records.values() for p in r.promises if p.is_open),
        )

    async def decline(self, reason: str) -> None:
        """Say that I cannot take over, and why."""
        flow, me = self._asked_of_me()
        if not reason.strip():
            raise BadUse("say why, so that somebody else can be found")
        declined = HandoverDeclined(shift_starts_at=flow.shift_starts_at, by=me, reason=clean(reason))
        await self._logbook.handed(declined, write=self._readers.letters)

    async def ask(self, words: str) -> None:
        """Ask the outgoing person something before accepting."""
        flow, me = self._asked_of_me()
        asked = HandoverAsked(shift_starts_at=flow.shift_starts_at, by=me, words=clean(words))
        await self._logbook.handed(asked, write=self._readers.letters)

    async def answer(self, words: str) -> None:
        """Answer the oldest question of the incoming person."""
        flow = self._handing_over.flow()
        if flow is None or flow.question is None or flow.question.is_unclear:
            raise BadUse("nobody asked anything")
        answered = HandoverAnswered(shift_starts_at=flow.shift_starts_at, by=self._board.me, words=clean(words))
        await self._logbook.handed(answered, write=self._readers.letters)

    def awaited(self, channel: ChannelId) -> Sequence[Awaited]:
        """Return the messages of a channel whose answer would be an acceptance."""
        flow = self._board.open_flow()
        if flow is None or flow.incoming is None or flow.stage is not Stage.DELIVERED:
            return ()
        begun = prefix(flow.shift_starts_at)
        return [
            Awaited(key=e.key, person=flow.incoming, reference=e.reference, accepted_at=recorded.at)
            for recorded in self._logbook.shift_events
            if isinstance(e := recorded.event, HandoverMessageSettled)
            and e.is_accepted
            and e.channel == channel
            and e.person == flow.incoming
            and e.key.startswith(begun)
            and e.key not in flow.answered
        ]

    async def answered(self, channel: ChannelId, item: Awaited, answer: Acknowledgement) -> None:
        """Take an answer that came through a channel as what it plainly is; else it waits for the outgoing person."""
        flow = self._board.open_flow()
        if flow is None or not item.key.startswith(prefix(flow.shift_starts_at)):
            return
        start, by, meant = flow.shift_starts_at, item.person, meaning(answer.words)
        event: HandoverAsked | HandoverDeclined | HandoverAccepted
        match meant:
            case Meaning.QUESTION | Meaning.UNCLEAR:
                is_unclear = meant is Meaning.UNCLEAR
                event = HandoverAsked(
                    shift_starts_at=start, by=by, words=answer.words, key=item.key, is_unclear=is_unclear
                )
            case Meaning.NO:
                event = HandoverDeclined(shift_starts_at=start, by=by, reason=answer.words, key=item.key)
            case Meaning.YES:
                event = self.accepted(flow, by, answer.words, NO_TEXT, channel)
        await self._logbook.handed(event, write=self._readers.letters)

    async def judge(self, *, is_yes: bool) -> None:
        """Say what an answer means that could be a yes or a no: only whoever hands over decides it."""
        flow, me = self._board.open_flow(), self._board.me
        if flow is None or flow.unclear is None:
            raise BadUse("no answer waits to be understood")
        if me != flow.outgoing:
            raise BadUse(f"{self._readers.name(flow.outgoing)} decides what the answer means, not you")
        said = flow.unclear
        event: HandoverDeclined | HandoverAccepted = HandoverDeclined(
            shift_starts_at=flow.shift_starts_at, by=said.by, reason=said.words, key=said.key
        )
        if is_yes:
            event = self.accepted(flow, said.by, said.words, NO_TEXT)
        if not await self._logbook.handed(event, write=self._readers.letters):
            raise BadUse("this handover was answered meanwhile")

    def _asked_of_me(self) -> tuple[Flow, PersonId]:
        flow, me = self._board.open_flow(), self._board.me
        if flow is None or flow.incoming is None or flow.stage not in {Stage.DELIVERED, Stage.DECLINED}:
            raise BadUse("no handover waits for an answer")
        if me != flow.incoming:
            raise BadUse(f"{self._readers.name(flow.incoming)} is asked to accept, not you")
        return flow, flow.incoming

    async def carry_over(self, parcel: Parcel, reds: str, first_action: str, *, by: PersonId) -> None:
        """Take over from another machine: everything it carries, in one transaction.

        Raises:
            BadUse: It is another team's, older than what was accepted, accepted already, or somebody else's to accept.
        """
        await self._logbook.catch_up()
        self._refuse_unfit(parcel.team, parcel.shift_starts_at, parcel.written_at)
        if parcel.incoming is not None and parcel.incoming != by:
            raise BadUse(
                f"this handover is for {self._readers.name(parcel.incoming)}, not for {self._readers.name(by)}"
            )
        if parcel.reds and not reds.strip():
            raise BadUse("say in your own words what is red first: --reds “…”")
        if not first_action.strip():
            raise BadUse("say what you do first: --first “…”")
        known = [line async for lines in self._logbook.pages() for line in lines]
        carried = HandoverCarriedOver(
            shift_starts_at=parcel.shift_starts_at,
            shift_ends_at=parcel.shift_ends_at,
            outgoing=parcel.outgoing,
            by=by,
            written_at=parcel.written_at,
            reds=clean_body(reds),
            first_action=clean_body(first_action),
            notes=parcel.notes,
            lines=unknown(parcel.lines, known),
        )
        if not await self._logbook.handed(carried, write=self._readers.letters):
            raise BadUse("this handover was accepted already")

    async def receive(self, receipt: AcceptanceReceipt) -> None:
        """Take it that the next person accepted on another machine; raise ``BadUse`` where that cannot be."""
        await self._logbook.catch_up()
        self._refuse_unfit(receipt.team, receipt.shift_starts_at, None)
        flow = self._logbook.flows.get(receipt.shift_starts_at)
        if flow is None or flow.incoming != receipt.by:
            raise BadUse(f"no handover to {self._readers.name(receipt.by)} waits here for an answer")
        accepted = replace(
            self.accepted(flow, receipt.by, receipt.reds, receipt.first_action),
            escalations=receipt.escalations,
            is_elsewhere=True,
        )
        if not await self._logbook.handed(accepted, write=self._readers.letters):
            raise BadUse(f"the handover to {self._readers.name(receipt.by)} is {flow.stage}, and not delivered")

    def refuse_unfit(self, parcel: Parcel) -> None:
        """Raise ``BadUse`` for what belongs to another team, was accepted already, or is older than what was."""
        self._refuse_unfit(parcel.team, parcel.shift_starts_at, parcel.written_at)

    async def keep_receipt(self, name: str, parcel: Parcel) -> str:
        """Save what the other machine has to know of an acceptance here, and return where it is."""
        accepted = self._logbook.flows[parcel.shift_starts_at].accepted
        if accepted is None:
            raise BadUse("this handover was not accepted")
        carried = {c.escalation for line in parcel.lines if isinstance(c := line.freight.event, EscalationEvent)}
        receipt = AcceptanceReceipt(
            team=parcel.team,
            shift_starts_at=parcel.shift_starts_at,
            by=accepted.by,
            reds=accepted.reds,
            first_action=accepted.first_action,
            escalations=tuple(e.id for e in self._logbook.escalations if e.id in carried),
        )
        return await self._shelf.keep(name, receipt)

    def _refuse_unfit(self, team: str, shift_starts_at: datetime, written_at: datetime | None) -> None:
        """Raise ``BadUse`` for what belongs to another team, was accepted already, or is older than what was."""
        if team != self._board.team.name:
            raise BadUse(f"this handover is of the team “{team}”, and here is “{self._board.team.name}”")
        for flow in self._logbook.flows.values():
            if flow.accepted is None or flow.accepted_at is None or flow.shift_starts_at < shift_starts_at:
                continue
            by, at = self._readers.name(flow.accepted.by), f"{local(flow.accepted_at, self._board.zone):%a %d %b %H:%M}"
            if flow.shift_starts_at > shift_starts_at:
                raise BadUse(f"this handover is older than the one that {by} accepted on {at}")
            is_older = flow.written_at is not None and written_at is not None and written_at < flow.written_at
            earlier = " from a later file" if is_older else ""
            raise BadUse(f"this handover was accepted already{earlier}, by {by} on {at}")
