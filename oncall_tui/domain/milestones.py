"""The moments of a shift's end that are worth a word."""

from datetime import datetime, timedelta
from enum import Enum


class Milestone(Enum):
    """How long before its end a shift has come to a milestone."""

    HOUR = timedelta(hours=1)
    HALF_HOUR = timedelta(minutes=30)
    TEN_MINUTES = timedelta(minutes=10)
    OVER = timedelta()


def crossed(before: datetime, now: datetime, ends_at: datetime) -> Milestone | None:
    """Return the milestone that lies between two instants, the first excluded; the last one where there are several.

    What was passed while nobody looked is past: after a sleep one word says where the shift is, and not four.
    """
    passed = [milestone for milestone in Milestone if before < ends_at - milestone.value <= now]
    return passed[-1] if passed else None
