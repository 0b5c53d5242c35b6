"""Letters put together."""

from datetime import UTC, datetime, timedelta

from oncall_tui.mail.conversations import Conversation, Us, conversations, topic
from oncall_tui.mail.imap import Filed
from oncall_tui.mail.letter import parse_letter
from tests.mail.letters import letter_of

US = Us(addresses=frozenset({"support@acme.example", "@help.acme.example"}))
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def file(*letters: dict[str, str]) -> list[Filed]:
    """File letters that came an hour apart."""
    filed = []
    for number, headers in enumerate(letters):
        at = NOON + timedelta(hours=number)
        raw = letter_of({"From": "pat@x.example", "Message_ID": f"<{number}@x>"} | headers)
        filed.append(Filed(uid=number, arrived_at=at, letter=parse_letter(raw, arrived_at=at)))
    return filed


def ids(found: list[Conversation]) -> list[list[str]]:
    return [[filed.letter.message_id for filed in conversation.letters] for conversation in found]


def test_replies_follow_what_they_answer_even_through_letters_nobody_has() -> None:
    filed = file({}, {"In_Reply_To": "<0@x>"}, {}, {"References": "<gone@x> <2@x>"}, {"References": "<gone@x>"})
    assert ids(conversations(filed, US)) == [["<0@x>", "<1@x>"], ["<2@x>", "<3@x>", "<4@x>"]]


def test_a_reply_comes_after_what_it_answers_whatever_its_clock_says() -> None:
    late = {"In_Reply_To": "<0@x>", "Date": "Fri, 27 Nov 2026 03:00:00 +0000"}
    assert ids(conversations(file({}, late), US)) == [["<0@x>", "<1@x>"]]


def test_letters_that_answer_each_other_in_a_ring_are_one_conversation() -> None:
    ring = file({"In_Reply_To": "<1@x>"}, {"In_Reply_To": "<0@x>"}, {"Message_ID": "<2@x>", "References": "<2@x>"})
    assert sorted(len(found) for found in ids(conversations(ring, US))) == [1, 2]


def test_a_reply_that_names_nothing_joins_by_subject_and_correspondent() -> None:
    ours = {"From": "support@acme.example", "To": "pat@x.example", "Subject": "AW: RE[2]: Invoice"}
    other = {"From": "eve@y.example", "Subject": "Re: Invoice"}
    found = conversations(file({"Subject": "Invoice"}, ours, other), US)
    assert ids(found) == [["<0@x>", "<1@x>"], ["<2@x>"]]


def test_two_first_letters_with_one_subject_stay_two() -> None:
    assert len(conversations(file({"Subject": "Contact form"}, {"Subject": "Contact form"}), US)) == 2


def test_a_reply_stays_with_what_it_names_even_where_a_newer_letter_has_its_subject() -> None:
    first, second = {"Subject": "Form"}, {"Subject": "Form"}
    found = conversations(file(first, second, {"Subject": "Re: Form", "In_Reply_To": "<0@x>"}), US)
    assert ids(found) == [["<0@x>", "<2@x>"], ["<1@x>"]]


def test_a_copy_counts_once_and_another_letter_with_its_id_is_not_lost() -> None:
    [found] = conversations(file({}, {"Message_ID": "<0@x>"}, {"Message_ID": "<0@x>", "From": "eve@y.example"}), US)
    assert [filed.letter.sender.email for filed in found.letters] == ["pat@x.example", "eve@y.example"]


def test_the_root_is_remembered_by_those_who_name_it() -> None:
    full = file({}, {"References": "<0@x>"}, {"References": "<0@x> <1@x>"})
    roots = {conversations(full[seen:], US)[0].root for seen in range(3)}
    assert roots == {"<0@x>"}


def test_a_form_on_our_site_is_its_visitors_letter() -> None:
    [filed] = file({"From": "support@acme.example", "Reply_To": "Eve <eve@y.example>"})
    assert not US.wrote(filed.letter)
    assert US.counterpart(filed.letter).email == "eve@y.example"


def test_a_whole_domain_can_be_ours() -> None:
    ours, other = file({"From": "ana@help.acme.example"}, {"From": "ana@nohelp.acme.example"})
    assert (US.wrote(ours.letter), US.wrote(other.letter)) == (True, False)


def test_the_topic_is_the_subject_without_what_programs_add() -> None:
    subjects = ["Re: AW: Fwd: x", "RE[2]: x", "Re : x", "re:x", "x", "SV: VS: x"]
    assert {topic(subject) for subject in subjects} == {"x"}
    assert topic("Regarding: x") == "Regarding: x"
    assert topic("Re:") == ""
