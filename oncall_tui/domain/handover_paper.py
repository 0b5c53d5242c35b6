"""How a handover is written: in a fixed order, on one page, with an appendix for what does not fit on it.

Its lines are Markdown, which reads as plain text too. Nothing here ever says that all is well: only what was seen, and
how old that is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from oncall_tui.domain.episode import Escalation, EscalationState
from oncall_tui.domain.events import CustomerZoneCorrected, Event, Recorded, SourceBack, SourceLost
from oncall_tui.domain.handover import Entry, Handover, SourceAge
from oncall_tui.domain.handover_actions import Action, actions
from oncall_tui.domain.handover_events import (
    FrozenTicket,
    HandoverDeclined,
    HandoverMessageSettled,
    NotePart,
    Severity,
)
from oncall_tui.domain.people import Person
from oncall_tui.domain.severity import LATE, rules_line
from oncall_tui.domain.shift_figures import span, words
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.triage import Row
from oncall_tui.domain.wall_time import local, zone_info

PAGE = 66
"""Lines of one printed page."""
MISSING = "(STILL TO BE WRITTEN: type “none” when there is nothing)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the handover."""

    text: str
    ticket: TicketId | None = None
    """The ticket it is about, whose severity may be changed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: str
    lines: tuple[Line, ...]
    room: int
    """How many of its lines stay on the page when there is too much for one."""
    word: str = "lines"

    @property
    def is_cut(self) -> bool:
        return len(self.lines) > self.room

    @property
    def on_page(self) -> tuple[Line, ...]:
        if not self.is_cut:
            return self.lines
        left = len(self.lines) - self.room
        return (*self.lines[: self.room], Line(text=f"- … {left} more {self.word}: in the appendix below"))


def markdown(handover: Handover) -> CleanText:
    """Return the handover as Markdown."""
    return CleanText("\n".join(line.text for line in paper(handover)) + "\n")


def paper(handover: Handover) -> tuple[Line, ...]:
    """Return the handover line by line: one page, then the appendix where there is more."""
    head, sections = _header(handover), _sections(handover)
    length = len(head) + sum(len(section.lines) + 3 for section in sections)
    if length <= PAGE:
        sections = tuple(_whole(section) for section in sections)
    page = [*head]
    for section in sections:
        page += [Line(text=""), Line(text=f"## {section.title}"), Line(text=""), *section.on_page]
    return (*page, *_appendix(sections))


def _whole(section: _Section) -> _Section:
    return _Section(title=section.title, lines=section.lines, room=len(section.lines), word=section.word)


def _appendix(sections: Iterable[_Section]) -> Sequence[Line]:
    cut = [section for section in sections if section.is_cut]
    if not cut:
        return ()
    said = ", ".join(f"{len(section.lines) - section.room} {section.word}" for section in cut)
    lines = [Line(text=""), Line(text=f"# Appendix: left out above: {said}")]
    for section in cut:
        rest = section.lines[section.room :]
        lines += [Line(text=""), Line(text=f"## {section.title}, continued"), Line(text=""), *rest]
    return lines


def _sections(handover: Handover) -> tuple[_Section, ...]:
    todo = actions(handover)
    return (
        _Section(title=_needs_you_title(handover), lines=_needs_you(handover, todo), room=10, word="that need you"),
        _Section(title="The other open tickets", lines=_tickets(handover), room=9, word="open tickets"),
        _Section(title="What to do", lines=_actions(handover, todo), room=9, word="actions"),
        _Section(title="If this happens, then", lines=_foresight(handover), room=7),
        _Section(title="What happened", lines=_ledger(handover), room=6, word="that happened"),
        _Section(title="Not done, or not known", lines=_own(handover, NotePart.NOT_DONE, MISSING), room=3),
    )


def _header(handover: Handover) -> list[Line]:
    shift, outgoing, incoming = handover.shift, handover.outgoing, handover.incoming
    who = outgoing.name if outgoing else shift.person
    to = incoming.name if incoming else "nobody: no shift follows"
    both = [person for person in (outgoing, incoming) if person is not None]
    zones = list(dict.fromkeys(person.time_zone for person in both)) or ["UTC"]
    lines = [
        f"# Handover: {who} to {to}",
        "",
        f"- Shift of {handover.team}: {span(shift.length).removesuffix(' 00 m')}",
        *(f"  - {_at(shift.starts_at, zone)} to {_at(shift.ends_at, zone)} {_city(zone)}" for zone in zones),
        f"- Written: {', '.join(f'{_at(handover.at, zone)} {_city(zone)}' for zone in zones)}",
        *(f"- {_source(source, handover.at)}" for source in handover.sources),
    ]
    return [Line(text=line) for line in lines]


def _source(source: SourceAge, now: datetime) -> str:
    if source.as_of is None:
        return f"{source.id}: NOT SEEN: {source.error or 'it has not answered yet'}"
    age = f"{source.id}: as of {span(now - source.as_of)} ago"
    return f"{age}; fails now: {source.error}" if source.error else age


def _needs_you_title(handover: Handover) -> str:
    counts = {level: sum(entry.severity is level for entry in handover.entries) for level in Severity}
    return f"Needs you: {counts[Severity.RED]} red, {counts[Severity.WATCH]} watch, {counts[Severity.STEADY]} steady"


def _needs_you(handover: Handover, todo: Sequence[Action]) -> tuple[Line, ...]:
    lines = [
        Line(text=f"- {entry.severity.name}: {_name(entry.row)}: {_why(entry, handover)}", ticket=entry.row.ticket.id)
        for entry in handover.entries
        if entry.severity is not Severity.STEADY
    ]
    lines += [
        Line(text=f"- NOT ACKNOWLEDGED: {_escalated_name(e)}: {_escalation(e, handover)}", ticket=e.brief.ticket)
        for e in handover.gone
        if e.acknowledged is None and e.state.is_live
    ]
    nothing = Line(text="Nothing open is red or to be watched, as far as the sources above were seen.")
    promised = [promise for promise in handover.promises if promise.is_open]
    yours = sum(promise.due_at <= handover.seen.until for promise in promised)
    until = f"{_at(handover.seen.until, _reader(handover))} {_city(_reader(handover))}"
    rule = "the end of your shift" if handover.seen.is_shift else "a day ahead, because no shift follows at once"
    return (
        Line(text=f"{_counted(yours, 'promise')} due by {until} ({rule}); {_counted(_to_do(todo), 'action')} below."),
        Line(text=rules_line()),
        *(lines or [nothing]),
    )


def _to_do(todo: Sequence[Action]) -> int:
    return sum(action.is_to_do for action in todo)


def _why(entry: Entry, handover: Handover) -> str:
    because = () if entry.because == LATE else (entry.because,)  # which the due time says better
    facts = [str(entry.row.ticket.subject), *because, *_facts(entry, handover.at)]
    if entry.escalation is not None:
        facts.append(_escalation(entry.escalation, handover))
    return "; ".join(facts)


def _tickets(handover: Handover) -> tuple[Line, ...]:
    steady = [entry for entry in handover.entries if entry.severity is Severity.STEADY]
    lines = [Line(text=f"- {_ticket(entry, handover.at)}", ticket=entry.row.ticket.id) for entry in steady]
    return tuple(lines) or (Line(text="No other was open where the sources above could be seen."),)


def _ticket(entry: Entry, now: datetime) -> str:
    chosen = () if entry.severity is entry.proposed else (entry.because,)
    return "; ".join((f"{_name(entry.row)}: {entry.row.ticket.subject}", *chosen, *_facts(entry, now)))


def _facts(entry: Entry, now: datetime) -> Sequence[str]:
    ticket, facts = entry.row.ticket, []
    if entry.row.due_at is not None:
        ahead = entry.row.due_at - now
        facts.append(f"due in {span(ahead)}" if ahead > timedelta() else f"late by {span(-ahead)}")
    if ticket.waiting_since is not None:
        facts.append(f"waiting {span(now - ticket.waiting_since)}")
    if ticket.touches is not None:
        facts.append(_counted(ticket.touches, "touch", "touches"))
    ticked = entry.row.record.care.ticked if entry.row.record is not None else ()
    if ticked:
        facts.append(f"runbook {ticked[-1].runbook}: done up to “{ticked[-1].step}”")
    return facts


def _actions(handover: Handover, todo: Sequence[Action]) -> tuple[Line, ...]:
    return tuple(Line(text=f"- {_action(action, handover)}", ticket=action.ticket) for action in todo) or (
        Line(text="No escalation and no promise of this shift asks for anything."),
    )


def _action(action: Action, handover: Handover) -> str:
    number = action.ticket.partition(":")[2]
    if not action.is_to_do:
        return f"{number}: {action.what}"
    zone = _reader(handover)
    due = f"by {_at(action.due_at, zone)} {_city(zone)}" if action.due_at is not None else "at once"
    if action.due_at is not None and action.due_at <= handover.at:
        due = f"at once: it was due {span(handover.at - action.due_at)} ago"
    return f"{action.owner}, {due}: {number}: {action.what}"


def _foresight(handover: Handover) -> tuple[Line, ...]:
    expected = _own(handover, NotePart.EXPECT, "")
    contingencies = _own(handover, NotePart.CONTINGENCIES, "")
    lines = [
        *(Line(text=f"- Expect: {line.text}") for line in expected),
        *(Line(text=f"- {line.text}") for line in contingencies),
        *_snoozes(handover),
        *(Line(text=f"- Cannot be reached: {sentence}") for sentence in handover.unreachable),
    ]
    return tuple(lines) or (
        Line(text=f"{handover.outgoing.name if handover.outgoing else 'Nobody'} expects nothing in particular."),
    )


def _snoozes(handover: Handover) -> Sequence[Line]:
    rows = [entry.row for entry in handover.entries]
    zone = _reader(handover)
    return [
        Line(
            text=f"- {_name(row)} waits {f'until {_at(snooze.until, zone)}' if snooze.until else 'for the customer'}; "
            "then look at it",
            ticket=row.ticket.id,
        )
        for row in rows
        if row.record is not None
        and (snooze := row.record.answering.snooze) is not None
        and row.record.answering.is_snoozed(row.ticket, handover.at)
    ]


def _own(handover: Handover, part: NotePart, otherwise: str) -> tuple[Line, ...]:
    text = handover.notes.get(part, NO_TEXT).strip() or otherwise
    return tuple(Line(text=line) for line in text.splitlines() if line.strip())


def _ledger(handover: Handover) -> tuple[Line, ...]:
    zone = handover.outgoing.time_zone if handover.outgoing else "UTC"
    lines = [f"- {line}" for line in words(handover.figures)]
    lines += [line for recorded in handover.events if (line := _event(recorded, zone))]
    return tuple(Line(text=line) for line in lines) or (Line(text="Nothing else was recorded."),)


def _event(recorded: Recorded, zone: str) -> str:
    said = _event_words(recorded.event)
    return f"- {_at(recorded.at, zone)}: {said}" if said else ""


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


def _escalated_name(escalation: Escalation) -> str:
    return f"{escalation.brief.number} {escalation.brief.customer}".strip()


def _escalation(escalation: Escalation, handover: Handover) -> str:
    zone = _reader(handover)
    taken = escalation.acknowledged
    if escalation.state is EscalationState.WITHDRAWN:
        return f"escalated and taken back ({escalation.reason})"
    if taken is not None:
        said = f": “{taken.words}”" if taken.words else ""
        return f"acknowledged by {taken.name} at {_at(taken.at, zone)} {_city(zone)}{said}"
    ended = f" ({escalation.reason})" if escalation.reason else ""
    return f"{escalation.state.value}, NOT acknowledged by anybody{ended}"


def frozen(handover: Handover) -> tuple[FrozenTicket, ...]:
    """Return every ticket as it stands, to be compared with later."""
    return tuple(
        FrozenTicket(
            ticket=entry.row.ticket.id,
            name=CleanText(f"{_name(entry.row)}: {entry.row.ticket.subject}"),
            severity=entry.severity,
            escalation=entry.escalation.state.value if entry.escalation else "",
            promised_at=_promised_at(entry.row),
        )
        for entry in handover.entries
    )


def _promised_at(row: Row) -> datetime | None:
    promise = row.record.owed_promise if row.record is not None else None
    return promise.due_at if promise is not None else None


def differences(before: Sequence[FrozenTicket], after: Sequence[FrozenTicket], zone: str) -> tuple[Line, ...]:
    """Return what changed since a handover was frozen, a line for each ticket, in a reader's local time."""
    then = {ticket.ticket: ticket for ticket in before}
    now = {ticket.ticket: ticket for ticket in after}
    lines = [
        Line(text=f"+ new, {t.severity.name.lower()}: {t.name}", ticket=t.ticket) for t in after if t.ticket not in then
    ]
    for ticket in after:
        old = then.get(ticket.ticket)
        if old is not None and (changed := _changed(old, ticket, zone)):
            lines.append(Line(text=f"~ {changed}: {ticket.name}", ticket=ticket.ticket))
    return (*lines, *(Line(text=f"- not open any more: {t.name}") for t in before if t.ticket not in now))


def _changed(old: FrozenTicket, new: FrozenTicket, zone: str) -> str:
    parts = []
    if old.severity is not new.severity:
        parts.append(f"{old.severity.name.lower()} before, {new.severity.name.lower()} since")
    if old.escalation != new.escalation:
        parts.append(f"escalation {new.escalation or 'over'}")
    if old.promised_at != new.promised_at:
        parts.append(
            f"promised by {_at(new.promised_at, zone)} {_city(zone)}" if new.promised_at else "nothing promised"
        )
    return ", ".join(parts)


def _name(row: Row) -> str:
    requester = row.ticket.requester
    who = row.customer.name if row.customer else requester.organisation or requester.name or requester.email
    return f"{row.ticket.number} {who}".strip()


def _reader(handover: Handover) -> str:
    reader: Person | None = handover.incoming or handover.outgoing
    return reader.time_zone if reader else "UTC"


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"


def _at(at: datetime, zone: str) -> str:
    return f"{local(at, zone_info(zone) or UTC):%a %d %b %H:%M}"


def _city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
