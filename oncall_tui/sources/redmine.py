"""Tickets from Redmine: its open issues, by its REST interface.

Lists are read by growing id instead of by page number: an issue that is closed in between cannot push another one off.
Later rounds ask for what changed, open or not; where one project is read, also for what changed in any other, because
an issue may have been moved there. One that was deleted leaves no such trace: it is noticed when everything is read
again. What a list does not say is looked up, see
``redmine_look_ups``. Of a wrong key Redmine makes an anonymous visitor, who may see a part of the desk: whom it takes
us for is asked first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind, same_words, written
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Priority, SourceId, Ticket, TicketId
from oncall_tui.errors import NotSent, OutcomeUnknown, Rejected, SourceError, SourceGarbled
from oncall_tui.http_client import Pace, Remote, TokenAuth, client, documented, fetch, read, send, url_problem
from oncall_tui.secrets import Secret
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import text
from oncall_tui.sources.redmine_look_ups import LookUps
from oncall_tui.sources.redmine_payload import (
    Desk,
    Fields,
    Listed,
    is_assigned,
    is_closed,
    may_write_privately,
    parse_closed_status,
    parse_number,
    parse_priorities,
    parse_roles,
    parse_thread,
    parse_ticket,
)
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean

_PAGE = 100
"""The most Redmine gives at once; it takes more for 100 without a word."""
_LAG = timedelta(minutes=1)
"""A change is dated before it can be seen."""
_EVERYWHERE, _HERE = "everywhere", "here"
_HIDDEN = frozenset({403, 404})
_WITH_NOTES: Mapping[str, str | int] = {"include": "journals"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``redmine``."""

    url: str
    """Address of Redmine, such as https://redmine.example or https://example.org/redmine."""
    token: Secret
    """The API access key of an account's own page."""
    project: str = ""
    """Identifier of the project, with those below it; left out: everything the account may see."""
    solved: str = ""
    """Name of the status that solves an issue; left out: the first that closes one."""
    pending: tuple[str, ...] = ("Feedback", "Resolved")
    """Names of statuses in which the turn is the customer's."""
    email_field: str = ""
    """Name of the custom field, of the issue or of its author, that holds the customer's mail address."""
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
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []

    @property
    def fields(self) -> Fields:
        """Return the names of the custom fields."""
        return Fields(
            email=self.email_field,
            phone=self.phone_field,
            organisation=self.organisation_field,
            time_zone=self.time_zone_field,
            country=self.country_field,
            tier=self.tier_field,
        )


class _Issues(msgspec.Struct):
    issues: list[dict[str, object]]
    total_count: int | None = None


class _Issue(msgspec.Struct):
    issue: dict[str, object]


class _User(msgspec.Struct):
    user: dict[str, object]


def build(source: SourceId, settings: Settings, clock: Clock) -> "RedmineSource":
    """Return the source of a table."""
    return RedmineSource(source, settings, clock)


