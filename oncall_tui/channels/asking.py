"""Asking providers who has acknowledged: many messages at once, no faster than they allow."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey
from oncall_tui.errors import DeliveryError

Ask = Callable[[Awaited], Awaitable[Acknowledgement | None]]


async def ask_each(awaited: Sequence[Awaited], ask: Ask, *, at_once: int = 8) -> tuple[Acknowledgement, ...]:
    """Ask about all of them; an answer that was seen counts, whatever became of the other questions."""
    turns = asyncio.Semaphore(at_once)

    async def outcome(message: Awaited) -> Acknowledgement | DeliveryError | None:
        try:
            async with turns:
                return await ask(message)
        except DeliveryError as error:
            return error

    seen = await asyncio.gather(*(outcome(message) for message in awaited))
    found = tuple(answer for answer in seen if isinstance(answer, Acknowledgement))
    blind = next((error for error in seen if isinstance(error, DeliveryError)), None)
    if blind is not None and not found:
        raise blind
    return found


class Questions:
    """Remembers what was answered, and keeps two questions about one message apart as far as the provider asks for.

    What it remembers spares questions; a restart, which forgets it, changes no answer.
    """

    def __init__(self, clock: Clock, *, apart: timedelta = timedelta(), at_once: int = 8) -> None:
        self._clock, self._apart, self._at_once = clock, apart, at_once
        self._asked_at: dict[MessageKey, datetime] = {}
        self._known: dict[MessageKey, Acknowledgement] = {}

    async def ask(self, awaited: Sequence[Awaited], ask: Ask) -> tuple[Acknowledgement, ...]:
        """Ask about those that are due and not answered; return every answer known by then."""
        now = self._clock()
        due = [message for message in awaited if message.key not in self._known and self._is_due(message.key, now)]
        wanted = {message.key for message in awaited}
        self._asked_at = {key: at for key, at in self._asked_at.items() if key in wanted}
        self._asked_at |= dict.fromkeys((message.key for message in due), now)
        self.remember(await ask_each(due, ask, at_once=self._at_once))
        return self.known(awaited)

    def remember(self, answers: Sequence[Acknowledgement]) -> None:
        """Keep each message's first answer: where a provider does not say when, it is when it was seen first."""
        self._known = {answer.key: answer for answer in answers} | self._known

    def known(self, awaited: Sequence[Awaited]) -> tuple[Acknowledgement, ...]:
        """Return the answers to these messages, and forget all others."""
        self._known = {message.key: self._known[message.key] for message in awaited if message.key in self._known}
        return tuple(self._known.values())

    def _is_due(self, key: MessageKey, now: datetime) -> bool:
        asked_at = self._asked_at.get(key)
        return asked_at is None or not timedelta() <= now - asked_at < self._apart  # a clock may jump back


def instant(written: str | None, now: datetime) -> datetime:
    """Return an instant a provider wrote; when it is missing, unreadable or still to come, when it was seen."""
    try:
        at = datetime.fromisoformat(written or "")
        return min(at.astimezone(UTC), now) if at.tzinfo else now
    except (ValueError, OverflowError):
        return now


def instant_of(seconds: float | None, now: datetime) -> datetime:
    """Return the instant so many seconds after 1970; when that cannot be right, when it was seen."""
    try:
        return min(datetime.fromtimestamp(seconds, UTC), now) if seconds else now
    except (ValueError, OverflowError, OSError):
        return now
