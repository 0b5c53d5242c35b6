"""Tickets from Zendesk Support.

What is open is found by a search for ``status<solved``, because every agent may search and a search has no end at 1,000
when it is exported; or in a view the config names, which may be ten minutes old. The search's index lags behind by
minutes, so each ticket that changed is then read by its number, which also tells whose turn it is and what is due.
Later rounds look for what changed only: by search with an overlap, or, for an admin, by the incremental export, which
has no index. Every half hour all of it is searched for again; a view is always read whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Unpack

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceRefused
from oncall_tui.http_client import Answer, Content, PasswordAuth, Remote, client, documented, fetch, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.fields import Payload, number, records
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.oauth import Access, Grant
from oncall_tui.sources.zendesk_payload import (
    Listed,
    Organisation,
    Page,
    Person,
    parse_message,
    parse_organisation,
    parse_page,
    parse_person,
    parse_ticket,
)
from oncall_tui.text_safety import clean

_PAGE = 100
_UNREADABLE = frozenset({403, 404})
_LAG = timedelta(minutes=10)
"""How far the index of the search may be behind."""
_SETTLED = timedelta(minutes=1)
_WHOLE_EVERY = timedelta(minutes=30)
_WALK_LASTS = timedelta(minutes=50)
"""A cursor of the search is good for an hour."""

Params = dict[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``zendesk``."""

    subdomain: str = ""
    """The first word of your address: acme in https://acme.zendesk.com."""
    client_id: str = ""
    """The identifier of a confidential OAuth client; or else email and token, until Zendesk ends API tokens."""
    client_secret: Secret | None = None
    """Its secret."""
    email: str = ""
    """The mail address of the agent an API token acts for."""
    token: Secret | None = None
    """An API token; all of them end on 2027-04-30."""
    view: int | None = None
    """The number of a view that lists what is read; left out: every ticket that is not solved."""
    admin: bool = False
    """Whether the client or agent is an admin, who may read changes without the delay of the search."""
    tier_field: str = ""
    """The key of the organisation field that says how a customer is served."""
    url: str = ""
    """The whole address, where it is not that of subdomain."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if bool(self.subdomain) == bool(self.url):
            found.append(("subdomain", 'the first word of your address, such as "acme", or else url'))
        elif self.subdomain and not self.subdomain.replace("-", "").isalnum():
            found.append(("subdomain", 'only the first word of your address, such as "acme"'))
        elif self.url and (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if (self.client_secret is None) == bool(self.client_id):
            found.append(("client_id", "client_id and client_secret together, or neither"))
        if (self.token is None) == bool(self.email):
            found.append(("email", "email and token together, or neither"))
        if (self.client_secret is None) == (self.token is None):
            found.append(("client_secret", "either client_id and client_secret, or email and token"))
        return found

    @property
    def address(self) -> str:
        """Return where this Zendesk is."""
        return self.url.rstrip("/") or f"https://{self.subdomain}.zendesk.com"


@dataclass(slots=True, kw_only=True)
class _Walk:
    """How far a list has been read, so that a pause Zendesk asks for costs nothing that was read before."""

    path: str
    params: Params
    kind: str
    is_whole: bool
    began_at: datetime
    found: dict[TicketId, Listed] = field(default_factory=dict)
    cursor: str = ""
    is_complete: bool = False


API_TOKENS_END_ON = date(2027, 4, 30)
"""Zendesk's own announcement: no API token works after this day."""


class _Me(msgspec.Struct):
    user: dict[str, object]


def build(source: SourceId, settings: Settings, clock: Clock) -> "ZendeskSource":
    """Return the source of a table."""
    return ZendeskSource(source, settings, clock)


