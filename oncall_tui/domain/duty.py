"""Who is really on call: the rota says who should be, and the handovers say who has accepted it.

At any instant it is at most one person. A shift whose handover began stays its person's until somebody accepts; one
that is accepted early is the other person's from that moment. A shift without any handover ends by the clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncall_tui.domain.handover_flow import Flow, Stage
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Rota, Shift, ShiftOrigin

HELD_FOR = timedelta(days=7)
"""A handover nobody accepted for so long is forgotten: the rota counts again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who is on call, and for which shift."""

    person: PersonId
    shift: Shift
    is_held: bool = False
    """The shift is over and nobody has accepted the next one."""
    is_early: bool = False
    """Somebody took the shift over before its end."""


def on_duty(rota: Rota, flows: Iterable[Flow], now: datetime) -> Duty | None:
    """Return who is on call at an instant; None in a gap."""
    flow = current_flow(flows, now)
    if flow is not None and flow.outgoing is not None:
        if flow.is_open and _is_between(flow.shift_ends_at, now, HELD_FOR):
            return Duty(person=flow.outgoing, shift=shift_of(rota, flow), is_held=True)
        if flow.accepted is not None and flow.shift_ends_at is not None and now < flow.shift_ends_at:
            return Duty(person=flow.accepted.by, shift=_rest(flow, flow.accepted.by, flow.shift_ends_at), is_early=True)
    shift = rota.on_call(now)
    return None if shift is None else Duty(person=shift.person, shift=shift)


def owner(rota: Rota, flows: Iterable[Flow], now: datetime) -> PersonId | None:
    """Return who owns every open ticket, escalation and promise: whoever is on call, else who accepted last."""
    known = tuple(flows)
    duty = on_duty(rota, known, now)
    if duty is not None:
        return duty.person
    accepted = [flow for flow in known if flow.stage is Stage.ACCEPTED and flow.accepted is not None]
    latest = max(accepted, key=lambda flow: flow.shift_starts_at, default=None)
    return latest.accepted.by if latest is not None and latest.accepted is not None else None


def current_flow(flows: Iterable[Flow], now: datetime) -> Flow | None:
    """Return the handover that counts: the latest that has begun, an older one being over with it."""
    begun = (flow for flow in flows if flow.is_begun and flow.shift_starts_at <= now)
    return max(begun, key=lambda flow: flow.shift_starts_at, default=None)


def _is_between(ends_at: datetime | None, now: datetime, length: timedelta) -> bool:
    return ends_at is not None and ends_at <= now < ends_at + length


def _rest(flow: Flow, person: PersonId, ends_at: datetime) -> Shift:
    """Return what is left of a shift for whoever took it over; it is handed over like any other."""
    starts_at = flow.accepted_at or flow.shift_starts_at
    reason = "taken over early"
    return Shift(starts_at=starts_at, ends_at=ends_at, person=person, origin=ShiftOrigin.OVERRIDE, reason=reason)


def shift_of(rota: Rota, flow: Flow) -> Shift:
    """Return the shift a handover is about; the rota may have been changed since it began."""
    planned = rota.on_call(flow.shift_starts_at)
    ends_at = flow.shift_ends_at or flow.shift_starts_at
    if planned is not None and planned.starts_at == flow.shift_starts_at and planned.ends_at == ends_at:
        return planned
    person = flow.outgoing or PersonId("")
    return Shift(starts_at=flow.shift_starts_at, ends_at=ends_at, person=person, origin=ShiftOrigin.ROTATION)
