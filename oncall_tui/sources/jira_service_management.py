"""Tickets from Jira Service Management in Atlassian's cloud: the requests of one project.

What is open is found by JQL, whose pages hang on a token; it is taken for granted that the token keeps its place while
requests move, and what changes meanwhile is found by the round after. JQL compares instants in the zone of the token's
owner, so changes are asked for by a length of time instead. The search lags behind by seconds to minutes: later rounds
overlap, and requests we wrote in are named to it and read by themselves. Time limits come along in custom fields,
which are found by their type; a site that does not show them has none. Requests, replies and notes go through the
portal's own interface, where a reply and a note differ in one field. An API token of Atlassian lives a year at most,
and nothing tells when it ends.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import Rejected, SourceGarbled
from oncall_tui.http_client import (
    Limits,
    Meter,
    Pace,
    PasswordAuth,
    Remote,
    client,
    documented,
    fetch,
    read,
    send,
    url_problem,
)
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import before_sending, gone, proof
from oncall_tui.sources.fields import Payload, record, text
from oncall_tui.sources.jira_service_management_payload import (
    Desk,
    Fields,
    Listed,
    parse_fields,
    parse_message,
    parse_opening,
    parse_ticket,
    parse_transition,
)
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean

_PAGE = 100
_COMMENTS = 50
_COMMENT_PAGES = 4
_LAG = timedelta(minutes=5)
_MOST_NAMED = 50
_MISSING = frozenset({403, 404})
_GONE = frozenset({404})
_FIELDS = (
    "summary",
    "status",
    "priority",
    "reporter",
    "assignee",
    "created",
    "updated",
    "labels",
    "duedate",
    "comment",
)
_LIMITS = Limits(
    meter=Meter(total="X-RateLimit-Limit", left="X-RateLimit-Remaining", resets="X-RateLimit-Reset"),
)
"""Atlassian names no figure; what its answers say counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``jira-service-management``."""

    url: str
    """Address of the site, such as https://acme.atlassian.net."""
    email: str
    """The mail address of the account the token belongs to."""
    token: Secret
    """An API token of that account."""
    project: str
    """The key of the service project, such as SUP in SUP-4312."""
    cloud_id: str = ""
    """The site's id, for a token with scopes; left out: the token has none."""
    pending: tuple[str, ...] = ("Waiting for customer", "Pending")
    """Names of statuses in which the turn is the customer's."""
    solve_step: str = ""
    """Name of the transition that solves a request; left out: the first that leads to a status that is done."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        found: list[tuple[str, str]] = []
        if (problem := url_problem(self.url)) is not None:
            found.append(("url", problem))
        if not (self.project.isascii() and self.project.replace("_", "").isalnum()):
            found.append(("project", "the key of a project, such as SUP"))
        if not self.cloud_id.replace("-", "a").isalnum() and self.cloud_id:
            found.append(("cloud_id", "the id that https://YOUR-SITE.atlassian.net/_edge/tenant_info shows"))
        return found

    @property
    def api(self) -> str:
        """Return where requests go."""
        return f"https://api.atlassian.com/ex/jira/{self.cloud_id}" if self.cloud_id else self.url.rstrip("/")


class _Found(msgspec.Struct, rename="camel"):
    issues: list[dict[str, object]]
    next_page_token: str | None = None


class _Comments(msgspec.Struct, rename="camel"):
    values: list[dict[str, object]]
    is_last_page: bool = True


def build(source: SourceId, settings: Settings, clock: Clock) -> "JsmSource":
    """Return the source of a table."""
    return JsmSource(source, settings, clock)


class JsmSource:
    """One service project."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_LAG, found=self.pace.found)
        self._fields: Fields | None = None
        self._written: dict[TicketId, int] = {}
        """Numbers of the requests we wrote in, for the search to look at again."""

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and for a page as the rounds do."""
        async with self._client() as http:
            me = await read(http, self._remote, "rest/api/3/myself", dict[str, object])
            await self._page(http, Walk(began_at=self._clock()))
        return clean(f"Jira answers {text(me, 'displayName', 'emailAddress')}: its requests can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            self._fields = self._fields or await self._custom_fields(http)
            listed = await self._rounds.read(lambda walk: self._page(http, walk), lambda one: self._one(http, one))
        return [entry.ticket for entry in listed]

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read what a request began with, and the comments after it."""
        key = self._key(ticket)
        async with self._client() as http:
            issue = await self._issue(http, key)
            comments = await self._comments(http, key)
        reporter = record(record(issue, "fields"), "reporter").get("accountId")
        found = [parse_opening(issue), *(parse_message(comment, reporter) for comment in comments)]
        return sorted((message for message in found if message is not None), key=lambda message: message.at)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one request, which no index stands before; None when it is gone."""
        async with self._client() as http:
            self._fields = self._fields or await self._custom_fields(http)
            listed = await self._one(http, ticket)
        return listed.ticket if listed is not None else None

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this account may is for Jira to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Comment for the customer or for us only, assign, or take the step that solves."""
        async with self._client() as http:
            receipt = await (self._comment(http, answer) if answer.kind.has_words else self._change(http, answer))
        self._rounds.wrote(answer.ticket)
        return receipt

    async def _comment(self, http: httpx.AsyncClient, answer: Answer) -> Receipt:
        path = f"rest/servicedeskapi/request/{self._key(answer.ticket)}/comment"
        content = {"body": answer.text, "public": answer.kind is AnswerKind.REPLY}
        taken = await send(http, self._remote, "POST", path, json=content)
        return Receipt(reference=str(taken.decode(dict[str, object]).get("id") or ""))

    async def _change(self, http: httpx.AsyncClient, answer: Answer) -> Receipt:
        path = f"rest/api/3/issue/{self._key(answer.ticket)}"
        if answer.kind is AnswerKind.TAKE:
            with before_sending():
                account = await self._account(http, answer)
            await send(http, self._remote, "PUT", f"{path}/assignee", json={"accountId": account})
        else:
            step = await self._step(http, answer)
            await send(http, self._remote, "POST", f"{path}/transitions", json={"transition": {"id": step}})
        return Receipt()

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the request, or at its assignee or status."""
        if answer.kind.has_words:
            return proof(answer, await self.thread(answer.ticket), claimed)
        async with self._client() as http:
            fields = record(await self._issue(http, self._key(answer.ticket)), "fields")
            if answer.kind is AnswerKind.TAKE:
                is_done = record(fields, "assignee").get("accountId") == await self._account(http, answer)
            else:
                is_done = record(record(fields, "status"), "statusCategory").get("key") == "done"
        return Receipt() if is_done else None

    def _client(self) -> httpx.AsyncClient:
        settings = self._settings
        return client(f"{settings.api}/", auth=PasswordAuth(settings.email, settings.token))

    @property
    def _desk(self) -> Desk:
        settings = self._settings
        pending = frozenset(name.strip().casefold() for name in settings.pending)
        url = settings.url.rstrip("/")
        return Desk(source=self._id, url=url, pending=pending, fields=self._fields or Fields())

    def _key(self, ticket: TicketId) -> str:
        key = ticket.partition(":")[2]
        if not (key.isascii() and key.replace("-", "").replace("_", "").isalnum()):
            raise SourceGarbled(f"{self._id} has no ticket of that name")
        return key

    async def _custom_fields(self, http: httpx.AsyncClient) -> Fields:
        answer = await fetch(http, self._remote, "rest/api/3/field", also=_MISSING)
        return Fields() if answer.status in _MISSING else parse_fields(documented(answer, list[dict[str, object]]))

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed]) -> Page[Listed]:
        known = self._fields or Fields()
        content: dict[str, object] = {
            "jql": self._jql(walk),
            "fields": [*_FIELDS, *known.slas, *known.organisations],
            "maxResults": _PAGE,
        }
        if walk.cursor:
            content["nextPageToken"] = walk.cursor
        if self._written:
            content["reconcileIssues"] = list(self._written.values())[-_MOST_NAMED:]
        answer = await fetch(http, self._remote, "rest/api/3/search/jql", method="POST", json=content)
        found = documented(answer, _Found)
        desk = self._desk
        return Page(
            entries=[parse_ticket(issue, desk) for issue in found.issues],
            cursor=found.next_page_token or "",
        )

    def _jql(self, walk: Walk[Listed]) -> str:
        project = f'project = "{self._settings.project}"'
        if walk.since is None or walk.before is None:
            return f"{project} AND statusCategory != Done ORDER BY created ASC, key ASC"
        minutes = math.ceil((walk.began_at - walk.before + _LAG) / timedelta(minutes=1))
        return f'{project} AND updated >= "-{minutes}m" ORDER BY created ASC, key ASC'

    async def _one(self, http: httpx.AsyncClient, ticket: TicketId) -> Listed | None:
        answer = await fetch(http, self._remote, f"rest/api/3/issue/{self._key(ticket)}", also=_MISSING)
        if answer.status in _MISSING:
            return None
        listed = parse_ticket(documented(answer, dict[str, object]), self._desk)
        if listed.number is not None:
            self._written[ticket] = listed.number
        return listed

    async def _issue(self, http: httpx.AsyncClient, key: str) -> Payload:
        return await read(http, self._remote, f"rest/api/3/issue/{key}", dict[str, object])

    async def _comments(self, http: httpx.AsyncClient, key: str) -> Sequence[Payload]:
        found: list[Payload] = []
        for _ in range(_COMMENT_PAGES):
            params: Mapping[str, str | int] = {
                "public": "true",
                "internal": "true",
                "start": len(found),
                "limit": _COMMENTS,
            }
            path = f"rest/servicedeskapi/request/{key}/comment"
            page = await read(http, self._remote, path, _Comments, params=params)
            found += page.values
            if page.is_last_page or not page.values:
                break
        return found

    async def _account(self, http: httpx.AsyncClient, answer: Answer) -> str:
        if answer.account:
            return answer.account
        me = await read(http, self._remote, "rest/api/3/myself", dict[str, object])
        return str(me.get("accountId"))

    async def _step(self, http: httpx.AsyncClient, answer: Answer) -> str:
        path = f"rest/api/3/issue/{self._key(answer.ticket)}/transitions"
        with before_sending():
            found = await fetch(http, self._remote, path, also=_GONE)
        if found.status in _GONE:
            raise gone(answer)
        with before_sending():
            step = parse_transition(documented(found, dict[str, object]), self._settings.solve_step)
        if step is None:
            raise Rejected(f"{answer.ticket} has no step that solves it from its status: see solve_step in its table")
        return step
