"""Writes down from the journal what one shift has to tell the next, as it stands at an instant."""

from oncall_tui.clock import Clock
from oncall_tui.domain import handover as handovers
from oncall_tui.domain.handover import Handover, SourceAge
from oncall_tui.domain.handover_flow import Flow, Stage
from oncall_tui.domain.people import Person
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.severity import window
from oncall_tui.domain.shift_figures import Past, figures
from oncall_tui.domain.unreached import unreached
from oncall_tui.errors import BadUse
from oncall_tui.services.board import Board
from oncall_tui.services.desk import Desk
from oncall_tui.services.logbook import Logbook


class Drafting:
    """What is known of the shift that is handed over."""

    def __init__(self, board: Board, logbook: Logbook, clock: Clock) -> None:
        self._board, self._logbook, self._clock = board, logbook, clock

    def target(self) -> Shift | None:
        """Return the shift that is handed over; None without one."""
        return self._target(self._board.desk())

    def _target(self, desk: Desk) -> Shift | None:
        """Return the shift that is handed over: the one I am asked to take, else mine that is over, else this one."""
        flow = self._board.open_flow()
        is_mine_to_take = flow is not None and flow.incoming == self._board.me and flow.stage is not Stage.DRAFT
        if flow is not None and is_mine_to_take:
            return self._board.shift_of(flow)
        return desk.ended_shift or desk.shift

    def draft(self) -> Handover:
        """Return the handover as it stands now; raise ``BadUse`` when there is no shift to hand over."""
        desk, now = self._board.desk(), self._clock()
        shift = self._target(desk)
        if shift is None:
            raise BadUse("nobody is on call now, so there is no shift to hand over")
        flow = self._logbook.flows.get(shift.starts_at)
        rows = [row for group in desk.groups for row in group.rows]
        opened = {row.ticket.id for row in rows}
        escalations = [
            e
            for e in self._logbook.escalations
            if e.armed_at >= shift.starts_at or e.state.is_live or (e.ended_at or now) >= shift.starts_at
        ]
        following = self._board.following(shift)
        incoming = self._incoming(flow, following)
        seen = window(shift, following, now)
        events = tuple(e for e in self._logbook.shift_events if e.at >= shift.starts_at)
        records = tuple(self._logbook.records.values())
        return Handover(
            at=now,
            team=desk.team,
            shift=shift,
            outgoing=desk.people.get(shift.person),
            incoming=incoming,
            seen=seen,
            entries=handovers.entries(rows, escalations, seen, flow.chosen if flow else {}),
            gone=tuple(e for e in escalations if e.brief.ticket not in opened or not self._is_latest(e.id)),
            records=records,
            sources=tuple(SourceAge(id=s.id, as_of=s.as_of, error=s.error) for s in desk.sources),
            events=events,
            unreachable=tuple(unreached(self._board.team.policy, incoming, escalations, events)),
            figures=figures(
                shift,
                desk.people.get(shift.person),
                Past(escalations=escalations, records=records, events=events),
                until=now,
            ),
            people=self._board.team.people,
            covers=tuple(c for c in desk.covers if any(piece.ends_at > shift.starts_at for piece in c.pieces)),
            notes=flow.notes if flow else {},
        )

    def _is_latest(self, identity: str) -> bool:
        escalation = next(e for e in self._logbook.escalations if e.id == identity)
        latest = self._logbook.latest(escalation.brief.ticket)
        return latest is not None and latest.id == identity

    def _incoming(self, flow: Flow | None, following: Shift | None) -> Person | None:
        people = self._board.team.people
        if flow is not None and flow.stage in {Stage.DELIVERED, Stage.DECLINED} and flow.incoming is not None:
            return people.get(flow.incoming)
        return people.get(following.person) if following is not None else None
