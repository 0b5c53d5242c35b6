"""``oncall-tui rota``: shifts, gaps and problems, as text, as JSON or as a calendar."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from oncall_tui.commands.output import rfc3339
from oncall_tui.domain.override_table import override_table
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Gap, Rota, Shift
from oncall_tui.domain.rota_plan import override_span
from oncall_tui.errors import BadUse

Json = Mapping[str, object]


def as_json(rota: Rota, start: datetime, end: datetime, problems: Sequence[str]) -> Json:
    """Return the documented object of ``rota --json``."""
    return {
        "shifts": [
            {
                "starts_at": rfc3339(shift.starts_at),
                "ends_at": rfc3339(shift.ends_at),
                "hours": _hours(shift.length),
                "person": shift.person,
                "from": shift.origin.value,
            }
            for shift in rota.shifts(start, end)
        ],
        "gaps": [
            {
                "starts_at": rfc3339(gap.starts_at),
                "ends_at": rfc3339(gap.ends_at),
                "hours": _hours(gap.length),
                "intended": gap.is_intended,
            }
            for gap in rota.gaps(start, end)
        ],
        "problems": list(problems),
    }


def as_text(
    rota: Rota,
    start: datetime,
    end: datetime,
    *,
    people: Mapping[PersonId, Person],
    problems: Sequence[str],
) -> str:
    """Return the same as lines for a person, on the rota's wall clock."""
    spans: list[Shift | Gap] = [*rota.shifts(start, end), *rota.gaps(start, end)]
    spans.sort(key=lambda span: span.starts_at)
    lines = [f"On the clock of {rota.zone.key}:", *(_line(span, people, rota.zone) for span in spans)]
    return "\n".join(lines + [f"Problem: {problem}" for problem in problems])


def as_overrides(rota: Rota, start: datetime, end: datetime) -> str:
    """Return the overrides of a span as tables of the config, for a team whose machines share no journal."""
    found = [override for override in rota.overrides if override_span(override, rota.zone).overlaps(start, end)]
    return "\n\n".join(override_table(override, rota.zone) for override in found) or "# No overrides in this time."


def as_ics(rota: Rota, start: datetime, end: datetime, person: str | None, *, team: str, at: datetime) -> bytes:
    """Return the shifts of everybody or of one person as iCalendar, or raise ``BadUse``."""
    from oncall_tui.calendars.ics import written  # noqa: PLC0415 - a library that only this needs

    if person is not None and person not in rota.people:
        raise BadUse(f"there is no person {person}: write one of {', '.join(rota.people)}")
    shifts = [shift for shift in rota.shifts(start, end) if person in (None, shift.person)]
    return written(shifts, rota.people, team, at=at)


def _line(span: Shift | Gap, people: Mapping[PersonId, Person], zone: tzinfo) -> str:
    starts, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    hours = _hours(span.length)
    changed = "  clocks change" if starts.utcoffset() != ends.utcoffset() else ""
    return f"{starts:%a %d %b %Y %H:%M}  to  {ends:%a %d %b %H:%M}  {hours:>5g} h  {_who(span, people)}{changed}"


def _who(span: Shift | Gap, people: Mapping[PersonId, Person]) -> str:
    if isinstance(span, Gap):
        why = f"  ({span.reason})" if span.reason else ""
        return f"{'nobody, as intended' if span.is_intended else 'NOBODY'}{why}"
    name = people[span.person].name if span.person in people else span.person
    return f"{name}  ({span.origin.value}{f': {span.reason}' if span.reason else ''})"


def _hours(length: timedelta) -> float:
    hours = length.total_seconds() / 3600
    return int(hours) if hours == int(hours) else round(hours, 2)
