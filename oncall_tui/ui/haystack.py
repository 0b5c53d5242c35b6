"""The words of every ticket on the desk, kept so that looking for some of them touches no ticket; pure."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from oncall_tui.domain.row_order import batched
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.triage import Group, Row
from oncall_tui.ui.desk_text import customer_name, tier_of

_LINE = "\n"
"""Between the words of two tickets: nobody can look for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Haystack:
    """What is looked through: groups, and of each the words of its tickets, a line each, in pieces of one step.

    One text of many lines is searched in a thirtieth of the time that as many texts take.
    """

    groups: tuple[Group, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()

    def search(self, wanted: str) -> Generator[None, None, tuple[Group, ...]]:
        """Return, after short steps, the groups with only those tickets that contain some text.

        A group keeps what is known of all its rows: neither its heading nor the columns change while somebody types.
        """
        text = wanted.casefold()
        found = []
        for group, pieces in zip(self.groups, self.words, strict=True):
            rows: list[Row] = []
            for some, words in zip(batched(group.rows), pieces, strict=True):
                if text in words:
                    rows += [row for row, line in zip(some, words.split(_LINE), strict=True) if text in line]
                yield
            found.append(group.narrowed(tuple(rows)))
        return tuple(found)


NO_HAYSTACK = Haystack()


def gathered(groups: Sequence[Group], before: Haystack = NO_HAYSTACK) -> Generator[None, None, Haystack]:
    """Return, after short steps, the words of every ticket; those of a row that was there before are kept."""
    there = zip(before.groups, before.words, strict=True)
    known_groups = {group.utc_offset: (group, pieces) for group, pieces in there}
    words: list[tuple[str, ...]] = []
    for group in groups:
        old, pieces = known_groups.get(group.utc_offset, (None, ()))
        if old is None or old.rows is not group.rows:
            known = {} if old is None else (yield from _lines_of(old, pieces))
            pieces = yield from _pieces(group, known)
        words.append(pieces)
    return Haystack(groups=tuple(groups), words=tuple(words))


def found(groups: Iterable[Group], wanted: str) -> tuple[Group, ...]:
    """Return the groups with only those tickets that contain some text."""
    return at_once(at_once(gathered(tuple(groups))).search(wanted))


def _lines_of(group: Group, pieces: Sequence[str]) -> Generator[None, None, dict[int, str]]:
    lines: dict[int, str] = {}
    for some, words in zip(batched(group.rows), pieces, strict=True):
        lines.update(zip(map(id, some), words.split(_LINE), strict=True))
        yield
    return lines


def _pieces(group: Group, known: dict[int, str]) -> Generator[None, None, tuple[str, ...]]:
    pieces = []
    for some in batched(group.rows):
        pieces.append(_LINE.join([known.get(id(row)) or words_of(row) for row in some]))
        yield
    return tuple(pieces)


def words_of(row: Row) -> str:
    """Return everything a ticket can be found by, on one line."""
    ticket = row.ticket
    requester = ticket.requester
    texts = (
        ticket.number,
        ticket.subject,
        customer_name(row),
        requester.name,
        requester.email,
        tier_of(row),
        *ticket.tags,
    )
    return " ".join(texts).casefold().replace(_LINE, " ")
