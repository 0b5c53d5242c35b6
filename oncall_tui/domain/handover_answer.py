"""What somebody means who answers a handover through a channel, as far as words can tell.

Only what is plain is taken at its word. A refusal taken for a yes would cost the customers, and a yes taken for a
refusal alarms leadership: what could be either is for a person to decide.
"""

import re
from enum import Enum
from typing import Final


class Meaning(Enum):
    """What an answer is taken for."""

    YES = "yes"
    NO = "no"
    QUESTION = "question"
    UNCLEAR = "unclear"


_NEGATION: Final = r"(?:can ?not|can.?t|could ?n.?t|won.?t|will not|unable to|do not|don.?t|not)"
_PLAIN_NO: Final = re.compile(
    r"\A\W*(?:no|nope|nein|non)\W*(?:[,.;:!-]|\Z)|\bI (?:decline|refuse)\b|"
    rf"\bI {_NEGATION} (?:\w+ ){{0,2}}(?:take|accept|come|make)\b",
    re.IGNORECASE,
)
_DOUBT: Final = re.compile(
    r"\A\W*(?:no|nope|nein|non|sorry)\b|\b(?:can ?not|can.?t|won.?t|unable|decline|refuse|not (?:now|yet|before))\b|"
    r"\bI.?(?: a)?m (?:ill|sick)\b",
    re.IGNORECASE,
)
_PLAIN_CANNOT: Final = re.compile(r"\A\W*(?:sorry\W+)?(?:i )?(?:am unable|can ?not|can.?t|won.?t)\b", re.IGNORECASE)
_YES: Final = re.compile(
    r"\b(?:yes|ok|okay|take|taking|took|accept|accepted|got it|on it|will do|mine|problem|worries)\b", re.IGNORECASE
)
_READ: Final = 120
"""Letters in which an answer says whether it is one."""


def meaning(words: str) -> Meaning:
    """Return what an answer means; one without words is the press of a button, which is a yes."""
    said = " ".join(words.split())
    if said.endswith("?"):
        return Meaning.QUESTION
    said = said[:_READ]
    if _PLAIN_NO.search(said) or _PLAIN_CANNOT.search(said):
        return Meaning.UNCLEAR if _YES.search(_without_negated(said)) else Meaning.NO
    return Meaning.UNCLEAR if _DOUBT.search(said) else Meaning.YES


def _without_negated(said: str) -> str:
    return re.sub(rf"\b{_NEGATION} (?:\w+ ){{0,2}}\w+", "", said, flags=re.IGNORECASE)
