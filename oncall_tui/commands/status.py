"""``oncall-tui status``: one short line for a status bar."""

import argparse
import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from oncall_tui.bootstrap.connectors import load_team
from oncall_tui.bootstrap.journal import logbook_of
from oncall_tui.bootstrap.rota import rota_keeping_of
from oncall_tui.clock import utc_now
from oncall_tui.commands.output import FINDING, print_harmless, span
from oncall_tui.domain.duty import Duty, on_duty
from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.handover_flow import Flow
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Rota
from oncall_tui.domain.wall_time import LATEST
from oncall_tui.errors import StoreFailed
from oncall_tui.services.logbook import Logbook


async def status(asked: argparse.Namespace) -> int:
    """Say the line, and what of it is not known, from the config and the journal alone."""
    config = load_team(asked.config, os.environ)
    logbook: Logbook | None = None
    escalations: Sequence[Escalation] = ()
    flows: Sequence[Flow] = ()
    unknown = ""
    try:
        logbook = await logbook_of(config)
        escalations, flows = logbook.escalations, tuple(logbook.flows.values())
    except StoreFailed as error:
        unknown = f" · COVERS AND ESCALATIONS UNKNOWN: {error}"
    keeping = await rota_keeping_of(config, utc_now, logbook)
    await keeping.open()
    people = {person.id: person for person in config.people}
    print_harmless(line(keeping.rota, people, escalations, utc_now(), flows) + unknown)
    return FINDING if unknown else 0


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
