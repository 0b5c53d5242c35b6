"""``oncall-tui rota``: shifts, gaps and problems, as text or as JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from oncall_tui.commands.output import rfc3339
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.rota import Gap, Rota, Shift

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
                "hours": _hours(gap.ends_at - gap.starts_at),
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


def _line(span: Shift | Gap, people: Mapping[PersonId, Person], zone: tzinfo) -> str:
    starts, ends = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    who = "NOBODY" if isinstance(span, Gap) else people[span.person].name if span.person in people else span.person
    why = "" if isinstance(span, Gap) else f"  ({span.origin.value})"
    hours = _hours(span.ends_at - span.starts_at)
    return f"{starts:%a %d %b %Y %H:%M}  to  {ends:%a %d %b %H:%M}  {hours:>5g} h  {who}{why}"


def _hours(length: timedelta) -> float:
    hours = length.total_seconds() / 3600
    return int(hours) if hours == int(hours) else round(hours, 2)
