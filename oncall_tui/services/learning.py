"""Keeps what the tickets seen so far teach, and works it out anew only when there is news."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from oncall_tui.domain.account_zone import account_defaults
from oncall_tui.domain.atlas import Atlas
from oncall_tui.domain.experience import (
    NO_EXPERIENCE,
    Experience,
    goodwill_spent,
    same_trouble,
)
from oncall_tui.domain.lessons import Lessons
from oncall_tui.domain.recognition import NONE_ENDED, EndedOf, Recognised
from oncall_tui.domain.ticket import SourceId, Ticket
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling


class Learning:
    """What the journal and the present readings teach."""

    def __init__(self, logbook: Logbook, polling: Polling, *, own_zone: str, atlas: Atlas) -> None:
        self._own_zone, self._atlas = own_zone, atlas
        self._defaults: dict[SourceId, str] = {}
        self._logbook, self._polling = logbook, polling
        self._news = 1
        self._learnt = 0
        self._read_at: Mapping[SourceId, datetime | None] | None = None
        self._since: datetime | None = None
        self._known = NO_EXPERIENCE
        self._compared: tuple[Recognised, Mapping[SourceId, datetime | None] | None] | None = None
        """Whose requests were compared for the same trouble, as read when."""
        self.ended: EndedOf = NONE_ENDED
        """Who asked for what ended lately; the same object until that changes."""
        self._lessons = Lessons()
        logbook.on_change(self._hear)
        logbook.tickets.on_end(self._lessons.hear)

    def _hear(self) -> None:
        self._news += 1

    def read(self, tickets: Sequence[Ticket], now: datetime, since: datetime | None) -> Iterator[None]:
        """Take in, by short steps, what is recorded, of goodwill since the shift began, and what help desks fill in."""
        if self._learnt != self._news or since != self._since:
            news = self._news  # what is recorded while the steps are done is not among it
            common = yield from self._lessons.usual(now)
            ended = yield from self._lessons.last_ended()
            goodwill = yield from goodwill_spent(tuple(self._logbook.records.values()), since)
            self._known = replace(self._known, usual=common, last_ended=ended, goodwill=goodwill)
            self._learnt, self._since = news, since
            lately = yield from self._lessons.lately(now)
            self.ended = lately if lately != self.ended else self.ended
        read_at = {status.id: status.as_of for status in self._polling.statuses}
        if read_at != self._read_at:
            # What was recognised stays so while few are open: a customer's clock must not come and go with the list.
            self._defaults |= yield from account_defaults(tickets, self._own_zone, self._atlas)
            self._read_at = read_at

    def compared(self, recognised: Recognised, now: datetime) -> Generator[None, None, Experience]:
        """Return, after short steps, everything that is known now."""
        if self._compared != (recognised, self._read_at):
            compared = (recognised, self._read_at)
            together = yield from same_trouble(recognised.tickets, now)
            self._known = replace(self._known, same_trouble=together, recognised=recognised)
            self._compared = compared
        return self._known

    @property
    def account_defaults(self) -> Mapping[SourceId, str]:
        """Return which zones tell nothing, by source, as of the last time something was asked."""
        return self._defaults
