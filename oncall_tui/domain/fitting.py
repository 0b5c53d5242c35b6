"""A message as one text that a channel can carry: what matters stays whole, the middle is cut."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from enum import IntEnum

from oncall_tui.domain.message import OutgoingMessage

CUT = "[…]"
DUPLICATE = "(possible duplicate: this may have reached you before)"


class _Part(IntEnum):
    TITLE = 0
    DUPLICATE = 1
    MIDDLE = 2
    ASKED = 3
    ANSWER = 4
    LINK = 5


_SHORTENED_IN_TURN = (_Part.MIDDLE, _Part.TITLE, _Part.ASKED, _Part.ANSWER, _Part.DUPLICATE)


def utf8(text: str) -> int:
    """Measure in bytes, for limits that count them."""
    return len(text.encode())


def utf16(text: str) -> int:
    """Measure as telephones and JavaScript do, where most emoji count twice."""
    return len(text.encode("utf-16-le")) // 2


def fit(
    message: OutgoingMessage,
    limit: int,
    *,
    size: Callable[[str], int] = len,
    is_titled: bool = True,
    answer: str = "",
) -> str:
    """Return a message as plain text within a limit.

    Args:
        message: What is to be said; the last paragraph of its body is what is asked.
        limit: The most the channel takes, as ``size`` measures it.
        size: How the channel measures.
        is_titled: Whether the text begins with the title; false where the channel has a place of its own for it.
        answer: How to acknowledge through this channel; never cut before everything else is.
    """
    middle, _, asked = _without_link(message).rpartition("\n\n")
    parts = [
        message.title if is_titled else "",
        DUPLICATE if message.is_possible_duplicate else "",
        middle,
        asked,
        answer,
        message.url,
    ]
    for part in _SHORTENED_IN_TURN:
        over = size(_joined(parts)) - limit
        if over > 0:
            parts[part] = shorten(parts[part], size(parts[part]) - over, size=size)
    if size(_joined(parts)) > limit:
        parts[_Part.LINK] = ""  # half a link leads nowhere
    return _joined(parts)


def shorten(text: str, limit: int, *, size: Callable[[str], int] = len) -> str:
    """Return the beginning of a text with a sign that it was cut, or nothing where not even the sign has room."""
    if size(text) <= limit:
        return text
    room = limit - size(CUT)
    if room < 0:
        return ""
    kept = bisect_right(range(1, len(text) + 1), room, key=lambda length: size(text[:length]))
    return text[:kept].rstrip() + CUT


def _without_link(message: OutgoingMessage) -> str:
    body = message.body.strip()
    return body.removesuffix(message.url).rstrip() if message.url else body


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part for part in parts if part)
