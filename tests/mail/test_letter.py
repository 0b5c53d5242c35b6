"""Letters of strangers, read."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from oncall_tui.domain.ticket import Priority
from oncall_tui.mail.letter import PERHAPS_MORE, Letter, parse_letter
from tests.mail.letters import letter_of, raw_letter

ARRIVED = datetime(2026, 11, 27, 22, 5, tzinfo=UTC)

HEADERS = ["From", "Subject", "Date", "References", "Content-Type", "Content-Transfer-Encoding", "Precedence", "To"]
FRAGMENTS = [
    *[
        "=?utf-8?q?",
        "=?x?b?",
        "?=",
        "<",
        ">",
        "@",
        '"',
        ",",
        ";",
        "(",
        "\\",
        ":",
        "--b",
        "boundary=b",
        "charset*0*=",
        "\0",
    ],
    *["multipart/mixed", "message/rfc822", "text/html", "text/plain", "base64", "<blockquote>", "<!--", "&#x110000;"],
    *["+9999", "Fri, 27 Nov 2026 22:01:00 -0800", "99999999999999999999", "\x1b", "\udcff", "\u202e", "charset=idna"],
]


def read(raw: bytes) -> Letter:
    return parse_letter(raw, arrived_at=ARRIVED)


@st.composite
def torn_letters(draw: st.DrawFn) -> bytes:
    """Build letters from the pieces parsers stumble over."""
    pieces = st.lists(st.sampled_from([*FRAGMENTS, " ", "a", "\r\n ", "\r\n"]), max_size=12).map("".join)
    head = draw(st.lists(st.tuples(st.sampled_from(HEADERS), pieces), max_size=8))
    body = draw(st.lists(pieces, max_size=6).map("\r\n".join))
    text = "".join(f"{name}: {value}\r\n" for name, value in head) + "\r\n" + body
    return text.encode("utf-8", "surrogateescape")


@settings(deadline=None)  # a busy machine is not a fault
@example(b"Content-Type: ; charset=idna\r\n\r\n\x80")
@example(b"Content-Type: ; charset=\x00\r\n\r\n\x80")
@given(st.one_of(st.binary(max_size=2_000), torn_letters()))
def test_no_bytes_stop_the_reading_or_get_through_raw(raw: bytes) -> None:
    letter = read(raw)
    shown = [letter.subject, letter.text.replace("\n", ""), letter.sender.name, letter.sender.email, *letter.files]
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for text in shown for character in text)
    assert letter.message_id
    assert letter.subject != "(unreadable)"  # the last resort, for what a newer Python may stumble over
    assert letter.sent_at <= ARRIVED


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: text/html\n\n" + b"<a " * 22_000,
        b"Content-Type: text/html\n\n" + b"<!--" * 16_000,
        b"Content-Type: text/html\n\n" + b"<a b='" * 11_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1_200)),
        b"Content-Type: message/rfc822\n\n" * 2_500,
        b"From: " + b'"<,(' * 16_000,
    ],
    ids=["tags", "comments", "attributes", "nesting", "attachments", "addresses"],
)
def test_no_letter_takes_long(raw: bytes) -> None:
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < 0.5  # the standard parsers need 46, 4, 10 and 1 seconds for the first four


def test_encoded_words_broken_ones_and_plain_bytes_are_all_shown() -> None:
    subjects = {
        b"=?utf-8?q?Gr=C3=B6=C3=9Fe?= =?iso-8859-1?q?_=E4?=": "Größe ä",
        b"=?x-unknown?q?abc?=": "abc",
        b"=?utf-8?b?!!!?=": "=?utf-8?b?!!!?=",
        "Größe".encode(): "Größe",
        b"Gr\xf6\xdfe": "Gr\ufffd\ufffde",
        b"one\r\n two": "one two",
    }
    assert [read(b"Subject: " + raw + b"\r\n\r\n").subject for raw in subjects] == list(subjects.values())


@pytest.mark.parametrize(
    ("date", "offset"),
    [
        ("Fri, 27 Nov 2026 07:05:00 +0900", timedelta(hours=9)),
        ("Fri, 27 Nov 2026 07:05:00 -0800", timedelta(hours=-8)),
        ("Fri, 27 Nov 2026 07:05:00 +0545", timedelta(hours=5, minutes=45)),
        ("Fri, 27 Nov 2026 07:05:00 +0000", None),
        ("Fri, 27 Nov 2026 07:05:00 -0000", None),
        ("Fri, 27 Nov 2026 07:05:00 +1500", None),
        ("Fri, 27 Nov 2026 07:05:00 +0007", None),
        ("Fri, 27 Nov 2026 07:05:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_only_a_plausible_offset_is_believed(date: str, offset: timedelta | None) -> None:
    assert read(raw_letter(Date=date)).utc_offset == offset


def test_a_date_before_the_arrival_is_when_the_letter_was_sent() -> None:
    at = datetime(2026, 11, 27, 12, 0, tzinfo=timezone(timedelta(hours=9)))
    assert read(raw_letter(at=at)).sent_at == datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "at", [ARRIVED + timedelta(minutes=5), ARRIVED + timedelta(days=900), datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_an_impossible_date_gives_way_to_the_arrival(at: datetime) -> None:
    assert read(raw_letter(at=at)).sent_at == ARRIVED


def test_the_plain_part_is_read_and_attachments_are_not() -> None:
    body = (
        "--b\nContent-Type: text/plain\nContent-Disposition: attachment\n\nlog\n"
        "--b\nContent-Type: multipart/alternative; boundary=c\n\n"
        "--c\nContent-Type: text/html\n\n<p>rich</p>\n"
        "--c\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nR3LDvMOfZQ==\n"
        "--c--\n--b--\n"
    )
    letter = read(raw_letter(Content_Type="multipart/mixed; boundary=b", body=body))
    assert (letter.text, letter.files) == ("Grüße", ("a file",))


def attached(*heads: str) -> Letter:
    parts = "".join(f"--b\n{head}\n\nx\n" for head in ("Content-Type: text/plain", *heads))
    return read(raw_letter(Content_Type="multipart/mixed; boundary=b", body=f"{parts}--b--\n"))


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('Content-Type: application/pdf; name="invoice 7.pdf"', "invoice 7.pdf"),
        ('Content-Type: text/plain\nContent-Disposition: attachment; filename="server.log"', "server.log"),
        ('Content-Type: text/plain\nContent-Disposition: inline; filename="server.log"', "server.log"),
        ("Content-Disposition: attachment; filename*=utf-8''%E9%A0%98%E5%8F%8E%E6%9B%B8.pdf", "領収書.pdf"),
        ("Content-Disposition: attachment; filename*0=very; filename*1=long.txt", "verylong.txt"),
        ('Content-Disposition: attachment; filename="=?utf-8?b?UHLDvGZ1bmcucGRm?="', "Prüfung.pdf"),
        ("Content-Disposition: attachment; filename*=klingon''%41.pdf", "A.pdf"),
        ('Content-Disposition: attachment; filename="\x1b[2Ja.pdf"', "␛[2Ja.pdf"),
        ("Content-Type: image/png", "a picture"),
        ("Content-Type: message/rfc822", "a letter"),
        ("Content-Type: application/octet-stream", "a file"),
    ],
)
def test_what_is_attached_is_named(head: str, name: str) -> None:
    assert attached(head).files == (name,)


def test_a_letter_with_nothing_attached_names_nothing() -> None:
    assert attached().files == ()
    assert read(raw_letter(body="Hello")).files == ()
    assert read(raw_letter(Content_Type="text/html", body="<p>Hello</p>")).files == ()


def test_of_many_files_some_are_named_and_the_rest_counted() -> None:
    assert attached(*["Content-Type: image/png"] * 23).files == ("a picture",) * 20 + ("3 more",)


def test_files_behind_what_is_read_of_a_letter_are_not_denied() -> None:
    parts = [b"--b\nContent-Type: application/pdf; name=%s\n\n%s\n" % (name, b"x" * 80_000) for name in (b"a", b"b")]
    letter = read(b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(parts))
    assert letter.files == ("a", PERHAPS_MORE)


def test_the_priority_is_read_from_whichever_header_says_it() -> None:
    assert read(raw_letter(X_Priority="1 (Highest)")).priority is Priority.URGENT
    assert read(raw_letter(Importance="high")).priority is Priority.HIGH
    assert read(raw_letter(X_Priority="nonsense", Importance="low")).priority is Priority.LOW
    assert read(raw_letter(X_Priority="")).priority is None


def test_a_letter_without_an_id_gets_one_of_its_own() -> None:
    one, same, other = (read(raw_letter(Subject=subject)) for subject in ("a", "a", "b"))
    assert one.message_id == same.message_id != other.message_id


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Auto_Submitted": "auto-replied; owner-email=x"},
        {"Precedence": "Bulk"},
        {"Return_Path": "<>"},
        {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b"},
        {"Subject": "=?utf-8?q?Automatic_reply=3A_hello?="},
    ],
    ids=str,
)
def test_letters_of_machines_are_known(headers: dict[str, str]) -> None:
    assert read(letter_of(headers)).is_automatic
    assert not read(raw_letter(Auto_Submitted="no", Return_Path="<a@x.example>", Subject="hello")).is_automatic
