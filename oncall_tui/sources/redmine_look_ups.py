"""What a list of Redmine's does not say: whose turn it is in an issue, and who opened it.

Issues that changed are looked up one by one, the latest first and a number of them per round; until then nobody can
tell whose turn it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.http_client import Remote, documented, fetch
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.redmine_payload import Author, Exchange, Fields, Listed, parse_author, parse_exchange
from oncall_tui.sources.told import Told
from oncall_tui.turns import made_of

_AT_ONCE = 100
"""Looked up in one round, one request for each: what a small server bears every minute."""
_SETTLED = timedelta(minutes=1)
"""Its instants have whole seconds, so an issue that changed just now may change again within the same one."""
_HIDDEN = frozenset({403, 404})
_WITH_NOTES: Mapping[str, str | int] = {"include": "journals"}
_NOBODY = Author()
_UNKNOWN = Exchange()
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Issue(msgspec.Struct):
    issue: dict[str, object]


class _User(msgspec.Struct):
    user: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What a look into an issue said."""

    updated_at: datetime | None
    """Of the issue as it was listed then."""
    is_settled: bool
    exchange: Exchange


class LookUps:
    """What was looked up so far, of the issues that are listed."""

    def __init__(self, remote: Remote, fields: Fields) -> None:
        self._remote, self._fields = remote, fields
        self._seen: dict[TicketId, _Seen] = {}
        self._authors: dict[int, Author] = {}
        self._told: Told[Listed, tuple[Author, Exchange]] = Told()

    async def fill(self, http: httpx.AsyncClient, listed: Sequence[Listed]) -> None:
        """Look up what has not been looked up since it changed, the latest change first."""
        left = _AT_ONCE
        missing = [entry for entry in await made_of(listed, self._missing) if entry is not None]
        for entry in sorted(missing, key=lambda entry: entry.ticket.updated_at or _LONG_AGO, reverse=True):
            if left > 0 and entry.author is not None and entry.author not in self._authors:
                left -= 1
                self._authors[entry.author] = await self._author(http, entry.author)
            if left > 0 and self._is_wanted(entry):
                left -= 1
                await self._look_into(http, entry)
        still_there = {entry.ticket.id for entry in listed}
        self._seen = {ticket: seen for ticket, seen in self._seen.items() if ticket in still_there}

    async def told(self, listed: Sequence[Listed]) -> Sequence[Ticket]:
        """Return the tickets with what is known of them beyond the list."""
        return await self._told.tickets(listed, self._known, lambda entry, known: entry.told(*known))

    def _known(self, entry: Listed) -> tuple[Author, Exchange]:
        author = self._authors.get(entry.author, _NOBODY) if entry.author is not None else _NOBODY
        return author, self._exchange(entry)

    async def _author(self, http: httpx.AsyncClient, number: int) -> Author:
        """Read a user; who is hidden from us, deleted or anonymous is nobody."""
        answer = await fetch(http, self._remote, f"users/{number}.json", also=_HIDDEN)
        if answer.status in _HIDDEN:
            return _NOBODY
        return parse_author(documented(answer, _User).user, self._fields)

    def _missing(self, entry: Listed) -> Listed | None:
        """Return an entry of which something has to be looked up."""
        is_met = entry.author is None or entry.author in self._authors
        return None if is_met and not self._is_wanted(entry) else entry

    def _is_wanted(self, entry: Listed) -> bool:
        seen = self._seen.get(entry.ticket.id)
        is_known = seen is not None and seen.is_settled and seen.updated_at == entry.ticket.updated_at
        return not is_known and entry.untouched is None

    async def _look_into(self, http: httpx.AsyncClient, entry: Listed) -> None:
        path = f"issues/{entry.ticket.number}.json"
        answer = await fetch(http, self._remote, path, also=_HIDDEN, params=_WITH_NOTES)
        if answer.status in _HIDDEN:  # deleted, or moved away from us, since it was listed
            return
        updated_at = entry.ticket.updated_at
        now = given_at(answer) or self._remote.clock()
        self._seen[entry.ticket.id] = _Seen(
            updated_at=updated_at,
            is_settled=updated_at is not None and now - updated_at > _SETTLED,
            exchange=parse_exchange(documented(answer, _Issue).issue),
        )

    def _exchange(self, entry: Listed) -> Exchange:
        seen = self._seen.get(entry.ticket.id)
        if entry.untouched is not None or seen is None or seen.updated_at != entry.ticket.updated_at:
            return entry.untouched or _UNKNOWN
        return seen.exchange
