"""Answers to conversations of Intercom.

It keeps no mark of ours, so an answer is known again by its words. Notes are HTML, as Intercom documents; of replies it
only says “text”, though it gives them back as HTML: those keep their lines as they are, and only what would be a tag or
an entity is escaped, which loses nothing whichever they are. Read as plain text, words lose what looks like a tag: they
are compared without it too.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, SourceId
from oncall_tui.errors import OutcomeUnknown
from oncall_tui.http_client import Remote, fetch, read, send
from oncall_tui.mail.readable import text_of_html
from oncall_tui.sources.answering import ABSENT, as_html, before_sending, called, hidden, member, proof, there
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number
from oncall_tui.sources.intercom_payload import is_assigned, is_closed, parse_admin, parse_thread

_ENTITY = re.compile(r"&(?=#?\w{1,32};)")


class IntercomPen:
    """Writes parts of conversations."""

    def __init__(self, remote: Remote, connect: Callable[[], httpx.AsyncClient]) -> None:
        self._remote, self._connect = remote, connect

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Reply to the customer, or add a note for admins."""
        is_note = answer.kind is AnswerKind.NOTE
        async with self._connect() as http:
            with before_sending():
                path = f"{self._path(answer)}/reply"
                content = {
                    "message_type": "note" if is_note else "comment",
                    "type": "admin",
                    "admin_id": str(await self._member(http, answer)),
                    "body": as_html(answer.text) if is_note else _as_text(answer.text),
                }
            taken = await send(http, self._remote, "POST", path, json=content)
        found = taken.decode(dict[str, object])
        if called(found, taken) != number_of(answer.ticket, self.source):
            raise OutcomeUnknown(taken.undocumented)
        latest_first = parse_thread(found)[::-1]
        receipt = known_again(answer, latest_first, frozenset())
        if is_note and receipt is None:
            public = replace(answer, kind=AnswerKind.REPLY)
            hidden(self.source, is_shown=known_again(public, latest_first, frozenset()) is not None)
        return receipt or Receipt()

    async def change(self, answer: Answer) -> None:
        """Assign the conversation, or close it."""
        async with self._connect() as http:
            with before_sending():
                path = f"{self._path(answer)}/parts"
                content = await self._part(http, answer)
            await send(http, self._remote, "POST", path, json=content)

    async def _part(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, str]:
        admin = str(await self._member(http, answer))
        if answer.kind is AnswerKind.TAKE:
            return {"message_type": "assignment", "type": "admin", "admin_id": admin, "assignee_id": admin}
        return {"message_type": "close", "type": "admin", "admin_id": admin}

    async def is_done(self, answer: Answer) -> bool:
        """Read whom the conversation belongs to, or its state."""
        async with self._connect() as http:
            found = there(await fetch(http, self._remote, self._path(answer), also=ABSENT), answer.ticket)
            if answer.kind is AnswerKind.TAKE:
                return is_assigned(found, await self._member(http, answer))
        return is_closed(found)

    def _path(self, answer: Answer) -> str:
        return f"conversations/{number_of(answer.ticket, self.source)}"

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        me: Payload = await read(http, self._remote, "me", dict[str, object])
        return number(me)

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        return parse_admin(await read(http, self._remote, "admins", dict[str, object]), mail)


def known_again(answer: Answer, messages: Sequence[Message], claimed: frozenset[str]) -> Receipt | None:
    """Return the proof that words are in a conversation, whether or not what looks like a tag was left out of them."""
    bare = replace(answer, text=CleanText(text_of_html(answer.text)))
    return proof(answer, messages, claimed) or proof(bare, messages, claimed)


def _as_text(words: str) -> str:
    return _ENTITY.sub("&amp;", words).replace("<", "&lt;")
