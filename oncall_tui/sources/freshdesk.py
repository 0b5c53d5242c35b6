"""Tickets from Freshdesk, by its API v2.

Its list knows no statuses, so every ticket ever changed is read once, in the order of changes: each page begins where
the one before ended in time, so that a ticket that changes meanwhile comes again at the end and pushes no other off.
After that a round reads only what changed. What was deleted no list tells, so everything is read again in the
background, a few pages in each round.

A page costs five credits of the account's minute: two more for each of requester and stats.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer as Ours
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Status, Ticket, TicketId
from oncall_tui.errors import SourceError, SourceGarbled
from oncall_tui.http_client import (
    Allowance,
    Answer,
    Limits,
    Meter,
    Pace,
    PasswordAuth,
    Remote,
    client,
    documented,
    fetch,
    url_problem,
)
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import ABSENT, find_with, write_with
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import number
from oncall_tui.sources.freshdesk_answers import FreshdeskPen
from oncall_tui.sources.freshdesk_payload import (
    STATUSES,
    Company,
    Listed,
    OwnNames,
    parse_agent,
    parse_company,
    parse_contact,
    parse_message,
    parse_opening,
    parse_statuses,
    parse_ticket,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

T = TypeVar("T")

_PAGE = 100
_LAST_PAGE = 300
"""Beyond it Freshdesk answers no more."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Without an instant only the tickets created in the last 30 days are listed."""
_SECOND = timedelta(seconds=1)
_OVERLAP = timedelta(minutes=1)
_RECHECK_EVERY = timedelta(hours=6)
_RECHECK_PAGES = 2
"""Pages of the background reading in one round."""
_STATUSES_LAST = timedelta(hours=6)
_AT_ONCE = 6
"""Records of each kind that are asked for in one round: the cheapest plan with an API allows 200 credits a minute."""
_UNREADABLE = frozenset({403, 404, 405})
_THREAD_PAGES = 3
_LIMITS = Limits(
    whole=Allowance(requests=50),
    parts=(Allowance(requests=20, only="tickets", by_total={400: 100, 700: 200}),),
    meter=Meter(total="X-RateLimit-Total", left="X-RateLimit-Remaining", used="X-RateLimit-Used-CurrentRequest"),
    dear={"tickets": 5},
)
"""Credits of an account in a minute, while it is tried out; and how often its list may be asked for, in each plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``freshdesk``."""

    url: str
    """Address of the help desk, such as https://acme.freshdesk.com."""
    key: Secret
    """The API key of an agent who sees every ticket."""
    since: timedelta | None = None
    """Tickets nobody touched for longer are left out, which makes the first reading shorter; left out: none is."""
    pending: tuple[str, ...] = ("Waiting on Customer",)
    """Names of statuses of your own in which it is the customer's turn."""
    on_hold: tuple[str, ...] = ("Waiting on Third Party",)
    """Names of statuses of your own in which somebody else is waited for."""
    solved: tuple[str, ...] = ()
    """Names of statuses of your own that need nobody any more; every other one is open."""
    account_time_zone: str = ""
    """The zone of the account as Freshdesk calls it: it stands in contacts nobody chose one for, and is passed over."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []


@dataclass(slots=True, kw_only=True)
class _Walk:
    """How far the changes have been read, so that a pause Freshdesk asks for costs nothing that was read before."""

    since: datetime
    page: int = 1
    latest: datetime = _BEGINNING
    found: dict[TicketId, Listed] = field(default_factory=dict)

    def take(self, tickets: Sequence[Listed], *, is_last: bool) -> None:
        """Take a page, and go on where it ended."""
        for listed in tickets:
            self.found.pop(listed.ticket.id, None)
            if listed.ticket.status.is_open:
                self.found[listed.ticket.id] = listed
        self.latest = max([self.latest, *(t.ticket.updated_at for t in tickets if t.ticket.updated_at is not None)])
        # Whether the instant itself is included is not documented, so the second before is asked for again.
        until = self.latest - (_OVERLAP if is_last else _SECOND)
        self.page = 1 if is_last or until > self.since else self.page + 1
        self.since = max(self.since, until)


def build(source: SourceId, settings: Settings, clock: Clock) -> "FreshdeskSource":
    """Return the source of a table."""
    return FreshdeskSource(source, settings, clock)


class FreshdeskSource:
    """One Freshdesk."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._contacts: Lookups[int, Requester] = Lookups(clock, at_once=_AT_ONCE, room=self.pace.has_room)
        self._companies: Lookups[int, Company] = Lookups(clock, at_once=_AT_ONCE, room=self.pace.has_room)
        self._agents: Lookups[int, CleanText] = Lookups(clock, at_once=_AT_ONCE, room=self.pace.has_room)
        self._statuses: tuple[datetime, Mapping[int, Status]] | None = None
        self._pen = FreshdeskPen(self._remote, self._client, self._meanings)
        self._walk = self._new_walk()
        self._recheck: _Walk | None = None
        self._checked_at: datetime | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask for one ticket as the rounds do."""
        async with self._client() as http:
            await self._page(http, self._new_walk(), STATUSES)
        return clean("Freshdesk answers: its tickets can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            statuses = await self._meanings(http)
            await self._to_end(http, self._walk, statuses)
            await self._look_again(http, statuses)
            found = list(self._walk.found.values())
            recent = found[::-1]
            await self._contacts.fill((t.contact for t in recent), lambda n: self._contact(http, n))
            await self._companies.fill((t.company for t in recent), lambda n: self._company(http, n))
            await self._agents.fill((t.agent for t in recent), lambda n: self._agent(http, n))
        return await made_of(found, self._told)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read a ticket's conversation, which begins with the ticket itself."""
        called = number_of(ticket, self._id)
        async with self._client() as http:
            answer = await fetch(http, self._remote, f"tickets/{called}", params={"include": "requester"})
            opening = documented(answer, dict[str, object])
            entries: list[dict[str, object]] = []
            for page in range(1, _THREAD_PAGES + 1):
                params = {"per_page": _PAGE, "page": page}
                answer = await fetch(http, self._remote, f"tickets/{called}/conversations", params=params)
                entries += (found := documented(answer, list[dict[str, object]]))
                if len(found) < _PAGE and not _has_more(answer):
                    break
        agents = {
            author: self._agents.get(author) or NO_TEXT for entry in entries if (author := number(entry, "user_id"))
        }
        messages = [parse_opening(opening), *(parse_message(entry, opening, agents) for entry in entries)]
        return sorted((message for message in messages if message is not None), key=lambda message: message.at)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one ticket by its number, with what is known of its people; None when it is gone."""
        params = {"include": "requester,stats"}
        async with self._client() as http:
            path = f"tickets/{number_of(ticket, self._id)}"
            answer = await fetch(http, self._remote, path, also=ABSENT, params=params)
            if answer.status in ABSENT:
                return None
            statuses = await self._meanings(http)
        found = parse_ticket(documented(answer, dict[str, object]), self._id, self._url, statuses)
        return self._told(found)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this agent may is for Freshdesk to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Ours) -> Receipt:
        """Reply, add a note, or change agent or status, and look whether Freshdesk did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Ours, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the ticket, or for its agent or status."""
        return await find_with(self._pen, self, answer, claimed)

    def _client(self) -> httpx.AsyncClient:
        # The key is the user; Freshdesk looks at no password.
        return client(f"{self._url}/api/v2/", auth=PasswordAuth(self._settings.key.reveal(), Secret("X")))

    def _told(self, listed: Listed) -> Ticket:
        known = self._contacts.get(listed.contact), self._companies.get(listed.company), self._agents.get(listed.agent)
        return listed.told(*known)

    def _new_walk(self) -> _Walk:
        since = self._settings.since
        return _Walk(since=_BEGINNING if since is None else self._clock() - since)

    async def _meanings(self, http: httpx.AsyncClient) -> Mapping[int, Status]:
        """Return what each status means; an agent who may not ask for the fields knows the usual ones."""
        now = self._clock()
        if self._statuses is not None and now - self._statuses[0] < _STATUSES_LAST:
            return self._statuses[1]
        params = {"type": "default_status"}
        answer = await fetch(http, self._remote, "ticket_fields", also=_UNREADABLE, params=params)
        fields = documented(answer, list[dict[str, object]]) if answer.status not in _UNREADABLE else ()
        names = (self._settings.pending, self._settings.on_hold, self._settings.solved)
        pending, on_hold, solved = (frozenset(name.strip().casefold() for name in own) for own in names)
        statuses = parse_statuses(fields, OwnNames(pending=pending, on_hold=on_hold, solved=solved))
        self._statuses = now, statuses
        return statuses

    async def _to_end(self, http: httpx.AsyncClient, walk: _Walk, statuses: Mapping[int, Status]) -> None:
        while not await self._page(http, walk, statuses):
            pass

    async def _look_again(self, http: httpx.AsyncClient, statuses: Mapping[int, Status]) -> None:
        """Read a little of everything again, and drop what is no more once all of it was read."""
        now = self._clock()
        self._checked_at = self._checked_at or now
        if (self._recheck is None and now - self._checked_at < _RECHECK_EVERY) or not self.pace.has_room():
            return
        self._recheck = self._recheck or self._new_walk()
        try:
            for _ in range(_RECHECK_PAGES):
                if await self._page(http, self._recheck, statuses):
                    self._walk, self._recheck, self._checked_at = self._recheck, None, now
                    return
        except SourceError:
            return  # the list itself was read; the next round goes on here

    async def _page(self, http: httpx.AsyncClient, walk: _Walk, statuses: Mapping[int, Status]) -> bool:
        """Read the next page of a walk and tell whether it was the last."""
        if walk.page > _LAST_PAGE:
            raise SourceGarbled(f"{self._id} gives no end of tickets that changed at the same time: check its url")
        params: dict[str, str | int] = {
            "updated_since": f"{walk.since:%Y-%m-%dT%H:%M:%SZ}",
            "order_by": "updated_at",
            "order_type": "asc",
            "include": "requester,stats",
            "per_page": _PAGE,
            "page": walk.page,
        }
        answer = await fetch(http, self._remote, "tickets", params=params)
        rows = documented(answer, list[dict[str, object]])
        is_last = len(rows) < _PAGE and not _has_more(answer)
        walk.take([parse_ticket(row, self._id, self._url, statuses) for row in rows], is_last=is_last)
        self.pace.found(len(walk.found))
        return is_last

    async def _contact(self, http: httpx.AsyncClient, number: int) -> Requester:
        contact = await self._record(http, f"contacts/{number}", parse_contact, Requester())
        is_default = contact.time_zone == self._settings.account_time_zone
        return replace(contact, time_zone=NO_TEXT) if is_default else contact

    async def _company(self, http: httpx.AsyncClient, number: int) -> Company:
        return await self._record(http, f"companies/{number}", parse_company, Company())

    async def _agent(self, http: httpx.AsyncClient, number: int) -> CleanText:
        return await self._record(http, f"agents/{number}", parse_agent, NO_TEXT)

    async def _record(
        self, http: httpx.AsyncClient, path: str, parse: Callable[[dict[str, object]], T], unknown: T
    ) -> T:
        """Read a record; one that is deleted, or not this agent's to see, is an unknown one."""
        answer = await fetch(http, self._remote, path, also=_UNREADABLE)
        return unknown if answer.status in _UNREADABLE else parse(documented(answer, dict[str, object]))


def _has_more(answer: Answer) -> bool:
    return 'rel="next"' in answer.headers.get("Link", "")
