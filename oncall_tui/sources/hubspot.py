"""Tickets from HubSpot: those whose pipeline stage is not a closed one.

Lists are read by growing id instead of by page: a ticket that is closed in between cannot push another one off, and a
search has no end at 10,000. The search lags behind by seconds, so later rounds overlap, and tickets we wrote in are
read by themselves. Contacts come a hundred at a time. The version of the interface that is spoken is ``v3``, which
HubSpot calls old and keeps. Conversations hang on tickets by their number; a ticket without one can be taken and
solved, and neither answered nor commented. The properties that tell whose turn it is, what is due and where a contact
lives are assumed to be called as below: where one does not exist, what it would tell is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import msgspec

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId, Ticket, TicketId
from oncall_tui.errors import DeliveryError, Rejected, SourceError, SourceGarbled
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
from oncall_tui.http_client import Answer as HttpAnswer
from oncall_tui.secrets import Secret
from oncall_tui.settings import POSITIVE
from oncall_tui.sources.answering import account_of, before_sending, proof
from oncall_tui.sources.by_time import given_at
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number, record, records, required_records, text, word
from oncall_tui.sources.hubspot_payload import (
    CONTACT_PROPERTIES,
    TICKET_PROPERTIES,
    Contact,
    Desk,
    Listed,
    Owner,
    addressed,
    latest_thread,
    parse_associations,
    parse_contact,
    parse_message,
    parse_opening,
    parse_owners,
    parse_stages,
    parse_ticket,
)
from oncall_tui.sources.lookups import Lookups
from oncall_tui.sources.rounds import Page, Rounds, Walk
from oncall_tui.text_safety import clean
from oncall_tui.turns import made_of

_PAGE = 200
"""The most its search gives at once."""
_CONTACTS = 100
_THREADS = 5
_CUT_SHORT = 10
_LAG = timedelta(minutes=2)
_REFERENCE_EVERY = timedelta(hours=1)
_MISSING = frozenset({403, 404})
_TICKETS = "crm/v3/objects/tickets"
_THREADS_PATH = "conversations/v3/conversations/threads"
_LIMITS = Limits(
    whole=Allowance(requests=100, within=timedelta(seconds=10)),
    parts=(Allowance(requests=5, within=timedelta(seconds=1), only="tickets/search"),),
    meter=Meter(total="X-HubSpot-RateLimit-Max", left="X-HubSpot-RateLimit-Remaining"),
)
"""Of a private app: assumptions, as HubSpot's pages give several figures for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Keys of a ``[[sources]]`` table of kind ``hubspot``."""

    token: Secret
    """The access token of a private app."""
    agent: str = ""
    """Who answers where nobody is named: the mail address of a user."""
    pending: tuple[str, ...] = ("Waiting on contact",)
    """Names of stages in which the turn is the customer's."""
    tier_property: str = ""
    """Internal name of the contact property that says how a customer is served."""
    url: str = "https://api.hubapi.com"
    """Address of the API."""
    refresh: timedelta = timedelta(seconds=60)
    """How often it is asked."""
    timeout: timedelta = field(default=timedelta(seconds=30), metadata=POSITIVE)
    """How long one answer may take."""

    def problems(self) -> Sequence[tuple[str, str]]:
        """Name each key that cannot be used, and what to write instead."""
        problem = url_problem(self.url)
        return [("url", problem)] if problem is not None else []


class _Found(msgspec.Struct):
    results: list[dict[str, object]]
    total: int | None = None


def build(source: SourceId, settings: Settings, clock: Clock) -> "HubspotSource":
    """Return the source of a table."""
    return HubspotSource(source, settings, clock)


