"""The end of a shift is noticed, and nobody is nagged about it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from oncall_tui.domain.wall_time import LATEST
from oncall_tui.services.desk import Desk
from oncall_tui.ui.desk_text import countdown
from oncall_tui.ui.milestone_words import MilestoneWords
from tests import desk_make
from tests.fakes import RecordingActions
from tests.ui.rig import Rig, running

pytestmark = pytest.mark.anyio
END = desk_make.SHIFT.ends_at
MINUTE = timedelta(minutes=1)


def over_at(now: datetime) -> Desk:
    """Return the desk as the board has it: after its end a shift is over."""
    live = desk_make.live()
    return live if now < END else replace(live, shift=None, on_call=None, ended_shift=desk_make.SHIFT)


def said(*minutes_left: float, words: MilestoneWords | None = None) -> list[str]:
    """Return what is said while these moments pass."""
    words = words or MilestoneWords()
    found = (words.due(over_at(END - left * MINUTE), END - left * MINUTE) for left in minutes_left)
    return [each[1] for each in found if each is not None]


def test_each_milestone_is_said_once_and_only_when_it_passes() -> None:
    every_second = [left / 60 for left in range(70 * 60, -600, -1)]
    assert said(*every_second) == [
        "1 h left of your shift. Ben Okafor comes next.",
        "30 m left of your shift. Ben Okafor comes next.",
        "10 m left of your shift. Ben Okafor comes next. H hands over.",
        "Your shift is over: hand over with H.",
    ]


def test_a_restart_repeats_nothing_of_the_same_shift() -> None:
    assert said(59, 58) == []
    assert said(29.5, 29) == []
    assert said(-1, -2) == []


def test_after_a_sleep_one_sentence_says_how_it_is_now() -> None:
    assert said(100, 12, 11) == ["12 m left of your shift. Ben Okafor comes next."]
    assert said(100, -300, -301) == ["Your shift is over: hand over with H."]


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    assert len(said(61, 59.9, 61, 59.9, 50)) == 1


def test_whoever_is_not_on_call_hears_nothing() -> None:
    words, watching = MilestoneWords(), replace(desk_make.live(), me=desk_make.PEOPLE[desk_make.BEN.id])
    assert [words.due(watching, END - left * MINUTE) for left in (61, 59, 29, 9)] == [None] * 4


def test_a_shift_whose_end_is_moved_away_says_nothing_of_the_old_end() -> None:
    words, longer = MilestoneWords(), replace(desk_make.SHIFT, ends_at=END + 24 * timedelta(hours=1))
    moved = replace(desk_make.live(), shift=longer)
    assert words.due(desk_make.live(), END - 61 * MINUTE) is None
    assert words.due(moved, END - 59 * MINUTE) is None
    assert words.due(moved, END - 29 * MINUTE) is None


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (61, "1 h 1 m left, to Mon 09:00"),
        (54, "last hour: 54 m left, to Mon 09:00"),
        (9, "9 m left: hand over with H"),
    ],
)
def test_the_header_says_how_near_the_end_is(left: int, words: str) -> None:
    assert countdown(desk_make.live(), END - left * MINUTE) == words


def test_a_shift_without_an_end_invents_none() -> None:
    for_ever = replace(desk_make.live(), shift=replace(desk_make.SHIFT, ends_at=LATEST))
    assert countdown(for_ever, desk_make.NOW) == "no end planned"


async def test_a_milestone_is_a_message_on_the_screen_without_the_bell() -> None:
    rig = Rig(RecordingActions(), now=END - 31 * MINUTE)
    async with running(desk_make.live(), rig=rig):
        await rig.pass_time(MINUTE)
        assert "30 m left of your shift. Ben Okafor comes next." in "\n".join(await rig.still())
        assert "last hour: 30 m left, to Mon 09:00" in rig.text
