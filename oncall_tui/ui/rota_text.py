"""The rota as a calendar to look at: a line for each week, a bar for each shift; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from humanize import intcomma
from textual.content import Content

from oncall_tui.domain.covers import Cover
from oncall_tui.domain.fairness import Duty
from oncall_tui.domain.people import Person, PersonId
from oncall_tui.domain.reach import LevelReach
from oncall_tui.domain.rota import Gap, Shift, ShiftOrigin
from oncall_tui.ui.text import HOUR, cut, fit, fit_right, place, wall

WEEKS = 8
LABEL = 8
CURSOR = "❯"  # noqa: RUF001 - the mark of the ticket list's cursor
NOTES = 26
"""Cells that the words beside a week need at least."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NARROWEST, _WIDEST = 4, 14
_SHORTEST_NAME = 3
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)

MINE = "bold $text-primary on $primary-muted"
OTHERS = "on $panel"
NOBODY = "bold $text-error on $error-muted"
QUIET = "dim"

Entry = Shift | Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaView:
    """What the calendar shows, and to whom."""

    entries: Sequence[Entry]
    people: Mapping[PersonId, Person]
    now: datetime
    zone: str
    me: PersonId | None = None
    levels: Sequence[LevelReach] = ()
    """When somebody of each level was last proved reachable."""
    duties: Mapping[PersonId, Duty] = field(default_factory=dict)
    """What the year comes to for each person."""
    covers: Sequence[Cover] = ()
    chosen: Entry | None = None
    """The entry under the cursor."""
    problems: Sequence[str] = ()

    @property
    def monday(self) -> datetime:
        """Return the first day of this week, as a wall time without a zone."""
        here = wall(self.now, self.zone).replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        return here - timedelta(days=here.weekday())

    def who(self, entry: Entry) -> str:
        """Return whom an entry means, in one word."""
        if isinstance(entry, Gap):
            return "closed" if entry.is_intended else "NOBODY"
        if entry.person == self.me:
            return "you?" if self.asked(entry) else "you"
        return f"{self.first_name(entry.person)}{'?' if self.asked(entry) else ''}"

    def first_name(self, person: PersonId) -> str:
        """Return what somebody is called."""
        known = self.people.get(person)
        return known.name.split()[0] if known else person

    def asked(self, entry: Entry) -> Cover | None:
        """Return what is asked for a shift and was not taken yet."""
        if isinstance(entry, Gap):
            return None
        return next((cover for cover in self.covers if cover.is_open and cover.is_about(entry)), None)

    def style(self, entry: Entry) -> str:
        """Return how an entry stands out."""
        if isinstance(entry, Gap):
            return QUIET if entry.is_intended else NOBODY
        return MINE if entry.person == self.me else OTHERS


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entry with its wall times, without a zone."""

    entry: Entry
    starts: datetime
    ends: datetime


def calendar(view: RotaView, width: int) -> Content:
    """Return the next eight weeks and, below them, how the year is shared."""
    if not view.entries:
        return Content("No shift is planned.")
    day = min(max((width - LABEL - NOTES) // len(_DAYS), _NARROWEST), _WIDEST)
    mondays = [view.monday + number * _WEEK for number in range(WEEKS)]
    placed = [_Placed(e, _naive(e.starts_at, view.zone), _naive(e.ends_at, view.zone)) for e in view.entries]
    lines = [*_head(view, day), *(_week(view, placed, monday, day, width) for monday in mondays)]
    return Content("\n").join([*lines, *_wrong(view, width), *_sharing(view, width), *_reached(view)])


def _head(view: RotaView, day: int) -> Iterable[Content]:
    days = "".join(fit(name, day) for name in _DAYS)
    yield Content(f"{'':{LABEL}}{days}  {place(view.zone)} time")
    yield Content(" " * (LABEL + _column(_naive(view.now, view.zone), view.monday, day)) + "▼ now")


def _week(view: RotaView, placed: Iterable[_Placed], monday: datetime, day: int, width: int) -> Content:
    cells = day * len(_DAYS)
    parts = [Content(fit(f"{monday:%d %b}", LABEL))]
    at = 0
    here = [each for each in placed if each.starts < monday + _WEEK and each.ends > monday]
    for each in here:
        entry, start, end = each.entry, _column(each.starts, monday, day), _column(each.ends, monday, day)
        if start >= cells or end <= max(at, 0):
            continue
        first = max(start, at)
        last = max(min(end, cells), first + 1)
        parts += [_ground(at, first, day), _bar(view, entry, last - first, is_start=start >= 0, is_end=end <= cells)]
        at = last
    parts.append(_ground(at, cells, day))
    begun = [each.entry for each in here if each.starts >= monday]
    return Content("").join([*parts, Content("  "), *_notes(view, begun, day, width - LABEL - cells - 2)])


def _bar(view: RotaView, entry: Entry, width: int, *, is_start: bool, is_end: bool) -> Content:
    line, tip = _line(view, entry)
    is_chosen = entry == view.chosen
    cursor = CURSOR if is_chosen else ""
    words = cursor + _words(view, entry, width - len(cursor)) if is_start else ""
    rest = width - len(words)
    fill = line * (rest - 1) + (tip if is_end else line) if rest else ""
    return Content.styled(words + fill, f"{view.style(entry)} reverse" if is_chosen else view.style(entry))


def _words(view: RotaView, entry: Entry, width: int) -> str:
    """Return as much as a bar has room for: name and length, or the name, or its beginning."""
    who = view.who(entry)
    whole = f"{who} {hours(entry.length)} "
    if len(whole) <= width:
        return whole
    if len(who) <= width:
        return who
    return "" if isinstance(entry, Gap) or width < _SHORTEST_NAME else who[:width]


def _line(view: RotaView, entry: Entry) -> tuple[str, str]:
    """Return what a bar is drawn with, and its last cell."""
    if isinstance(entry, Gap):
        return (" ", " ") if entry.is_intended else ("!", "!")
    return ("━", "╸") if entry.person == view.me else ("─", "╴")


def _ground(start: int, end: int, day: int) -> Content:
    """Return time in which nobody is wanted; a dot begins each day."""
    return Content.styled("".join("·" if cell % day == 0 else " " for cell in range(start, end)), QUIET)


def _notes(view: RotaView, here: Sequence[Entry], day: int, width: int) -> Iterable[Content]:
    """Yield what the bars of a week cannot say, the most important first: it is cut where the screen ends."""
    left = width
    for entry in _unsaid(view, here, day):
        piece = cut(entry[0], left)
        yield Content.styled(piece, entry[1])
        left -= len(piece) + 2
        if left <= 0:
            return
        yield Content("  ")


def _asked(view: RotaView, here: Sequence[Entry]) -> Iterable[str]:
    for cover in dict.fromkeys(filter(None, map(view.asked, here))):
        yield f"{'swap' if cover.in_return else 'cover'} asked: {cover.reason}"


def _unsaid(view: RotaView, here: Sequence[Entry], day: int) -> Iterable[tuple[str, str]]:
    missing = sum((entry.length for entry in here if view.style(entry) == NOBODY), timedelta())
    if missing:
        yield f"NOBODY {hours(missing)}", NOBODY
    yield from ((sentence, "bold") for sentence in _asked(view, here))
    for entry in here:
        if isinstance(entry, Shift) and _clocks_change(view, entry):
            yield f"{hours(entry.length)}: clocks change", "bold"
    written = [each for each in here if isinstance(each, Shift) and each.origin is not ShiftOrigin.ROTATION]
    yield from ((why, "") for why in dict.fromkeys(each.reason or str(each.origin) for each in written))
    lengths: dict[str, timedelta] = {}
    for entry in here:
        room = entry.length / _DAY * day
        if view.style(entry) != NOBODY and len(f"{view.who(entry)} {hours(entry.length)} ") > room:
            lengths[view.who(entry)] = lengths.get(view.who(entry), timedelta()) + entry.length
    yield from ((f"{who} {hours(length)}", "") for who, length in lengths.items())


def _wrong(view: RotaView, width: int) -> Iterable[Content]:
    """Yield the first sentence about what is wrong with the rota, and how many there are."""
    if not view.problems:
        return
    yield Content("")
    first, *others = view.problems
    yield Content.styled(f"! {cut(first, width - 2)}", "bold")
    yield Content.styled(f"  {f'and {len(others)} more: ' if others else ''}P shows all of it", "bold")


def _reached(view: RotaView) -> Iterable[Content]:
    """Yield how old the proof is that somebody of each level can be reached."""
    if view.levels:
        yield Content("")
    for level in view.levels:
        sentence = f"{level.sentence[:1].upper()}{level.sentence[1:]}"
        if level.is_proved:
            yield Content(f"✓ {sentence}")
        else:
            yield Content.styled(f"▲ {sentence}: oncall-tui check --send-test", NOBODY)


def _sharing(view: RotaView, width: int) -> Iterable[Content]:
    """Yield the year's burden, the heaviest first."""
    if not view.duties:
        return
    name = min(max((len(person.name) for person in view.people.values()), default=10), max(width - 44, 10))
    yield Content("")
    title = f"{wall(view.now, view.zone):%Y}, planned and past"
    yield Content.styled(f"{fit(title, max(name, 22))}  weekends   nights  holidays    hours", QUIET)
    for person, duty in sorted(view.duties.items(), key=lambda item: (-item[1].length, item[0])):
        known = view.people.get(person)
        who = fit((known.name if known else person) + (" (you)" if person == view.me else ""), max(name, 22))
        real = fit_right(intcomma(duty.length // HOUR), 7)
        text = f"{who}  {duty.weekends:>8} {duty.nights:>8}  {duty.holidays:>8}  {real}"
        yield Content.styled(text, "bold" if person == view.me else "")


def _column(at: datetime, monday: datetime, day: int) -> int:
    return round((at - monday) / _DAY * day)


def _naive(at: datetime, zone: str) -> datetime:
    return wall(at, zone).replace(tzinfo=None)


def _clocks_change(view: RotaView, entry: Entry) -> bool:
    return wall(entry.starts_at, view.zone).utcoffset() != wall(entry.ends_at, view.zone).utcoffset()


def hours(length: timedelta) -> str:
    """Return a real length in hours."""
    return f"{round(length / HOUR, 1):g} h"
