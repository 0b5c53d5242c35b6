"""Tickets from GitLab: the issues of one project, those of its Service Desk among them.

An issue of the Service Desk is a bot's; the customer's address stands beside it, a public note of ours is mailed there,
and an answer of the customer's is a note of the bot's again. GitLab names no zone of a customer: only a clock without
one, which is not read. What a token may do, and until when, GitLab tells about the token itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from urllib.parse import quote

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceError
from oncall_tui.http_client import (
    Allowance,
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
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import before_sending, proof
from oncall_tui.sources.by_time import behind, place
from oncall_tui.sources.entries import latest_first, number_of
from oncall_tui.sources.fields import number, record, required_number, text
from oncall_tui.sources.forge import Turn, labels_of
from oncall_tui.sources.gitlab_payload import (
    Listed,
    is_assigned,
    is_closed,
    parse_last_day,
    parse_thread,
    parse_ticket,
    parse_turn,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 100
"""The most GitLab gives at once."""
_LOOK_UPS = 20
"""Issues whose notes are read in one round, the latest change first."""
_OVERLAP = timedelta(minutes=1)
_UNREADABLE = frozenset({400, 401, 403, 404})
_MISSING = frozenset({403, 404})
_TOKEN_EVERY = timedelta(days=1)
_LATEST_NOTES: Mapping[str, str | int] = {"sort": "desc", "order_by": "created_at", "per_page": _PAGE}

_Version = tuple[TicketId, datetime | None, int | None]
_LIMITS = Limits(
    whole=Allowance(requests=2000),
    meter=Meter(total="RateLimit-Limit", left="RateLimit-Remaining", resets="RateLimit-Reset"),
)
"""Of a user of gitlab.com, in a minute; a GitLab of one's own says what it allows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``gitlab``."""

    project: str
    """The path of the project, such as acme/support, or its number."""
    token: Secret
    """An access token of a person, project or group with the scope api."""
    url: str = "https://gitlab.com"
    """Address of GitLab."""
    pending: tuple[str, ...] = ("waiting for customer",)
    """Labels under which the turn is the customer's."""
    urgent: tuple[str, ...] = ("priority::urgent", "priority::1", "urgent")
    """Labels of what is urgent."""
    high: tuple[str, ...] = ("priority::high", "priority::2")
    """Labels of what matters more than most."""
    low: tuple[str, ...] = ("priority::low", "priority::4")
    """Labels of what can wait."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if not self.project.strip("/") or "://" in self.project:
            found.append(("project", "the path of the project behind the address of GitLab, such as acme/support"))
        return found


def build(source: SourceId, settings: Settings, clock: Clock) -> "GitlabSource":
    """Return the source of a table."""
    return GitlabSource(source, settings, clock)


class GitlabSource:
    """One project of a GitLab."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._project = f"projects/{quote(settings.project.strip('/'), safe='')}"
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._labels = labels_of(settings.pending, settings.urgent, settings.high, settings.low)
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_OVERLAP, found=self.pace.found)
        self._turns: Lookups[_Version, Turn] = Lookups(clock, at_once=_LOOK_UPS, room=self.pace.has_room)
        self._token_ends_on: date | None = None
        self._token_asked_at: datetime | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    @property
    def token_ends_on(self) -> date | None:
        """Return the last day on which the token works, once GitLab was asked."""
        return self._token_ends_on

    async def check(self) -> CleanText:
        """Ask for the project, for a page as the rounds do, and until when the token works."""
        async with self._client() as http:
            project = await read(http, self._remote, self._project, dict[str, object])
            await self._page(http, Walk(began_at=self._clock()))
            await self._ask_for_the_tokens_end(http)
        return clean(f"GitLab answers {text(project, 'path_with_namespace', 'name')}: its issues can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            listed = await self._rounds.read(lambda walk: self._page(http, walk), lambda one: self._one(http, one))
            latest = latest_first(entry for entry in listed if entry.notes != 0)
            await self._turns.fill(map(_version, latest), lambda version: self._turn(http, version))
            await self._ask_for_the_tokens_end(http)
        return await made_of(listed, self._told)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read an issue's description and its latest notes."""
        async with self._client() as http:
            issue = await read(http, self._remote, self._issue(ticket), dict[str, object])
            notes = await self._notes(http, ticket)
        return parse_thread(issue, notes)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one issue by its number; None when it is gone."""
        async with self._client() as http:
            listed = await self._one(http, ticket)
        return self._told(listed) if listed is not None else None

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this token may is for GitLab to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Write a note for all or for us only, assign, or close."""
        async with self._client() as http:
            if answer.kind.has_words:
                receipt = await self._note(http, answer)
            else:
                with before_sending():
                    change = await self._change(http, answer)
                await send(http, self._remote, "PUT", self._issue(answer.ticket), json=change)
                receipt = Receipt()
        self._rounds.wrote(answer.ticket)
        return receipt

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the issue, or at whose it is and whether it is closed."""
        if answer.kind.has_words:
            return proof(answer, await self.thread(answer.ticket), claimed)
        async with self._client() as http:
            issue = await read(http, self._remote, self._issue(answer.ticket), dict[str, object])
            if answer.kind is AnswerKind.SOLVE:
                is_done = is_closed(issue)
            else:
                user = await self._user(http, answer)
                is_done = user is not None and is_assigned(issue, user)
        return Receipt() if is_done else None

    async def _note(self, http: httpx.AsyncClient, answer: Answer) -> Receipt:
        # A line that begins with a slash is a command to GitLab.
        content: dict[str, object] = {"body": f"\n{answer.text}".replace("\n/", "\n /").removeprefix("\n")}
        if answer.kind is AnswerKind.NOTE:
            # Its older and its newer name: a GitLab that knows only one of them passes over the other, and the note
            # would be mailed to the customer.
            content |= {"internal": True, "confidential": True}
        taken = await send(http, self._remote, "POST", f"{self._issue(answer.ticket)}/notes", json=content)
        called = number(taken.decode(dict[str, object]))
        return Receipt(reference=str(called) if called is not None else "")

    async def _change(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        if answer.kind is AnswerKind.SOLVE:
            return {"state_event": "close"}
        user = await self._user(http, answer)
        if user is None:
            raise Rejected(f"{self._id} knows nobody called {clean(answer.account)}")
        return {"assignee_ids": [user]}

    async def _user(self, http: httpx.AsyncClient, answer: Answer) -> int | None:
        if not answer.account:
            return required_number(await read(http, self._remote, "user", dict[str, object]))
        named: Mapping[str, str | int] = {"username": answer.account}
        found = await read(http, self._remote, "users", list[dict[str, object]], params=named)
        return number(found[0]) if found else None

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/api/v4/", auth=TokenAuth(self._settings.token))

    def _issue(self, ticket: TicketId) -> str:
        return f"{self._project}/issues/{number_of(ticket, self._id)}"

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed]) -> Page[Listed]:
        since, page = place(walk.cursor, walk.since)
        params: dict[str, str | int] = {
            "scope": "all",
            "state": "opened" if walk.since is None else "all",
            "order_by": "updated_at",
            "sort": "asc",
            "per_page": _PAGE,
            "page": page,
        }
        if since:
            params["updated_after"] = since
        answer = await fetch(http, self._remote, f"{self._project}/issues", params=params)
        issues = documented(answer, list[dict[str, object]])
        linked = answer.headers.get("Link")
        has_more = 'rel="next"' in linked if linked is not None else len(issues) >= _PAGE
        return Page(
            entries=[parse_ticket(issue, self._id, self._labels) for issue in issues],
            cursor=behind(issues[-1], "updated_at", since, page) if has_more and issues else "",
        )

    async def _one(self, http: httpx.AsyncClient, ticket: TicketId) -> Listed | None:
        answer = await fetch(http, self._remote, self._issue(ticket), also=_MISSING)
        if answer.status in _MISSING:
            return None
        return parse_ticket(documented(answer, dict[str, object]), self._id, self._labels)

    async def _notes(self, http: httpx.AsyncClient, ticket: TicketId) -> Sequence[Mapping[str, object]]:
        path = f"{self._issue(ticket)}/notes"
        return (await read(http, self._remote, path, list[dict[str, object]], params=_LATEST_NOTES))[::-1]

    async def _turn(self, http: httpx.AsyncClient, version: _Version) -> Turn:
        issue = await read(http, self._remote, self._issue(version[0]), dict[str, object])
        listed = parse_ticket(issue, self._id, self._labels)
        notes = await self._notes(http, version[0])
        return parse_turn(listed.ticket, number(record(issue, "author")), notes, is_all=len(notes) < _PAGE)

    def _told(self, entry: Listed) -> Ticket:
        turn = self._turns.get(_version(entry)) if entry.notes != 0 else None
        if turn is None:
            return entry.ticket
        return replace(entry.ticket, waiting_since=turn.waiting_since, touches=turn.touches)

    async def _ask_for_the_tokens_end(self, http: httpx.AsyncClient) -> None:
        """Ask once a day; where GitLab does not tell, nothing is known."""
        now = self._clock()
        if self._token_asked_at is not None and now - self._token_asked_at < _TOKEN_EVERY:
            return
        try:
            answer = await fetch(http, self._remote, "personal_access_tokens/self", also=_UNREADABLE)
            payload = {} if answer.status in _UNREADABLE else documented(answer, dict[str, object])
        except SourceError:
            return
        self._token_asked_at, self._token_ends_on = now, parse_last_day(payload)


def _version(entry: Listed) -> _Version:
    return entry.ticket.id, entry.ticket.updated_at, entry.notes
