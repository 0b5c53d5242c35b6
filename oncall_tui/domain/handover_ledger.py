"""What happened in a shift: its figures, and what nobody can see in the help desk."""

from collections import defaultdict
from collections.abc import Sequence

from oncall_tui.domain.care import Goodwill
from oncall_tui.domain.events import CustomerZoneCorrected, Event, Recorded, SourceBack, SourceLost
from oncall_tui.domain.experience import customer_key
from oncall_tui.domain.handover import Handover
from oncall_tui.domain.handover_events import HandoverDeclined, HandoverMessageSettled
from oncall_tui.domain.handover_words import Line, reader_zone, row_name, wall
from oncall_tui.domain.money import NO_MONEY, money
from oncall_tui.domain.shift_figures import words
from oncall_tui.domain.triage import Row


def ledger(handover: Handover) -> tuple[Line, ...]:
    """Return what happened, the figures first."""
    zone = reader_zone(handover)
    lines = [f"- {line}" for line in words(handover.figures, goodwill=_goodwill(handover))]
    lines += [line for recorded in handover.events if (line := _event(recorded, zone))]
    return tuple(Line(text=line) for line in lines) or (Line(text="Nothing else was recorded."),)


def _goodwill(handover: Handover) -> str:
    """Return for each customer what was spent in this shift, what for, and what was left of what may be spent."""
    rows = {customer_key(entry.row.ticket): entry.row for entry in handover.entries}
    spent: dict[str, list[Goodwill]] = defaultdict(list)
    for record in handover.records:
        for goodwill in record.care.goodwill:
            if goodwill.at >= handover.shift.starts_at:
                spent[goodwill.customer].append(goodwill)
    return "; ".join(_spent(customer, given, rows.get(customer)) for customer, given in spent.items())


def _spent(customer: str, given: Sequence[Goodwill], row: Row | None) -> str:
    total = sum((goodwill.amount for goodwill in given), NO_MONEY)
    what = ", ".join(dict.fromkeys(str(goodwill.words) for goodwill in given))
    name = row_name(row).partition(" ")[2] if row is not None else customer
    left = f", {money(row.tier.goodwill - total)} of {money(row.tier.goodwill)} left" if row and row.tier else ""
    return f"{name}: {money(total)} for {what}{left}"


def _event(recorded: Recorded, zone: str) -> str:
    said = _event_words(recorded.event)
    return f"- {wall(recorded.at, zone)}: {said}" if said else ""


def _event_words(event: Event) -> str:
    match event:
        case SourceLost(source=source, why=why):
            return f"{source} could not be seen: {why}"
        case SourceBack(source=source):
            return f"{source} answers again"
        case CustomerZoneCorrected(match=match, zone=zone):
            return f"the clock of {match} was set to {zone or 'what is guessed'}"
        case _:
            return _handover_words(event)


def _handover_words(event: Event) -> str:
    match event:
        case HandoverMessageSettled(is_accepted=False, detail=detail):
            return f"the handover was refused: {detail}"
        case HandoverDeclined(by=by, reason=reason):
            return f"{by} did not accept the handover: {reason}"
        case _:
            return ""
