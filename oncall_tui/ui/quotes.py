"""What a letter repeats of earlier ones, folded into a line; pure."""

from collections.abc import Iterator
from itertools import groupby

QUOTE = ">"
FOLD_FROM = 2
"""Lines of a quotation from which on it is folded."""


def folded(text: str) -> str:
    """Return a text with each quotation folded into a line that says how long it is."""
    return "\n".join(_lines(text.split("\n"))).rstrip()


def _lines(lines: list[str]) -> Iterator[str]:
    for is_quoted, run in groupby(lines, key=lambda line: line.lstrip().startswith(QUOTE)):
        quoted = list(run)
        if is_quoted and len(quoted) >= FOLD_FROM:
            yield f"⋯ {len(quoted)} quoted lines"
        else:
            yield from quoted
