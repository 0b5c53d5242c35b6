"""Which of our people an event means."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from oncall_tui.domain.people import Person, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What stands for whom: what the config says, then names and ids."""

    people: Mapping[PersonId, Person]
    match: Sequence[tuple[str, PersonId]] = ()
    """Texts in a title, or mail addresses of attendees."""

    def found(self, title: str, attendees: Iterable[str]) -> frozenset[PersonId]:
        """Return everybody an event means; the title decides where it names somebody.

        Args:
            title: The event's summary.
            attendees: Mail addresses and display names of those who have not declined.
        """
        others = [attendee.casefold().strip() for attendee in attendees]
        by_table = {person for text, person in self.match if _names(title, text)}
        if by_table:
            return frozenset(by_table)
        by_name = {id_ for id_, person in self.people.items() if _names(title, person.name) or _names(title, id_)}
        if not by_name:
            by_name = {id_ for id_, person in self.people.items() if _names(title, _first_name(person))}
        if by_name:
            return frozenset(by_name)
        by_mail = {person for text, person in self.match if text.casefold().strip() in others}
        return frozenset(
            by_mail or {id_ for id_, person in self.people.items() if person.name.casefold().strip() in others}
        )

    def called(self, labels: Iterable[str]) -> frozenset[PersonId]:
        """Return whom a service means that tells names, ids or mail addresses: each whole, and no part of it."""
        wanted = {label.casefold().strip() for label in labels}
        by_table = {person for text, person in self.match if text.casefold().strip() in wanted}
        return frozenset(
            by_table
            or {id_ for id_, person in self.people.items() if wanted & {id_.casefold(), person.name.casefold().strip()}}
        )


def _names(title: str, text: str) -> bool:
    """Tell whether a text stands in a title as whole words."""
    wanted = re.escape(text.strip())
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", title, re.IGNORECASE) is not None


def _first_name(person: Person) -> str:
    return next(iter(person.name.split()), "")
