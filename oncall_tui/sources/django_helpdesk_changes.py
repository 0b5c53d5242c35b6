"""Which tickets of a django-helpdesk changed, as far as its follow-ups tell.

Whatever people do to a ticket on its pages, and every mail, leaves a follow-up. They are listed the oldest first, so
that the latest stand on the last page, and they are counted: where the count grew by anything but the new ones that
stand there, follow-ups were deleted or dated back, and nothing can be told.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import httpx

from oncall_tui.http_client import Remote, documented, fetch
from oncall_tui.sources.fields import Payload, number, records

_PAGE = 25
"""They bring along what was written, and only the latest are wanted."""
_HIDDEN = frozenset({403, 404})
"""What is answered beyond the last page, and where follow-ups are not to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _FollowUp:
    id: int
    ticket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tail:
    """The last follow-ups, and how many there are."""

    follow_ups: Sequence[_FollowUp]
    count: int


class Changes:
    """The tickets that changed and were not read since."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._known: tuple[int, frozenset[int]] | None = None
        """How many follow-ups there were, and which stood on the last page."""
        self._changed: set[int] = set()
        self._is_blind = False
        """Whether follow-ups are not to be seen, or not counted."""

    async def look(self, http: httpx.AsyncClient) -> frozenset[int] | None:
        """Return the tickets that changed; None where that cannot be told, such as the first time."""
        if self._known is None:
            await self._begin(http)
            return None
        count, known = self._known
        tail = await self._tail(http, count)
        fresh = [one for one in tail.follow_ups if one.id not in known] if tail is not None else []
        # An older one that stands there all of a sudden was pushed by one that is dated back.
        is_pushed = any(one.id < max(known) for one in fresh) if known else False
        if tail is None or is_pushed or tail.count != count + len(fresh):
            await self._begin(http)
            return None
        self._remember(tail)
        self._changed |= {one.ticket for one in fresh}
        return frozenset(self._changed)

    def taken(self, tickets: Collection[int]) -> None:
        """Forget the tickets that were read meanwhile."""
        self._changed.difference_update(tickets)

    async def _begin(self, http: httpx.AsyncClient) -> None:
        self._known = None
        if self._is_blind:
            return
        first = await self._tail(http, 0, pages=1)
        self._is_blind = first is None
        tail = first if first is None or first.count <= _PAGE else await self._tail(http, first.count)
        if tail is not None:
            self._remember(tail)

    def _remember(self, tail: _Tail) -> None:
        self._known = tail.count, frozenset(one.id for one in tail.follow_ups)

    async def _tail(self, http: httpx.AsyncClient, count: int, *, pages: int | None = None) -> _Tail | None:
        """Read the page on which the last of so many stands, and those behind it; None where there is no such page."""
        follow_ups: list[_FollowUp] = []
        page = first = max(math.ceil(count / _PAGE), 1)
        while True:
            params: dict[str, str | int] = {"page_size": _PAGE, "page": page}
            answer = await fetch(http, self._remote, "followups/", also=_HIDDEN, params=params)
            if answer.status in _HIDDEN:
                return None
            found = documented(answer, object)
            listed: Payload = found if isinstance(found, dict) else {}
            written = [_follow_up(one) for one in records(listed, "results")]
            follow_ups += [one for one in written if one is not None]
            counted = number(listed, "count")
            page += 1
            if counted is None or None in written:
                return None
            if not listed.get("next") or not written or page - first == pages:
                return _Tail(follow_ups=follow_ups, count=counted)


def _follow_up(payload: Payload) -> _FollowUp | None:
    called, ticket = number(payload), number(payload, "ticket")
    return _FollowUp(id=called, ticket=ticket) if called is not None and ticket is not None else None
