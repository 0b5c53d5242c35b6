"""How busy a shift is, as far as can be known, and when help should be asked for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final

from oncall_tui.domain.episode import Escalation
from oncall_tui.domain.local_day import NIGHT_BEGINS, NIGHT_ENDS
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.wall_time import local

WINDOW: Final = timedelta(hours=2)
TOO_BUSY: Final = 0.7
"""Who is busy for a larger share has no room left for what comes next."""
ACT: Final = timedelta(minutes=5)
"""As much time is taken to have gone before something was done whose ticket was not open on the screen."""
APART: Final = timedelta(minutes=30)
"""What is done at night counts as another interruption after so long a pause."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breathing:
    """About how heavy the load on the person on call is.

    What was not done here counts for nothing, and an act beside the screen for ``ACT``, however long it took.
    """

    busy: timedelta
    """Time that went into tickets in this shift."""
    share: float
    """That time over the time on shift."""
    recent_share: float | None
    """The share of the last two hours; None while the shift is younger."""
    interruptions: int
    """How often something was done in the person's own night."""

    @property
    def wants_help(self) -> bool:
        """Tell whether the last two hours left no room."""
        return self.recent_share is not None and self.recent_share > TOO_BUSY


def breathing(
    worked: Iterable[Span], acted_at: Iterable[datetime], starts_at: datetime, now: datetime, zone: tzinfo
) -> Breathing:
    """Return how busy a shift has been.

    Args:
        worked: When the person had a ticket open on the screen.
        acted_at: When the person did something to a ticket.
        starts_at: When the shift began.
        now: The present instant.
        zone: The person's own clock, whose nights count.
    """
    acts = sorted(at for at in acted_at if starts_at <= at <= now)
    opened = [(start, end) for start, end in worked if end > starts_at]
    spans = _united([*opened, *((at - ACT, at) for at in acts)])
    began = sorted([*acts, *(max(start, starts_at) for start, _ in opened)])
    busy = _within(spans, starts_at, now)
    long_enough = now - starts_at >= WINDOW
    return Breathing(
        busy=busy,
        share=busy / (now - starts_at) if now > starts_at else 0.0,
        recent_share=_within(spans, now - WINDOW, now) / WINDOW if long_enough else None,
        interruptions=_interruptions(began, zone),
    )


def acts_of(
    person: PersonId, records: Iterable[TicketRecord], escalations: Iterable[Escalation]
) -> tuple[Sequence[Span], Sequence[datetime]]:
    """Return when the journal says that a person had a ticket open, and when that person did something to one."""
    spans: list[Span] = []
    acts = [escalation.armed_at for escalation in escalations if escalation.by == person]
    for record in records:
        spans += [(work.started_at, work.ended_at) for work in record.care.work if work.by == person]
        acts += [promise.made_at for promise in record.promises if promise.by == person]
        acts += [spent.at for spent in record.care.goodwill if spent.by == person]
        acts += [answer.stored_at for answer in record.answering.answers if answer.by == person]
        acts += [step.at for step in record.care.ticked if step.by == person]
    return spans, acts


def _united(spans: Iterable[Span]) -> list[Span]:
    """Return spans without what they share."""
    united: list[Span] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _within(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    return sum((max(min(last, end) - max(first, start), timedelta()) for first, last in spans), timedelta())


def _interruptions(began: Iterable[datetime], zone: tzinfo) -> int:
    return sum(1 for _ in _nightly(began, zone))


def _nightly(began: Iterable[datetime], zone: tzinfo) -> Iterator[datetime]:
    """Yield what interrupted a night: each act there that follows a pause."""
    before: datetime | None = None
    for at in began:
        is_night = not NIGHT_ENDS <= local(at, zone).time() < NIGHT_BEGINS
        if is_night and (before is None or at - before >= APART):
            yield at
        before = at
