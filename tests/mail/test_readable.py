"""What a person reads in a letter."""

import pytest

from oncall_tui.mail.readable import own_words, text_of_html


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ("I take it.", "I take it."),
        ("I take it.\r\n\r\nOn Fri, 27 Nov 2026 at 22:01, On Call <a@b.example> wrote:\r\n> old", "I take it."),
        ("On it.\nOn Fri, 27 Nov 2026, On Call\n<a@b.example> wrote:\n> old", "On it."),
        ("Mache ich.\n\nAm 27.11.2026 um 22:01 schrieb Bereitschaft <a@b.example>:\n> alt", "Mache ich."),
        ("Je m'en occupe\n\nLe 27 nov. 2026 à 22:01, X <a@b.example> a écrit :\n> vieux", "Je m'en occupe"),
        ("On Fri, X <a@b.example> wrote:\n> old\n> older\n\nBelow, I take it.", "Below, I take it."),
        ("Mine\n-- \nDana\n+1 212", "Mine"),
        ("Mine\n\nSent from my phone", "Mine"),
        ("Mine\n\n-----Original Message-----\nFrom: x", "Mine"),
        ("Mine\n________________________________\nFrom: X <a@b.example>\nSent: now", "Mine"),
        ("Mine\n\nVon: X <a@b.example>\nGesendet: jetzt", "Mine"),
        ("> only a quotation", ""),
        ("", ""),
    ],
)
def test_only_the_words_of_the_sender_are_left(reply: str, words: str) -> None:
    assert own_words(reply) == words


def test_a_page_becomes_the_lines_a_browser_shows() -> None:
    page = (
        "<html><head><title>T</title><style>p{}</style><body><!-- no <b>comment</b> --><p>Dear&nbsp;all,<br>it "
        "&lt;fails&gt;<ul><li>one<li>two</ul><script>x</script><blockquote>old</blockquote>end"
    )
    assert text_of_html(page).splitlines() == ["Dear all,", "it <fails>", "- one", "- two", "> old", "end"]


def test_a_reply_in_html_is_told_from_what_it_quotes() -> None:
    page = (
        "<div>I take it</div><div>On Friday, X &lt;a@b.example&gt; wrote:<br></div><blockquote>Late<br>5x</blockquote>"
    )
    assert own_words(text_of_html(page)) == "I take it"


def test_half_a_page_is_read_as_far_as_it_goes() -> None:
    assert text_of_html("a <b>bold</b> 1 < 2 <p broken") == "a bold 1 < 2 <p broken"