class HubspotSource:
    """One portal of HubSpot."""

    def __init__(self, source: SourceId, settings: Settings, clock: Clock) -> None:
        self._id, self._settings, self._clock = source, settings, clock
        self.pace = Pace(clock, _LIMITS)
        self._remote = Remote(
            name=source, table="[[sources]]", clock=clock, total=settings.timeout, pause_of=pause_of, pace=self.pace
        )
        self._rounds: Rounds[Listed] = Rounds(source, clock, overlap=_LAG, found=self.pace.found)
        self._contacts: Lookups[int, Contact] = Lookups(clock, at_once=_CONTACTS, room=self.pace.has_room)
        self._pending = frozenset(name.strip().casefold() for name in settings.pending)
        self._desk = Desk(source=source)
        self._owners: Mapping[int, Owner] = {}
        self._known_at: datetime | None = None

    @property
    def id(self) -> SourceId:
        """Return the id of its table."""
        return self._id

    async def check(self) -> CleanText:
        """Ask which portal this is, and for a page as the rounds do."""
        async with self._client() as http:
            await self._know(http)
            await self._page(http, Walk(began_at=self._clock()))
        stages = len(self._open_stages)
        return clean(f"HubSpot answers: tickets in {stages} open {'stage' if stages == 1 else 'stages'} can be read")

    async def open_tickets(self) -> Sequence[Ticket]:
        """Read what changed since the last time; the first time, and every half hour, everything."""
        async with self._client() as http, self.pace.unhurried(http):
            await self._know(http)
            listed = await self._rounds.read(lambda walk: self._page(http, walk), lambda one: self._one(http, one))
            numbers = [entry.number for entry in listed]
            await self._contacts.fill_many(numbers, lambda some: self._contacts_of(http, some), Contact())
        return await made_of(listed, self._told)

    async def ticket(self, ticket: TicketId) -> Ticket | None:
        """Read one ticket by its number, which no index stands before; None when it is gone."""
        async with self._client() as http:
            await self._know(http)
            listed = await self._one(http, ticket)
        return self._told(listed) if listed is not None else None

    async def thread(self, ticket: TicketId) -> Sequence[Message]:
        """Read the conversations of a ticket, or what stands in the ticket where it has none."""
        async with self._client() as http:
            items = [item for thread in await self._threads(http, ticket) for item in await self._items(http, thread)]
            found = [message for item in items if (message := parse_message(item)) is not None]
            if not any(message.is_inbound for message in found):
                opening = parse_opening(await self._ticket(http, ticket))
                found += [opening] if opening is not None else []
        return sorted(found, key=lambda message: message.at)

    @property
    def can(self) -> frozenset[AnswerKind]:
        """Return everything: whether this app may is for HubSpot to say."""
        return frozenset(AnswerKind)

    async def write(self, answer: Answer) -> Receipt:
        """Write in the conversation of a ticket, or change its owner or stage."""
        async with self._client() as http:
            if answer.kind.has_words:
                receipt = await self._say(http, answer)
            else:
                with before_sending():
                    change = await self._change(http, answer)
                path = f"{_TICKETS}/{number_of(answer.ticket, self._id)}"
                await send(http, self._remote, "PATCH", path, json={"properties": change})
                receipt = Receipt()
            if answer.kind is AnswerKind.SOLVE:
                await self._close_threads(http, answer.ticket)
        self._rounds.wrote(answer.ticket)
        return receipt

    async def find(self, answer: Answer, claimed: frozenset[str]) -> Receipt | None:
        """Look for the words in the conversation, or at the owner or stage."""
        if answer.kind.has_words:
            return proof(answer, await self.thread(answer.ticket), claimed)
        async with self._client() as http:
            await self._know(http)
            found = parse_ticket(await self._ticket(http, answer.ticket), self._desk)
        if answer.kind is AnswerKind.SOLVE:
            return Receipt() if not found.ticket.status.is_open else None
        return Receipt() if found.owner == self._owner(answer).id else None

    def _told(self, entry: Listed) -> Ticket:
        owner = self._owners.get(entry.owner) if entry.owner is not None else None
        return entry.told(self._contacts.get(entry.number), owner)

    async def _say(self, http: httpx.AsyncClient, answer: Answer) -> Receipt:
        with before_sending():
            await self._know(http)
            thread = latest_thread(await self._threads(http, answer.ticket))
            if thread is None:
                raise Rejected(f"{answer.ticket} has no conversation to write in: answer it in HubSpot")
            content: dict[str, object] = {
                "type": "MESSAGE" if answer.kind is AnswerKind.REPLY else "COMMENT",
                "text": answer.text,
                "senderActorId": f"A-{self._owner(answer).user}",
            }
            if answer.kind is AnswerKind.REPLY:
                to = addressed(await self._items(http, {"id": thread}))
                if to is None:
                    raise Rejected(f"{answer.ticket} has no message of the customer's to reply to")
                content |= to
        taken = await send(http, self._remote, "POST", f"{_THREADS_PATH}/{thread}/messages", json=content)
        called = taken.decode(dict[str, object]).get("id")
        return Receipt(reference=called if isinstance(called, str) else "")

    async def _change(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, str]:
        await self._know(http)
        if answer.kind is AnswerKind.TAKE:
            return {"hubspot_owner_id": str(self._owner(answer).id)}
        answered = await fetch(
            http, self._remote, f"{_TICKETS}/{number_of(answer.ticket, self._id)}", also=_MISSING, params=_WANTED
        )
        if answered.status in _MISSING:
            raise Rejected(f"{answer.ticket} is not there any more, or not for this token")
        pipeline = record(documented(answered, dict[str, object]), "properties").get("hs_pipeline")
        closed = [s.id for s in self._desk.stages.values() if s.pipeline == pipeline and not s.status.is_open]
        if not closed:
            raise Rejected(f"{answer.ticket} is in a pipeline without a closed stage")
        return {"hs_pipeline_stage": closed[0]}

    async def _close_threads(self, http: httpx.AsyncClient, ticket: TicketId) -> None:
        """Close the conversations too, which are open or closed by themselves; the ticket is what counts."""
        try:
            for thread in await self._threads(http, ticket):
                if word(thread, "status") == "open":
                    await send(
                        http, self._remote, "PATCH", f"{_THREADS_PATH}/{thread.get('id')}", json={"status": "CLOSED"}
                    )
        except (SourceError, DeliveryError):
            return

    def _owner(self, answer: Answer) -> Owner:
        account = account_of(answer, self._id, self._settings.agent, called="ana@acme.example")
        named = (o for o in self._owners.values() if account.casefold() in {o.email, str(o.id)})
        owner = next(named, None)
        if owner is None:
            raise Rejected(f"{self._id} knows nobody called {clean(account)}")
        return owner

    def _client(self) -> httpx.AsyncClient:
        return client(f"{self._settings.url.rstrip('/')}/", auth=TokenAuth(self._settings.token))

    @property
    def _open_stages(self) -> Sequence[str]:
        return [stage.id for stage in self._desk.stages.values() if stage.status.is_open]

    async def _know(self, http: httpx.AsyncClient) -> None:
        """Ask once an hour which portal this is, which stages it has and whose tickets may be."""
        now = self._clock()
        if self._known_at is not None and now - self._known_at < _REFERENCE_EVERY:
            return
        account = await self._allowed(http, "account-info/v3/details")
        portal, domain = number(account, "portalId"), text(account, "uiDomain") or "app.hubspot.com"
        url = f"https://{domain}/contacts/{portal}/record/0-5/" if portal is not None and _is_domain(domain) else ""
        pipelines = await read(http, self._remote, "crm/v3/pipelines/tickets", dict[str, object])
        required_records(pipelines, "results")
        stages = parse_stages(pipelines, self._pending)
        self._owners = parse_owners(await self._allowed(http, "crm/v3/owners?limit=500"))
        self._desk = replace(self._desk, url=url, stages=stages)
        if not self._open_stages:
            raise SourceGarbled(f"{self._id} has no pipeline of tickets with an open stage")
        self._known_at = now

    async def _allowed(self, http: httpx.AsyncClient, path: str) -> Payload:
        answer = await fetch(http, self._remote, path, also=_MISSING)
        return {} if answer.status in _MISSING else documented(answer, dict[str, object])

    async def _page(self, http: httpx.AsyncClient, walk: Walk[Listed]) -> Page[Listed]:
        filters: list[Mapping[str, object]] = [
            {"propertyName": "hs_pipeline_stage", "operator": "IN", "values": list(self._open_stages)}
        ]
        if walk.since is not None:
            since = str(int(walk.since.astimezone(UTC).timestamp() * 1000))
            filters = [{"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}]
        if walk.cursor:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": walk.cursor})
        content = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(TICKET_PROPERTIES),
            "limit": _PAGE,
        }
        answer = await fetch(http, self._remote, f"{_TICKETS}/search", method="POST", json=content)
        found = documented(answer, _Found)
        listed = [parse_ticket(one, self._desk) for one in found.results]
        is_last = not listed or (found.total is not None and found.total <= len(listed))
        cursor = "" if is_last else str(max(entry.number for entry in listed))
        return Page(entries=listed, cursor=cursor, at=given_at(answer))

    async def _ticket(self, http: httpx.AsyncClient, ticket: TicketId) -> Payload:
        path = f"{_TICKETS}/{number_of(ticket, self._id)}"
        return await read(http, self._remote, path, dict[str, object], params=_WANTED)

    async def _one(self, http: httpx.AsyncClient, ticket: TicketId) -> Listed | None:
        path = f"{_TICKETS}/{number_of(ticket, self._id)}"
        answer = await fetch(http, self._remote, path, also=_MISSING, params=_WANTED)
        if answer.status in _MISSING:
            return None
        return parse_ticket(documented(answer, dict[str, object]), self._desk)

    async def _contacts_of(self, http: httpx.AsyncClient, tickets: Sequence[int]) -> Mapping[int, Contact]:
        named = {"inputs": [{"id": str(ticket)} for ticket in tickets]}
        path = "crm/v4/associations/tickets/contacts/batch/read"
        answer = await fetch(http, self._remote, path, method="POST", json=named)
        whose = parse_associations(documented(answer, dict[str, object]))
        if not whose:
            return {}
        tier = self._settings.tier_property
        content = {
            "properties": [*CONTACT_PROPERTIES, *([tier] if tier else [])],
            "inputs": [{"id": str(contact)} for contact in sorted(set(whose.values()))],
        }
        answer = await fetch(http, self._remote, "crm/v3/objects/contacts/batch/read", method="POST", json=content)
        entries = records(documented(answer, dict[str, object]), "results")
        contacts = {called: parse_contact(one, tier) for one in entries if (called := number(one)) is not None}
        return {ticket: contacts[contact] for ticket, contact in whose.items() if contact in contacts}

    async def _threads(self, http: httpx.AsyncClient, ticket: TicketId) -> Sequence[Payload]:
        of_ticket: Mapping[str, str | int] = {"associatedTicketId": number_of(ticket, self._id)}
        answer = await fetch(http, self._remote, _THREADS_PATH, also=frozenset({404}), params=of_ticket)
        if not httpx.codes.is_success(answer.status):
            return ()
        return [one for one in documented(answer, _Found).results if _is_plain(one.get("id"))][:_THREADS]

    async def _items(self, http: httpx.AsyncClient, thread: Payload) -> Sequence[Payload]:
        path = f"{_THREADS_PATH}/{thread.get('id')}/messages"
        items = list((await read(http, self._remote, path, _Found)).results)
        short = [place for place, item in enumerate(items) if _is_cut_short(item)]
        for place in short[-_CUT_SHORT:]:
            whole = await self._allowed(http, f"{path}/{items[place].get('id')}/original-content")
            items[place] = {**items[place], **{name: whole[name] for name in ("text", "richText") if name in whole}}
        return items


_WANTED: Mapping[str, str | int] = {"properties": ",".join(TICKET_PROPERTIES)}


def _is_plain(called: object) -> bool:
    return isinstance(called, str) and called.isascii() and called.replace("-", "").isalnum()


def _is_domain(domain: str) -> bool:
    return domain.isascii() and domain.replace("-", "").replace(".", "").isalnum()


def _is_cut_short(item: Payload) -> bool:
    return word(item, "truncationStatus") not in {"", "not_truncated"} and _is_plain(item.get("id"))


def pause_of(answer: HttpAnswer) -> timedelta | None:
    """Return the length of the interval whose allowance is used up, where no pause is named."""
    length = answer.headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "").strip()
    if "Retry-After" in answer.headers or not (length.isascii() and length.isdigit()):
        return None
    return timedelta(milliseconds=min(int(length[:9]), 3_600_000))
