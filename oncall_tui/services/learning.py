"""Keeps what the tickets seen so far teach, and works it out anew only when there is news."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime

from oncall_tui.domain.experience import NO_EXPERIENCE, Experience, last_ended, same_trouble, usual
from oncall_tui.domain.ticket import SourceId
from oncall_tui.services.logbook import Logbook
from oncall_tui.services.polling import Polling


class Learning:
    """What the journal and the present readings teach."""

    def __init__(self, logbook: Logbook, polling: Polling) -> None:
        self._logbook, self._polling = logbook, polling
        self._has_news = True
        self._read_at: Mapping[SourceId, datetime | None] | None = None
        self._known = NO_EXPERIENCE
        logbook.on_change(self._hear)

    def _hear(self) -> None:
        self._has_news = True

    def steps(self, now: datetime) -> Generator[None, None, Experience]:
        """Return, after short steps, what is known now."""
        if self._has_news:
            records = self._logbook.records.values()
            self._known = replace(self._known, usual=usual(records, now), last_ended=last_ended(records))
            self._has_news = False
        read_at = {status.id: status.as_of for status in self._polling.statuses}
        if read_at != self._read_at:
            together = yield from same_trouble(self._polling.tickets, now)
            self._known = replace(self._known, same_trouble=together)
            self._read_at = read_at
        return self._known
