"""What the screen says about the disk, for as long as it is true."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain.text import CleanText
from oncall_tui.errors import StoreFailed
from oncall_tui.text_safety import clean

_NOW, _BEFORE = "disk", "disk before"


class Notices(Protocol):
    """Lasting sentences by what they are about."""

    def say(self, about: str, sentence: CleanText) -> None:
        """Say that something is wrong."""

    def clear(self, about: str) -> None:
        """Say that it is right again."""


class DiskReport:
    """Says since when nothing is recorded, why, and what was done about it; instants in one zone."""

    def __init__(self, notices: Notices, clock: Clock, zone: tzinfo) -> None:
        self._notices, self._clock, self._zone = notices, clock, zone
        self._since: datetime | None = None
        self.knows_past = False
        """Whether what was recorded before this process began could be read."""

    def refuses(self, error: StoreFailed) -> None:
        """Say that the disk takes nothing now."""
        self._since = self._since or self._clock()
        past = "" if self.knows_past else " Escalations of before are not known here, and not shown."
        self._notices.say(
            _NOW,
            CleanText(
                f"Not recorded since {self._when(self._since)}: escalations still go out, and this window remembers "
                f"them until it is closed.{past} {error}",
            ),
        )

    def records(self) -> None:
        """Say no longer that nothing is recorded."""
        self._since, self.knows_past = None, True
        self._notices.clear(_NOW)

    def was_damaged(self, aside: Path) -> None:
        """Say that a damaged file was moved aside."""
        rest = (
            "a new one was begun with everything this window knows."
            if self.knows_past
            else "escalations that only it knew are not shown: look after them by hand."
        )
        name = clean(aside.name, limit=120)
        self._notices.say(
            _BEFORE,
            CleanText(f"The journal was damaged. Since {self._when()} it is kept as “{name}”; {rest}"),
        )

    def is_another(self, *, is_new: bool) -> None:
        """Say that the file is not the one this process wrote to before."""
        what = (
            "The journal was moved or deleted: a new one was begun"
            if is_new
            else "Another journal was put in place of the one in use: it was continued"
        )
        self._notices.say(_BEFORE, CleanText(f"{what} {self._when()}, with everything this window knows."))

    def _when(self, at: datetime | None = None) -> str:
        return f"{(at or self._clock()).astimezone(self._zone):%a %H:%M}"
