"""Tickets from django-helpdesk, by the interface for its staff.

It cannot be asked for what changed, so that each round reads every open ticket with all that was written in it. Its
pages are counted, and it takes statuses by number and passes over those it does not know. It says of a ticket neither
when it began nor when it changed: the follow-ups do. People of ours are numbers there, and nothing tells one's own.
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
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
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
from oncall_tui.sources.moving import Reading, everything
from oncall_tui.text_safety import clean

_PAGE = 200
"""It has no limit of its own, and looks at every ticket again for each page."""
_BEYOND = 404
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


class _Page(msgspec.Struct):
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

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask how many tickets are open."""
        async with self._client() as http:
            page = await read(http, self._remote, "tickets/", _Page, params={"status": _STATUSES, "page_size": 1})
        count = "its tickets can be read" if page.count is None else f"{page.count} open tickets"
        return clean(f"django-helpdesk answers: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every open ticket with its follow-ups."""
        async with self._client() as http, self.pace.unhurried(http):
            found = await everything(lambda: self._reading(http))
        return [ticket for ticket in found.values() if ticket.status.is_open]

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
                return Receipt()
            content = {"ticket": called, "comment": literal(answer.text), "public": answer.kind is AnswerKind.REPLY}
            taken = await send(http, self._remote, "POST", "followups/", json=content)
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

    async def _reading(self, http: httpx.AsyncClient) -> Reading[Ticket]:
        entries: list[tuple[int, Ticket]] = []
        counts: set[int] = set()
        page = 1
        while True:
            params: Mapping[str, str | int] = {"status": _STATUSES, "page_size": _PAGE, "page": page}
            also = frozenset({_BEYOND}) if page > 1 else frozenset[int]()
            answer = await fetch(http, self._remote, "tickets/", also=also, params=params)
            if answer.status == _BEYOND:  # the list has become shorter than it was
                return Reading(entries=entries, counts=frozenset(counts))
            listed = documented(answer, _Page)
            tickets = [parse_ticket(payload, self._desk) for payload in listed.results]
            entries += [(int(ticket.number), ticket) for ticket in tickets]
            counts |= {listed.count} if listed.count is not None else set()
            if listed.next is None or not tickets:
                return Reading(entries=entries, counts=frozenset(counts))
            page += 1
