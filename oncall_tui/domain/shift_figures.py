"""What a shift was like, in figures that the next quarter's rota can be planned from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Final

from oncall_tui.domain.answer import Answer, AnswerKind, AnswerState
from oncall_tui.domain.breathing import acts_of, breathing
from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.events import MachineSlept, Recorded
from oncall_tui.domain.handover_events import ShiftFigured
from oncall_tui.domain.local_day import NIGHT_BEGINS, NIGHT_ENDS
from oncall_tui.domain.money import NO_MONEY, money
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.wall_time import zone_info

_KEPT: Final = frozenset({PromiseOutcome.KEPT})
_BROKEN: Final = frozenset({PromiseOutcome.BROKEN, PromiseOutcome.KEPT_LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Everything that figures are drawn from."""

    escalations: Sequence[Escalation]
    records: Sequence[TicketRecord]
    events: Sequence[Recorded]


def figures(
    shift: Shift,
    person: Person | None,
    past: Past,
    *,
    accepted_at: datetime | None = None,
    until: datetime | None = None,
) -> ShiftFigured:
    """Return the figures of a shift, up to when somebody took over, its end, or an instant in it."""
    end = until or accepted_at or shift.ends_at
    zone = (zone_info(person.time_zone) if person else None) or UTC
    mine = [e for e in past.escalations if shift.starts_at <= e.armed_at < end]
    waits = [e.acknowledged.at - e.armed_at for e in mine if e.acknowledged is not None]
    promises = [p for record in past.records for p in record.promises]
    settled = [p for p in promises if p.settled_at is not None and shift.starts_at <= p.settled_at < end]
    answers = [a for record in past.records for a in record.answering.answers if a.since < end]
    cares = [record.care for record in past.records]
    worked = [w for care in cares for w in care.work if shift.starts_at <= w.started_at < end]
    load = breathing(*acts_of(shift.person, past.records, past.escalations), shift.starts_at, end, zone)
    return ShiftFigured(
        shift_starts_at=shift.starts_at,
        shift_ends_at=shift.ends_at,
        person=person.id if person else PersonId(shift.person),
        answered=sum(_is_reply(a) and a.since >= shift.starts_at for a in answers),
        goodwill=sum((g.amount for care in cares for g in care.goodwill if shift.starts_at <= g.at < end), NO_MONEY),
        worked=sum((work.ended_at - work.started_at for work in worked), timedelta()),
        escalated=len(mine),
        acknowledged=len(waits),
        time_to_acknowledge=median_low(waits) if waits else None,
        promises_made=sum(shift.starts_at <= p.made_at < end for p in promises),
        promises_kept=sum(p.outcome in _KEPT for p in settled),
        promises_broken=sum(p.outcome in _BROKEN for p in settled),
        promises_owed=sum(record.owed_promise is not None for record in past.records),
        interruptions=load.interruptions,
        machine_slept=_slept(shift.starts_at, end, past.events),
        accepted_at=accepted_at,
        busy=load.busy,
        busy_share=load.share,
        unconfirmed=sum(a.state.is_on_its_way or a.state.needs_a_person for a in answers),
        notes_kept=sum(a.state is AnswerState.KEPT and a.since >= shift.starts_at for a in answers),
        steps_ticked=sum(shift.starts_at <= step.at < end for care in cares for step in care.ticked),
    )


def _is_reply(answer: Answer) -> bool:
    return answer.kind is AnswerKind.REPLY and answer.state is AnswerState.CONFIRMED


def words(figured: ShiftFigured, *, goodwill: str = "") -> tuple[CleanText, ...]:
    """Return the figures as lines, with what is known of the goodwill; those that say nothing are left out."""
    wait = figured.time_to_acknowledge
    lines = (
        _counted(figured.answered, "reply to customers", "replies to customers") if figured.answered else "",
        _escalated(figured, wait),
        _promised(figured),
        _unseen(figured),
        f"goodwill given: {money(figured.goodwill)}{f' ({goodwill})' if goodwill else ''}"
        if figured.goodwill or goodwill
        else "",
        _load(figured),
        f"this machine slept {span(figured.machine_slept)} in all: nobody was watching"
        if figured.machine_slept
        else "",
    )
    return tuple(CleanText(line) for line in lines if line)


def span(length: timedelta) -> str:
    """Return ``1 h 05 m``, rounded down."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    if length < timedelta(minutes=1):
        return "under 1 m"
    return f"{hours} h {minutes:02} m" if hours else f"{minutes} m"


def _escalated(figured: ShiftFigured, wait: timedelta | None) -> str:
    if not figured.escalated:
        return ""
    how = f", the middle one after {span(wait)}" if wait is not None else ""
    return f"{figured.escalated} escalated, {figured.acknowledged} acknowledged{how}"


def _promised(figured: ShiftFigured) -> str:
    if not (figured.promises_made or figured.promises_kept or figured.promises_broken or figured.promises_owed):
        return ""
    made = _counted(figured.promises_made, "promise made", "promises made")
    owed = f", {figured.promises_owed} still owed" if figured.promises_owed else ""
    return f"{made}, {figured.promises_kept} kept, {figured.promises_broken} broken{owed}"


def _unseen(figured: ShiftFigured) -> str:
    """Return what no help desk shows."""
    parts = (
        f"{_counted(figured.unconfirmed, 'answer', 'answers')} not confirmed" if figured.unconfirmed else "",
        f"{_counted(figured.notes_kept, 'note', 'notes')} kept only here" if figured.notes_kept else "",
        f"{_counted(figured.steps_ticked, 'runbook step', 'runbook steps')} done" if figured.steps_ticked else "",
    )
    return ", ".join(part for part in parts if part)


def _load(figured: ShiftFigured) -> str:
    nightly = f"{NIGHT_BEGINS:%H:%M} to {NIGHT_ENDS:%H:%M}"
    times = "once" if figured.interruptions == 1 else f"{figured.interruptions} times"
    interrupted = f"interrupted {times} at night ({nightly})" if figured.interruptions else ""
    busy = f"busy for about {span(figured.busy)} ({figured.busy_share:.0%})" if figured.busy else ""
    return ", ".join(part for part in (busy, interrupted) if part)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _slept(start: datetime, end: datetime, events: Iterable[Recorded]) -> timedelta:
    slept = timedelta()
    for recorded in events:
        if isinstance(recorded.event, MachineSlept):
            began, woke = max(recorded.event.fell_asleep_at, start), min(recorded.event.woke_at, end)
            slept += max(woke - began, timedelta())
    return slept
