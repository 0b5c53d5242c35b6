from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.domain.fitting import CUT, DUPLICATE, fit, shorten, utf8, utf16
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText

LINK = "https://desk.example/4312"
ASKED = "Asked of you: say that you have it, and what to do. On call: Ana Ruiz, +1 212 555 0100."
ANSWER = "Reply 48213 to take it."


def message(middle: str = "Late by 8 m", *, title: str = "[4312] Acme KK", asked: str = ASKED) -> OutgoingMessage:
    return OutgoingMessage(
        key=MessageKey("esc/1"),
        purpose=Purpose.NOTIFICATION,
        channel=ChannelId("dana-push"),
        person=None,
        title=CleanText(title),
        body=CleanText(f"{middle}\n\n{asked}\n{LINK}"),
        url=LINK,
    )


def test_a_message_that_fits_is_whole_and_has_its_link_once() -> None:
    assert fit(message(), 500, answer=ANSWER) == f"[4312] Acme KK\n\nLate by 8 m\n\n{ASKED}\n\n{ANSWER}\n\n{LINK}"


def test_a_channel_with_a_place_for_the_title_does_not_get_it_twice() -> None:
    assert fit(message(), 500, is_titled=False) == f"Late by 8 m\n\n{ASKED}\n\n{LINK}"


def test_a_possible_duplicate_says_so_first() -> None:
    again = OutgoingMessage(
        key=MessageKey("esc/1"),
        purpose=Purpose.NOTIFICATION,
        channel=ChannelId("dana-push"),
        person=None,
        title=CleanText("T"),
        body=CleanText("B"),
        is_possible_duplicate=True,
    )
    assert fit(again, 500) == f"T\n\n{DUPLICATE}\n\nB"


@pytest.mark.parametrize("size", [len, utf8, utf16])
def test_the_middle_is_cut_and_what_matters_stays(size: Callable[[str], int]) -> None:
    text = fit(message("Zürich 🚨 wartet. " * 500), 400, size=size, answer=ANSWER)
    assert text.startswith("[4312] Acme KK\n\nZürich")
    assert text.endswith(f"{CUT}\n\n{ASKED}\n\n{ANSWER}\n\n{LINK}")
    assert 390 <= size(text) <= 400


def test_an_endless_title_gives_way_before_what_is_asked() -> None:
    text = fit(message("middle " * 99, title="subject " * 99), 250, answer=ANSWER)
    assert text.startswith("subject")
    assert text.endswith(f"{ASKED}\n\n{ANSWER}\n\n{LINK}")


def test_half_a_link_is_never_sent() -> None:
    assert fit(message(), 10) == ""


@given(
    middle=st.text(max_size=300),
    title=st.text(max_size=80),
    asked=st.text(max_size=80),
    limit=st.integers(0, 400),
    size=st.sampled_from([len, utf8, utf16]),
)
def test_no_limit_is_ever_exceeded(middle: str, title: str, asked: str, limit: int, size: Callable[[str], int]) -> None:
    text = fit(message(middle, title=title, asked=asked), limit, size=size, answer=ANSWER)
    assert size(text) <= limit


def test_a_text_cut_at_its_end_shows_it() -> None:
    assert shorten("Login fails for every user", 12) == f"Login fai{CUT}"
    assert shorten("short", 5) == "short"
    assert shorten("longer", 2) == ""
