"""How a handover is written: in a fixed order, on one page, with an appendix for what does not fit on it.

Its lines are Markdown, which reads as plain text too. Nothing here ever says that all is well: only what was seen, and
how old that is.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.handover import Handover, SourceAge
from oncall_tui.domain.handover_actions import Action, actions
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_foresight import foresight
from oncall_tui.domain.handover_ledger import ledger
from oncall_tui.domain.handover_tickets import needs_you, needs_you_title, others
from oncall_tui.domain.handover_words import Line, city, own_words, reader_zone, wall
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.severity import rules_line
from oncall_tui.domain.shift_figures import span
from oncall_tui.domain.text import CleanText

PAGE = 66
"""Lines of one printed page."""
_APPENDIX = "# Appendix: left out above: "
MISSING = "(STILL TO BE WRITTEN: type “none” when there is nothing)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    title: str
    lines: tuple[Line, ...]
    room: int
    """How many of its lines stay on the page when there is too much for one."""
    word: str = "lines"
    foot: tuple[Line, ...] = ()
    """Stands on the page below the lines, however many there are."""

    @property
    def is_cut(self) -> bool:
        return len(self.lines) > self.room

    @property
    def on_page(self) -> tuple[Line, ...]:
        if not self.is_cut:
            return (*self.lines, *self.foot)
        left = len(self.lines) - self.room
        return (*self.lines[: self.room], Line(text=f"- … {left} more {self.word}: in the appendix below"), *self.foot)


def markdown(handover: Handover) -> CleanText:
    """Return the handover as Markdown."""
    return CleanText("\n".join(line.text for line in paper(handover)) + "\n")


def paper(handover: Handover) -> tuple[Line, ...]:
    """Return the handover line by line: one page, then the appendix where there is more."""
    head, sections = _header(handover), _sections(handover)
    length = len(head) + sum(len(section.lines) + len(section.foot) + 3 for section in sections)
    if length <= PAGE:
        sections = tuple(_whole(section) for section in sections)
    page = [*head]
    for section in sections:
        page += [Line(text=""), Line(text=f"## {section.title}"), Line(text=""), *section.on_page]
    return (*page, *_appendix(sections))


def page_of(document: CleanText) -> CleanText:
    """Return a handover as Markdown without its appendix, for whoever was sent the whole of it already."""
    page, appendix, _ = document.partition(f"\n{_APPENDIX}")
    return (
        CleanText(f"{page}\nThe appendix is in the handover itself; H on the dashboard shows it too.\n")
        if appendix
        else document
    )


def _whole(section: _Section) -> _Section:
    return replace(section, room=len(section.lines))


def _appendix(sections: Iterable[_Section]) -> Sequence[Line]:
    cut = [section for section in sections if section.is_cut]
    if not cut:
        return ()
    said = ", ".join(f"{len(section.lines) - section.room} {section.word}" for section in cut)
    lines = [Line(text=""), Line(text=f"{_APPENDIX}{said}")]
    for section in cut:
        rest = section.lines[section.room :]
        lines += [Line(text=""), Line(text=f"## {section.title}, continued"), Line(text=""), *rest]
    return lines


def _sections(handover: Handover) -> tuple[_Section, ...]:
    todo = actions(handover)
    return (
        _Section(
            title=needs_you_title(handover),
            lines=needs_you(handover, todo),
            room=10,
            word="that need you",
            foot=(Line(text=rules_line()),),
        ),
        _Section(title="The other open tickets", lines=others(handover), room=9, word="open tickets"),
        _Section(title="What to do", lines=_actions(handover, todo), room=9, word="actions"),
        _Section(title="If this happens, then", lines=foresight(handover), room=7),
        _Section(title="What happened", lines=ledger(handover), room=6, word="that happened"),
        _Section(title="Not done, or not known", lines=own_words(handover, NotePart.NOT_DONE, MISSING), room=3),
    )


def _header(handover: Handover) -> list[Line]:
    shift, outgoing, incoming = handover.shift, handover.outgoing, handover.incoming
    who = outgoing.name if outgoing else shift.person
    to = incoming.name if incoming else "nobody: no shift follows"
    both = [person for person in (outgoing, incoming) if person is not None]
    zones = list(dict.fromkeys(person.time_zone for person in both)) or ["UTC"]
    here = city(reader_zone(handover))
    lines = [
        f"# Handover: {who} to {to}",
        "",
        f"- Shift of {handover.team}: {span(shift.length).removesuffix(' 00 m')}",
        *(f"  - {times} {places}" for times, places in _by_clock(shift, zones)),
        *(f"- {line}" for line in _changed_hands(handover)),
        f"- Written: {wall(handover.at, reader_zone(handover))}; times below are those of {here}",
        *(f"- {_source(source, handover.at)}" for source in handover.sources),
    ]
    return [Line(text=line) for line in lines]


def _by_clock(shift: Shift, zones: Iterable[str]) -> Iterable[tuple[str, str]]:
    """Return when a shift is on the clocks of both people, once where both show the same."""
    places: dict[str, list[str]] = defaultdict(list)
    for zone in zones:
        places[f"{wall(shift.starts_at, zone)} to {wall(shift.ends_at, zone)}"].append(city(zone))
    return ((times, " and ".join(cities)) for times, cities in places.items())


def _changed_hands(handover: Handover) -> Iterable[str]:
    """Return how this shift came to its person, where it was planned for somebody else."""
    for cover in handover.covers:
        if cover.is_in_force and cover.taken_by == handover.shift.person and cover.piece.is_of(handover.shift):
            why = f": “{cover.reason}”" if cover.reason else ""
            yield f"{handover.name(cover.taken_by)} took it over from {handover.name(cover.piece.of)}{why}"


def _source(source: SourceAge, now: datetime) -> str:
    if source.as_of is None:
        return f"{source.id}: NOT SEEN: {source.error or 'it has not answered yet'}"
    age = f"{source.id}: as of {span(now - source.as_of)} ago"
    return f"{age}; fails now: {source.error}" if source.error else age


def _actions(handover: Handover, todo: Sequence[Action]) -> tuple[Line, ...]:
    return tuple(Line(text=f"- {_action(action, handover)}", ticket=action.ticket) for action in todo) or (
        Line(text="No escalation and no promise of this shift asks for anything."),
    )


def _action(action: Action, handover: Handover) -> str:
    number = action.ticket.partition(":")[2]
    if not action.is_to_do:
        return f"{number}: {action.what}"
    zone = reader_zone(handover)
    due = f"by {wall(action.due_at, zone)}" if action.due_at is not None else "at once"
    if action.due_at is not None and action.due_at <= handover.at:
        due = f"at once: it was due {span(handover.at - action.due_at)} ago"
    return f"{action.owner}, {due}: {number}: {action.what}"