class RedmineSource:
    """One Redmine."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock)
        self._remote = Remote(name=source, table="[[sources]]", clock=clock, total=settings.timeout, pace=self.pace)
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_LAG, found=self.pace.found)
        self._here: Mapping[str, str | int] = {"project_id": settings.project} if settings.project else {}
        self._look_ups = LookUps(self._remote, settings.fields)

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and how many issues are open."""
        async with self._client() as http:
            me = await read(http, self._remote, "users/current.json", _User)
            found, _ = await self._issues(http, 0, {"status_id": "open", **self._here}, limit=1)
        count = "its issues can be read" if found.total_count is None else f"{found.total_count} open issues"
        return clean(f"Redmine answers {text(me.user, 'login', 'firstname')}: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time, and whose turn it is there; now and then, every open issue."""
        async with self._client() as http, self.pace.unhurried(http):
            await read(http, self._remote, "users/current.json", _User)
            desk = Desk(
                source=self._id,
                url=self._url,
                fields=self._settings.fields,
                pending=frozenset(name.strip().casefold() for name in self._settings.pending),
                priorities=await self._priorities(http),
            )
            listed = await self._rounds.read(lambda walk: self._page(http, walk, desk))
            await self._look_ups.fill(http, listed)
        return await self._look_ups.told(listed)

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read an issue's description and notes."""
        number = number_of(ticket, self._id)
        async with self._client() as http:
            found = await read(http, self._remote, f"issues/{number}.json", _Issue, params=_WITH_NOTES)
        return parse_thread(found.issue)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this account may is for Redmine to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Add notes, or change who an issue belongs to or its status, and look whether Redmine did."""
        async with self._client() as http:
            try:
                number = number_of(answer.ticket, self._id)
                change = await self._change(http, answer, number)
            except SourceError as error:
                raise NotSent(str(error)) from error
            await send(http, self._remote, "PUT", f"issues/{number}.json", json={"issue": change})
        try:
            return await self._proved(answer)
        except SourceError as error:
            raise OutcomeUnknown(str(error)) from error

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the issue, or for whom it belongs to or its status."""
        if answer.kind.has_words:
            found = written(answer, await self.thread(answer.ticket), claimed)
            return Receipt(reference=found.reference) if found is not None else None
        async with self._client() as http:
            issue = (await read(http, self._remote, f"issues/{number_of(answer.ticket, self._id)}.json", _Issue)).issue
            done = is_closed(issue) if answer.kind is AnswerKind.SOLVE else is_assigned(issue, await self._me(http))
        return Receipt() if done else None

    async def _change(self, http: httpx.AsyncClient, answer: Answer, number: str) -> Mapping[str, object]:
        match answer.kind:
            case AnswerKind.REPLY:
                return {"notes": answer.text, "private_notes": False}
            case AnswerKind.NOTE:
                await self._make_sure_it_is_private(http, number)
                return {"notes": answer.text, "private_notes": True}
            case AnswerKind.TAKE:
                return {"assigned_to_id": await self._me(http)}
            case AnswerKind.SOLVE:
                found = await read(http, self._remote, "issue_statuses.json", dict[str, object])
                status = parse_closed_status(found, self._settings.solved)
                if status is None:
                    raise Rejected(f"{self._id} has no such status: check solved in {self._remote.where}")
                return {"status_id": status}

    async def _make_sure_it_is_private(self, http: httpx.AsyncClient, number: str) -> None:
        """Refuse a note of an account that may not write privately: Redmine would make it public without a word."""
        issue = (await read(http, self._remote, f"issues/{number}.json", _Issue)).issue
        me = (await read(http, self._remote, "users/current.json", _User, params={"include": "memberships"})).user
        roles = await read(http, self._remote, "roles.json", dict[str, object])
        permissions = {
            role: await read(http, self._remote, f"roles/{role}.json", dict[str, object])
            for role in parse_roles(me, issue, roles)
        }
        if not may_write_privately(me, permissions.values()):
            raise Rejected(f"{self._id} would show this note to the customer: its account needs “Set notes as private”")

    async def _me(self, http: httpx.AsyncClient) -> int:
        me = parse_number((await read(http, self._remote, "users/current.json", _User)).user)
        if me is None:
            raise SourceGarbled(f"{self._id} does not say whom it takes us for")
        return me

    async def _proved(self, answer: Answer) -> Receipt:
        """Return what shows that a change was made: Redmine leaves out without a word what an account may not do."""
        receipt = await self.find(answer, frozenset())
        if receipt is not None:
            return receipt
        if answer.kind is AnswerKind.NOTE:
            shown = [m for m in await self.thread(answer.ticket) if m.is_public and same_words(m.text, answer.text)]
            if shown:
                raise Rejected(f"{self._id} SHOWS THIS NOTE TO THE CUSTOMER: make it private there at once")
        raise Rejected(
            f"{self._id} took the request and changed nothing: its account or the workflow does not allow it"
        )

    def _client(self) -> httpx.AsyncClient:
        auth = TokenAuth(self._settings.token, scheme="", header="X-Redmine-API-Key")
        return client(f"{self._url}/", auth=auth)

    async def _priorities(self, http: httpx.AsyncClient) -> Mapping[int | None, Priority]:
        answer = await fetch(http, self._remote, "enumerations/issue_priorities.json", also=_HIDDEN)
        if answer.status in _HIDDEN:
            return {}
        return parse_priorities(documented(answer, dict[str, object]))

    async def _issues(
        self, http: httpx.AsyncClient, first: int, wanted: Mapping[str, str | int], *, limit: int = _PAGE
    ) -> tuple[_Issues, datetime | None]:
        """Return a page of issues from a number on, and when it was given."""
        params = {"sort": "id", "limit": limit, "issue_id": f">={first}", **wanted}
        answer = await fetch(http, self._remote, "issues.json", params=params)
        return documented(answer, _Issues), given_at(answer)

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed], desk: Desk) -> Page[Listed]:
        """Read the next page, which begins behind the last id of the one before.

        Of what changed in any project all is gone but what is then found in ours, if there is one.
        """
        begins = _EVERYWHERE if walk.since is not None and self._here else _HERE
        where, last = walk.cursor.split() if walk.cursor else (begins, "-1")
        found, at = await self._issues(http, int(last) + 1, self._wanted(walk, where))
        listed = [parse_ticket(payload, desk) for payload in found.issues]
        numbers = [int(entry.ticket.number) for entry in listed]
        if numbers and min(numbers) <= int(last):
            raise SourceGarbled(f"{self._id} is too old: Redmine 3.4 or later can be read issue after issue")
        is_last = not numbers or (found.total_count is not None and found.total_count <= len(numbers))
        following = f"{where} {max(numbers)}" if not is_last else ""
        if where == _EVERYWHERE:
            return Page(entries=(), gone=[e.ticket.id for e in listed], cursor=following or f"{_HERE} -1", at=at)
        return Page(entries=listed, cursor=following, at=at)

    def _wanted(self, walk: Walk[Listed], where: str) -> Mapping[str, str | int]:
        """Return the conditions of a walk."""
        here = self._here if where == _HERE else {}
        if walk.since is None:
            return {"status_id": "open", **here}
        since = walk.since
        if where == _EVERYWHERE and walk.asked_before is not None:
            # The newest change of ours may be long ago, and much may have changed elsewhere since then.
            since = walk.asked_before - _LAG
        return {"status_id": "*", "updated_on": f">={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", **here}
