"""Tickets from Intercom: the conversations of a workspace that are open or snoozed.

A list names contacts by their ids only; they are asked for by the fifty and remembered for as long as the program runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer as Ours
from oncall_tui.domain.answer import AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
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
from oncall_tui.sources.entries import moment, number_of, ticket_number
from oncall_tui.sources.fields import Payload, record, text
from oncall_tui.sources.intercom_answers import IntercomPen, known_again
from oncall_tui.sources.intercom_payload import Desk, parse_admins, parse_contact, parse_thread, parse_ticket
from oncall_tui.sources.moving import Reading, everything
from oncall_tui.text_safety import clean

_VERSION = "2.15"
_PAGE = 150
"""The most Intercom gives at once."""
_CONTACTS = 50
_CONTACT_ROUNDS = 10
"""Requests for contacts in one round; those of a large desk are all known after a few."""
_NOBODY: Payload = {}
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


class _Page(msgspec.Struct):
    conversations: list[dict[str, object]]
    pages: _Pages | None = None
    total_count: int | None = None


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
        self._contacts: dict[str, Payload] = {}

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask whom it takes us for, and how many conversations are open."""
        async with self._client() as http:
            me = await read(http, self._remote, "me", dict[str, object])
            page = await self._page(http, "", per_page=1)
        count = "its conversations can be read" if page.total_count is None else f"{page.total_count} are open"
        return clean(f"Intercom answers {text(me, 'email', 'name')} of {text(record(me, 'app'), 'name')}: {count}")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read every conversation that is open or snoozed."""
        async with self._client() as http, self.pace.unhurried(http):
            desk = await self._desk(http)
            payloads = await everything(lambda: self._reading(http))
            await self._meet(http, payloads.values())
        return [parse_ticket(one, self._contacts.get(parse_contact(one), {}), desk) for one in payloads.values()]

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one conversation by its number; None when it is gone."""
        path = f"conversations/{number_of(ticket, self._id)}"
        async with self._client() as http:
            answer = await fetch(http, self._remote, path, also=ABSENT)
            if answer.status in ABSENT:
                return None
            payload: Payload = documented(answer, dict[str, object])
            desk = await self._desk(http)
            await self._meet(http, [payload])
        return parse_ticket(payload, self._contacts.get(parse_contact(payload), {}), desk)

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
            time_zone_field=self._settings.time_zone_field,
        )

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._url}/", auth=TokenAuth(self._settings.token), headers={"Intercom-Version": _VERSION})

    def _pause_of(self, answer: Answer) -> timedelta | None:
        """Read until when the current ten seconds' worth of requests is used up."""
        resets_at = moment({"at": answer.headers.get("X-RateLimit-Reset", "")}, "at")
        return resets_at - self._clock() if resets_at is not None else None

    async def _page(self, http: httpx.AsyncClient, after: str, *, per_page: int = _PAGE) -> _Page:
        behind = {"starting_after": after} if after else {}
        query = {"query": _OPEN, "pagination": {"per_page": per_page, **behind}}
        answer = await fetch(http, self._remote, "conversations/search", method="POST", json=query)
        return documented(answer, _Page)

    async def _reading(self, http: httpx.AsyncClient) -> Reading[Payload]:
        entries: list[tuple[int, Payload]] = []
        counts: set[int] = set()
        seen = {""}
        after = ""
        while True:
            page = await self._page(http, after)
            entries += [(ticket_number(payload, self._id), payload) for payload in page.conversations]
            counts |= {page.total_count} if page.total_count is not None else set()
            following = page.pages.next if page.pages is not None else None
            found = following.get("starting_after") if following is not None else None
            after = found if isinstance(found, str) else ""
            if not after or not page.conversations:
                return Reading(entries=entries, counts=frozenset(counts))
            if after in seen:
                raise SourceGarbled(f"{self._id} gives the same page again and again")
            seen.add(after)

    async def _meet(self, http: httpx.AsyncClient, payloads: Iterable[Payload]) -> None:
        """Ask for contacts that are not known yet; of one that was deleted nothing will ever be known."""
        named = dict.fromkeys(called for payload in payloads if (called := parse_contact(payload)))
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
            self._contacts |= dict.fromkeys(wanted, _NOBODY) | {str(contact.get("id")): contact for contact in found}
