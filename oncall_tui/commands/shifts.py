"""``oncall-tui shifts``: past shifts with their figures, to plan the next quarter's rota from."""

from collections.abc import Mapping, Sequence
from datetime import UTC

from oncall_tui.commands.output import rfc3339
from oncall_tui.domain.handover_events import ShiftFigured
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.shift_figures import words
from oncall_tui.domain.wall_time import local, zone_info
from oncall_tui.services.logbook import Logbook


def past(logbook: Logbook) -> Sequence[ShiftFigured]:
    """Return the figures that were kept, the oldest first."""
    kept = [recorded.event for recorded in logbook.shift_events if isinstance(recorded.event, ShiftFigured)]
    return sorted(kept, key=lambda figured: figured.shift_starts_at)


def as_json(shifts: Sequence[ShiftFigured]) -> Mapping[str, object]:
    """Return every figure under its name; durations in seconds."""
    return {
        "shifts": [
            {
                "starts_at": rfc3339(figured.shift_starts_at),
                "ends_at": rfc3339(figured.shift_ends_at),
                "person": figured.person,
                "answered": figured.answered,
                "escalated": figured.escalated,
                "acknowledged": figured.acknowledged,
                "seconds_to_acknowledge": None
                if figured.time_to_acknowledge is None
                else figured.time_to_acknowledge.total_seconds(),
                "promises_made": figured.promises_made,
                "promises_kept": figured.promises_kept,
                "promises_broken": figured.promises_broken,
                "promises_owed": figured.promises_owed,
                "goodwill": float(figured.goodwill),
                "seconds_worked": figured.worked.total_seconds(),
                "seconds_busy": figured.busy.total_seconds(),
                "busy_share": round(figured.busy_share, 3),
                "unconfirmed": figured.unconfirmed,
                "notes_kept": figured.notes_kept,
                "steps_ticked": figured.steps_ticked,
                "interruptions": figured.interruptions,
                "seconds_the_machine_slept": figured.machine_slept.total_seconds(),
                "accepted_at": rfc3339(figured.accepted_at),
            }
            for figured in shifts
        ]
    }


def as_text(shifts: Sequence[ShiftFigured], people: Mapping[PersonId, Person], zone: str) -> str:
    """Return a line for each shift and one for each of its figures."""
    if not shifts:
        return "No shift has ended yet while this journal was kept."
    lines: list[str] = []
    for figured in shifts:
        clock = zone_info(zone) or UTC
        starts, ends = local(figured.shift_starts_at, clock), local(figured.shift_ends_at, clock)
        name = people[figured.person].name if figured.person in people else figured.person
        lines.append(f"{starts:%a %d %b %Y %H:%M} to {ends:%a %d %b %H:%M}  {name}")
        lines += [f"  {line}" for line in words(figured)] or ["  nothing to count"]
    return "\n".join(lines)
