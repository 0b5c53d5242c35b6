"""Tickets from Intercom: the conversations of a workspace that are open or snoozed.

A list names contacts by their ids only; they are asked for by the fifty and remembered for as long as the program runs.

Later rounds ask for what changed, whether open or not, the latest first, and read as far as that is new. Where searches
compare instants by the day, as they do for contacts, a later day would be asked for than is meant: so the question
begins a day too early, and the order ends it. A conversation that was deleted, or went to a team that the token does
not see, is noticed when everything is read again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer as Ours
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, Requester, SourceId, Ticket, TicketId
from oncall_tui.errors import SourceBusy, SourceGarbled
from oncall_tui.http_client import (
    Allowance,
    Answer,
    Limits,
    Meter,
    Pace,
    Remote,
    TokenAuth,
    client,
    documented,
    fetch,
    read,
    url_problem,
)
from oncall_tui.secrets import Secret
from oncall_tui.sources.answering import ABSENT, find_with, write_with
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.entries import moment, number_of
from oncall_tui.sources.fields import record, text
from oncall_tui.sources.intercom_answers import IntercomPen, known_again
from oncall_tui.sources.intercom_payload import Desk, Listed, parse_admins, parse_person, parse_thread, parse_ticket
from oncall_tui.sources.moving import Readings
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.sources.told import Told
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_VERSION = "2.15"
_PAGE = 150
"""The most Intercom gives at once."""
_CONTACTS = 50
_CONTACT_ROUNDS = 10
"""Requests for contacts in one round; those of a large desk are all known after a few."""
_NOBODY = Requester()
_CHANGES = 50
"""Conversations asked for at once where only a few will have changed."""
_LAG = timedelta(minutes=10)
"""So far may the index of a search be behind; what is asked for again stands on the same page."""
_DAY = timedelta(hours=26)
"""The longest day, when clocks go back, and an hour."""
_LATEST_FIRST: Mapping[str, object] = {"sort": {"field": "updated_at", "order": "descending"}}
_NOT_SO = frozenset({400, 422})
_HIDDEN = frozenset({403, 404})
# Whether a snoozed conversation is `open` is not documented; `state` leaves no doubt.
_OPEN: Mapping[str, object] = {
    "operator": "OR",
    "value": [{"field": "state", "operator": "=", "value": state} for state in ("open", "snoozed")],
}
_LIMITS = Limits(
    whole=Allowance(requests=1666, within=timedelta(seconds=10)),
    meter=Meter(total="X-RateLimit-Limit", left="X-RateLimit-Remaining", resets="X-RateLimit-Reset"),
)
"""Of an app: 10,000 in a minute, given out in parts of ten seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``intercom``."""

    token: Secret
    """The access token of an app of your own."""
    url: str = "https://api.intercom.io"
    """Where the workspace lives: https://api.eu.intercom.io in Europe, https://api.au.intercom.io in Australia."""
    time_zone_field: str = "timezone"
    """Name of the custom attribute of contacts that holds the customer's zone."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = timedelta(seconds=30)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []


class _Pages(msgspec.Struct):
    next: dict[str, object] | None = None


class _Found(msgspec.Struct):
    conversations: list[dict[str, object]]
    pages: _Pages | None = None
    total_count: int | None = None

    @property
    def after(self) -> str:
        """Return behind what the next page begins; empty on the last one."""
        following = self.pages.next if self.pages is not None and self.conversations else None
        found = following.get("starting_after") if following is not None else None
        return found if isinstance(found, str) else ""


class _Contacts(msgspec.Struct):
    data: list[dict[str, object]]


def build(source: SourceId, settings: Settings, clock: Clock) -> "IntercomSource":
    """Return the source of a table."""
    return IntercomSource(source, settings, clock)


class IntercomSource:
    """One workspace of Intercom."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self._url = settings.url.rstrip("/")
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(
            name=source,
            table="[[sources]]",
            clock=clock,
            total=settings.timeout,
            pause_of=self._pause_of,
            pace=self.pace,
        )
        self._pen = IntercomPen(self._remote, self._client)
        self._contacts: dict[str, Requester] = {}
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_LAG, found=self.pace.found)
        self._told: Told[Listed, Requester | None] = Told()
        self._readings = Readings()
        self._order = _LATEST_FIRST

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and how many conversations are open."""
        async with self._client() as http:
            me = await read(http, self._remote, "me", dict[str, object])
            found, _ = await self._search(http, _OPEN, "", per_page=1)
        count = "its conversations can be read" if found.total_count is None else f"{found.total_count} are open"
        return clean(f"Intercom answers {text(me, 'email', 'name')} of {text(record(me, 'app'), 'name')}: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, all that is open or snoozed."""
        async with self._client() as http, self.pace.unhurried(http):
            desk = await self._desk(http)
            listed = await self._rounds.read(
                lambda walk: (
                    self._whole(http, walk, desk) if walk.since is None else self._changes(http, walk, walk.since, desk)
                )
            )
            await self._meet(http, listed)
        return await self._told.tickets(listed, lambda entry: self._contacts.get(entry.contact), Listed.told)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one conversation by its number; None when it is gone."""
        path = f"conversations/{number_of(ticket, self._id)}"
        async with self._client() as http:
            answer = await fetch(http, self._remote, path, also=ABSENT)
            if answer.status in ABSENT:
                return None
            payload = documented(answer, dict[str, object])
            listed = parse_ticket(payload, await self._desk(http))
            await self._meet(http, [listed])
        return listed.told(self._contacts.get(listed.contact))

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read a conversation; Intercom gives its latest 500 parts."""
        path = f"conversations/{number_of(ticket, self._id)}"
        async with self._client() as http:
            params = {"display_as": "plaintext"}
            return parse_thread(await read(http, self._remote, path, dict[str, object], params=params))

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this app may is for Intercom to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Ours) -> Receipt:
        """Reply, add a note, assign or close, and look whether Intercom did."""
        return await write_with(self._pen, answer)

    async def find(self, answer: Ours, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the conversation, or for its assignee or state."""
        if answer.kind.has_words:
            return known_again(answer, await self.thread(answer.ticket), claimed)
        return await find_with(self._pen, self, answer, claimed)

    async def _desk(self, http: httpx.AsyncClient) -> Desk:
        me = await read(http, self._remote, "me", dict[str, object])
        admins = await fetch(http, self._remote, "admins", also=_HIDDEN)
        return Desk(
            source=self._id,
            workspace=text(record(me, "app"), "id_code"),
            admins={} if admins.status in _HIDDEN else parse_admins(documented(admins, dict[str, object])),
        )

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._url}/", auth=TokenAuth(self._settings.token), headers={"Intercom-Version": _VERSION})

    def _pause_of(self, answer: Answer) -> timedelta | None:
        """Read until when the current ten seconds' worth of requests is used up."""
        resets_at = moment({"at": answer.headers.get("X-RateLimit-Reset", "")}, "at")
        return resets_at - self._clock() if resets_at is not None else None

    async def _search(
        self, http: httpx.AsyncClient, query: Mapping[str, object], after: str, *, per_page: int, **order: object
    ) -> tuple[_Found, datetime | None]:
        """Return a page of conversations, and when it was given."""
        behind = {"starting_after": after} if after else {}
        content = {"query": query, "pagination": {"per_page": per_page, **behind}, **order}
        also = _NOT_SO if order else frozenset[int]()
        answer = await fetch(http, self._remote, "conversations/search", also=also, method="POST", json=content)
        if answer.status in _NOT_SO:  # the order is not described for every version
            self._order = {}
            return await self._search(http, query, after, per_page=per_page)
        return documented(answer, _Found), given_at(answer)

    async def _whole(self, http: httpx.AsyncClient, walk: Walk[Listed], desk: Desk) -> Page[Listed]:
        """Read the next page of what is open."""
        if not walk.cursor:
            self._readings = Readings()
        after = walk.cursor.partition(" ")[2]
        found, at = await self._search(http, _OPEN, after, per_page=_PAGE)
        listed = await made_of(found.conversations, lambda payload: parse_ticket(payload, desk))
        is_fresh = self._readings.take([int(entry.ticket.number) for entry in listed], found.total_count)
        if found.after and not is_fresh:
            raise SourceGarbled(f"{self._id} gives the same page again and again")
        has_more = bool(found.after) or self._readings.again()
        return Page(entries=listed, cursor=f"{self._readings.times} {found.after}" if has_more else "", at=at)

    async def _changes(self, http: httpx.AsyncClient, walk: Walk[Listed], since: datetime, desk: Desk) -> Page[Listed]:
        """Read the next page of what changed, until one ends before that."""
        query = {"field": "updated_at", "operator": ">", "value": int((since - _DAY).timestamp())}
        found, at = await self._search(http, query, walk.cursor, per_page=_CHANGES, **self._order)
        listed = await made_of(found.conversations, lambda payload: parse_ticket(payload, desk))
        stamps = [changed_at for entry in listed if (changed_at := entry.ticket.updated_at) is not None]
        is_in_order = len(stamps) == len(listed) and stamps == sorted(stamps, reverse=True)
        has_all = is_in_order and bool(stamps) and stamps[-1] < since
        return Page(entries=listed, cursor="" if has_all else found.after, at=at)

    async def _meet(self, http: httpx.AsyncClient, listed: Iterable[Listed]) -> None:
        """Ask for contacts that are not known yet; of one that was deleted nothing will ever be known."""
        named = dict.fromkeys(entry.contact for entry in listed if entry.contact)
        unknown = [called for called in named if called not in self._contacts][: _CONTACTS * _CONTACT_ROUNDS]
        for start in range(0, len(unknown), _CONTACTS):
            wanted = unknown[start : start + _CONTACTS]
            query = {
                "query": {"field": "id", "operator": "IN", "value": wanted},
                "pagination": {"per_page": _CONTACTS},
            }
            try:
                answer = await fetch(http, self._remote, "contacts/search", method="POST", json=query, also=_HIDDEN)
            except SourceBusy:  # the list is complete, and contacts only adorn it: the next round asks again
                return
            found = [] if answer.status in _HIDDEN else documented(answer, _Contacts).data
            zone = self._settings.time_zone_field
            people = {str(contact.get("id")): parse_person(contact, zone) for contact in found}
            self._contacts |= dict.fromkeys(wanted, _NOBODY) | people
