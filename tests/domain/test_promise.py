"""What a promise in one line means, and whether it was kept."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.domain.promise import spoken_promise
from tests.make import FRIDAY_NIGHT, at

NEW_YORK, TOKYO, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "due_at", "words"),
    [
        ("by 09:00 their time", "2026-11-22 00:00", ""),  # it is 12:05 there, so 09:00 is tomorrow
        ("by 14:00 their time, the papers", "2026-11-21 05:00", "the papers"),
        ("BY 14:00 Customer's time", "2026-11-21 05:00", ""),
        ("14:00 theirs", "2026-11-21 05:00", ""),
        ("by 09:00", "2026-11-21 14:00", ""),
        ("09:00", "2026-11-21 14:00", ""),
        ("9", "2026-11-21 14:00", ""),
        ("9am", "2026-11-21 14:00", ""),
        ("by 9.30 pm here", "2026-11-22 02:30", ""),
        ("noon our time", "2026-11-21 17:00", ""),
        ("midnight", "2026-11-21 05:00", ""),
        ("today 23:00", "2026-11-21 04:00", ""),
        ("tomorrow 10:00", "2026-11-21 15:00", ""),
        ("10:00 tomorrow", "2026-11-21 15:00", ""),
        ("tomorrow at 10:00 their time", "2026-11-22 01:00", ""),
        ("Mon 09:00", "2026-11-23 14:00", ""),
        ("by next Monday 09:00 their time, a fix, or money", "2026-11-23 00:00", "a fix, or money"),
        ("Fri 23:00", "2026-11-21 04:00", ""),  # it is Friday 22:05 here
        ("Fri 09:00", "2026-11-27 14:00", ""),
        ("2026-11-24 08:00", "2026-11-24 13:00", ""),
        ("in 2 h", "2026-11-21 05:05", ""),
        ("in 2h, a first answer", "2026-11-21 05:05", "a first answer"),
        ("2 h", "2026-11-21 05:05", ""),
        ("within 90 minutes", "2026-11-21 04:35", ""),
        ("in 1 h 30 m", "2026-11-21 04:35", ""),
        ("in 2 days", "2026-11-23 03:05", ""),
    ],
)
def test_a_promise_is_read_as_people_write_it(text: str, due_at: str, words: str) -> None:
    spoken = spoken_promise(text, FRIDAY_NIGHT, ours=NEW_YORK, theirs=TOKYO)
    assert (spoken.due_at, spoken.words) == (at(due_at), words)
    assert spoken.is_their_clock is any(word in text.casefold() for word in ("their", "customer"))


@pytest.mark.parametrize(
    ("now", "text", "due_at"),
    [
        ("2026-03-28 22:00", "02:30", "2026-03-29 01:00"),  # does not exist: the first instant after the hole
        ("2026-03-28 22:00", "tomorrow 09:00", "2026-03-29 07:00"),
        ("2026-10-24 20:00", "02:30", "2026-10-25 00:30"),  # comes twice: the earlier keeps both
        ("2026-10-25 00:45", "02:30", "2026-10-26 01:30"),
        ("2026-10-24 20:00", "in 12 h", "2026-10-25 08:00"),
    ],
)
def test_a_promise_holds_across_a_change_of_the_clock(now: str, text: str, due_at: str) -> None:
    assert spoken_promise(text, at(now), ours=BERLIN, theirs=None).due_at == at(due_at)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "write a time"),
        ("soon", "write a time"),
        ("tomorrow", "names a day and no time"),
        ("25:00", "is no time of day"),
        ("13pm", "is no time of day"),
        ("today 09:00", "is over already"),
        ("2026-11-19 09:00", "that day is over"),
        ("in 0 m", "is over already"),
        ("in 40 days", "more than 31 days"),
        ("2027-11-20 09:00", "more than 31 days"),
        ("in a bit", "write a time"),
        (", the papers", "write a time"),
    ],
)
def test_what_cannot_be_promised_says_why(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        spoken_promise(text, FRIDAY_NIGHT, ours=NEW_YORK, theirs=TOKYO)


def test_a_clock_that_nobody_knows_cannot_be_promised_by() -> None:
    with pytest.raises(ValueError, match="nobody knows their clock"):
        spoken_promise("by 09:00 their time", FRIDAY_NIGHT, ours=NEW_YORK, theirs=None)


@given(text=st.text(max_size=40), minutes=st.integers(0, 600_000))
def test_whatever_is_typed_is_understood_as_a_time_to_come_or_refused_in_words(text: str, minutes: int) -> None:
    now: datetime = FRIDAY_NIGHT + timedelta(minutes=minutes)
    with suppress(ValueError):
        assert now < spoken_promise(text, now, ours=BERLIN, theirs=TOKYO).due_at <= now + timedelta(days=31)
