"""What delivery needs of a help desk: each answer written once, and only while it still fits."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from oncall_tui.clock import Clock
from oncall_tui.domain.answer import Answer, AnswerId, AnswerKind, answer_of_key, news
from oncall_tui.domain.events import StreamId, ticket_of
from oncall_tui.domain.message import OutgoingMessage, Receipt
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message, TicketId
from oncall_tui.errors import Held, NotSent, OutcomeUnknown, Rejected, SourceBusy, SourceError
from oncall_tui.ports import AnswerableSource, TicketSource
from oncall_tui.services.logbook import Logbook

READ_WITHIN = timedelta(seconds=7)
"""How long looking at the ticket before writing may take; what is left of a message's time is for the writing."""
SETTLES_WITHIN = timedelta(seconds=30)
"""A help desk may still be busy with what broke off: so long an answer is only looked for, and not sent again."""
_GONE = "this answer is not in the journal; write it again"
_WAITS = "an earlier answer to this ticket goes first"
_LOOKED = "it may have arrived; the ticket does not show it yet, and is read again before it is sent a second time"


class Desk(TicketSource, AnswerableSource, Protocol):
    """A help desk that is read and answered in."""


class HelpDesk:
    """Takes answers out of the outbox into one help desk.

    After an outcome nobody knows the ticket is read, and the answer is sent again only when it is not there.
    """

    def __init__(self, source: Desk, logbook: Logbook, clock: Clock, *, on_written: Callable[[TicketId], None]) -> None:
        self._source, self._logbook, self._clock, self._on_written = source, logbook, clock, on_written
        self._doubted_at: dict[AnswerId, datetime] = {}

    async def send(self, message: OutgoingMessage) -> Receipt:
        """Write an answer and return the proof, or raise ``NotSent``, ``Rejected``, ``Held`` or ``OutcomeUnknown``."""
        answering = self._logbook.record(ticket_of(StreamId(message.stream))).answering
        answer = answering.answer(answer_of_key(message.key))
        if answer is None:
            raise Rejected(_GONE)
        if answering.before(answer) is not None:
            raise NotSent(_WAITS)
        is_doubtful = message.is_possible_duplicate
        receipt = await self._looked_at(answer, answering.claimed(answer), is_doubtful=is_doubtful)
        if receipt is None:
            receipt = await self._write(answer)
        self._doubted_at.pop(answer.id, None)
        self._on_written(answer.ticket)
        return receipt

    async def _looked_at(self, answer: Answer, claimed: frozenset[str], *, is_doubtful: bool) -> Receipt | None:
        """Read the ticket: return the proof of an answer that is there, or None for one that may be written now."""
        try:
            async with asyncio.timeout(READ_WITHIN.total_seconds()):
                found = await self._source.find(answer, claimed) if is_doubtful else None
                if found is not None:
                    return found
                thread = await self._source.thread(answer.ticket) if answer.kind.minds_news else ()
        except TimeoutError:
            raise NotSent(f"the ticket could not be read within {READ_WITHIN.total_seconds():.0f} s") from None
        except SourceError as error:
            pause = error.retry_after if isinstance(error, SourceBusy) else None
            raise NotSent(f"the ticket could not be read: {error}", pause) from error
        if is_doubtful and not self._is_settled(answer):
            raise OutcomeUnknown(_LOOKED)
        unseen = news(answer, thread)
        if unseen is not None:
            raise Held(held_words(answer.kind, unseen))
        return None

    def _is_settled(self, answer: Answer) -> bool:
        """Tell whether a help desk has had its time to show what broke off."""
        now = self._clock()
        doubted_at = min(self._doubted_at.setdefault(answer.id, now), now)
        self._doubted_at[answer.id] = doubted_at
        return now - doubted_at >= SETTLES_WITHIN

    async def _write(self, answer: Answer) -> Receipt:
        self._doubted_at[answer.id] = self._clock()
        try:
            return await self._source.write(answer)
        except (NotSent, Rejected):
            del self._doubted_at[answer.id]
            raise


def held_words(kind: AnswerKind, unseen: Message) -> CleanText:
    """Return why an answer is held."""
    begin = " ".join(unseen.text.split())[:80]
    done = "not solved" if kind is AnswerKind.SOLVE else "not sent"
    return CleanText(f"{done}: {unseen.author or 'the customer'} wrote meanwhile: “{begin}”")
