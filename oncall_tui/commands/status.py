"""``oncall-tui status``: one short line for a status bar."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from oncall_tui.commands.output import span
from oncall_tui.domain.duty import Duty, on_duty
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.wall_time import LATEST


def line(
    rota: Rota,
    people: Mapping[PersonId, Person],
    escalations: Sequence[Escalation],
    now: datetime,
    flows: Sequence[Flow] = (),
) -> str:
    """Return who is on call, for how long, and what nobody has acknowledged."""
    duty = on_duty(rota, flows, now)
    if duty is None:
        following = rota.next_shift(now)
        who = "nobody on call"
        if following is not None:
            name = people[following.person].name if following.person in people else following.person
            who += f", {name} in {span(following.starts_at - now)}"
    else:
        name = people[duty.person].name if duty.person in people else duty.person
        who = f"{name}{_left(duty, now)}"
    return who + _escalated(escalations)


def _left(duty: Duty, now: datetime) -> str:
    left = duty.shift.ends_at - now
    if duty.shift.ends_at >= LATEST:
        return ", no end planned"
    return f" {span(-left)} OVER, not handed over" if duty.is_held else f" {span(left)} left"


def _escalated(escalations: Sequence[Escalation]) -> str:
    open_ones = [e for e in escalations if e.state.wants_acknowledgement or e.state is EscalationState.CLEARED]
    exhausted = sum(e.state is EscalationState.EXHAUSTED for e in open_ones)
    said = f" · {len(open_ones)} not acknowledged" if open_ones else ""
    return said + (f" · {exhausted} REACHED NOBODY" if exhausted else "")
