"""Finds what somebody types among the tickets on the desk, and answers keys while it looks through very many."""

from collections.abc import Callable, Generator, Sequence
from typing import Final

from humanize import intcomma
from textual.dom import DOMNode

from oncall_tui.domain.triage import Group
from oncall_tui.turns import in_turns
from oncall_tui.ui.haystack import NO_HAYSTACK, found, gathered

AT_ONCE: Final = 2000
"""Tickets that are looked through in less time than a frame takes."""
SEARCHING: Final = "searching…"
_Groups = tuple[Group, ...]


class Search:
    """What is sought, and where it was found.

    Among very many tickets the words of all are kept, also while nobody looks for any, and what was found before is
    shown until all of the next is known: a part of it would look like the whole.
    """

    def __init__(self, node: DOMNode, *, on_found: Callable[[], None]) -> None:
        self._node, self._on_found = node, on_found
        self.sought = ""
        self._groups: _Groups = ()
        self._haystack = NO_HAYSTACK
        self._found: tuple[str, _Groups, _Groups] = ("", (), ())
        """What was sought in which groups, and those in which it was found."""
        self._is_at_work = False

    @property
    def is_under_way(self) -> bool:
        """Tell whether what is shown is what was found before."""
        sought, within, _ = self._found
        return sought != self.sought or within is not self._groups

    @property
    def groups(self) -> Sequence[Group]:
        """Return the groups with only those tickets that contain what is sought, as far as was found."""
        _, _, groups = self._found
        return groups

    @property
    def words(self) -> str:
        """Return how many of all contain what is sought, or that they are still looked through."""
        if not self.sought or not self._groups:
            return ""
        return SEARCHING if self.is_under_way else f"{_tickets(self.groups)} of {_tickets(self._groups)}"

    def look(self, groups: Sequence[Group]) -> None:
        """Look through some groups; those of very many tickets a little later."""
        self._groups = tuple(groups)
        is_many = sum(len(group.rows) for group in groups) > AT_ONCE
        if not self.sought or not is_many:
            if self.is_under_way:
                self._found = (self.sought, self._groups, found(groups, self.sought) if self.sought else self._groups)
            self._haystack = self._haystack if is_many else NO_HAYSTACK
        if is_many and not self._is_at_work:
            self._is_at_work = True
            self._node.run_worker(self._work(), group="search")

    async def _work(self) -> None:
        try:
            while self.is_under_way or self._haystack.groups is not self._groups:
                await self._next()
        finally:
            self._is_at_work = False

    async def _next(self) -> None:
        if self._haystack.groups is not self._groups:
            self._haystack = await in_turns(gathered(self._groups, self._haystack))
        sought, haystack = self.sought, self._haystack
        there = await in_turns(self._as_long_as_wanted(haystack.search(sought), sought)) if sought else None
        if there is not None:
            self._found = (sought, haystack.groups, there)
            self._on_found()

    def _as_long_as_wanted(
        self, steps: Generator[None, None, _Groups], sought: str
    ) -> Generator[None, None, _Groups | None]:
        """Do steps, and give up when something else is sought."""
        while self.sought == sought:
            try:
                next(steps)
            except StopIteration as end:
                there: _Groups = end.value
                return there
            yield
        return None


def _tickets(groups: Sequence[Group]) -> str:
    return intcomma(sum(len(group.rows) for group in groups))
