from datetime import datetime, timedelta

import pytest

from oncall_tui.channels import demo
from oncall_tui.domain.message import Proof
from oncall_tui.domain.people import ChannelId
from tests.channels.make import KEY, NOW, a_message, awaited

pytestmark = pytest.mark.anyio


def channel(now: datetime = NOW, *, acknowledges: bool = True) -> demo.DemoChannel:
    given = demo.Settings(
        answers_after=timedelta(),
        acknowledges=acknowledges,
        words="On it.\x1b[2J",
    )
    return demo.build(ChannelId("dana-push"), given, lambda: now)


async def test_every_message_is_accepted() -> None:
    made_up = channel()
    assert (await made_up.send(a_message())).proof is Proof.ACCEPTED
    assert made_up.proves is Proof.ACKNOWLEDGED


async def test_the_leader_acknowledges_twenty_five_seconds_after_the_message_was_accepted() -> None:
    accepted_at = NOW
    too_early = channel(accepted_at + timedelta(seconds=24))
    assert await too_early.acknowledgements([awaited(accepted_at=accepted_at)]) == ()
    in_time = channel(accepted_at + timedelta(seconds=25))
    [answer] = await in_time.acknowledgements([awaited(accepted_at=accepted_at)])
    assert (answer.key, answer.at) == (KEY, accepted_at + timedelta(seconds=25))
    assert answer.words == "On it.\u241b[2J"


async def test_asked_again_after_a_restart_the_leader_says_the_same() -> None:
    first, second = channel(NOW + timedelta(minutes=1)), channel(NOW + timedelta(hours=3))
    assert await first.acknowledgements([awaited()]) == await second.acknowledgements([awaited()])


async def test_a_leader_who_never_answers_never_answers() -> None:
    silent = channel(NOW + timedelta(days=3), acknowledges=False)
    assert await silent.acknowledgements([awaited()]) == ()


async def test_the_check_says_that_it_is_made_up() -> None:
    assert await channel().check() == "made up: nothing leaves this machine"
