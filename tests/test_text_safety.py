"""The rule that makes strangers' text harmless, line by line, and what holds for any text at all."""

import json
import sys
import unicodedata
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall_tui.text_safety import BODY_LIMIT, LINE_LIMIT, clean, clean_body, escaped_json
from tests.hostile.corpus import CORPUS

REPLACED = "\ufffd"
CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0))]
LINE_ENDS = ["\r\n", "\r", "\n", "\v", "\f", "\x85", "\u2028", "\u2029"]
BIDI = [chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
FILLERS = ["\u115f", "\u1160", "\u3164", "\uffa0"]
JOINERS = ["\u200c", "\u200d"]

pieces = st.one_of(
    st.characters(),
    st.characters(categories=["Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Mc", "Me"]),
    st.sampled_from([*CONTROLS, *LINE_ENDS, *BIDI, *FILLERS, *JOINERS, "\u200b", "\ufe0f", "\U0001f3fd", "\ufb2c"]),
    st.sampled_from(["e", "\u0301", "\u0316", "\u0958", "\u1100", "\u1161", "\u11a8", "\ufdfa", "\t", " "]),
)
texts = st.lists(pieces, max_size=60).map("".join)


@pytest.mark.parametrize(
    ("rule", "written", "shown"),
    [
        ("plain text stays", "Login fails for café №5", "Login fails for café №5"),
        ("other scripts stay", "登录失败 로그인 שלום مرحبا नमस्ते", "登录失败 로그인 שלום مرحبا नमस्ते"),
        ("markup stays", "[/] [@click=app.bell]x[/] \\[b]", "[/] [@click=app.bell]x[/] \\[b]"),
        ("a lone surrogate is replaced", "a\ud800b", "a\ufffdb"),
        ("two halves of one character are that character", "\ud83d\ude00", "\U0001f600"),
        ("an accent joins its letter", "e\u0301", "\xe9"),
        ("an accent joins its letter across what is removed", "e\u200b\u0301", "\xe9"),
        ("ESC is shown as its picture", "\x1b[2J", "\u241b[2J"),
        ("NUL is shown as its picture", "a\0b", "a\u2400b"),
        ("DEL is shown as its picture", "a\x7fb", "a\u2421b"),
        ("a tab is four spaces", "a\tb", "a    b"),
        ("C1 is replaced", "\x9b31m\x9d0;x\x9c", "\ufffd31m\ufffd0;x\ufffd"),
        ("a zero-width space goes", "pass\u200bword", "password"),
        ("a byte-order mark goes", "\ufeffa", "a"),
        ("tag characters go", "a\U000e0041\U000e007f", "a"),
        ("a joiner between letters stays", "\u0645\u200c\u06cc", "\u0645\u200c\u06cc"),
        ("a joiner between emoji goes", "\U0001f469\u200d\U0001f4bb", "\U0001f469\U0001f4bb"),
        ("a joiner before a Hangul filler goes", "a\u200d\u3164", "a\ufffd"),
        ("skin tones go", "\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("variation selectors go", "\u2764\ufe0f \u5203\U000e0100", "\u2764 \u5203"),
        ("private use is replaced", "\ue000\U0010fffd", "\ufffd\ufffd"),
        ("what Unicode does not know is replaced", "\u0378\U0003fffe", "\ufffd\ufffd"),
        ("four marks stay on a letter", "x" + "\u0331" * 9, "x" + "\u0331" * 4),
        ("a mark without a letter goes", "\u0301a", "a"),
        ("a mark on what was replaced goes", "\x1b\u0301", "\u241b"),
        ("a letter that falls apart keeps four marks", "\ufb2c" + "\u0331" * 4, "\u05e9\u05bc\u05c1\u0331\u0331"),
    ],
)
def test_each_line_of_the_rule(rule: str, written: str, shown: str) -> None:
    assert clean(written) == shown, rule


@pytest.mark.parametrize("end", LINE_ENDS, ids=ascii)
def test_a_line_end_is_a_space_in_a_line_and_a_line_end_in_a_body(end: str) -> None:
    assert clean(f"a{end}b") == "a b"
    assert clean_body(f"a{end}b") == "a\nb"


@pytest.mark.parametrize("character", [*BIDI, *FILLERS], ids=ascii)
def test_what_turns_or_hides_text_is_seen(character: str) -> None:
    assert clean(f"a{character}b") == f"a{REPLACED}b"


def test_no_control_character_of_any_kind_is_left() -> None:
    assert not {*CONTROLS} & {*clean("".join(CONTROLS)), *clean_body("".join(CONTROLS))} - {"\n"}


@pytest.mark.parametrize(("cleaner", "limit"), [(clean, LINE_LIMIT), (clean_body, BODY_LIMIT)])
def test_a_text_at_the_limit_stays_and_a_longer_one_says_that_it_was_cut(
    cleaner: Callable[[str], str], limit: int
) -> None:
    assert cleaner("x" * limit) == "x" * limit
    assert cleaner("x" * (limit + 1)) == "x" * (limit - 2) + " …"
    assert len(cleaner("\t" * limit)) == limit


def test_a_cut_leaves_no_joiner_behind() -> None:
    assert clean("a" * 497 + "\u200d" + "b" * 50) == "a" * 497 + " …"


def _calls(text: str) -> int:
    """Count the calls that cleaning makes, which do not depend on how fast this machine is."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        clean(text)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("piece", ["x", "[", "\x1b", "e\u0301", "\u0301", "\ufdfa", "\U0001f469\u200d", "\n", "\ud800"])
def test_a_megabyte_costs_no_more_than_the_limit(piece: str) -> None:
    exact = (piece * LINE_LIMIT)[:LINE_LIMIT]
    assert _calls(piece * (1_000_000 // len(piece))) <= _calls(exact) + 10


def test_a_flood_of_marks_is_thinned_before_it_is_sorted() -> None:
    # Sorting a row of marks takes quadratic time: 20,000 of them took most of a second.
    sorted_lengths: list[int] = []

    def watch(frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is unicodedata.normalize:
            sorted_lengths.extend(len(value) for value in frame.f_locals.values() if isinstance(value, str))

    sys.setprofile(watch)
    try:
        cleaned = clean_body("a" + "\u0301" * 9_999 + "\u0316" * 9_999)
    finally:
        sys.setprofile(None)
    assert cleaned == "\xe1\u0301\u0301\u0301"
    assert 0 < max(sorted_lengths) <= 5


def _assert_harmless(text: str) -> None:
    line, body = clean(text), clean_body(text)
    for cleaned in (line, body):
        assert not {*cleaned} & {*CONTROLS, *BIDI, *FILLERS} - {"\n"}
        assert not {unicodedata.category(character) for character in cleaned} & {"Cn", "Co", "Cs", "Zl", "Zp"}
        assert {character for character in cleaned if unicodedata.category(character) == "Cf"} <= {*JOINERS}
        assert unicodedata.is_normalized("NFC", cleaned)
        cleaned.encode()
    assert "\n" not in line
    assert (clean(line), clean_body(body)) == (line, body)
    assert (len(line) <= LINE_LIMIT, len(body) <= BODY_LIMIT) == (True, True)
    assert _longest_row_of_marks(body) <= 4


def _longest_row_of_marks(text: str) -> int:
    longest = row = 0
    for character in text:
        row = row + 1 if unicodedata.category(character).startswith("M") else 0
        longest = max(longest, row)
    return longest


@settings(max_examples=200, deadline=None)
@given(texts)
def test_any_text_becomes_harmless_and_stays_as_it_is_then(text: str) -> None:
    _assert_harmless(text)


@pytest.mark.full
@settings(max_examples=20_000, deadline=None)
@given(texts)
def test_twenty_thousand_texts_become_harmless_and_stay_as_they_are_then(text: str) -> None:
    _assert_harmless(text)


@settings(max_examples=200, deadline=None)
@given(texts, st.integers(min_value=3, max_value=60))
def test_any_text_cut_anywhere_is_harmless_and_not_longer(text: str, limit: int) -> None:
    cut = clean(text, limit=limit)
    assert len(cut) <= limit
    assert clean(cut, limit=limit) == cut


@settings(max_examples=200, deadline=None)
@given(texts)
def test_any_text_that_was_never_cleaned_is_harmless_in_json_and_comes_out_of_it_as_it_was(text: str) -> None:
    written = escaped_json(json.dumps({text: [text]}, ensure_ascii=False))
    assert not {*CONTROLS, *LINE_ENDS, *BIDI} & {*written}
    assert written.encode()
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert json.loads(written) == {whole: [whole]}


def test_the_whole_hostile_corpus_becomes_harmless() -> None:
    for text in CORPUS:
        _assert_harmless(text)
