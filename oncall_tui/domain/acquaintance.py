"""One person who asked for help more than once, in whatever help desks.

Requests are one person's where something sure ties them, and nothing else: the same mail address, unless several people
or a machine write from it; the same row of the customers table, if that holds whole addresses only; the same phone
number, if everybody who gives it has the same address or none. Names only ever speak against it: a number, or a row,
under which people of different names write is a company's, and an address with many names is a form's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NewType

from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.tie import SureTies, Tie, may_be_one, words_of

Who = NewType("Who", str)
"""Names a person among all who asked: by an address, or by a number where there is none."""
NOBODY: Final = Who("")
"""Whoever cannot be known again."""
MOST: Final = 50
"""More requests than this are open at once under one address or number only where many people share it."""
MOST_NAMES: Final = 4
"""One person is written in so many ways by different help desks, and not in more."""
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A request of a person that is not among the open ones any more."""

    ticket: TicketId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquaintance:
    """Somebody with more than one request."""

    tickets: tuple[Ticket, ...]
    """The open ones as each help desk shows them, the longest waiting first."""
    ended: tuple[Ended, ...] = ()
    """Those that ended in the last days, the latest first."""

    def others(self, ticket: TicketId) -> tuple[Ticket, ...]:
        """Return the open requests beside one."""
        return tuple(other for other in self.tickets if other.id != ticket)


def name_beside(other: TicketId, ticket: TicketId) -> str:
    """Return what a request is called beside another one: its help desk is named where it is another."""
    source, _, number = other.partition(":")
    return number if source == ticket.partition(":")[0] else f"{source} {number}"


def acquaintance(tickets: Iterable[Ticket], ended: Iterable[Ended]) -> Acquaintance:
    """Return the person whose requests these are."""
    return Acquaintance(
        tickets=tuple(sorted(tickets, key=lambda ticket: (ticket.waiting_since or _NEVER, ticket.id))),
        ended=tuple(sorted(ended, key=lambda one: (one.at, one.ticket), reverse=True)),
    )


def persons(tickets: Sequence[Ticket], sure: SureTies) -> Mapping[TicketId, Who]:
    """Return whose each of all requests is; those of ``NOBODY`` are not one person's."""
    ties = {ticket.id: sure.of(ticket.requester) for ticket in tickets}
    borne = Counter(text for tie in ties.values() for text in (tie.address, tie.number))
    return whose(ties, sure, {text for text, count in borne.items() if count > MOST})


def whose(ties: Mapping[TicketId, Tie], sure: SureTies, crowded: AbstractSet[str]) -> Mapping[TicketId, Who]:
    """Return whose some requests are, among which is every other one under an address, row or number of theirs.

    Args:
        ties: By what each can be tied.
        sure: What the config says.
        crowded: Addresses and numbers that too many bear; of those not all requests need be there.
    """
    people = _owners_of_addresses(ties.values(), sure, crowded)
    by_number: dict[str, list[Tie]] = defaultdict(list)
    for tie in ties.values():
        if tie.number and tie.number not in crowded:
            by_number[tie.number].append(tie)
    numbers = {number: _owner_of_number(number, bearers, people) for number, bearers in by_number.items()}
    return {
        identity: people[tie.address] if tie.address else numbers.get(tie.number, NOBODY)
        for identity, tie in ties.items()
    }


def _owners_of_addresses(ties: Iterable[Tie], sure: SureTies, crowded: AbstractSet[str]) -> Mapping[str, Who]:
    names: dict[str, set[str]] = defaultdict(set)
    rows: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for tie in ties:
        if tie.address:
            names[tie.address].add(tie.name)
            rows[sure.row_of.get(tie.address, ())].add(tie.name)
    found: dict[str, Who] = {}
    for address, written in names.items():
        row = sure.row_of.get(address, ())
        if address in crowded or _are_many(written):
            found[address] = NOBODY
        else:
            found[address] = Who(row[0] if row and may_be_one(rows[row]) else address)
    return found


def _are_many(names: AbstractSet[str]) -> bool:
    return len(names) > MOST_NAMES and len({words_of(name) for name in names} - {frozenset()}) > MOST_NAMES


def _owner_of_number(number: str, bearers: Sequence[Tie], people: Mapping[str, Who]) -> Who:
    owners = {people[tie.address] for tie in bearers if tie.address}
    is_several = len(owners) > 1 or NOBODY in owners or any(tie.is_several for tie in bearers)
    return NOBODY if is_several or not may_be_one(tie.name for tie in bearers) else next(iter(owners), Who(number))
