"""Tickets from Zendesk Support: ``zendesk_list`` says how they are found, ``zendesk_answers`` how they are answered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceRefused
from oncall_tui.http_client import Allowance, Limits, Meter, Pace, PasswordAuth, Remote, documented, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import find_with, write_with
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number, records
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.zendesk_answers import ZendeskPen
from oncall_tui.sources.zendesk_list import Wanted, ZendeskList
from oncall_tui.sources.zendesk_payload import (
    Listed,
    Organisation,
    Person,
    parse_message,
    parse_organisation,
    parse_page,
    parse_person,
)
from oncall_tui.sources.zendesk_wire import Credentials, OAuthClient, PersonsLogin, ZendeskWire
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 100
_FIRST_PORT, _LAST_PORT = 1024, 65535
_UNREADABLE = frozenset({403, 404})

Params = dict[str, str | int]
_LIMITS = Limits(
    whole=Allowance(requests=200),
    parts=(
        Allowance(requests=100, only="search/export.json"),
        Allowance(requests=10, only="incremental/tickets/cursor.json"),
    ),
    meter=Meter(total="X-Rate-Limit", left="X-Rate-Limit-Remaining"),
)
"""Of an account, in a minute, in the plan called Team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``zendesk``."""

    subdomain: str = ""
    """The first word of your address: acme in https://acme.zendesk.com."""
    client_id: str = ""
    """The identifier of a confidential OAuth client; or else email and token, until Zendesk ends API tokens."""
    client_secret: Secret | None = None
    """Its secret; a client that a person logs in to may have none."""
    login: Path | None = None
    """The file in which the login of a person is kept; ``oncall-tui connect zendesk`` makes it."""
    login_port: int = 47113
    """The port of this machine at which that login ends."""
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
        is_client = self.client_secret is not None or self.login is not None
        if is_client != bool(self.client_id):
            found.append(("client_id", "client_id with client_secret or login, or none of them"))
        if (self.token is None) == bool(self.email):
            found.append(("email", "email and token together, or neither"))
        if is_client == (self.token is not None):
            found.append(("client_secret", "either client_id with client_secret or login, or email and token"))
        if not _FIRST_PORT <= self.login_port <= _LAST_PORT:
            found.append(("login_port", f"a port from {_FIRST_PORT} to {_LAST_PORT}"))
        return found

    @property
    def address(self) -> str:
        """Return where this Zendesk is."""
        return self.url.rstrip("/") or f"https://{self.subdomain}.zendesk.com"

    @property
    def credentials(self) -> Credentials:
        """Return what proves who is asking."""
        if self.login is not None:
            return PersonsLogin(
                id=self.client_id, secret=self.client_secret, file=self.login.expanduser(), port=self.login_port
            )
        if self.client_secret is not None:
            return OAuthClient(id=self.client_id, secret=self.client_secret)
        return PasswordAuth(f"{self.email}/token", self.token or Secret(""))


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
        self._id, self._settings = source, settings
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._wire = ZendeskWire(self._remote, settings.address, settings.credentials)
        self._list = ZendeskList(
            source, self._wire, Wanted(view=settings.view, admin=settings.admin), clock, self.pace.found
        )
        self._pen = ZendeskPen(self._remote, self._wire)
        self._people: Lookups[int, Person] = Lookups(clock, at_once=_PAGE, room=self.pace.has_room)
        self._organisations: Lookups[int, Organisation] = Lookups(clock, at_once=_PAGE, room=self.pace.has_room)

    @property
    def token_ends_on(self) -> date | None:
        """Return the day on which Zendesk ends every API token; None for an OAuth client."""
        return API_TOKENS_END_ON if self._settings.token is not None else None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    @property
    def needs_login(self) -> bool:
        """Tell whether a person has to log in first."""
        return self._wire.needs_login

    async def log_in(self, show: Callable[[str], None]) -> None:
        """Let a person log in, and keep the login."""
        await self._wire.log_in(show)

    async def check(self) -> CleanText:
        """Ask who this is, then for a page as the rounds do."""
        async with self._wire.client() as http:
            me = documented(await self._wire.get(http, "users/me.json"), _Me).user
            if number(me) is None:  # Zendesk tells a stranger politely that he is nobody
                raise SourceRefused(f"{self._id} does not know these credentials: renew them in {self._remote.where}")
            await self._list.try_page(http)
        return clean(f"Zendesk answers {parse_person(me).requester.name}: its tickets can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._wire.client() as http, self.pace.unhurried(http):
            found = await self._list.read(http)
            await self._meet(http, found)
        return await made_of(found, self._told)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one ticket by its number, which no index stands before; None when it is gone."""
        called = number_of(ticket, self._id)
        async with self._wire.client() as http:
            listed = await self._list.one(http, called)
            if listed is None:
                return None
            await self._meet(http, [*self._list.entries, listed])
        return self._told(listed)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this agent or client may is for Zendesk to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Comment, or change assignee or status, and look whether Zendesk did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the comment in the ticket, or for its assignee or status."""
        return await find_with(self._pen, self, answer, claimed)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest words of a ticket."""
        called = number_of(ticket, self._id)
        params: Params = {"include": "users", "page[size]": _PAGE, "sort": "-created_at"}
        async with self._wire.client() as http:
            answer = await self._wire.get(http, f"tickets/{called}/comments.json", params=params)
        payload = documented(answer, dict[str, object])
        people = {n: parse_person(user) for user in records(payload, "users") if (n := number(user)) is not None}
        messages = (parse_message(comment, people) for comment in parse_page(payload, "comments").entries)
        return sorted((message for message in messages if message is not None), key=lambda message: message.at)

    async def _meet(self, http: httpx.AsyncClient, found: Sequence[Listed]) -> None:
        people = [number for t in found for number in (t.requester, t.assignee)]
        await self._people.fill_many(people, lambda some: self._users(http, some), Person())
        organisations = [t.organisation for t in found]
        await self._organisations.fill_many(organisations, lambda some: self._companies(http, some), Organisation())

    def _told(self, listed: Listed) -> Ticket:
        asker, assignee = self._people.get(listed.requester), self._people.get(listed.assignee)
        return listed.told(asker, assignee, self._organisations.get(listed.organisation))

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
        answer = await self._wire.get(http, f"{kind}/show_many.json", also=_UNREADABLE, params=params)
        if answer.status in _UNREADABLE:
            return {}
        payload = documented(answer, dict[str, object])
        return {n: entry for entry in records(payload, kind) if (n := number(entry)) is not None}
