"""Says once that the shift comes to its end, an hour before, half an hour, ten minutes, and when it is over."""

from datetime import datetime

from oncall_tui.domain.milestones import Milestone, crossed
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import is_mine
from oncall_tui.ui.text import MINUTE, span


class MilestoneWords:
    """Watches the time pass; only what passes while it watches is said, so that a restart repeats nothing."""

    def __init__(self) -> None:
        self._before: datetime | None = None
        self._ends_at: datetime | None = None
        self._said: set[tuple[datetime, Milestone]] = set()

    def due(self, desk: Desk, now: datetime) -> tuple[Milestone, str] | None:
        """Return the milestone that was just passed, with a sentence, or None."""
        before, self._before = self._before, now
        ends_at = self._ends_at
        self._ends_at = desk.shift.ends_at if desk.shift is not None and is_mine(desk) else None
        if before is None or ends_at is None:
            return None
        if self._ends_at not in {None, ends_at} and now < ends_at:
            return None  # the end was moved: what the old one would have been says nothing
        milestone = crossed(before, now, ends_at)
        if milestone is None or (ends_at, milestone) in self._said:
            return None
        self._said |= {(ends_at, each) for each in Milestone if each.value >= milestone.value}
        return milestone, _sentence(milestone, desk, ends_at, now)


def _sentence(milestone: Milestone, desk: Desk, ends_at: datetime, now: datetime) -> str:
    if milestone is Milestone.OVER:
        return "Your shift is over: hand over with H."
    left = span(-((now - ends_at) // MINUTE) * MINUTE)
    following = desk.people.get(desk.next_shift.person) if desk.next_shift is not None else None
    comes = f" {following.name} comes next." if following is not None and following != desk.me else ""
    return f"{left} left of your shift.{comes}" + (" H hands over." if milestone is Milestone.TEN_MINUTES else "")
