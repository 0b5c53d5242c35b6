"""The journal of a shift: what happened, the newest first, a line each; pure."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
from textwrap import wrap

from oncall_tui.domain.answer import AnswerId, AnswerKind
from oncall_tui.domain.answer_events import AnswerStored
from oncall_tui.domain.breathing import Breathing
from oncall_tui.domain.events import EscalationArmed, Event, Recorded
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


class JournalPage:
    """What happened since a shift began, on the clock of whoever reads, and under what load on that person."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        self._since = begins_at(desk)
        self._escalated = {escalation.id: escalation.brief.number for escalation in desk.escalations}
        self._answers: dict[AnswerId, AnswerKind] = {}
        self._said = Said(
            people=desk.people, zone=zone_of(desk), now=now, escalated=self._escalated, answers=self._answers
        )
        self._told: deque[tuple[datetime, str]] = deque(maxlen=AT_MOST)
        self._count = 0

    def hear(self, lines: Iterable[Recorded]) -> None:
        """Take in the next lines of the journal."""
        for recorded in lines:
            self._learn_names(recorded.event)
            if recorded.at >= self._since and (sentence := words(recorded.event, self._said)):
                self._told.append((recorded.at, sentence))
                self._count += 1

    def _learn_names(self, event: Event) -> None:
        match event:
            case EscalationArmed(escalation=identity, brief=brief):
                self._escalated[identity] = brief.number
            case AnswerStored(answer=answer, kind=kind):
                self._answers[answer] = kind

    def text(self, load: Breathing | None = None) -> str:
        """Return what was heard, the newest first."""
        told = [_line(day_and_clock(at, self._said.zone), sentence) for at, sentence in reversed(self._told)]
        more = [f"{self._count - AT_MOST} earlier ones are not shown."] if self._count > AT_MOST else []
        busy = (*wrap(_load(load), TIME + WIDTH), "") if load is not None else ()
        return "\n".join((*busy, *(told or [NOTHING]), *more))


def _load(load: Breathing) -> str:
    times = {0: "never", 1: "once"}.get(load.interruptions, f"{load.interruptions} times")
    busy = f"Busy for about {span(load.busy)} of this shift ({load.share:.0%})"
    return f"{busy}, and {times} at work in your night ({NIGHT_BEGINS:%H:%M} to {NIGHT_ENDS:%H:%M})."


def _line(time: str, sentence: str) -> str:
    first, *rest = wrap(sentence, WIDTH)
    return "\n".join((fit(time, TIME) + first, *(" " * TIME + line for line in rest)))
