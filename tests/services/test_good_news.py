"""Good news reaches leadership once, and never while anything burns."""

from dataclasses import replace
from datetime import time, timedelta

import pytest

from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.praise import is_praise
from oncall_tui.domain.rota import WeekTime
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Message
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, PromiseOutcome, PromiseSettled
from tests.rig import MovingClock, Rig, ticket
from tests.services.test_relieving import T, before_the_end, let_pass

pytestmark = pytest.mark.anyio


def reading(rig: Rig, at: WeekTime | None = None) -> Rig:
    rig.station.board.team = replace(rig.station.board.team, good_news_to=("dana",), good_news_at=at)
    return rig


def digests(rig: Rig) -> list[str]:
    received = rig.channels[ChannelId("dana-push")].received
    return [message.body for message in received if message.title == "Good news from Acme Support"]


@pytest.fixture
async def rig() -> Rig:
    rig = Rig()
    await rig.station.open()
    await rig.read()
    return reading(before_the_end(10, rig=rig))


async def test_the_digest_leaves_once_when_the_shift_has_changed_hands(rig: Rig) -> None:
    thanks = Message(
        at=rig.clock.now, author=CleanText("Kenji"), text=CleanText("It works again. Many thanks!"), is_inbound=True
    )
    rig.source.tickets = (replace(ticket(), messages=(thanks,)),)
    await rig.read()
    await rig.station.actions.note_good_news("Kobe Foods renewed", ticket("4321").id)
    made = PromiseMade(ticket=ticket().id, promise=PromiseId("p1"), due_at=T)
    await rig.station.logbook.did(made)
    await rig.station.logbook.did(PromiseSettled(ticket=made.ticket, promise=made.promise, outcome=PromiseOutcome.KEPT))
    await let_pass(rig, minutes=12)
    assert digests(rig) == []
    rig.answer("ben-mail", "I take it")
    await let_pass(rig, minutes=2)
    (digest,) = digests(rig)
    assert digest == (
        "- 4321: Kobe Foods renewed\n"
        "- 4312: Acme KK wrote “It works again. Many thanks!”\n"
        "- 1 promise to customers kept\n"
        "Nothing is asked of you."
    )
    (message,) = [m for m in rig.channels[ChannelId("dana-push")].received if m.body == digest]
    assert message.purpose is Purpose.NOTICE
    await rig.restart()
    reading(before_the_end(-20, rig=rig))
    await let_pass(rig, minutes=2)
    assert len(digests(rig)) == 1


async def test_it_waits_while_anything_is_not_acknowledged(rig: Rig) -> None:
    reading(rig, WeekTime(weekday=0, at=time(6)))  # 09:00 in New York is 06:00 in Vancouver
    await rig.station.actions.note_good_news("Kobe Foods renewed")
    await rig.escalate()
    await let_pass(rig, minutes=14)
    assert digests(rig) == []
    rig.answer("dana-push", "On it")
    await let_pass(rig, minutes=1)
    assert digests(rig) == ["- Kobe Foods renewed\nNothing is asked of you."]


async def test_two_processes_send_it_once() -> None:
    clock = MovingClock(now=T - timedelta(minutes=5))
    one = Rig(clock=clock)
    other = Rig(store=one.store, clock=clock)
    for rig in (one, other):
        await rig.station.open()
        reading(rig, WeekTime(weekday=0, at=time(6)))
    await one.station.actions.note_good_news("Kobe Foods renewed")
    for _ in range(40):
        clock.now += timedelta(seconds=15)
        await one.turn()
        await other.turn()
    assert len(digests(one) + digests(other)) == 1


async def test_without_any_good_news_nothing_is_sent(rig: Rig) -> None:
    await let_pass(rig, minutes=12)
    rig.answer("ben-mail", "I take it")
    await let_pass(rig, minutes=2)
    assert digests(rig) == []


@pytest.mark.parametrize(
    ("text", "praise"),
    [
        ("Thank you so much, it works again!", True),
        ("Great support. 5 stars", True),
        ("Vielen Dank!", True),
        ("Thanks in advance for your help", False),
        ("Many thanks, but it still fails", False),
        ("Thanks", False),
        ("Many thanks! When will it be fixed?", False),
        ("It is broken", False),
    ],
)
def test_thanks_are_found_modestly(text: str, praise: bool) -> None:  # noqa: FBT001
    assert is_praise(text) is praise
