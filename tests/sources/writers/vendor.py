"""A desk that may also keep to itself what it refuses, show what it should hide, and forget our marks."""

from html import unescape

from tests.servers.http import Asked, Reply
from tests.sources.writers.desk import Words, WritableDesk


class VendorDesk(WritableDesk):
    """Its token belongs to 4; 5 is called ana@acme.example."""

    tells_visibility = True
    """Whether what it answers to a note says who can see it."""
    is_stubborn = False
    """Whether it answers as always and leaves owner and status as they are."""
    shows_notes = False
    """Whether it makes public what is meant to be internal."""
    forgets_marks = False
    """Whether what we call an answer is not kept."""

    def say(self, text: str, *, is_public: bool, key: str = "") -> int:
        """Keep some words and return what they are called."""
        key = "" if self.forgets_marks else key
        self.words.append(Words(text=text, is_public=is_public or self.shows_notes, key=key))
        return 99 + len(self.words)

    def do(self, asked: Asked) -> Reply:
        """Do what is asked and answer as the vendor does."""
        raise NotImplementedError

    def act(self, asked: Asked) -> Reply:
        before = self.owner, self.is_solved
        given = self.do(asked)
        if self.is_stubborn:
            self.owner, self.is_solved = before
        return given


def shown(html: str) -> str:
    """Return what a browser shows of words that have no tag of their own but breaks."""
    text = html.replace("<br>\n", "\n")
    assert "<" not in text
    return unescape(text)
