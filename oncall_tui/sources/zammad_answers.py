"""Answers to tickets of Zammad.

A reply is a letter: an article that is no ``email`` would be public and reach nobody. A note is an article that is
``internal`` and never an ``email``, because Zammad would send that one all the same. Each article carries the answer's
id in its preferences, which Zammad's own pages use too; it is taken for granted that others are kept, and where they
are not, the words decide.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import httpx

from oncall_tui.domain.answer import Answer, AnswerKind
from oncall_tui.domain.message import Receipt
from oncall_tui.domain.ticket import SourceId
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Remote, documented, fetch, read, send
from oncall_tui.sources.answering import ABSENT, before_sending, called, hidden, member, there
from oncall_tui.sources.entries import number_of
from oncall_tui.sources.fields import Payload, number
from oncall_tui.sources.zammad_payload import (
    MARK,
    is_closed,
    is_owned,
    parse_closed_state,
    parse_customer,
    parse_letter,
    parse_statuses,
    parse_user,
)


class ZammadPen:
    """Writes articles, owners and states."""

    def __init__(self, remote: Remote, connect: Callable[[], httpx.AsyncClient]) -> None:
        self._remote, self._connect = remote, connect

    @property
    def source(self) -> SourceId:
        """Return the id of its table."""
        return SourceId(self._remote.name)

    async def say(self, answer: Answer) -> Receipt:
        """Write a letter to the customer, or a note nobody else sees."""
        async with self._connect() as http:
            with before_sending():
                article = await self._article(http, answer)
            taken = await send(http, self._remote, "POST", "ticket_articles", json=article)
        found = taken.decode(dict[str, object])
        reference = called(found, taken)
        hidden(self.source, is_shown=answer.kind is AnswerKind.NOTE and found.get("internal") is False)
        return Receipt(reference=reference)

    async def _article(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        ticket = await self._ticket(http, answer)
        article: Mapping[str, object] = {
            "ticket_id": int(number_of(answer.ticket, self.source)),
            "body": answer.text,
            "content_type": "text/plain",
            "sender": "Agent",
            "preferences": {MARK: answer.id},
        }
        if answer.kind is AnswerKind.NOTE:
            return {**article, "type": "note", "internal": True}
        articles = await self._articles(http, answer)
        letter = parse_letter(articles, ticket, await self._customer(http, ticket))
        if letter is None:
            raise Rejected(f"{answer.ticket} did not come by mail: answer it in {self.source} itself")
        if not letter.to:
            raise Rejected(f"{answer.ticket} names no mail address that could be answered")
        answers = {"in_reply_to": letter.in_reply_to} if letter.in_reply_to else {}
        return {**article, "type": "email", "internal": False, "to": letter.to, "subject": letter.subject, **answers}

    async def change(self, answer: Answer) -> None:
        """Set the owner, or the state that closes."""
        async with self._connect() as http:
            with before_sending():
                await self._ticket(http, answer)
                change = await self._change(http, answer)
            await send(http, self._remote, "PUT", f"tickets/{number_of(answer.ticket, self.source)}", json=change)

    async def _change(self, http: httpx.AsyncClient, answer: Answer) -> Mapping[str, object]:
        if answer.kind is AnswerKind.TAKE:
            return {"owner_id": await self._member(http, answer)}
        state = parse_closed_state(await self._states(http))
        if state is None:
            raise Rejected(f"{self.source} has no state that closes a ticket, or shows none to this account")
        return {"state_id": state}

    async def is_done(self, answer: Answer) -> bool:
        """Read the ticket's owner, or its state."""
        async with self._connect() as http:
            ticket = await self._ticket(http, answer)
            if answer.kind is AnswerKind.TAKE:
                return is_owned(ticket, await self._member(http, answer))
            return is_closed(ticket, parse_statuses(await self._states(http)))

    async def _ticket(self, http: httpx.AsyncClient, answer: Answer) -> Payload:
        path = f"tickets/{number_of(answer.ticket, self.source)}"
        return there(await fetch(http, self._remote, path, also=ABSENT), answer.ticket)

    async def _articles(self, http: httpx.AsyncClient, answer: Answer) -> Sequence[Payload]:
        path = f"ticket_articles/by_ticket/{number_of(answer.ticket, self.source)}"
        return await read(http, self._remote, path, list[dict[str, object]], params={"expand": "true"})

    async def _customer(self, http: httpx.AsyncClient, ticket: Payload) -> Payload:
        found = await fetch(http, self._remote, f"users/{parse_customer(ticket)}", also=ABSENT)
        return {} if found.status in ABSENT else documented(found, dict[str, object])

    async def _states(self, http: httpx.AsyncClient) -> Payload:
        return {"states": await read(http, self._remote, "ticket_states", list[object], params={"expand": "true"})}

    async def _member(self, http: httpx.AsyncClient, answer: Answer) -> int:
        return await member(answer, self.source, own=partial(self._own, http), of_mail=partial(self._of_mail, http))

    async def _own(self, http: httpx.AsyncClient) -> int | None:
        return number(await read(http, self._remote, "users/me", dict[str, object]))

    async def _of_mail(self, http: httpx.AsyncClient, mail: str) -> int | None:
        params: Mapping[str, str | int] = {"query": mail, "limit": 10}
        return parse_user(await read(http, self._remote, "users/search", list[dict[str, object]], params=params), mail)
