"""Answers to conversations of Help Scout.

It keeps no mark of ours, so an answer is known again by its words, which go out as HTML. A reply names the customer it
goes to and the status the conversation has: what Help Scout would make of one left out is not documented.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import SourceId, TicketId
from oncall_tui.errors import OutcomeUnknown, Rejected, SourceRefused
from oncall_tui.http_client import Remote, client, documented
from oncall_tui.sources.answering import ABSENT, as_html, before_sending, member, there
from oncall_tui.sources.fields import Payload, number, required_number
from oncall_tui.sources.help_scout_payload import (
    is_assigned,
    is_closed,
    parse_page,
    parse_recipient,
    parse_status,
    parse_user,
)
from oncall_tui.sources.oauth import Access


class HelpScoutPen:
    """Writes replies, notes, assignees and statuses."""

    def __init__(
        self,
        remote: Remote,
        access: Access,
        url: str,
        found: Callable[[httpx.AsyncClient, TicketId], Awaitable[Payload | None]],
    ) -> None:
        self._remote, self._access, self._url, self._found = remote, access, url, found

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Reply to the customer, or add a note for users."""
        is_note = answer.kind is AnswerKind.NOTE
        async with client(self._url) as http:
            with before_sending():
                found = await self._conversation(http, answer)
                content = await self._note(http, answer) if is_note else await self._reply(http, answer, found)
                path = f"conversations/{required_number(found)}/{'notes' if is_note else 'reply'}"
            taken = await self._access.send(http, "POST", path, json=content)
        reference = taken.headers.get("Resource-ID", "").strip()
        if not (reference.isascii() and reference.isdigit()):
            raise OutcomeUnknown(taken.undocumented)
        return Receipt(reference=reference)

    async def _note(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        author = {"user": await self._member(http, answer)} if answer.account else {}
        return {"text": as_html(answer.text), **author}

    async def _reply(self, http: httpx.AsyncClient, answer: Answer, found: Payload) -> Mapping[str, object]:
        customer = parse_recipient(found)
        if customer is None:
            raise Rejected(f"{answer.ticket} names no customer who could be answered")
        status = {"status": status} if (status := parse_status(found)) else {}
        return {**await self._note(http, answer), "customer": {"id": customer}, "draft": False, **status}

    async def change(self, answer: Answer) -> None:
        """Assign the conversation, or close it."""
        async with client(self._url) as http:
            with before_sending():
                number = required_number(await self._conversation(http, answer))
                is_take = answer.kind is AnswerKind.TAKE
                place = ("/assignTo", await self._member(http, answer)) if is_take else ("/status", "closed")
            change = {"op": "replace", "path": place[0], "value": place[1]}  # one object: a list is refused
            await self._access.send(http, "PATCH", f"conversations/{number}", json=change)

    async def is_done(self, answer: Answer) -> bool:
        """Read whom the conversation belongs to, or its status."""
        async with client(self._url) as http:
            number = required_number(await self._conversation(http, answer))
            found = there(await self._access.get(http, f"conversations/{number}", also=ABSENT), answer.ticket)
            if answer.kind is AnswerKind.TAKE:
                return is_assigned(found, await self._member(http, answer))
        return is_closed(found)

    async def _conversation(self, http: httpx.AsyncClient, answer: Answer) -> Payload:
        found = await self._found(http, answer.ticket)
        if found is None:
            raise SourceRefused(f"{answer.ticket} is not there any more, or not for these credentials")
        return found

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        return number(documented(await self._access.get(http, "users/me"), dict[str, object]))

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        answer = await self._access.get(http, "users", params={"email": mail})
        return parse_user(parse_page(documented(answer, dict[str, object]), "users").entries, mail)
