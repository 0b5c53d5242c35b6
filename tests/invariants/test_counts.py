"""The invariants of a key press and of a restart, as often as it takes to believe them."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from textual import events

from oncall_tui.domain.escalation import EscalationState
from oncall_tui.domain.message import Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.errors import DeliveryError, NotSent, OutcomeUnknown, Rejected
from oncall_tui.store.sqlite import SqliteStore
from oncall_tui.text_safety import clean
from oncall_tui.ui.escalation_text import on_strip, strip_text
from tests.hostile.corpus import SHORT
from tests.invariants.screen import showing
from tests.rig import ANA, MovingClock, Rig, ticket

pytestmark = pytest.mark.anyio

PUSH, PHONE, SAM = ChannelId("dana-push"), ChannelId("dana-phone"), ChannelId("sam-push")
SECOND = timedelta(seconds=1)
KEY_PRESSES = 30
PAYLOADS = 56
"""Hostile subjects of every family."""


def pages(*rigs: Rig) -> list[str]:
    """Return the keys of everything a leader was asked."""
    channels = (channel for rig in rigs for channel in rig.channels.values())
    return [m.key for channel in channels for m in channel.received if m.purpose is Purpose.NOTIFICATION]


def named(window: str, rig: Rig) -> str:
    return f"{window}{next(rig.ids)}"


@pytest.mark.parametrize("times", [5, pytest.param(50, marks=pytest.mark.full)])
async def test_a_key_that_repeats_thirty_times_is_one_page(times: int) -> None:
    """Invariant 2 of a key press: one intent, one key, one page."""
    for _ in range(times):
        rig = Rig()
        await rig.station.open()
        await rig.read()
        async with showing(rig) as screen:
            for _ in range(KEY_PRESSES - 1):
                screen.app.post_message(events.Key("e", "e"))
            await screen.press("e")
            await rig.pass_time(seconds=30)
        assert len(rig.station.logbook.escalations) == 1
        assert len(pages(rig)) == 1


@pytest.mark.parametrize("races", [10, pytest.param(100, marks=pytest.mark.full)])
async def test_two_windows_that_race_page_once_under_one_key(tmp_path: Path, races: int) -> None:
    """Invariant 2: both press E at once, and both go on with everything that is due."""
    clock, numbers = MovingClock(), [str(number) for number in range(races)]
    windows = [Rig(store=await SqliteStore.open(tmp_path / "journal.db"), clock=clock) for _ in range(2)]
    for window, name in zip(windows, ("a", "b"), strict=True):
        window.holder = name
        window.source.tickets = tuple(ticket(number) for number in numbers)
        await window.restart()
        window.station.actions.new_id = partial(named, name, window)
    for number in numbers:
        await asyncio.gather(*(window.escalate(number) for window in windows))
    for _ in range(70):
        clock.now += SECOND
        await asyncio.gather(*(window.turn() for window in windows))
    first, other = (window.station.logbook for window in windows)
    await first.catch_up()
    await other.catch_up()
    assert Counter(e.brief.number for e in first.escalations) == Counter(numbers)
    assert first.escalations == other.escalations
    keys = pages(*windows)
    print(f"{races} races of two windows: {len(keys) - len(set(keys))} double pages of {len(keys)}")
    assert sorted(keys) == sorted(a.key for e in first.escalations for a in e.attempts)
    for window in windows:
        await window.store.close()


@pytest.mark.parametrize("count", [6, pytest.param(PAYLOADS, marks=pytest.mark.full)])
async def test_no_text_of_a_ticket_stops_its_escalation(count: int) -> None:
    """Invariant 7."""
    assert len(SHORT) >= PAYLOADS
    subjects = [clean(text) for text in SHORT[:: len(SHORT) // count][:count]]
    for subject in subjects:
        rig = Rig()
        rig.source.tickets = (ticket(subject=subject),)
        await rig.station.open()
        await rig.read()
        async with showing(rig) as screen:
            await screen.press("e")
            await rig.pass_time(seconds=6)
            await screen.look()
            assert "Dana Lee: accepted" in screen.text
        assert rig.received() == ["dana-push"], subject


@pytest.mark.parametrize("restarts", [10, pytest.param(100, marks=pytest.mark.full)])
async def test_a_restart_shows_every_page_that_is_not_settled_first(restarts: int) -> None:
    """Invariant 11: whatever a page was when the process died, the next start shows it before all else."""
    chance = random.Random(restarts)
    for _ in range(restarts):
        rig = Rig()
        rig.source.tickets = tuple(ticket(number) for number in ("1", "2", "3"))
        await rig.station.open()
        await rig.read()
        await rig.escalate("1")
        await rig.pass_time(seconds=6)
        await rig.station.actions.reached_by_phone(rig.row("1").ticket.id, "Sam", "has it")
        await rig.escalate("2")
        errors: list[list[DeliveryError]] = [
            [],
            [NotSent("busy")] * 40,
            [OutcomeUnknown("no answer")],
            [Rejected("no")],
        ]
        rig.channels[PUSH].errors += chance.choice(errors)
        await rig.pass_time(seconds=chance.randint(0, 50))
        if chance.random() < 0.3:
            await rig.station.escalating.step()
            await rig.store.claim(now=rig.clock.now, holder="dead", lease=timedelta())
        await rig.restart()
        desk = rig.station.board.desk()
        shown = strip_text(on_strip(desk.escalations), desk.at, ANA.time_zone, 100)
        assert shown is not None
        assert shown.state is not EscalationState.ACKNOWLEDGED
        assert "2" in shown.first
        assert [e.brief.number for e in desk.escalations] == ["2", "1"]
