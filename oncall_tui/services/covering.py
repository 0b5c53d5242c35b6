"""Asking for covers and swaps, taking and undoing them: each is an event, or a sentence that says why not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from oncall_tui.domain.covers import Cover, is_still_true
from oncall_tui.domain.events import CoverAsked, CoverId, CoverTaken, CoverUndone
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Rota, Shift
from oncall_tui.errors import BadUse
from oncall_tui.text_safety import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Everything that decides whether a shift may change hands."""

    rota: Rota
    covers: Iterable[Cover]
    me: PersonId | None
    """Who sits here."""
    now: datetime


def asked(identity: CoverId, shift: Shift, reason: str, table: Table) -> CoverAsked:
    """Ask that somebody takes a shift of mine; raise ``BadUse`` where that cannot be asked."""
    _refuse_shift(shift, table)
    if shift.person != _me(table):
        raise BadUse(f"this shift is {_name(shift.person, table)}'s: only its own person asks for a cover")
    return CoverAsked(
        cover=identity,
        person=shift.person,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        reason=clean(reason),
    )


def swap_asked(identity: CoverId, mine: Shift, theirs: Shift, reason: str, table: Table) -> CoverAsked:
    """Ask one person to take a shift of mine for one of theirs; raise ``BadUse`` where that cannot be asked."""
    _refuse_shift(theirs, table)
    if theirs.person == mine.person:
        raise BadUse("both shifts are yours: choose one of somebody else's")
    question = asked(identity, mine, reason, table)
    return CoverAsked(
        cover=question.cover,
        person=question.person,
        starts_at=question.starts_at,
        ends_at=question.ends_at,
        reason=question.reason,
        in_return_from=theirs.person,
        in_return_starts_at=theirs.starts_at,
        in_return_ends_at=theirs.ends_at,
    )


def taken(identity: CoverId, table: Table) -> CoverTaken:
    """Take what was asked for; raise ``BadUse`` where it cannot be taken, or not by whoever sits here."""
    cover, me = _known(identity, table), _me(table)
    if not cover.is_open:
        raise BadUse("this was taken back" if cover.undone_at else f"{_name(cover.taken_by, table)} has taken it")
    if me == cover.piece.of:
        raise BadUse("you asked for this yourself: somebody else has to take it")
    if cover.in_return is not None and me != cover.in_return.of:
        raise BadUse(f"this swap was asked of {_name(cover.in_return.of, table)}, who alone can take it")
    if not is_still_true(cover, table.rota, table.now):
        raise BadUse("the rota has changed since this was asked: it has to be asked for anew")
    return CoverTaken(cover=cover.id, by=me)


def undone(identity: CoverId, table: Table) -> CoverUndone:
    """Take back what was asked for, or give back what was taken; raise ``BadUse`` where that cannot be."""
    cover, me = _known(identity, table), _me(table)
    if cover.undone_at is not None:
        raise BadUse("this was undone already")
    if me not in cover.people or (cover.is_open and me != cover.piece.of):
        raise BadUse(f"only {' or '.join(sorted(_name(person, table) for person in _may_undo(cover)))} can undo it")
    if not cover.is_open and any(piece.ends_at <= table.now for piece in cover.pieces):
        raise BadUse("a shift of it is over: what happened cannot be undone, ask for a cover of what is to come")
    return CoverUndone(cover=cover.id, by=me)


def _may_undo(cover: Cover) -> Iterable[PersonId]:
    return (cover.piece.of,) if cover.is_open else cover.people


def _refuse_shift(shift: Shift, table: Table) -> None:
    if shift.ends_at <= table.now:
        raise BadUse("this shift is over")
    if any(cover.is_open and cover.is_about(shift) for cover in table.covers):
        raise BadUse("this shift is asked for already: U takes that back")


def _known(identity: CoverId, table: Table) -> Cover:
    found = next((cover for cover in table.covers if cover.id == identity), None)
    if found is None:
        raise BadUse("nobody asked for this")
    return found


def _me(table: Table) -> PersonId:
    if table.me is None:
        raise BadUse("nobody knows who sits here: write me = … into the config, or set ONCALL_TUI_ME")
    return table.me


def _name(person: PersonId | None, table: Table) -> str:
    known = table.rota.people.get(person) if person else None
    return known.name if known else person or "somebody"
