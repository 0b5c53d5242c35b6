from datetime import datetime, timedelta

import pytest

from oncall_tui.channels.asking import Questions, instant, instant_of
from oncall_tui.domain.message import Acknowledgement, Awaited, MessageKey
from oncall_tui.errors import DeliveryError, NotSent
from tests.channels.make import NOW, awaited

pytestmark = pytest.mark.anyio

FIRST, SECOND = awaited(key=MessageKey("first")), awaited(key=MessageKey("second"))


class Provider:
    """Answers what it is told to, and counts."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked: list[MessageKey] = []
        self.yes: set[MessageKey] = set()
        self.broken: set[MessageKey] = set()
        self.questions = Questions(lambda: self.now, apart=timedelta(seconds=5))

    async def answer(self, message: Awaited) -> Acknowledgement | None:
        self.asked.append(message.key)
        if message.key in self.broken:
            raise NotSent("dana-push did not answer")
        return Acknowledgement(key=message.key, at=self.now) if message.key in self.yes else None

    async def ask(self, *messages: Awaited) -> list[MessageKey]:
        return [answer.key for answer in await self.questions.ask(messages, self.answer)]


async def test_nobody_is_asked_again_before_five_seconds_have_passed() -> None:
    provider = Provider()
    for wait in (0, 4, 1, 4):
        provider.now += timedelta(seconds=wait)
        assert await provider.ask(FIRST) == []
    assert provider.asked == ["first", "first"]


async def test_a_clock_that_jumps_back_stops_no_question() -> None:
    provider = Provider()
    await provider.ask(FIRST)
    provider.now -= timedelta(hours=2)
    await provider.ask(FIRST)
    assert len(provider.asked) == 2


async def test_an_answer_is_given_again_without_a_question() -> None:
    provider = Provider()
    provider.yes = {FIRST.key}
    first = await provider.questions.ask([FIRST], provider.answer)
    provider.now += timedelta(minutes=1)
    assert await provider.questions.ask([FIRST], provider.answer) == first
    assert len(provider.asked) == 1


async def test_an_answer_counts_although_another_question_failed_and_then_the_failure_shows() -> None:
    provider = Provider()
    provider.yes, provider.broken = {SECOND.key}, {FIRST.key}
    assert await provider.ask(FIRST, SECOND) == ["second"]
    provider.now += timedelta(minutes=1)
    with pytest.raises(DeliveryError, match="did not answer"):
        await provider.ask(FIRST, SECOND)


@pytest.mark.parametrize("written", ["", "yesterday", "2031-01-01T00:00:00Z", "2026-11-21T03:04:10"])
def test_an_instant_that_cannot_be_right_is_when_it_was_seen(written: str) -> None:
    assert instant(written, NOW) == NOW


@pytest.mark.parametrize("seconds", [None, 0, 1e30, -1e30, 4e9])
def test_seconds_that_cannot_be_right_are_when_it_was_seen(seconds: float | None) -> None:
    assert instant_of(seconds, NOW) == NOW


def test_instants_are_utc() -> None:
    assert instant("2026-11-21T04:04:10+01:00", NOW) == NOW - timedelta(seconds=50)
    assert instant_of((NOW - timedelta(seconds=50)).timestamp(), NOW) == NOW - timedelta(seconds=50)
    assert isinstance(instant("2026-11-21T04:04:10+01:00", NOW), datetime)
