"""Tickets from GitHub: the issues of one repository, without its pull requests.

A question whose answer would be the same costs nothing of the hourly allowance: as long as nothing changes, each round
asks the very same question again and names the answer it has. GitHub has no notes that a customer cannot read, so that
notes stay here. Until when a token works stands in a header of every answer.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Unpack
from urllib.parse import quote

import httpx

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Ticket, TicketId
from oncall_tui.errors import NotSent, Rejected, SourceBusy, SourceRefused
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
    send,
    url_problem,
)
from oncall_tui.http_client import Answer as HttpAnswer
from oncall_tui.http_client.sentences import busy, refused
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import before_sending, proof
from oncall_tui.sources.by_time import behind, place
from oncall_tui.sources.entries import latest_first, number_of
from oncall_tui.sources.fields import Payload, number
from oncall_tui.sources.forge import Turn, labels_of
from oncall_tui.sources.github_payload import (
    Listed,
    is_assigned,
    is_closed,
    is_pull_request,
    marked,
    parse_last_day,
    parse_profile,
    parse_thread,
    parse_ticket,
    parse_turn,
    told_of,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 100
"""The most GitHub gives at once."""
_LOOK_UPS = 20
"""People, and issues whose comments are read, in one round."""
_OVERLAP = timedelta(minutes=1)
_SAME, _FORBIDDEN = 304, 403
_MISSING = frozenset({404, 410})
_LATEST = 4_000_000_000
"""Seconds since 1970; no allowance is renewed after the year 2096."""
_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

_Version = tuple[TicketId, datetime | None, int | None]
_Asked = tuple[tuple[str, str | int], ...]
_LIMITS = Limits(
    whole=Allowance(requests=5000, within=timedelta(hours=1)),
    meter=Meter(total="X-RateLimit-Limit", left="X-RateLimit-Remaining", resets="X-RateLimit-Reset"),
)
"""Of a user, with all of their tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``github``."""

    repository: str
    """Owner and name of the repository, such as acme/support."""
    token: Secret
    """A fine-grained token for that repository, which may read and write issues."""
    url: str = "https://api.github.com"
    """Address of the API; of a server of your own https://github.example/api/v3."""
    pending: tuple[str, ...] = ("waiting for customer",)
    """Labels under which the turn is the customer's."""
    urgent: tuple[str, ...] = ("urgent", "priority: urgent")
    """Labels of what is urgent."""
    high: tuple[str, ...] = ("priority: high",)
    """Labels of what matters more than most."""
    low: tuple[str, ...] = ("priority: low",)
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
        owner, _, name = self.repository.partition("/")
        if not (_is_name(owner) and _is_name(name)):
            found.append(("repository", "owner and name of a repository, such as acme/support"))
        return found


def _is_name(word: str) -> bool:
    return word.isascii() and word.replace("-", "").replace("_", "").replace(".", "").isalnum()


def build(source: SourceId, settings: Settings, clock: Clock) -> "GithubSource":
    """Return the source of a table."""
    return GithubSource(source, settings, clock)


