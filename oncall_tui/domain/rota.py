"""Who is on call when: rotations and overrides made into one final schedule."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from oncall_tui.domain.people import PersonId


class ShiftOrigin(StrEnum):
    """Where a shift of the final schedule comes from."""

    ROTATION = "rotation"
    OVERRIDE = "override"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekTime:
    """A moment of the week on the rota's wall clock."""

    weekday: int
    """0 is Monday."""
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """People who take turns, a week apart."""

    name: str
    starts: WeekTime
    ends: WeekTime
    first_on: date
    """A date in the week of the first person's first shift."""
    people: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One person instead of whoever the rotations name; wall times of the rota's clock, naive."""

    starts: datetime
    ends: datetime
    person: PersonId
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's turn; its start included, its end not. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
    person: PersonId
    origin: ShiftOrigin

    @property
    def length(self) -> timedelta:
        """Return its real length, clock changes included."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Nobody is on call although a rotation or override wants somebody. Instants in UTC."""

    starts_at: datetime
    ends_at: datetime
