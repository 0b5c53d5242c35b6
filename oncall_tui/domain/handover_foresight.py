"""What may come in the next shift: what the outgoing person expects, snoozes that end, who cannot be reached."""

from collections.abc import Sequence

from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_words import Line, own_words, reader_zone, row_name, wall


def foresight(handover: Handover) -> tuple[Line, ...]:
    """Return what to expect, what to do then, what waits for a time, and whom nobody can reach."""
    expected = own_words(handover, NotePart.EXPECT, "")
    contingencies = own_words(handover, NotePart.CONTINGENCIES, "")
    lines = [
        *(Line(text=f"- Expect: {line.text}") for line in expected),
        *(Line(text=f"- {line.text}") for line in contingencies),
        *_snoozes(handover),
        *_asked_for(handover),
        *(Line(text=f"- Cannot be reached: {sentence}") for sentence in handover.unreachable),
    ]
    return tuple(lines) or (
        Line(text=f"{handover.outgoing.name if handover.outgoing else 'Nobody'} expects nothing in particular."),
    )


def _snoozes(handover: Handover) -> Sequence[Line]:
    zone = reader_zone(handover)
    lines = []
    for row in (entry.row for entry in handover.entries):
        answering = row.record.answering if row.record is not None else None
        if answering is not None and answering.snooze is not None and answering.is_snoozed(row.ticket, handover.at):
            until = answering.snooze.until
            waits = f"until {wall(until, zone)}" if until else "for the customer"
            lines.append(Line(text=f"- {row_name(row)} waits {waits}; then look at it", ticket=row.ticket.id))
    return lines


def _asked_for(handover: Handover) -> Sequence[Line]:
    """Return who asked to be replaced, and was not yet."""
    zone = reader_zone(handover)
    return [
        Line(
            text=f"- {handover.name(cover.piece.of)} asks for a cover from {wall(cover.piece.starts_at, zone)}: "
            "nobody has taken it"
        )
        for cover in handover.covers
        if cover.is_open and handover.at < cover.piece.ends_at and cover.piece.starts_at <= handover.seen.until
    ]
