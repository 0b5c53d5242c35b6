"""What is wrong with a rota, in sentences: the worst first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.policy import Policy
from oncall_tui.domain.reach import Reach
from oncall_tui.domain.rota import Gap, Rota, Shift, ShiftOrigin
from oncall_tui.domain.rota_plan import Claim, absent_spans, override_span
from oncall_tui.domain.spans import Span
from oncall_tui.domain.wall_time import local, utc_offset

AHEAD = timedelta(days=60)
"""How far ahead problems are looked for."""
_WEEK = timedelta(weeks=1)
_CLOCK_CHANGE = timedelta(hours=2)
"""No clock on earth is put forward or back by more."""
_WEEKS_AROUND = (-8, -7, -6, 6, 7, 8)
"""Where the usual week is looked for: further away than two zones ever change their clocks apart."""

_Claims = Sequence[Span[Claim]]


def problems(
    rota: Rota, start: datetime, end: datetime, policy: Policy | None = None, reached: Reach | None = None
) -> tuple[str, ...]:
    """Return a sentence for everything that leaves, or may leave, nobody to answer within a span.

    Args:
        rota: The plan.
        start: From when on.
        end: Until when.
        policy: Who is told bad news; None when nobody asks about that.
        reached: What tests have proved; None when nobody asks about that.
    """
    if start >= end:
        return ()
    claims = rota.claims(start, end)
    return (
        *_nobody_ever(rota, claims),
        *gaps(rota, start, end),
        *open_holidays(rota, start, end),
        *_gaps_by_clocks(rota, start, end),
        *_nobody_named(rota),
        *_backwards(rota),
        *_people(rota, start),
        *(_unproved(rota, reached, start, end) if reached is not None else ()),
        *_overlaps(rota, claims),
        *_overlaps_of_calendars(rota, claims),
        *_absent_in_overrides(rota, start),
        *(_levels(rota, policy, start, end) if policy is not None else ()),
    )


def gaps(rota: Rota, start: datetime, end: datetime) -> Iterator[str]:
    """Yield a sentence for every gap that nobody intended."""
    for gap in rota.gaps(start, end):
        if not gap.is_intended:
            why = f": {gap.reason}" if gap.reason else ""
            yield f"Nobody is on call {_between(rota.zone, gap.starts_at, gap.ends_at)}{why}."


def open_holidays(rota: Rota, start: datetime, end: datetime) -> Iterator[str]:
    """Yield a sentence for every public holiday of which something is open."""
    for holiday in rota.holiday_gaps(start, end):
        when = _between(rota.zone, holiday.starts_at, holiday.ends_at)
        yield (
            f"Nobody is on call {when}, a public holiday ({holiday.name}) on which nobody is at work either; write an "
            "override, or a closure if that is meant."
        )


def _nobody_ever(rota: Rota, claims: _Claims) -> Iterator[str]:
    if not any(claim.of.person in rota.people for claim in claims):
        yield "Nobody is on call at all in this time; write [[rota.rotations]] or [[rota.calendars]]."


def _gaps_by_clocks(rota: Rota, start: datetime, end: datetime) -> Iterator[str]:
    """Name time between two turns that is open only while the clocks of two zones are apart from each other."""
    zones = {rotation.zone or rota.zone for rotation in rota.rotations}
    if len(zones) < 2:  # noqa: PLR2004 - one clock is never apart from itself
        return
    pieces: list[Shift | Gap] = sorted(
        (*rota.shifts(start, end), *rota.gaps(start, end)), key=lambda piece: piece.starts_at
    )
    for before, after in pairwise(pieces):
        hole = after.starts_at - before.ends_at
        if timedelta() < hole <= _CLOCK_CHANGE and _is_unusual(rota, zones, before.ends_at + hole / 2):
            names = " and ".join(sorted(zone.key for zone in zones))
            yield (
                f"Nobody is on call {_between(rota.zone, before.ends_at, after.starts_at)}, because the clocks of "
                f"{names} do not change on the same day; write an override."
            )


def _is_unusual(rota: Rota, zones: Iterable[ZoneInfo], at: datetime) -> bool:
    """Tell whether somebody is there at this moment of other weeks, when the zones are otherwise apart."""
    usual = [at + weeks * _WEEK for weeks in _WEEKS_AROUND]
    return any(_apart(zones, other) != _apart(zones, at) and rota.on_call(other) for other in usual)


def _apart(zones: Iterable[ZoneInfo], at: datetime) -> frozenset[timedelta]:
    offsets = [utc_offset(at, zone) for zone in zones]
    return frozenset(offset - min(offsets) for offset in offsets)


def _nobody_named(rota: Rota) -> Iterator[str]:
    for rotation in rota.rotations:
        if not rotation.people:
            yield f'The rotation "{rotation.name}" names nobody; list its people.'


def _backwards(rota: Rota) -> Iterator[str]:
    for override in rota.overrides:
        if override.ends <= override.starts:
            yield (
                f"The override for {override.person} on {override.starts:%Y-%m-%d %H:%M} ends before it starts; "
                "nothing comes of it."
            )


def _people(rota: Rota, start: datetime) -> Iterator[str]:
    for person, place in _named(rota, start).items():
        known = rota.people.get(person)
        if known is None:
            yield f"{place} names {person}, who is not among the people; add them or name somebody else."
        elif not known.channels:
            yield f"{known.name} takes turns on call and has no channel; give {person} at least one."


def people_on_call(rota: Rota, start: datetime, end: datetime) -> Sequence[Person]:
    """Return everybody who has a shift in a span, in the order of their first."""
    return [rota.people[person] for person in dict.fromkeys(shift.person for shift in rota.shifts(start, end))]


def _unproved(rota: Rota, reached: Reach, start: datetime, end: datetime) -> Iterator[str]:
    """Name all in one sentence who have channels of which none was ever acknowledged."""
    names = [
        person.name
        for person in people_on_call(rota, start, end)
        if person.channels
        and not any(
            (proved := reached.get((person.id, channel))) and proved.proof is Proof.ACKNOWLEDGED
            for channel in person.channels
        )
    ]
    if names:
        yield (
            f"No channel was ever proved to reach {', '.join(names)}, who {'is' if len(names) == 1 else 'are'} on call "
            "in this time; run “oncall-tui check --send-test”."
        )


def _named(rota: Rota, start: datetime) -> dict[PersonId, str]:
    """Return everybody the rota counts on from an instant on, and the first place that names them."""
    named: dict[PersonId, str] = {}
    for rotation in rota.rotations:
        for person in rotation.people:
            named.setdefault(person, f'The rotation "{rotation.name}"')
    for override in rota.overrides:
        if override_span(override, rota.zone).ends_at > start:
            named.setdefault(override.person, f"The override of {override.starts:%Y-%m-%d %H:%M}")
    for turn in rota.calendar_turns:
        if turn.ends_at > start:
            named.setdefault(turn.person, f"The calendar's event of {local(turn.starts_at, rota.zone):%Y-%m-%d %H:%M}")
    return named


def _overlaps(rota: Rota, claims: _Claims) -> Iterator[str]:
    """Name each pair of rotations that want somebody at the same time, and overrides that contradict one another."""
    told: set[tuple[str, str]] = set()
    real = [claim for claim in claims if claim.of.person and claim.of.origin is not ShiftOrigin.CALENDAR]
    for upper, lower in combinations(real, 2):
        if upper.of.origin is not lower.of.origin or not upper.overlaps(lower.starts_at, lower.ends_at):
            continue
        when = _between(rota.zone, max(upper.starts_at, lower.starts_at), min(upper.ends_at, lower.ends_at))
        names = (upper.of.name, lower.of.name)
        if upper.of.origin is ShiftOrigin.ROTATION and names not in told:
            told.add(names)
            yield _two_rotations(upper.of, lower.of, when)
        elif upper.of.origin is ShiftOrigin.OVERRIDE and upper.of.person != lower.of.person:
            yield f"Overrides name both {upper.of.person} and {lower.of.person} {when}; {upper.of.person} counts."


def _overlaps_of_calendars(rota: Rota, claims: _Claims) -> Iterator[str]:
    """Name each pair of people whom one calendar names at the same time, when first, and how often.

    What one calendar says against another, or a rotation, is no contradiction: the upper one is an exception.
    """
    found: dict[tuple[str, PersonId, PersonId], list[str]] = {}
    mine = [claim for claim in claims if claim.of.person and claim.of.origin is ShiftOrigin.CALENDAR]
    places = {id(claim): place for place, claim in enumerate(mine)}
    in_time = sorted(mine, key=lambda claim: claim.starts_at)
    for number, earlier in enumerate(in_time):
        for later in in_time[number + 1 :]:
            if later.starts_at >= earlier.ends_at:
                break
            if later.of.name == earlier.of.name and later.of.person != earlier.of.person:
                upper, lower = sorted((earlier, later), key=lambda claim: places[id(claim)])
                when = _between(rota.zone, later.starts_at, min(earlier.ends_at, later.ends_at))
                key = (upper.of.name, upper.of.person or PersonId(""), lower.of.person or PersonId(""))
                found.setdefault(key, []).append(when)
    for (name, upper_person, lower_person), times in found.items():
        more = f", and {len(times) - 1} more times" if times[2:] else ", and once more" if times[1:] else ""
        yield (
            f'The calendar "{name}" names both {upper_person} and {lower_person} {times[0]}{more}; '
            f"{upper_person} counts. Let it name one person."
        )


def _two_rotations(upper: Claim, lower: Claim, when: str) -> str:
    both = f'"{upper.name}" and "{lower.name}"'
    if upper.person == lower.person:
        return f"{upper.person} has double duty {when}: the rotations {both} both name {upper.person}."
    return f'The rotations {both} overlap, first {when}; "{upper.name}" counts, because it stands first.'


def _absent_in_overrides(rota: Rota, start: datetime) -> Iterator[str]:
    absent = absent_spans(rota.absences, rota.zone)
    for override in rota.overrides:
        span = override_span(override, rota.zone)
        for away in absent.get(override.person, ()):
            if span.ends_at > start and away.overlaps(span.starts_at, span.ends_at):
                yield (
                    f"The override of {override.starts:%Y-%m-%d %H:%M} names {override.person}, who is absent then; "
                    "name somebody else."
                )
    for person in absent:
        if person not in rota.people:
            yield f"An absence names {person}, who is not among the people; take it out."


def _levels(rota: Rota, policy: Policy, start: datetime, end: datetime) -> Iterator[str]:
    """Name levels that reach nobody: for want of people, or while all of them are on call or absent."""
    absent = absent_spans(rota.absences, rota.zone)
    told: set[tuple[int, PersonId]] = set()
    for shift in rota.shifts(start, end):
        for number, level in enumerate(policy.levels, start=1):
            people = {target.person for target in level.targets}
            away = {p for p in people if any(s.overlaps(shift.starts_at, shift.ends_at) for s in absent.get(p, ()))}
            if people - away - {shift.person} or not people or (number, shift.person) in told:
                continue
            told.add((number, shift.person))
            when = _between(rota.zone, shift.starts_at, shift.ends_at)
            yield (
                f"Level {number} of the escalation reaches nobody {when}: {_whereabouts(people, away)}; "
                "add somebody to that level."
            )
    for number, level in enumerate(policy.levels, start=1):
        if not level.targets:
            yield f"Level {number} of the escalation has nobody; list its people."


def _whereabouts(people: set[PersonId], away: set[PersonId]) -> str:
    states = ((sorted(people - away), "on call"), (sorted(away), "absent"))
    return ", ".join(f"{' and '.join(who)} {'is' if len(who) == 1 else 'are'} {state}" for who, state in states if who)


def _between(zone: ZoneInfo, start: datetime, end: datetime) -> str:
    first, last = (f"{local(at, zone):%a %Y-%m-%d %H:%M}" for at in (start, end))
    return f"from {first} to {last} ({zone.key})"
