"""Tickets from django-helpdesk, by the interface for its staff.

Its tickets cannot be asked for by what changed, and each brings along all that was written in it. So a desk of several
pages is read whole only now and then, and in between by what its follow-ups tell of, ticket by ticket. What leaves
none, such as a merger or what a program closes, shows when the open tickets are counted, and then everything is read.
Its pages are counted, and it takes statuses by number and passes over those it does not know. It says of a ticket
neither when it began nor when it changed: the follow-ups do. People of ours are numbers, and nothing tells one's own.
A follow-up with a title would rename its ticket, so none is sent, and its words are a template, so that braces in them
are kept apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId, ticket_id
from oncall_tui.errors import Rejected
from oncall_tui.http_client import (
    Pace,
    PasswordAuth,
    Remote,
    TokenAuth,
    client,
    documented,
    fetch,
    read,
    send,
    url_problem,
)
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import account_of, proof
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.django_helpdesk_changes import Changes
from oncall_tui.sources.django_helpdesk_payload import (
    OPEN,
    REOPENED,
    RESOLVED,
    Desk,
    Fields,
    literal,
    parse_status,
    parse_thread,
    parse_ticket,
)
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number
from oncall_tui.sources.moving import Readings
from oncall_tui.sources.rounds import Entry, Page, Rounds, Walk
from oncall_tui.text_safety import clean

_PAGE = 200
"""It has no limit of its own, and looks at every ticket again for each page."""
_MISSING = frozenset({404})
"""What is answered beyond the last page, and of a ticket that is not open."""
_OVERLAP = timedelta()
"""Changes are told by their numbers there, and not by a clock."""
_STATUSES = f"{OPEN},{REOPENED}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``django-helpdesk``."""

    url: str
    """Address below which its pages are, such as https://acme.example/helpdesk."""
    user: str = ""
    """Login of an account that is staff; or else a token."""
    password: Secret | None = None
    """Its password."""
    token: Secret | None = None
    """A token of such an account, where the site gives out tokens."""
    account: int | None = None
    """The number of that account, for tickets it takes; left out: only people who are named can take one."""
    name_field: str = ""
    """Name of the custom field that holds the customer's name."""
    phone_field: str = ""
    """The same for the telephone number."""
    organisation_field: str = ""
    """The same for the customer's company."""
    time_zone_field: str = ""
    """The same for the time zone."""
    country_field: str = ""
    """The same for the country."""
    tier_field: str = ""
    """The same for how the customer is served."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=60), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if (self.token is None) == (self.password is None):
            found.append(("token", "either token, or user and password"))
        if (self.password is None) == bool(self.user):
            found.append(("user", "user and password together, or neither"))
        return found

    @property
    def fields(self) -> Fields:
        """Return the names of the custom fields."""
        return Fields(
            name=self.name_field,
            phone=self.phone_field,
            organisation=self.organisation_field,
            time_zone=self.time_zone_field,
            country=self.country_field,
            tier=self.tier_field,
        )


class _Listed(msgspec.Struct):
    results: list[dict[str, object]]
    count: int | None = None
    next: str | None = None


def build(source: SourceId, settings: Settings, clock: Clock) -> "DjangoHelpdeskSource":
    """Return the source of a table."""
    return DjangoHelpdeskSource(source, settings, clock)


class DjangoHelpdeskSource:
    """One django-helpdesk."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings = source, settings
        self.pace = Pace(clock)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._desk = Desk(source=source, url=settings.url.rstrip("/"), fields=settings.fields)
        self._rounds: Rounds[Entry] = Rounds(source, clock, overlap=_OVERLAP, found=self.pace.found)
        self._readings = Readings()
        self._changes = Changes(self._remote)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask how many tickets are open."""
        async with self._client() as http:
            count = await self._count(http)
        said = "its tickets can be read" if count is None else f"{count} open tickets"
        return clean(f"django-helpdesk answers: {said}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, every open ticket."""
        async with self._client() as http, self.pace.unhurried(http):
            resumes = self._rounds.is_under_way
            changed = await self._changed(http)
            is_whole = self._rounds.reads_everything
            listed = await self._read(http, changed)
            if not resumes:
                self._changes.taken(changed)
            if not is_whole and await self._count(http) not in {None, len(listed)}:
                listed = await self._recount(http, listed)
        return [entry.ticket for entry in listed]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read what a ticket began with, and its follow-ups."""
        async with self._client() as http:
            return parse_thread(await self._ticket(http, ticket))

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this account may is for the site to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Follow up for the customer or for us only, assign, or resolve."""
        called = int(number_of(answer.ticket, self._id))
        async with self._client() as http:
            if not answer.kind.has_words:
                await send(http, self._remote, "PATCH", f"tickets/{called}/", json=self._change(answer))
                self._rounds.wrote(answer.ticket)
                return Receipt()
            content = {"ticket": called, "comment": literal(answer.text), "public": answer.kind is AnswerKind.REPLY}
            taken = await send(http, self._remote, "POST", "followups/", json=content)
            self._rounds.wrote(answer.ticket)
        reference = number(taken.decode(dict[str, object]))
        return Receipt(reference=str(reference) if reference is not None else "")

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words among the follow-ups, or at whose the ticket is and where it stands."""
        async with self._client() as http:
            ticket = await self._ticket(http, answer.ticket)
        if answer.kind.has_words:
            as_sent = replace(answer, text=CleanText(literal(answer.text)))
            return proof(as_sent, parse_thread(ticket), claimed)
        if answer.kind is AnswerKind.SOLVE:
            return Receipt() if not parse_status(ticket).is_open else None
        return Receipt() if number(ticket, "assigned_to") == self._account(answer) else None

    def _change(self, answer: Answer) -> Mapping[str, int]:
        return {"status": RESOLVED} if answer.kind is AnswerKind.SOLVE else {"assigned_to": self._account(answer)}

    def _account(self, answer: Answer) -> int:
        own = str(self._settings.account) if self._settings.account is not None else ""
        account = account_of(answer, self._id, own, called="NUMBER")
        if not (account.isascii() and account.isdigit()):
            raise Rejected(f"{self._id} calls people by number, and {clean(account)} is none")
        return int(account)

    def _client(self) -> httpx.AsyncClient:
        settings = self._settings
        auth: httpx.Auth | None = TokenAuth(settings.token, scheme="Token") if settings.token else None
        if settings.password:
            auth = PasswordAuth(settings.user, settings.password)
        return client(f"{self._desk.url}/api/", auth=auth)

    async def _ticket(self, http: httpx.AsyncClient, ticket: TicketId) -> Payload:
        return await read(http, self._remote, f"tickets/{number_of(ticket, self._id)}/", dict[str, object])

    async def _count(self, http: httpx.AsyncClient) -> int | None:
        params: Mapping[str, str | int] = {"status": _STATUSES, "page_size": 1}
        return (await read(http, self._remote, "tickets/", _Listed, params=params)).count

    async def _changed(self, http: httpx.AsyncClient) -> frozenset[int]:
        """Return which tickets changed, or have everything read where that cannot be told, or is less to ask for."""
        if self._rounds.is_small:
            return frozenset()
        changed = await self._changes.look(http)
        if changed is None or len(changed) > len(self._rounds.entries) / _PAGE + 1:
            self._rounds.distrust()
        return changed or frozenset()

    async def _recount(self, http: httpx.AsyncClient, listed: Sequence[Entry]) -> Sequence[Entry]:
        """Read everything where the list does not add up, unless it is what happened just now that is missing."""
        if await self._changes.look(http):
            return listed
        self._rounds.distrust()
        return await self._read(http, frozenset())

    async def _read(self, http: httpx.AsyncClient, changed: frozenset[int]) -> Sequence[Entry]:
        return await self._rounds.read(
            lambda walk: self._whole(http, walk) if walk.since is None else self._each(http, changed),
            lambda ticket: self._one(http, int(number_of(ticket, self._id))),
        )

    async def _whole(self, http: httpx.AsyncClient, walk: Walk[Entry]) -> Page[Entry]:
        """Read the next page of what is open."""
        if not walk.cursor:
            self._readings = Readings()
        page = int(walk.cursor.partition(" ")[2] or "1")
        params: Mapping[str, str | int] = {"status": _STATUSES, "page_size": _PAGE, "page": page}
        also = _MISSING if page > 1 else frozenset[int]()
        answer = await fetch(http, self._remote, "tickets/", also=also, params=params)
        # Beyond the last page: the list has become shorter than it was.
        found = _Listed(results=[]) if answer.status in _MISSING else documented(answer, _Listed)
        tickets = [parse_ticket(payload, self._desk) for payload in found.results]
        self._readings.take([int(ticket.number) for ticket in tickets], found.count)
        has_more = found.next is not None and bool(tickets)
        following = page + 1 if has_more else 1
        return Page(
            entries=[Entry(ticket=ticket) for ticket in tickets],
            cursor=f"{self._readings.times} {following}" if has_more or self._readings.again() else "",
            at=given_at(answer),
        )

    async def _each(self, http: httpx.AsyncClient, changed: frozenset[int]) -> Page[Entry]:
        """Read the tickets that changed."""
        found = {called: await self._one(http, called) for called in sorted(changed)}
        return Page(
            entries=[entry for entry in found.values() if entry is not None],
            gone=[ticket_id(self._id, str(called)) for called, entry in found.items() if entry is None],
        )

    async def _one(self, http: httpx.AsyncClient, called: int) -> Entry | None:
        """Read a ticket by itself; None when it is not open.

        Before it gives one, the site looks at each that has one of the statuses asked for.
        """
        params = {"status": _STATUSES}
        answer = await fetch(http, self._remote, f"tickets/{called}/", also=_MISSING, params=params)
        if answer.status in _MISSING:
            return None
        return Entry(ticket=parse_ticket(documented(answer, dict[str, object]), self._desk))
