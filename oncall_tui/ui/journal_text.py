"""The journal of a shift: what happened, the newest first, a line each; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from textwrap import wrap

from oncall_tui.domain.answer_events import AnswerStored
from oncall_tui.domain.breathing import Breathing
from oncall_tui.domain.events import EscalationArmed, Recorded
from oncall_tui.domain.local_day import NIGHT_BEGINS, NIGHT_ENDS
from oncall_tui.services.desk import Desk
from oncall_tui.ui import journal_of_escalations, journal_of_the_shift, journal_of_tickets
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.journal_words import Said, words
from oncall_tui.ui.text import day_and_clock, fit, span

WORDS_OF = (journal_of_escalations, journal_of_tickets, journal_of_the_shift)
"""Where the words for each kind of event are: importing them lets ``words`` know them."""
WITHOUT_SHIFT = timedelta(hours=24)
"""What is shown of the past while there is no shift."""
AT_MOST = 1000
"""So many lines are shown: more than a shift has, and no more than are laid out at once."""
TIME, WIDTH = 11, 58
NOTHING = "Nothing was recorded in this shift."


def begins_at(desk: Desk) -> datetime:
    """Return from when on the journal is shown."""
    shift = desk.ended_shift or desk.shift
    return shift.starts_at if shift is not None else desk.at - WITHOUT_SHIFT


def journal_page(lines: Sequence[Recorded], desk: Desk, now: datetime, load: Breathing | None = None) -> str:
    """Return what happened since the shift began, on the clock of whoever reads, and under what load on that person."""
    zone, since = zone_of(desk), begins_at(desk)
    said = _said(lines, desk, now)
    shown = ((recorded.at, words(recorded.event, said)) for recorded in reversed(lines) if recorded.at >= since)
    told = [_line(day_and_clock(at, zone), sentence) for at, sentence in shown if sentence]
    more = [f"{len(told) - AT_MOST} earlier ones are not shown."] if len(told) > AT_MOST else []
    busy = (*wrap(_load(load), TIME + WIDTH), "") if load is not None else ()
    return "\n".join((*busy, *(told[:AT_MOST] or [NOTHING]), *more))


def _load(load: Breathing) -> str:
    times = {0: "never", 1: "once"}.get(load.interruptions, f"{load.interruptions} times")
    busy = f"Busy for about {span(load.busy)} of this shift ({load.share:.0%})"
    return f"{busy}, and {times} at work in your night ({NIGHT_BEGINS:%H:%M} to {NIGHT_ENDS:%H:%M})."


def _said(lines: Iterable[Recorded], desk: Desk, now: datetime) -> Said:
    escalated = {escalation.id: escalation.brief.number for escalation in desk.escalations}
    kinds = {}
    for recorded in lines:
        match recorded.event:
            case EscalationArmed(escalation=identity, brief=brief):
                escalated[identity] = brief.number
            case AnswerStored(answer=answer, kind=kind):
                kinds[answer] = kind
    return Said(people=desk.people, zone=zone_of(desk), now=now, escalated=escalated, answers=kinds)


def _line(time: str, sentence: str) -> str:
    first, *rest = wrap(sentence, WIDTH)
    return "\n".join((fit(time, TIME) + first, *(" " * TIME + line for line in rest)))
