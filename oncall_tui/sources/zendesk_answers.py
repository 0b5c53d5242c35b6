"""Answers to tickets of Zendesk, each one update.

A comment is public unless it says otherwise, so it always says. Words go out as HTML: as text, Zendesk would read them
as Markdown. The update's metadata carry the answer's id, and come back with the comment; where they do not, the words
decide. What the customer must not be talked past is a safe update: Zendesk refuses it when the ticket has changed since
it was read, and then nothing was written.
"""

from collections.abc import Mapping
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import NotSent, OutcomeUnknown
from oncall_tui.http_client import Answer as Taken
from oncall_tui.http_client import Remote, documented
from oncall_tui.sources.answering import ABSENT, UNFIT, as_html, before_sending, called, fit, hidden, member, there
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number, record, records
from oncall_tui.sources.zendesk_payload import MARK, is_assigned, is_solved, parse_comment, parse_user
from oncall_tui.sources.zendesk_wire import ZendeskWire

_CHANGED = 409


class ZendeskPen:
    """Writes comments, assignees and statuses."""

    def __init__(self, remote: Remote, wire: ZendeskWire) -> None:
        self._remote, self._wire = remote, wire

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Comment for the customer, or for agents only."""
        is_note = answer.kind is AnswerKind.NOTE
        async with self._wire.client() as http:
            with before_sending():
                author = {"author_id": await self._member(http, answer)} if answer.account else {}
                comment = {"html_body": as_html(answer.text), "public": not is_note, **author}
                update = {"comment": comment, "metadata": {MARK: answer.id}, **await self._stamp(http, answer)}
            taken = await self._update(http, answer, update)
        found = taken.decode(dict[str, object])
        if called(record(found, "ticket"), taken) != number_of(answer.ticket, self.source):
            raise OutcomeUnknown(taken.undocumented)
        written = parse_comment(found)
        hidden(self.source, is_shown=is_note and written.get("public") is True)
        return Receipt(reference=str(number(written) or ""))

    async def change(self, answer: Answer) -> None:
        """Set the assignee, or the status."""
        async with self._wire.client() as http:
            with before_sending():
                update = await self._change(http, answer)
            fit(answer, self.source, await self._update(http, answer, update, also=UNFIT))

    async def _change(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        if answer.kind is AnswerKind.TAKE:
            return {"assignee_id": await self._member(http, answer)}
        return {"status": "solved", **await self._stamp(http, answer)}

    async def is_done(self, answer: Answer) -> bool:
        """Read the ticket's assignee, or its status."""
        async with self._wire.client() as http:
            ticket = await self._ticket(http, answer)
            if answer.kind is AnswerKind.TAKE:
                return is_assigned(ticket, await self._member(http, answer))
        return is_solved(ticket)

    async def _stamp(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        """Return what makes an update a safe one, for answers that mind what the customer wrote meanwhile."""
        if not answer.kind.minds_news:
            return {}
        changed_at = (await self._ticket(http, answer)).get("updated_at")
        return {"safe_update": True, "updated_stamp": changed_at} if isinstance(changed_at, str) else {}

    async def _update(
        self,
        http: httpx.AsyncClient,
        answer: Answer,
        update: Mapping[str, object],
        *,
        also: frozenset[int] = frozenset(),
    ) -> Taken:
        content = {"ticket": update}
        taken = await self._wire.send(http, "PUT", self._path(answer), also=also | {_CHANGED}, json=content)
        if taken.status == _CHANGED:
            raise NotSent(f"{answer.ticket} changed while this was being sent; it is read again first")
        return taken

    async def _ticket(self, http: httpx.AsyncClient, answer: Answer) -> Payload:
        return record(there(await self._wire.get(http, self._path(answer), also=ABSENT), answer.ticket), "ticket")

    def _path(self, answer: Answer) -> str:
        return f"tickets/{number_of(answer.ticket, self.source)}.json"

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        me = documented(await self._wire.get(http, "users/me.json"), dict[str, object])
        return number(record(me, "user"))

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        found = await self._wire.get(http, "users/search.json", params={"query": f"email:{mail}"})
        return parse_user(records(documented(found, dict[str, object]), "users"), mail)