class ZendeskSource:
    """One Zendesk Support."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout)
        self._access = _access(self._remote, settings)
        self._people: Lookups[int, Person] = Lookups(clock, at_once=_PAGE)
        self._organisations: Lookups[int, Organisation] = Lookups(clock, at_once=_PAGE)
        self._listed: dict[TicketId, Listed] = {}
        self._read: dict[TicketId, tuple[datetime | None, Listed]] = {}
        """What was read by number, and for which change; None where it may change again within the same second."""
        self._walk: _Walk | None = None
        self._whole_at: datetime | None = None
        self._changes_since: datetime | None = None
        self._stream = ""
        """Where the incremental export goes on."""

    @property
    def token_ends_on(self) -> date | None:
        """Return the day on which Zendesk ends every API token; None for an OAuth client."""
        return API_TOKENS_END_ON if self._settings.token is not None else None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask who this is, then for a page as the rounds do."""
        async with self._client() as http:
            me = documented(await self._get(http, "users/me.json"), _Me).user
            if number(me) is None:  # Zendesk tells a stranger politely that he is nobody
                raise SourceRefused(f"{self._id} does not know these credentials: renew them in {self._remote.where}")
            await self._page(http, self._whole_walk(self._clock()))
        return clean(f"Zendesk answers {parse_person(me).requester.name}: its tickets can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._client() as http:
            walk = await self._walked(http)
            await self._by_number(http, walk.found)
            self._lay_over(walk)
            found = list(self._listed.values())
            people = [number for t in found for number in (t.requester, t.assignee)]
            await self._people.fill_many(people, lambda some: self._users(http, some), Person())
            organisations = [t.organisation for t in found]
            await self._organisations.fill_many(organisations, lambda some: self._companies(http, some), Organisation())
        return [
            t.told(self._people.get(t.requester), self._people.get(t.assignee), self._organisations.get(t.organisation))
            for t in found
        ]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest words of a ticket."""
        called = ticket.partition(":")[2]
        if not (called.isascii() and called.isdigit()):
            raise SourceGarbled(f"{self._id} has no ticket of that number")
        params: Params = {"include": "users", "page[size]": _PAGE, "sort": "-created_at"}
        async with self._client() as http:
            answer = await self._get(http, f"tickets/{called}/comments.json", params=params)
        payload = documented(answer, dict[str, object])
        people = {n: parse_person(user) for user in records(payload, "users") if (n := number(user)) is not None}
        messages = (parse_message(comment, people) for comment in parse_page(payload, "comments").entries)
        return sorted((message for message in messages if message is not None), key=lambda message: message.at)

    def _client(self) -> httpx.AsyncClient:
        settings = self._settings
        auth = PasswordAuth(f"{settings.email}/token", settings.token) if settings.token is not None else None
        return client(f"{settings.address}/api/v2/", auth=auth)

    async def _get(
        self, http: httpx.AsyncClient, path: str, *, also: frozenset[int] = frozenset(), **content: Unpack[Content]
    ) -> Answer:
        if self._access is not None:
            return await self._access.get(http, path, also=also, **content)
        return await fetch(http, self._remote, path, also=also, **content)

    async def _walked(self, http: httpx.AsyncClient) -> _Walk:
        """Read the list of this round to its end, going on where a round before was interrupted."""
        now = self._clock()
        if self._walk is None or now - self._walk.began_at > _WALK_LASTS:
            self._walk = self._next_walk(now)
        walk = self._walk
        try:
            while not walk.is_complete:
                await self._page(http, walk)
        except (SourceGarbled, SourceRefused):
            self._walk = None
            self._stream = ""
            raise
        return walk

    def _next_walk(self, now: datetime) -> _Walk:
        since = self._changes_since
        is_old = self._whole_at is None or now - self._whole_at >= _WHOLE_EVERY
        if since is None or is_old or self._settings.view is not None:
            return self._whole_walk(now)
        if self._settings.admin:
            params: Params = {"cursor": self._stream} if self._stream else {"start_time": int(since.timestamp())}
            path, kind = "incremental/tickets/cursor.json", "tickets"
        else:
            params = {**_SEARCH, "query": f"updated>={since:%Y-%m-%dT%H:%M:%SZ}"}
            path, kind = "search/export.json", "results"
        return _Walk(path=path, params=params, kind=kind, is_whole=False, began_at=now)

    def _whole_walk(self, now: datetime) -> _Walk:
        view = self._settings.view
        if view is not None:
            path, params, kind = f"views/{view}/tickets.json", Params({"page[size]": _PAGE}), "tickets"
        else:
            path, params, kind = "search/export.json", Params({**_SEARCH, "query": "status<solved"}), "results"
        return _Walk(path=path, params=params, kind=kind, is_whole=True, began_at=now)

    async def _page(self, http: httpx.AsyncClient, walk: _Walk) -> None:
        page: Page = parse_page(
            documented(await self._get(http, walk.path, params=walk.params), dict[str, object]), walk.kind
        )
        if not page.is_last and page.cursor == walk.cursor:
            raise SourceGarbled(f"{self._id} gives the same page for ever: check {self._remote.where}")
        for entry in page.entries:
            listed = parse_ticket(entry, self._id, self._settings.address)
            walk.found[listed.ticket.id] = listed
        walk.cursor, walk.is_complete = page.cursor, page.is_last
        if "start_time" in walk.params or "cursor" in walk.params:
            walk.params = {"cursor": page.cursor}
        else:
            walk.params = {**walk.params, "page[after]": page.cursor}

    async def _by_number(self, http: httpx.AsyncClient, found: Mapping[TicketId, Listed]) -> None:
        """Read those open tickets by number whose change is not known yet."""
        wanted = [
            listed.ticket
            for listed in found.values()
            if listed.ticket.status.is_open and not self._is_read(listed.ticket)
        ]
        for start in range(0, len(wanted), _PAGE):
            batch = wanted[start : start + _PAGE]
            numbers = ",".join(ticket.number for ticket in batch)
            params: Params = {"ids": numbers, "include": "slas,metric_sets"}
            payload = documented(await self._get(http, "tickets/show_many.json", params=params), dict[str, object])
            fresh = {t.ticket.id: t for t in map(self._parsed, parse_page(payload, "tickets").entries)}
            for ticket in batch:
                settled = ticket.updated_at if self._is_settled(ticket) else None
                self._read[ticket.id] = settled, fresh.get(ticket.id, found[ticket.id])

    def _is_settled(self, ticket: Ticket) -> bool:
        return ticket.updated_at is not None and self._clock() - ticket.updated_at > _SETTLED

    def _parsed(self, payload: Payload) -> Listed:
        return parse_ticket(payload, self._id, self._settings.address)

    def _is_read(self, ticket: Ticket) -> bool:
        known = self._read.get(ticket.id)
        if known is None or known[0] is None:
            return False
        ours = known[1].ticket.updated_at
        # What was read by number may be ahead of the list.
        return known[0] == ticket.updated_at or (
            ours is not None and ticket.updated_at is not None and ours >= ticket.updated_at
        )

    def _lay_over(self, walk: _Walk) -> None:
        """Take over a list that was read to its end."""
        kept = self._listed
        if walk.is_whole:  # a ticket that is new may not have reached the index yet
            recent = walk.began_at - _LAG
            kept = {i: t for i, t in kept.items() if self._settings.view is None and _is_later(t.ticket, recent)}
            self._whole_at = walk.began_at
        latest = {**kept, **{i: self._read[i][1] if i in self._read else t for i, t in walk.found.items()}}
        closed = {i for i, t in walk.found.items() if not t.ticket.status.is_open and not self._is_ahead(t.ticket)}
        self._listed = {i: t for i, t in latest.items() if i not in closed and t.ticket.status.is_open}
        self._read = {i: known for i, known in self._read.items() if i in self._listed or i in walk.found}
        self._changes_since = walk.began_at - _LAG
        if walk.path.startswith("incremental"):
            self._stream = walk.cursor
        self._walk = None

    def _is_ahead(self, ticket: Ticket) -> bool:
        """Tell whether a ticket was read by number after the change a list tells of."""
        known = self._read.get(ticket.id)
        return known is not None and ticket.updated_at is not None and _is_later(known[1].ticket, ticket.updated_at)

    async def _users(self, http: httpx.AsyncClient, numbers: Sequence[int]) -> Mapping[int, Person]:
        found = await self._records(http, "users", numbers)
        return {identity: parse_person(payload) for identity, payload in found.items()}

    async def _companies(self, http: httpx.AsyncClient, numbers: Sequence[int]) -> Mapping[int, Organisation]:
        found = await self._records(http, "organizations", numbers)
        field_key = self._settings.tier_field
        return {identity: parse_organisation(payload, field_key) for identity, payload in found.items()}

    async def _records(self, http: httpx.AsyncClient, kind: str, numbers: Sequence[int]) -> Mapping[int, Payload]:
        """Read many records at once; deleted ones, and those not this agent's to see, are missing."""
        params: Params = {"ids": ",".join(map(str, numbers))}
        answer = await self._get(http, f"{kind}/show_many.json", also=_UNREADABLE, params=params)
        if answer.status in _UNREADABLE:
            return {}
        payload = documented(answer, dict[str, object])
        return {n: entry for entry in records(payload, kind) if (n := number(entry)) is not None}


_SEARCH: Mapping[str, str | int] = {"filter[type]": "ticket", "page[size]": _PAGE}


def _access(remote: Remote, settings: Settings) -> Access | None:
    if settings.client_secret is None:
        return None
    grant = Grant(
        url=f"{settings.address}/oauth/tokens",
        client_id=settings.client_id,
        secret=settings.client_secret,
        more={"scope": "read"},  # the finer scopes leave out search
        lasts=timedelta(minutes=30),
        is_form=False,
    )
    return Access(remote, grant)


def _is_later(ticket: Ticket, than: datetime) -> bool:
    return ticket.updated_at is not None and ticket.updated_at > than
