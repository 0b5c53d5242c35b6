"""Stretches of time that carry something, laid over one another."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(Generic[T]):
    """A stretch of time, its start included and its end not, and what it is of."""

    starts_at: datetime
    ends_at: datetime
    of: T

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Tell whether it shares any time with another stretch."""
        return max(self.starts_at, start) < min(self.ends_at, end)


def lay(spans: Iterable[Span[T]]) -> list[Span[T]]:
    """Lay spans over one another, the first on top, and return what can be seen of each, in order of time."""
    seen: list[Span[T]] = []
    for span in spans:
        for piece in tuple(_beside(span, seen)):
            insort(seen, piece, key=_start)
    return seen


def join(spans: Iterable[Span[T]]) -> list[Span[T]]:
    """Make one span of neighbours that touch and are of the same; the spans come in order of time."""
    joined: list[Span[T]] = []
    for span in spans:
        if joined and joined[-1].ends_at == span.starts_at and joined[-1].of == span.of:
            joined[-1] = replace(joined[-1], ends_at=span.ends_at)
        else:
            joined.append(span)
    return joined


def _beside(span: Span[T], seen: Sequence[Span[T]]) -> Iterator[Span[T]]:
    """Yield the pieces of a span that none of the others covers."""
    free_from = span.starts_at
    first = max(bisect_right(seen, span.starts_at, key=_start) - 1, 0)
    for other in islice(seen, first, None):
        if other.starts_at >= span.ends_at:
            break
        if free_from < other.starts_at:
            yield replace(span, starts_at=free_from, ends_at=other.starts_at)
        free_from = max(free_from, other.ends_at)
    if free_from < span.ends_at:
        yield replace(span, starts_at=free_from)


def _start(span: Span[T]) -> datetime:
    return span.starts_at
