"""What an answer to a handover is taken for."""

import pytest

from oncall_tui.domain.handover_answer import Meaning, meaning


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("", Meaning.YES),
        ("4312 is red; I ring Kenji first", Meaning.YES),
        ("Nothing is red, I read the queue", Meaning.YES),
        ("I look at 4330 later and take 4312 now", Meaning.YES),
        ("OK", Meaning.YES),
        ("No", Meaning.NO),
        ("no.", Meaning.NO),
        ("No, I am ill", Meaning.NO),
        ("cannot, sorry", Meaning.NO),
        ("Sorry, can't: I am on a plane", Meaning.NO),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t take it", Meaning.NO),
        ("I will not come tonight", Meaning.NO),
        ("What did Kenji say?", Meaning.QUESTION),
        ("No idea what 4312 is about?", Meaning.QUESTION),
        ("No problem, I take it", Meaning.UNCLEAR),
        ("no worries", Meaning.UNCLEAR),
        ("No, all good: I take over", Meaning.UNCLEAR),
        ("Sorry for being late, I take it", Meaning.UNCLEAR),
        ("4312: users cannot log in, I ring Kenji", Meaning.UNCLEAR),
        ("I am ill", Meaning.UNCLEAR),
    ],
)
def test_only_what_is_plain_is_taken_at_its_word(words: str, meant: Meaning) -> None:
    assert meaning(words) is meant
