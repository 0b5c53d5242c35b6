"""When something is due, and who says so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

SOON: Final = timedelta(hours=1)


class DueOrigin(StrEnum):
    """Why something is due."""

    PROMISE = "promised"
    HELP_DESK = "by the help desk"
    FIRST_REPLY = "first reply"
    NEXT_REPLY = "next reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The next thing that is due for a ticket."""

    at: datetime
    origin: DueOrigin
    tier: str = ""
    """Whose target it is, where it is a tier's."""

    @property
    def why(self) -> str:
        """Return who says so, in words."""
        return f"{self.tier} {self.origin}".strip()

    def is_late(self, now: datetime) -> bool:
        """Tell whether its time has passed."""
        return self.at <= now

    def is_soon(self, now: datetime) -> bool:
        """Tell whether it is due within the hour, and not late."""
        return now < self.at < now + SOON
