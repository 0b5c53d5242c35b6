"""Answers to tickets of Freshdesk.

It keeps no mark of ours, so an answer is known again by its words. They go out as HTML, the only form it takes. Solving
means its status “Resolved”. Replies and notes are written in the name of the account that comes with the answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import SourceId, Status
from oncall_tui.http_client import Remote, fetch, read, send
from oncall_tui.sources.answering import ABSENT, UNFIT, as_html, before_sending, called, fit, hidden, member, there
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number
from oncall_tui.sources.freshdesk_payload import is_assigned, is_solved, parse_member

_RESOLVED = 4


class FreshdeskPen:
    """Writes replies, notes, agents and statuses."""

    def __init__(
        self,
        remote: Remote,
        connect: Callable[[], httpx.AsyncClient],
        statuses: Callable[[httpx.AsyncClient], Awaitable[Mapping[int, Status]]],
    ) -> None:
        self._remote, self._connect, self._statuses = remote, connect, statuses

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Reply to the customer, or add a note for agents."""
        is_note = answer.kind is AnswerKind.NOTE
        async with self._connect() as http:
            with before_sending():
                # Two addresses, and a flag that is always sent, so that no slip makes a note public.
                path = f"{self._path(answer)}/{'notes' if is_note else 'reply'}"
                content = await self._content(http, answer)
            taken = await send(http, self._remote, "POST", path, json=content)
        found = taken.decode(dict[str, object])
        reference = called(found, taken)
        hidden(self.source, is_shown=is_note and found.get("private") is False)
        return Receipt(reference=reference)

    async def _content(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        content: dict[str, object] = {"body": as_html(answer.text)}
        if answer.kind is AnswerKind.NOTE:
            content["private"] = True
        if answer.account:
            content["user_id"] = await self._member(http, answer)
        return content

    async def change(self, answer: Answer) -> None:
        """Set the agent, or the status."""
        async with self._connect() as http:
            with before_sending():
                path = self._path(answer)
                is_take = answer.kind is AnswerKind.TAKE
                change = {"responder_id": await self._member(http, answer)} if is_take else {"status": _RESOLVED}
            taken = await send(http, self._remote, "PUT", path, also=UNFIT, json=change)
        fit(answer, self.source, taken)

    async def is_done(self, answer: Answer) -> bool:
        """Read the ticket's agent, or its status."""
        async with self._connect() as http:
            found = there(await fetch(http, self._remote, self._path(answer), also=ABSENT), answer.ticket)
            if answer.kind is AnswerKind.TAKE:
                return is_assigned(found, await self._member(http, answer))
            return is_solved(found, await self._statuses(http))

    def _path(self, answer: Answer) -> str:
        return f"tickets/{number_of(answer.ticket, self.source)}"

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        me: Payload = await read(http, self._remote, "agents/me", dict[str, object])
        return number(me)

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        params: Mapping[str, str | int] = {"email": mail}
        return parse_member(await read(http, self._remote, "agents", list[dict[str, object]], params=params), mail)
