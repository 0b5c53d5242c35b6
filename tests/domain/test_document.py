"""What is seldom read is small, and the same whenever it is."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.domain.document import NO_DOCUMENT, Document
from oncall_tui.domain.frozen_tickets import FrozenTicket, FrozenTickets, Severity
from oncall_tui.domain.text import CleanText


@given(st.text())
def test_it_says_what_was_written(words: str) -> None:
    text = CleanText(words)
    document = Document(text)
    assert document.read() == text
    assert json.loads(document.as_json) == text
    assert document == Document(text)
    assert hash(document) == hash(Document(text))
    assert (document == NO_DOCUMENT) is not bool(text)
    assert document != text


def test_a_handover_takes_a_quarter_of_what_it_would_as_text() -> None:
    lines = (f"- RED: {number} Firm {number}: Login fails; late by {number % 60} m …" for number in range(1000))
    text = CleanText("\n".join(lines))
    document = Document(text)
    assert sys.getsizeof(document) + sys.getsizeof(document._packed) < sys.getsizeof(text) / 4


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        Document(CleanText("\ud83d"))


@given(st.lists(st.from_type(FrozenTicket)))
def test_frozen_tickets_are_what_they_were(tickets: list[FrozenTicket]) -> None:
    frozen = FrozenTickets(tickets)
    assert frozen.read() == tuple(tickets)
    assert frozen.has_red is any(each.severity is Severity.RED for each in tickets)
    assert frozen == FrozenTickets(tuple(tickets))
    assert frozen != Document(CleanText(""))
