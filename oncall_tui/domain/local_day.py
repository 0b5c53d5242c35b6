"""What part of the day it is for a customer, and when that changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Day(StrEnum):
    """What a customer's clock means for us."""

    AT_WORK = "at work"
    AWAKE = "awake"
    ASLEEP = "asleep"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDay:
    """The part of the day now, and what comes next."""

    day: Day
    opens_at: datetime | None = None
    """When working hours begin next; None while at work, or unknown."""
    closes_at: datetime | None = None
    """When working hours end; None unless at work."""
    wakes_at: datetime | None = None
    """When the night ends; None unless asleep."""
