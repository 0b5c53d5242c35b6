"""Tickets from Help Scout, by its Inbox API 2.0.

Its lists are cut into pages by position. They are read oldest conversation first and from the last page to the first,
so that one that is closed in between cannot push another off a page that is still to come. What changed meanwhile is
then asked for by time and laid over the list; later rounds ask for nothing else, and now and then for everything again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer as Ours
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceGarbled, SourceRefused
from oncall_tui.http_client import Allowance, Answer, Limits, Meter, Pace, Remote, client, documented, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import ABSENT, find_with, write_with
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, required_number
from oncall_tui.sources.help_scout_answers import HelpScoutPen
from oncall_tui.sources.help_scout_payload import (
    Listed,
    Page,
    parse_conversation,
    parse_customer,
    parse_message,
    parse_page,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.oauth import Access, ClientCredentials, Grant
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_OPEN = ("active", "pending")
"""One at a time: a list of several statuses is not documented."""
_ANY = "all"
_MISSING = 404
_GONE = frozenset({_MISSING})
_UNREADABLE = frozenset({403, _MISSING})
_OVERLAP = timedelta(minutes=2)
"""Asked for again, because two clocks never agree."""
_WHOLE_EVERY = timedelta(minutes=30)
_WALK_LASTS = timedelta(minutes=30)
_CUSTOMERS_AT_ONCE = 20
_LIMITS = Limits(
    whole=Allowance(requests=200),
    meter=Meter(total="X-RateLimit-Limit-Minute", left="X-RateLimit-Remaining-Minute"),
)
"""Of an account, in a minute: an assumption, until the first answer says what its plan allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``help-scout``."""

    client_id: str
    """The App ID of an OAuth application made in Help Scout by a user who sees the mailboxes."""
    client_secret: Secret
    """Its App Secret."""
    mailbox: int | None = None
    """The number of the only mailbox that is read; left out: every one that user sees."""
    url: str = "https://api.helpscout.net"
    """Where Help Scout is."""
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
    """How far a list has been read, so that a pause the vendor asks for costs nothing that was read before."""

    began_at: datetime
    todo: list[tuple[str, int]]
    """Status and page, the next one last; page 0 is the first one, asked for how many there are."""
    since: datetime | None = None
    found: dict[TicketId, Listed] = field(default_factory=dict)


def build(source: SourceId, settings: Settings, clock: Clock) -> "HelpScoutSource":
    """Return the source of a table."""
    return HelpScoutSource(source, settings, clock)


class HelpScoutSource:
    """One account of Help Scout."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = f"{settings.url.rstrip('/')}/v2/"
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(
            name=source, table="[[sources]]", clock=clock, total=settings.timeout, pause_of=pause_of, pace=self.pace
        )
        grant = Grant(
            url=f"{self._url}oauth2/token",
            client_id=settings.client_id,
            secret=settings.client_secret,
            more={},
            lasts=timedelta(days=2),
            is_form=True,
        )
        self._access = Access(self._remote, ClientCredentials(self._remote, grant))
        self._pen = HelpScoutPen(self._remote, self._access, self._url, self._found)
        self._customers: Lookups[int, Requester] = Lookups(clock, at_once=_CUSTOMERS_AT_ONCE, room=self.pace.has_room)
        self._listed: dict[TicketId, Listed] = {}
        self._walk: _Walk | None = None
        self._whole_at: datetime | None = None
        self._read_at: datetime | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Get a token and read the first page of the open conversations."""
        async with client(self._url) as http:
            page = await self._page(http, "active", 1, None)
        count = f"{page.pages} {'page' if page.pages == 1 else 'pages'} of active conversations"
        return clean(f"Help Scout answers: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with client(self._url) as http, self.pace.unhurried(http):
            now = self._clock()
            if self._whole_at is None or now - self._whole_at >= _WHOLE_EVERY:
                whole = await self._whole(http)
                listed, since, whole_at = whole.found, whole.began_at, whole.began_at
            else:
                listed, since, whole_at = self._listed, self._read_at or now, self._whole_at
            changes = _Walk(began_at=now, todo=[(_ANY, 0)], since=since - _OVERLAP)
            await self._to_end(http, changes)
            latest = {**listed, **changes.found}
            self._listed = {number: entry for number, entry in latest.items() if entry.ticket.status.is_open}
            self._whole_at, self._read_at, self._walk = whole_at, now, None
            await self._customers.fill(
                (entry.customer for entry in self._listed.values()), lambda number: self._customer(http, number)
            )
        return await made_of(self._listed.values(), lambda entry: entry.told(self._customers.get(entry.customer)))

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the latest words of a conversation, which is looked for by its number first."""
        async with client(self._url) as http:
            found = await self._found(http, ticket)
            if found is None:
                raise SourceGarbled(f"{self._id} has no such ticket any more")
            answer = await self._access.get(http, f"conversations/{required_number(found)}/threads")
        entries = parse_page(documented(answer, dict[str, object]), "threads").entries
        messages = [message for message in map(parse_message, entries) if message is not None]
        return sorted(messages, key=lambda message: message.at)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one conversation as it stands now; None when it is gone."""
        async with client(self._url) as http:
            found = await self._found(http, ticket)
            if found is None:
                return None
            answer = await self._access.get(http, f"conversations/{required_number(found)}", also=ABSENT)
        if answer.status in ABSENT:
            return None
        listed = parse_conversation(documented(answer, dict[str, object]), self._id)
        return listed.told(self._customers.get(listed.customer))

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this user may is for Help Scout to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Ours) -> Receipt:
        """Reply, add a note, or change assignee or status, and look whether Help Scout did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Ours, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the conversation, or for its assignee or status."""
        return await find_with(self._pen, self, answer, claimed)

    async def _found(self, http: httpx.AsyncClient, ticket: TicketId) -> Payload | None:
        """Look for the conversation that people call by this number; its own id is another."""
        number = number_of(ticket, self._id)
        answer = await self._access.get(http, "conversations", params={"number": int(number), "status": _ANY})
        entries = parse_page(documented(answer, dict[str, object]), "conversations").entries
        return next((entry for entry in entries if required_number(entry, "number") == int(number)), None)

    async def _whole(self, http: httpx.AsyncClient) -> _Walk:
        now = self._clock()
        if self._walk is None or now - self._walk.began_at > _WALK_LASTS:
            self._walk = _Walk(began_at=now, todo=[(status, 0) for status in reversed(_OPEN)])
        walk = self._walk
        try:
            await self._to_end(http, walk)
        except (SourceGarbled, SourceRefused):
            self._walk = None
            raise
        return walk

    async def _to_end(self, http: httpx.AsyncClient, walk: _Walk) -> None:
        while walk.todo:
            status, number = walk.todo[-1]
            page = await self._page(http, status, max(number, 1), walk.since)
            walk.todo.pop()
            if number == 0 and page.pages > 1:
                walk.todo += [(status, later) for later in range(1, page.pages + 1)]
            for entry in page.entries:
                listed = parse_conversation(entry, self._id)
                walk.found[listed.ticket.id] = listed
            self.pace.found(len(walk.found))

    async def _page(self, http: httpx.AsyncClient, status: str, number: int, since: datetime | None) -> Page:
        params: dict[str, str | int] = {
            "status": status,
            "sortField": "createdAt",
            "sortOrder": "asc",
            "page": number,
        }
        if self._settings.mailbox is not None:
            params["mailbox"] = self._settings.mailbox
        if since is not None:
            params["modifiedSince"] = f"{since:%Y-%m-%dT%H:%M:%SZ}"  # milliseconds are refused
        also = _GONE if number > 1 else frozenset[int]()
        answer = await self._access.get(http, "conversations", also=also, params=params)
        if answer.status == _MISSING:  # the list has become shorter than it was
            return Page(entries=(), pages=number)
        return parse_page(documented(answer, dict[str, object]), "conversations")

    async def _customer(self, http: httpx.AsyncClient, number: int) -> Requester:
        answer = await self._access.get(http, f"customers/{number}", also=_UNREADABLE)
        if answer.status in _UNREADABLE:  # deleted, or not this user's to see
            return Requester()
        payload: Payload = documented(answer, dict[str, object])
        return parse_customer(payload)


def pause_of(answer: Answer) -> timedelta | None:
    """Return the pause Help Scout asks for, in a header of its own."""
    wanted = answer.headers.get("X-RateLimit-Retry-After", "").strip()
    return timedelta(seconds=min(int(wanted[:9]), 86_400)) if wanted.isascii() and wanted.isdigit() else None
