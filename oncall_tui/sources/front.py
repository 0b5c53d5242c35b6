"""Tickets from Front: the conversations that are not archived.

Everything that is open is read in the order of the latest activity, oldest first, so that a conversation that moves is
seen again at the end. What changed is read the other way round until nothing newer comes; whether archiving counts as
activity is not documented, so that everything is read again every ten minutes. It is taken for granted that a page's
token keeps its place. The company's allowance is small (50 requests in a minute on the smallest plan): contacts are
looked up a few at a time. Front knows neither priorities nor time limits. A reply is taken now and sent later, under an
id that is known again; without a word it would archive the conversation, which is never asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Unpack
from urllib.parse import quote, urlencode

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled
from oncall_tui.http_client import (
    Allowance,
    Content,
    Limits,
    Meter,
    Pace,
    Remote,
    TokenAuth,
    client,
    documented,
    fetch,
    read,
    send,
    url_problem,
)
from oncall_tui.http_client import Answer as HttpAnswer
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import account_of, gone, proof
from oncall_tui.sources.entries import latest_first
from oncall_tui.sources.fields import Payload, records, required_records, text
from oncall_tui.sources.front_payload import (
    CONVERSATION,
    Contact,
    Fields,
    Listed,
    as_html,
    is_assigned,
    parse_contact,
    parse_status,
    parse_thread,
    parse_ticket,
    parse_token,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 100
"""The most Front gives at once."""
_LOOK_UPS = 10
_OVERLAP = timedelta(minutes=1)
_WHOLE_EVERY = timedelta(minutes=10)
_MOVED = 301
_MISSING = frozenset({403, 404})
_OPEN = ("assigned", "unassigned")
_ANY = (*_OPEN, "archived", "trashed")
_MERGED_INTO = re.compile(r"/conversations/(cnv_[0-9A-Za-z]+)")
_LIMITS = Limits(
    whole=Allowance(requests=50),
    parts=(Allowance(requests=5, within=timedelta(seconds=1), only="conversations"),),
    meter=Meter(total="x-ratelimit-limit", left="x-ratelimit-remaining", resets="x-ratelimit-reset"),
)
"""Of a company, in a minute, in the plan called Starter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``front``."""

    token: Secret
    """An API token with access to conversations, messages, comments and contacts."""
    teammate: str = ""
    """Who answers where nobody is named: the id or mail address of a teammate; left out: the token itself."""
    organisation_field: str = ""
    """Name of the custom field of contacts that holds the customer's company."""
    time_zone_field: str = ""
    """The same for the time zone."""
    country_field: str = ""
    """The same for the country."""
    tier_field: str = ""
    """The same for how the customer is served."""
    url: str = "https://api2.frontapp.com"
    """Address of the API."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []


def build(source: SourceId, settings: Settings, clock: Clock) -> "FrontSource":
    """Return the source of a table."""
    return FrontSource(source, settings, clock)


class FrontSource:
    """One company in Front."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._rounds: Rounds[Listed] = Rounds(
            source, clock, overlap=_OVERLAP, whole_every=_WHOLE_EVERY, found=self.pace.found
        )
        self._contacts: Lookups[str, Contact] = Lookups(clock, at_once=_LOOK_UPS, room=self.pace.has_room)
        self._fields = Fields(
            organisation=settings.organisation_field,
            time_zone=settings.time_zone_field,
            country=settings.country_field,
            tier=settings.tier_field,
        )

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask which company this is, and for a page as the rounds do."""
        async with self._client() as http:
            me = await read(http, self._remote, "me", dict[str, object])
            await self._page(http, Walk(began_at=self._clock()))
        return clean(f"Front answers for {text(me, 'name', 'id')}: its conversations can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every ten minutes, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            listed = await self._rounds.read(lambda walk: self._page(http, walk), lambda one: self._one(http, one))
            latest = latest_first(listed)
            named = (entry.contact for entry in latest if entry.contact)
            await self._contacts.fill(named, lambda contact: self._contact(http, contact))
        return await made_of(listed, lambda entry: entry.told(self._contacts.get(entry.contact)))

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest messages of a conversation, and our comments between them."""
        latest: Mapping[str, str | int] = {"limit": _PAGE}
        async with self._client() as http:
            messages = documented(await self._get(http, ticket, "/messages", params=latest), dict[str, object])
            comments = documented(await self._get(http, ticket, "/comments"), dict[str, object])
        return parse_thread(required_records(messages, "_results"), records(comments, "_results"))

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one conversation; None when it is gone, or was merged into another."""
        async with self._client() as http:
            listed = await self._one(http, ticket)
        return listed.told(self._contacts.get(listed.contact)) if listed is not None else None

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this token may is for Front to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Send a message, comment, assign or archive."""
        reference: object = None
        async with self._client() as http:
            match answer.kind:
                case AnswerKind.REPLY:
                    content = {"body": as_html(answer.text), "options": {"archive": False}, **self._author(answer)}
                    taken = await self._send(http, answer, "POST", "/messages", content)
                    reference = taken.decode(dict[str, object]).get("message_uid")
                case AnswerKind.NOTE:
                    content = {"body": answer.text, **self._author(answer)}
                    taken = await self._send(http, answer, "POST", "/comments", content)
                    reference = taken.decode(dict[str, object]).get("id")
                case AnswerKind.TAKE:
                    await self._send(http, answer, "PUT", "/assignee", {"assignee_id": _alias(self._account(answer))})
                case AnswerKind.SOLVE:
                    await self._send(http, answer, "PATCH", "", {"status": "archived"})
        self._rounds.wrote(answer.ticket)
        return Receipt(reference=reference if isinstance(reference, str) else "")

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the conversation, or at whose it is and whether it is archived."""
        if answer.kind.has_words:
            return proof(answer, await self.thread(answer.ticket), claimed)
        async with self._client() as http:
            found = documented(await self._get(http, answer.ticket), dict[str, object])
        if answer.kind is AnswerKind.SOLVE:
            return Receipt() if not parse_status(found).is_open else None
        return Receipt() if is_assigned(found, self._account(answer)) else None

    def _account(self, answer: Answer) -> str:
        return account_of(answer, self._id, self._settings.teammate, called="ana@acme.example")

    def _author(self, answer: Answer) -> Mapping[str, str]:
        author = answer.account or self._settings.teammate
        return {"author_id": _alias(author)} if author else {}

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/", auth=TokenAuth(self._settings.token))

    def _path(self, ticket: TicketId) -> str:
        called = ticket.partition(":")[2]
        if not (called.isascii() and called.isalnum()):
            raise SourceGarbled(f"{self._id} has no ticket of that name")
        return f"conversations/{CONVERSATION}{called}"

    async def _get(
        self,
        http: httpx.AsyncClient,
        ticket: TicketId,
        part: str = "",
        *,
        also: frozenset[int] = frozenset(),
        **content: Unpack[Content],
    ) -> HttpAnswer:
        """Get something of a conversation, or of the one it was merged into."""
        answer = await fetch(http, self._remote, self._path(ticket) + part, also=also | {_MOVED}, **content)
        if answer.status != _MOVED:
            return answer
        into = _MERGED_INTO.search(answer.headers.get("Location", ""))
        if into is None:
            raise SourceGarbled(f"{self._id} says that {ticket} was merged, and not into what")
        return await fetch(http, self._remote, f"conversations/{into[1]}{part}", also=also, **content)

    async def _send(
        self, http: httpx.AsyncClient, answer: Answer, method: str, part: str, content: Mapping[str, object]
    ) -> HttpAnswer:
        """Write in a conversation, or in the one it was merged into: a redirect has taken nothing."""
        moved = frozenset({_MOVED})
        taken = await send(http, self._remote, method, self._path(answer.ticket) + part, also=moved, json=content)
        if taken.status != _MOVED:
            return taken
        into = _MERGED_INTO.search(taken.headers.get("Location", ""))
        if into is None:
            raise gone(answer)
        return await send(http, self._remote, method, f"conversations/{into[1]}{part}", json=content)

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed]) -> Page[Listed]:
        is_whole = walk.since is None
        asked: list[tuple[str, str | int]] = [("q[statuses][]", one) for one in (_OPEN if is_whole else _ANY)]
        asked += [("limit", _PAGE), ("sort_by", "date"), ("sort_order", "asc" if is_whole else "desc")]
        asked += [("page_token", walk.cursor)] if walk.cursor else []
        page = await read(http, self._remote, f"conversations?{urlencode(asked)}", dict[str, object])
        listed = [parse_ticket(one, self._id) for one in required_records(page, "_results")]
        stamps = [at for entry in listed if (at := entry.ticket.updated_at) is not None]
        has_all = walk.since is not None and (not stamps or min(stamps) < walk.since)
        return Page(entries=listed, cursor="" if has_all else parse_token(page))

    async def _one(self, http: httpx.AsyncClient, ticket: TicketId) -> Listed | None:
        answer = await fetch(http, self._remote, self._path(ticket), also=_MISSING | {_MOVED})
        if not httpx.codes.is_success(answer.status):
            return None
        return parse_ticket(documented(answer, dict[str, object]), self._id)

    async def _contact(self, http: httpx.AsyncClient, contact: str) -> Contact:
        answer = await fetch(http, self._remote, f"contacts/{contact}", also=_MISSING)
        if answer.status in _MISSING:  # deleted, or not this token's to see
            return Contact()
        payload: Payload = documented(answer, dict[str, object])
        return parse_contact(payload, self._fields)


def _alias(teammate: str) -> str:
    """Return how Front is told of a teammate: an id, or a mail address as an alias of it."""
    return f"alt:email:{quote(teammate, safe='@+')}" if "@" in teammate else teammate
