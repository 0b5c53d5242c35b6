"""Who is notified, in what order, and how long each has."""

from dataclasses import dataclass
from datetime import timedelta

from oncall_tui.domain.people import ChannelId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One person on a level, as known when the escalation began."""

    person: PersonId
    name: str
    phone: str = ""
    time_zone: str = "UTC"
    channels: tuple[ChannelId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """People who are notified together, and how long they have to answer."""

    targets: tuple[Target, ...]
    wait: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The levels as they stood when an escalation began; a later change of the config does not alter it."""

    levels: tuple[Level, ...]
    rounds: int = 3
    undo: timedelta = timedelta(seconds=5)

    def target(self, person: PersonId) -> Target | None:
        """Return the entry for a person, the first level's first."""
        return next((target for level in self.levels for target in level.targets if target.person == person), None)