class GithubSource:
    """One repository of GitHub."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._repository = f"repos/{settings.repository}"
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(
            name=source,
            table="[[sources]]",
            clock=clock,
            total=settings.timeout,
            pause_of=self._pause_of,
            pace=self.pace,
        )
        self._labels = labels_of(settings.pending, settings.urgent, settings.high, settings.low)
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_OVERLAP, found=self.pace.found)
        self._turns: Lookups[_Version, Turn] = Lookups(clock, at_once=_LOOK_UPS, room=self.pace.has_room)
        self._profiles: Lookups[str, Requester] = Lookups(clock, at_once=_LOOK_UPS, room=self.pace.has_room)
        self._known: tuple[_Asked, str] | None = None
        """The last question whose answer was a single page, and the tag of that answer."""
        self._token_ends_on: date | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    @property
    def token_ends_on(self) -> date | None:
        """Return the last day on which the token works, once an answer named it; None for one without an end."""
        return self._token_ends_on

    async def check(self) -> CleanText:
        """Ask for the repository and for a page as the rounds do."""
        async with self._client() as http:
            found = documented(await self._get(http, self._repository), dict[str, object])
            await self._get(http, f"{self._repository}/issues", params={"state": "open", "per_page": 1})
        count = number(found, "open_issues_count")
        told = "its issues can be read" if count is None else f"issues and pull requests that are open: {count}"
        return clean(f"GitHub answers for {self._settings.repository}: {told}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            listed = await self._rounds.read(lambda walk: self._page(http, walk), lambda one: self._one(http, one))
            latest = latest_first(listed)
            await self._profiles.fill(
                (entry.login for entry in latest if entry.login), lambda login: self._profile(http, login)
            )
            spoken = (_version(entry) for entry in latest if entry.comments != 0)
            await self._turns.fill(spoken, lambda version: self._turn(http, version))
        return await made_of(listed, self._told)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one issue by its number; None when it is gone."""
        async with self._client() as http:
            listed = await self._one(http, ticket)
        return self._told(listed) if listed is not None else None

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read what an issue began with, and its latest comments."""
        async with self._client() as http:
            issue = documented(await self._get(http, self._issue(ticket)), dict[str, object])
            comments = await self._comments(http, ticket, number(issue, "comments"), pages=2)
        return parse_thread(issue, comments)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything but notes: whatever is written in an issue, whoever can read it reads."""
        return frozenset(AnswerKind) - {AnswerKind.NOTE}

    async def write(self, answer: Answer) -> Receipt:
        """Comment, assign, or close."""
        if answer.kind is AnswerKind.NOTE:
            raise Rejected(f"{self._id} has no notes: everything in an issue is public")
        issue = self._issue(answer.ticket)
        receipt = Receipt()
        async with self._client() as http:
            if answer.kind is AnswerKind.REPLY:
                content = {"body": marked(answer.text, answer.id)}
                taken = await self._send(http, "POST", f"{issue}/comments", json=content)
                called = number(taken.decode(dict[str, object]))
                receipt = Receipt(reference=str(called) if called is not None else "")
            elif answer.kind is AnswerKind.TAKE:
                await self._take(http, answer)
            else:
                await self._send(http, "PATCH", issue, json={"state": "closed", "state_reason": "completed"})
        self._rounds.wrote(answer.ticket)
        return receipt

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the issue, or at whose it is and whether it is closed."""
        if answer.kind.has_words:
            return proof(answer, await self.thread(answer.ticket), claimed)
        async with self._client() as http:
            issue = documented(await self._get(http, self._issue(answer.ticket)), dict[str, object])
            if answer.kind is AnswerKind.SOLVE:
                return Receipt() if is_closed(issue) else None
            return Receipt() if is_assigned(issue, await self._login(http, answer)) else None

    async def _take(self, http: httpx.AsyncClient, answer: Answer) -> None:
        with before_sending():
            login = await self._login(http, answer)
        path = f"{self._issue(answer.ticket)}/assignees"
        taken = await self._send(http, "POST", path, json={"assignees": [login]})
        if not is_assigned(taken.decode(dict[str, object]), login):  # taken without a word
            raise Rejected(f"{self._id} gave it to nobody: {clean(login)} may not write in the repository")

    async def _login(self, http: httpx.AsyncClient, answer: Answer) -> str:
        if answer.account:
            return answer.account
        me = documented(await self._get(http, "user"), dict[str, object])
        return str(me.get("login"))

    def _pause_of(self, answer: HttpAnswer) -> timedelta | None:
        """Return the pause until the allowance is renewed, where no shorter one is named."""
        until = answer.headers.get("X-RateLimit-Reset", "").strip()
        if "Retry-After" in answer.headers or not is_spent(answer) or not (until.isascii() and until.isdigit()):
            return None
        return datetime.fromtimestamp(min(int(until[:12]), _LATEST), UTC) - self._clock()

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/", auth=TokenAuth(self._settings.token), headers=_HEADERS)

    def _issue(self, ticket: TicketId) -> str:
        return f"{self._repository}/issues/{number_of(ticket, self._id)}"

    async def _get(
        self,
        http: httpx.AsyncClient,
        path: str,
        *,
        also: frozenset[int] = frozenset(),
        **content: Unpack[Content],
    ) -> HttpAnswer:
        """Get an answer; an allowance that is used up is answered with 403 too."""
        answer = await fetch(http, self._remote, path, also=also | {_FORBIDDEN}, **content)
        ends = answer.headers.get("GitHub-Authentication-Token-Expiration")
        self._token_ends_on = parse_last_day(ends) if ends is not None else self._token_ends_on
        if answer.status == _FORBIDDEN:
            if is_spent(answer):
                raise SourceBusy(busy(answer), answer.pause)
            raise SourceRefused(refused(answer))
        return answer

    async def _send(self, http: httpx.AsyncClient, method: str, path: str, **content: Unpack[Content]) -> HttpAnswer:
        answer = await send(http, self._remote, method, path, also=frozenset({_FORBIDDEN}), **content)
        if answer.status == _FORBIDDEN:
            raise NotSent(busy(answer), answer.pause) if is_spent(answer) else Rejected(refused(answer))
        return answer

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed]) -> Page[Listed]:
        since, page = place(walk.cursor, walk.since)
        params: dict[str, str | int] = {
            "state": "open" if walk.since is None else "all",
            "sort": "updated",
            "direction": "asc",
            "per_page": _PAGE,
            "page": page,
        }
        if since:
            params["since"] = since
        asked = tuple(params.items())
        tag = self._known[1] if self._known is not None and self._known[0] == asked else ""
        headers: Mapping[str, str] = {"If-None-Match": tag} if tag else {}
        also = frozenset({_SAME}) if tag else frozenset[int]()
        answer = await self._get(http, f"{self._repository}/issues", also=also, params=params, headers=headers)
        if answer.status == _SAME:
            return Page(entries=self._rounds.entries if walk.since is None else ())
        issues = documented(answer, list[dict[str, object]])
        linked = answer.headers.get("Link")
        has_more = 'rel="next"' in linked if linked is not None else len(issues) >= _PAGE
        if not walk.cursor:
            self._known = (asked, answer.headers.get("ETag", "")) if not has_more else None
        return Page(
            entries=[parse_ticket(one, self._id, self._labels) for one in issues if not is_pull_request(one)],
            cursor=behind(issues[-1], "updated_at", since, page) if has_more and issues else "",
        )

    async def _one(self, http: httpx.AsyncClient, ticket: TicketId) -> Listed | None:
        answer = await self._get(http, self._issue(ticket), also=_MISSING)
        if answer.status in _MISSING:
            return None
        return parse_ticket(documented(answer, dict[str, object]), self._id, self._labels)

    async def _comments(
        self, http: httpx.AsyncClient, ticket: TicketId, count: int | None, *, pages: int
    ) -> Sequence[Payload]:
        """Read the last pages of an issue's comments, which only come oldest first."""
        last = max(math.ceil((count or 0) / _PAGE), 1)
        found: list[Payload] = []
        for page in range(max(last - pages + 1, 1), last + 1):
            params: Mapping[str, str | int] = {"per_page": _PAGE, "page": page}
            answer = await self._get(http, f"{self._issue(ticket)}/comments", params=params)
            found += documented(answer, list[dict[str, object]])
        return found

    def _told(self, entry: Listed) -> Ticket:
        turn = self._turns.get(_version(entry)) if entry.comments != 0 else None
        return told_of(entry.ticket, self._profiles.get(entry.login), turn)

    async def _turn(self, http: httpx.AsyncClient, version: _Version) -> Turn:
        ticket, _, count = version
        listed = next(entry for entry in self._rounds.entries if entry.ticket.id == ticket)
        comments = await self._comments(http, ticket, count, pages=1)
        return parse_turn(listed.ticket, comments, is_all=count is not None and count <= _PAGE)

    async def _profile(self, http: httpx.AsyncClient, login: str) -> Requester:
        answer = await self._get(http, f"users/{quote(login, safe='')}", also=_MISSING)
        if answer.status in _MISSING:  # deleted since
            return Requester()
        return parse_profile(documented(answer, dict[str, object]))


def _version(entry: Listed) -> _Version:
    return entry.ticket.id, entry.ticket.updated_at, entry.comments


def is_spent(answer: HttpAnswer) -> bool:
    """Tell whether an answer says that the allowance is used up for now."""
    return "Retry-After" in answer.headers or answer.headers.get("X-RateLimit-Remaining") == "0"
