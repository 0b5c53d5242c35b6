"""Who is really on call: the rota says who should be, and the handovers say who has accepted it.

At any instant it is at most one person. A shift whose handover began stays its person's until somebody accepts; one
that is accepted early is the other person's from that moment. A shift without any handover ends by the clock.
"""

from collections.abc import Iterable, Sequence
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
    begun = _begun(flows, now)
    latest = begun[0] if begun else None
    is_held = latest is not None and latest.is_open and _is_between(latest.shift_ends_at, now, HELD_FOR)
    if is_held and latest is not None and latest.outgoing is not None:
        return Duty(person=latest.outgoing, shift=shift_of(rota, latest), is_held=True)
    early = _taken_early(begun, now)
    if early is not None:
        return early
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
    return next(iter(_begun(flows, now)), None)


def _begun(flows: Iterable[Flow], now: datetime) -> Sequence[Flow]:
    """Return the handovers that have begun, the latest first."""
    begun = (flow for flow in flows if flow.is_begun and flow.shift_starts_at <= now)
    return sorted(begun, key=lambda flow: flow.shift_starts_at, reverse=True)


def _taken_early(begun: Iterable[Flow], now: datetime) -> Duty | None:
    """Return who took a shift over that is not over; it stays hers while she prepares to hand over the rest of it."""
    for flow in begun:
        if flow.shift_ends_at is None or flow.shift_ends_at <= now:
            return None
        if flow.accepted is not None:
            person = flow.accepted.by
            return Duty(person=person, shift=_rest(flow, person, flow.shift_ends_at), is_early=True)
    return None


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
