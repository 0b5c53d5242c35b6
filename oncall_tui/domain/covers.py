"""Shifts that change hands: what was asked for, who took it, and the overrides that follow.

Whoever a shift belongs to stays on call until it is taken. What is past stays as it was: taken in the middle of a shift
only the rest changes hands, and given back in the middle only the rest goes back.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from oncall_tui.domain.events import CoverAsked, CoverId, CoverTaken, CoverUndone, Recorded
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Rota, Shift
from oncall_tui.domain.rota_plan import Override
from oncall_tui.domain.text import NO_TEXT, CleanText


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of time that changes hands."""

    starts_at: datetime
    ends_at: datetime
    of: PersonId
    """Whose it is by the rota."""

    def is_of(self, shift: Shift) -> bool:
        """Tell whether a shift is, or lies within, this stretch."""
        return self.starts_at <= shift.starts_at and shift.ends_at <= self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """One request, and what became of it."""

    id: CoverId
    piece: Piece
    """The shift to be taken."""
    asked_at: datetime
    reason: CleanText = NO_TEXT
    in_return: Piece | None = None
    """What the asker takes over for it; None when nothing is, and anybody may take the shift."""
    taken_by: PersonId | None = None
    taken_at: datetime | None = None
    undone_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether somebody may still take it."""
        return self.taken_by is None and self.undone_at is None

    @property
    def is_in_force(self) -> bool:
        """Tell whether it was taken and not given back."""
        return self.taken_by is not None and self.undone_at is None

    @property
    def people(self) -> frozenset[PersonId]:
        """Return everybody whose turns it is about."""
        others = (self.taken_by, self.in_return.of if self.in_return else None)
        return frozenset((self.piece.of, *(person for person in others if person is not None)))

    @property
    def pieces(self) -> Sequence[Piece]:
        """Return every stretch it is about."""
        return (self.piece,) if self.in_return is None else (self.piece, self.in_return)

    def is_about(self, shift: Shift) -> bool:
        """Tell whether a shift is one of those it is about."""
        return any(piece.is_of(shift) for piece in self.pieces)

    def overrides(self) -> Iterator[Override]:
        """Yield what it puts over the rota: nothing before it is taken."""
        if self.taken_by is None or self.taken_at is None:
            return
        for piece, person in zip(self.pieces, (self.taken_by, self.piece.of), strict=False):
            starts = max(piece.starts_at, self.taken_at)
            ends = piece.ends_at if self.undone_at is None else min(piece.ends_at, self.undone_at)
            if starts < ends:
                yield Override(starts=starts, ends=ends, person=person, reason=self.reason)


def covers(events: Iterable[Recorded]) -> Sequence[Cover]:
    """Return every request, those taken later after those taken earlier: of two about one time the later counts.

    Of two people who take the same shift the first has it, and what was given back stays so.
    """
    known: dict[CoverId, Cover] = {}
    for recorded in events:
        event = recorded.event
        at = recorded.at.replace(microsecond=0)
        if isinstance(event, CoverAsked):
            known.setdefault(event.cover, _asked(event, at))
        elif isinstance(event, CoverTaken | CoverUndone) and event.cover in known:
            known[event.cover] = _followed(known[event.cover], event, at)
    return sorted(known.values(), key=lambda cover: (cover.taken_at or cover.asked_at, cover.asked_at))


def overrides(known: Iterable[Cover]) -> tuple[Override, ...]:
    """Return what all requests put over the rota; the last lies on top."""
    return tuple(override for cover in known for override in cover.overrides())


def known_since(known: Iterable[Cover], shift: Shift) -> datetime | None:
    """Return when a shift came to its person by being taken; None where it was planned."""
    return max((cover.taken_at for cover in known if cover.taken_at and _gave(cover, shift)), default=None)


def is_still_true(cover: Cover, rota: Rota, now: datetime) -> bool:
    """Tell whether the rota still gives all of it that is not over to the people it was asked of."""
    return all(_is_theirs(piece, rota, now) for piece in cover.pieces)


def _is_theirs(piece: Piece, rota: Rota, now: datetime) -> bool:
    reached = max(piece.starts_at, now)
    if reached >= piece.ends_at:
        return False
    for shift in rota.shifts(reached, piece.ends_at):
        if shift.person != piece.of or shift.starts_at > reached:
            return False
        reached = shift.ends_at
    return reached >= piece.ends_at


def _asked(event: CoverAsked, at: datetime) -> Cover:
    back = None
    if event.in_return_from and event.in_return_starts_at and event.in_return_ends_at:
        back = Piece(starts_at=event.in_return_starts_at, ends_at=event.in_return_ends_at, of=event.in_return_from)
    return Cover(
        id=event.cover,
        piece=Piece(starts_at=event.starts_at, ends_at=event.ends_at, of=event.person),
        asked_at=at,
        reason=event.reason,
        in_return=back,
    )


def _followed(cover: Cover, event: CoverTaken | CoverUndone, at: datetime) -> Cover:
    if cover.undone_at is not None:
        return cover
    if isinstance(event, CoverUndone):
        return replace(cover, undone_at=at)
    return cover if cover.taken_by is not None else replace(cover, taken_by=event.by, taken_at=at)


def _gave(cover: Cover, shift: Shift) -> bool:
    return any(
        override.person == shift.person and override.starts <= shift.starts_at < override.ends
        for override in cover.overrides()
    )
