"""``oncall-tui status``: one short line for a status bar."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from oncall_tui.commands.output import span
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.wall_time import LATEST


def line(rota: Rota, people: Mapping[PersonId, Person], escalations: Sequence[Escalation], now: datetime) -> str:
    """Return who is on call, for how long, and what nobody has acknowledged."""
    shift = rota.on_call(now)
    if shift is None:
        following = rota.next_shift(now)
        who = "nobody on call"
        if following is not None:
            name = people[following.person].name if following.person in people else following.person
            who += f", {name} in {span(following.starts_at - now)}"
    else:
        name = people[shift.person].name if shift.person in people else shift.person
        who = f"{name}, no end planned" if shift.ends_at >= LATEST else f"{name} {span(shift.ends_at - now)} left"
    return who + _escalated(escalations)


def _escalated(escalations: Sequence[Escalation]) -> str:
    open_ones = [e for e in escalations if e.state.wants_acknowledgement or e.state is EscalationState.CLEARED]
    exhausted = sum(e.state is EscalationState.EXHAUSTED for e in open_ones)
    said = f" · {len(open_ones)} not acknowledged" if open_ones else ""
    return said + (f" · {exhausted} REACHED NOBODY" if exhausted else "")
