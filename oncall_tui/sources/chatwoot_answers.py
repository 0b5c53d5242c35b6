"""Answers to conversations of Chatwoot.

A reply and a note are the same message but for one flag, which is always sent. Each carries the answer's id among its
attributes; older servers drop it, and there the words decide. ``source_id``, which would be kept by all, must
stay empty: a message that has one is taken for delivered already.
"""

from collections.abc import Callable, Mapping
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import SourceId
from oncall_tui.http_client import Remote, fetch, read, send
from oncall_tui.sources.answering import ABSENT, before_sending, called, hidden, member, there
from oncall_tui.sources.chatwoot_payload import MARK, is_assigned, is_resolved, parse_agent
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number


class ChatwootPen:
    """Writes messages, assignments and statuses."""

    def __init__(self, remote: Remote, connect: Callable[[], httpx.AsyncClient], account: str) -> None:
        self._remote, self._connect, self._account = remote, connect, account

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Send a message to the customer, or one that only agents see."""
        is_note = answer.kind is AnswerKind.NOTE
        content: Mapping[str, object] = {
            "content": answer.text,
            "message_type": "outgoing",
            "private": is_note,
            "content_attributes": {MARK: answer.id},
        }
        with before_sending():
            path = f"{self._path(answer)}/messages"
        async with self._connect() as http:
            taken = await send(http, self._remote, "POST", path, json=content)
        found = taken.decode(dict[str, object])
        reference = called(found, taken)
        hidden(self.source, is_shown=is_note and found.get("private") is False)
        return Receipt(reference=reference)

    async def change(self, answer: Answer) -> None:
        """Assign the conversation, or resolve it."""
        async with self._connect() as http:
            with before_sending():
                path = self._path(answer)
                agent = await self._member(http, answer) if answer.kind is AnswerKind.TAKE else 0
            if answer.kind is AnswerKind.TAKE:
                await send(http, self._remote, "POST", f"{path}/assignments", json={"assignee_id": agent})
            else:  # without the status it would be toggled
                await send(http, self._remote, "POST", f"{path}/toggle_status", json={"status": "resolved"})

    async def is_done(self, answer: Answer) -> bool:
        """Read whom the conversation belongs to, or its status."""
        async with self._connect() as http:
            found = there(await fetch(http, self._remote, self._path(answer), also=ABSENT), answer.ticket)
            if answer.kind is AnswerKind.TAKE:
                return is_assigned(found, await self._member(http, answer))
        return is_resolved(found)

    def _path(self, answer: Answer) -> str:
        return f"{self._account}/conversations/{number_of(answer.ticket, self.source)}"

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        me: Payload = await read(http, self._remote, "profile", dict[str, object])
        return number(me)

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        return parse_agent(await read(http, self._remote, f"{self._account}/agents", list[dict[str, object]]), mail)
