"""Text of strangers for programs that read Markdown: shown as it was written, with none of it at work."""

import re
from collections.abc import Callable

from oncall_tui.domain.fitting import fit
from oncall_tui.domain.message import OutgoingMessage

_AT_WORK = re.compile(r"([\\`*_~\[\]#>|<])")


def literally(message: OutgoingMessage, limit: int, *, size: Callable[[str], int] = len, answer: str = "") -> str:
    """Return a message within a limit in which only our own words, how to answer and the link, may be Markdown."""
    text = _escaped(fit(message, limit, size=lambda part: size(_escaped(part)), answer=answer))
    for ours in (answer, message.url):
        text = text.replace(_escaped(ours), ours) if ours else text
    return text


def _escaped(text: str) -> str:
    return _AT_WORK.sub(r"\\\1", text)
