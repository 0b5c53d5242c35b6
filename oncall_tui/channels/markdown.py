"""Text of strangers where Markdown is read: shown as it was written, none of it at work, nobody called by it."""

import re
from collections.abc import Callable

from oncall_tui.domain.fitting import fit
from oncall_tui.domain.message import OutgoingMessage

_AT_WORK = re.compile(r"([\\`*_~\[\]#>|<])")

_CALLS_NOBODY = "@\u200b"
"""Followed by what cannot be seen, "@all" and "@channel" are words."""


def literally(message: OutgoingMessage, limit: int, *, size: Callable[[str], int] = len, answer: str = "") -> str:
    """Return a message within a limit in which only our own words, how to answer and the link, may be Markdown."""
    text = _escaped(fit(message, limit, size=lambda part: size(_escaped(part)), answer=answer))
    for ours in (answer, message.url):
        text = text.replace(_escaped(ours), ours) if ours else text
    return text


def _escaped(text: str) -> str:
    return _AT_WORK.sub(r"\\\1", text).replace("@", _CALLS_NOBODY)
