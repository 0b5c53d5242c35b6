"""What the W screen says about the shift under the cursor, and about who comes next; pure."""

from collections.abc import Iterator
from datetime import datetime

from oncall_tui.domain.covers import Cover
from oncall_tui.domain.override_table import override_table
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Gap, Override, Shift
from oncall_tui.domain.wall_time import zone_info
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import zone_of
from oncall_tui.ui.rota_text import Entry, RotaView, hours
from oncall_tui.ui.text import span, wall


def next_line(desk: Desk, now: datetime) -> str:
    """Return who comes next, and since when that is known."""
    shift = desk.next_shift
    if shift is None:
        return "Next: nobody is planned."
    person = desk.people.get(shift.person)
    zone = zone_of(desk)
    since = desk.next_known_since
    known = "planned" if since is None else f"taken on {_at(since, zone)}"
    wait = f", in {span(shift.starts_at - now)}" if shift.starts_at > now else ""
    return f"Next: {person.name if person else shift.person}, {_at(shift.starts_at, zone)}{wait}; {known}."


def chosen_lines(view: RotaView, offered: Shift | None) -> tuple[str, str]:
    """Return what is under the cursor, and what can be done about it."""
    entry = view.chosen
    if entry is None:
        return "", ""
    when = f"{_at(entry.starts_at, view.zone)} to {_at(entry.ends_at, view.zone)}, {hours(entry.length)}"
    if isinstance(entry, Gap):
        why = f": {entry.reason}" if entry.reason else ""
        return f"{when}: NOBODY{why}", "Write an override into the config, or a closure if nobody is meant to be there."
    known = view.people.get(entry.person)
    reason = f": {entry.reason}" if entry.reason else ""
    name = "you" if entry.person == view.me else known.name if known else entry.person
    return f"{when}: {name} ({entry.origin}{reason})", _state(view, entry, offered)


def cover_of(view: RotaView, entry: Entry | None) -> Cover | None:
    """Return what is asked for, or was taken, of the shift under the cursor; the latest counts."""
    if not isinstance(entry, Shift):
        return None
    if (asked := view.asked(entry)) is not None:
        return asked
    in_force = (cover for cover in reversed(view.covers) if cover.is_in_force and cover.is_about(entry))
    return next((cover for cover in in_force if entry.person in cover.people), None)


def _state(view: RotaView, shift: Shift, offered: Shift | None) -> str:
    cover = cover_of(view, shift)
    if cover is not None:
        return _asked(view, cover) if cover.is_open else _taken(view, cover)
    if shift.ends_at <= view.now:
        return "This shift is over."
    if shift.person == view.me:
        return "C asks somebody to take it, S offers it for a swap."
    if offered is not None:
        name = view.first_name(shift.person)
        return f"S asks {name} to swap it for yours of {_at(offered.starts_at, view.zone)}."
    return "For a swap press S on your own shift first, then on this one."


def _asked(view: RotaView, cover: Cover) -> str:
    asker = view.first_name(cover.piece.of)
    if cover.in_return is None and cover.piece.of == view.me:
        return f"Yours until somebody takes it; asked {_at(cover.asked_at, view.zone)}. U ends that: “{cover.reason}”"
    since = f"{asker} asked on {_at(cover.asked_at, view.zone)}."
    if cover.in_return is None:
        return f"{since} T takes it; until then {asker} stays on call: “{cover.reason}”"
    theirs = view.first_name(cover.in_return.of)
    both = f"{_at(cover.piece.starts_at, view.zone)} for {theirs}'s {_at(cover.in_return.starts_at, view.zone)}"
    return f"Swap asked: {both}. T by {theirs} takes it: “{cover.reason}”"


def _taken(view: RotaView, cover: Cover) -> str:
    taker = view.first_name(cover.taken_by) if cover.taken_by else ""
    since = f" on {_at(cover.taken_at, view.zone)}" if cover.taken_at else ""
    return f"{taker} took {view.first_name(cover.piece.of)}'s shift{since}. U gives it back: “{cover.reason}”"


def overrides_page(view: RotaView, team_zone: str) -> str:
    """Return what was asked and taken as overrides for the config, for a team whose machines share no journal."""
    zone = zone_info(team_zone)
    if zone is None:
        return ""
    coming = [cover for cover in view.covers if any(piece.ends_at > view.now for piece in cover.pieces)]
    tables = [override_table(override, zone, note=note) for cover in coming for override, note in _written(view, cover)]
    return "\n\n".join(tables) or "Nothing was asked for or taken."


def _written(view: RotaView, cover: Cover) -> Iterator[tuple[Override, str]]:
    if not cover.is_open:
        yield from ((override, "") for override in cover.overrides())
        return
    taker = cover.in_return.of if cover.in_return else None
    for piece, person in zip(cover.pieces, (taker, cover.piece.of), strict=False):
        written = person or PersonId("WRITE WHO TAKES IT")
        note = f"Asked, and taken by nobody yet: {view.first_name(piece.of)} stays on call until this is pasted."
        yield Override(starts=piece.starts_at, ends=piece.ends_at, person=written, reason=cover.reason), note


def _at(at: datetime, zone: str) -> str:
    return f"{wall(at, zone):%a %d %b %H:%M}"
