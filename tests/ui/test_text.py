from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from oncall_tui.ui import text
from oncall_tui.ui.columns import DUE

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (58 * HOUR + 55 * MINUTE, "58 h 55 m"),
        (44 * HOUR, "44 h"),
        (12 * MINUTE + 59 * SECOND, "12 m"),
        (59 * SECOND, "under 1 m"),
        (-MINUTE, "under 1 m"),
        (6 * DAY + 4 * HOUR, "6 d 4 h"),
    ],
)
def test_spans_round_down_to_the_minute(length: timedelta, words: str) -> None:
    assert text.span(length) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [(12 * SECOND, "12 s"), (40 * MINUTE, "40 m"), (2 * HOUR, "2 h"), (47 * HOUR, "47 h"), (3 * DAY, "3 d")],
)
def test_ages_are_one_figure(length: timedelta, words: str) -> None:
    assert text.age(length) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (-8 * MINUTE, "late 8 m"),
        (3 * HOUR, "in 3 h"),
        (50 * MINUTE + 59 * SECOND, "in 50 m"),
        (59 * SECOND, "due now"),
        (-59 * SECOND, "due now"),
        (-3 * DAY, "late 3 d"),
    ],
)
def test_due_times_never_promise_more_time_than_there_is(left: timedelta, words: str) -> None:
    assert text.due(NOW + left, NOW) == words


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("length", [23 * HOUR, 47 * HOUR, 99 * DAY, 100 * DAY, 699 * DAY, 700 * DAY, 700_000 * DAY])
def test_no_figure_of_a_due_time_is_cut_by_its_column(sign: int, length: timedelta) -> None:
    assert len(text.due(NOW + sign * length, NOW)) <= DUE


def test_what_a_source_does_not_say_is_a_dash() -> None:
    assert {text.due(None, NOW), text.waiting(None, NOW), text.touches(None)} == {text.UNKNOWN}


def test_the_clock_names_its_day_when_that_is_another() -> None:
    zone = "America/New_York"
    assert text.clock(NOW, zone, NOW) == "22:05"
    assert text.clock(NOW - 23 * HOUR, zone, NOW) == "Thu 23:05"
    assert text.clock(NOW + 7 * DAY, zone, NOW) == "Fri 27 Nov 22:05"


def test_a_zone_nobody_knows_is_shown_in_utc() -> None:
    assert text.day_and_clock(NOW, "Mars/Olympus") == "Sat 03:05"


@pytest.mark.parametrize("width", [0, 1, 5, 12])
@pytest.mark.parametrize("words", ["", "plain", "株式会社アクメ", "é" * 20, "a株"])
def test_fitted_text_has_exactly_the_cells_asked_for(words: str, width: int) -> None:
    assert cell_len(text.fit(words, width)) == width
