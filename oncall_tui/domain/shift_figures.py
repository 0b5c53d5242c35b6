"""What a shift was like, in figures that the next quarter's rota can be planned from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low
from typing import Final

from oncall_tui.domain.answer import AnswerKind, AnswerState
from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.events import GoodNewsNoted, MachineSlept, Recorded
from oncall_tui.domain.handover_events import HandoverNoteWritten, SeverityChosen, ShiftFigured
from oncall_tui.domain.money import NO_MONEY, money
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket_events import PromiseOutcome
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.wall_time import local, zone_info

NIGHT_STARTS, NIGHT_ENDS = 23, 7
"""Hours of the person's own clock between which acting is an interruption of sleep."""
ONE_INTERRUPTION: Final = timedelta(hours=1)
"""What is done within so long of the last act belongs to the same interruption."""
_BY_HAND = (GoodNewsNoted, HandoverNoteWritten, SeverityChosen)


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
    mine = [e for e in past.escalations if shift.starts_at <= e.armed_at < end]
    waits = [e.acknowledged.at - e.armed_at for e in mine if e.acknowledged is not None]
    promises = [p for record in past.records for p in record.promises]
    settled = [p for p in promises if p.settled_at is not None and shift.starts_at <= p.settled_at < end]
    made = [p for p in promises if shift.starts_at <= p.made_at < end]
    answers = [
        answer
        for record in past.records
        for answer in record.answering.answers
        if answer.kind is AnswerKind.REPLY
        and answer.state is AnswerState.CONFIRMED
        and shift.starts_at <= answer.since < end
    ]
    worked = [w for record in past.records for w in record.care.work if shift.starts_at <= w.started_at < end]
    spent = [g for record in past.records for g in record.care.goodwill if shift.starts_at <= g.at < end]
    acts = [
        *(e.armed_at for e in mine),
        *(p.made_at for p in made),
        *(p.settled_at for p in settled if p.settled_at is not None),
        *(answer.since for answer in answers),
        *(work.started_at for work in worked),
        *(r.at for r in past.events if isinstance(r.event, _BY_HAND) and shift.starts_at <= r.at < end),
    ]
    return ShiftFigured(
        shift_starts_at=shift.starts_at,
        shift_ends_at=shift.ends_at,
        person=person.id if person else PersonId(shift.person),
        answered=len(answers),
        goodwill=sum((goodwill.amount for goodwill in spent), NO_MONEY),
        worked=sum((work.ended_at - work.started_at for work in worked), timedelta()),
        escalated=len(mine),
        acknowledged=len(waits),
        time_to_acknowledge=median_low(waits) if waits else None,
        promises_made=len(made),
        promises_kept=sum(p.outcome is PromiseOutcome.KEPT for p in settled),
        promises_broken=sum(p.outcome is PromiseOutcome.BROKEN for p in settled),
        interruptions=interruptions(acts, person),
        machine_slept=_slept(shift.starts_at, end, past.events),
        accepted_at=accepted_at,
    )


def interruptions(acts: Iterable[datetime], person: Person | None) -> int:
    """Return how often a person had to act in her night: acts less than an hour apart count once."""
    zone = (zone_info(person.time_zone) if person else None) or UTC
    nightly = sorted(at for at in acts if not NIGHT_ENDS <= local(at, zone).hour < NIGHT_STARTS)
    before = [None, *nightly]
    return sum(last is None or at - last >= ONE_INTERRUPTION for last, at in zip(before, nightly, strict=False))


def words(figured: ShiftFigured) -> tuple[CleanText, ...]:
    """Return the figures as lines; those that say nothing are left out."""
    wait = figured.time_to_acknowledge
    lines = (
        f"{figured.answered} replies to customers" if figured.answered else "",
        _escalated(figured, wait),
        _promised(figured),
        f"worked on tickets for {span(figured.worked)}" if figured.worked else "",
        f"goodwill given: {money(figured.goodwill)}" if figured.goodwill else "",
        f"interrupted {figured.interruptions} times at night (from {NIGHT_STARTS}:00 to 0{NIGHT_ENDS}:00)"
        if figured.interruptions
        else "",
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
    if not (figured.promises_made or figured.promises_kept or figured.promises_broken):
        return ""
    return f"{figured.promises_made} promises made, {figured.promises_kept} kept, {figured.promises_broken} broken"


def _slept(start: datetime, end: datetime, events: Iterable[Recorded]) -> timedelta:
    slept = timedelta()
    for recorded in events:
        if isinstance(recorded.event, MachineSlept):
            began, woke = max(recorded.event.fell_asleep_at, start), min(recorded.event.woke_at, end)
            slept += max(woke - began, timedelta())
    return slept
