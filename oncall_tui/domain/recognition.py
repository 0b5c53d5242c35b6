"""Recognises one person in requests of several help desks, and looks anew only where something has changed."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, zip_longest
from types import MappingProxyType
from typing import Final, TypeVar

from oncall_tui.domain.acquaintance import MOST, NOBODY, Acquaintance, Ended, Who, acquaintance, whose
from oncall_tui.domain.common_facts import completed
from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.tie import SureTies, sure_ties

K = TypeVar("K")
T = TypeVar("T")
EndedOf = Mapping[str, tuple[Ended, ...]]
"""The requests that ended in the last days, by the address of whoever asked."""
NONE_ENDED: Final[EndedOf] = MappingProxyType({})
_STEP: Final = 1024
"""Tickets that are compared with those before in one step."""
_FEW: Final = 64
"""Tickets that are looked at in one step."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recognised:
    """Who is known by more than one request. It equals itself only, which is quick to find out."""

    tickets: Sequence[Ticket] = ()
    """The open ones, with what one help desk knows of a person filled in where another does not."""
    known: Mapping[TicketId, Acquaintance] = field(default_factory=dict)
    completed: Mapping[TicketId, Ticket] = field(default_factory=dict)
    """Those in which something was filled in."""


NOBODY_RECOGNISED: Final = Recognised()


class Recognition:
    """Recognises again and again; what was found is replaced at the end of the work only."""

    def __init__(self) -> None:
        self._made = _Made()

    def recognise(self, tickets: Sequence[Ticket], book: CustomerBook, ended: EndedOf = NONE_ENDED) -> Recognised:
        """Return who is known by more than one request."""
        return at_once(self.steps(tickets, book, ended))

    def steps(
        self, tickets: Sequence[Ticket], book: CustomerBook, ended: EndedOf = NONE_ENDED
    ) -> Generator[None, None, Recognised]:
        """Do the same step by step, each short enough for a screen to answer a key in between."""
        before = self._made
        is_same_book = before.book is not None and _says_the_same(before.book, book)
        if is_same_book and before.tickets is tickets and before.ended is ended:
            return before.found
        if not is_same_book:
            before = _Made(sure=sure_ties(book.customers, book.ours))
        changes = _Changes(before)
        yield from changes.see(tickets)
        if is_same_book and not changes.gone and not changes.come and before.ended is ended:
            return before.found
        work = _Work(before, book, ended)
        yield from work.look(changes)
        found = yield from work.found(tickets)
        self._made = _Made(
            tickets=tickets,
            book=book,
            sure=before.sure,
            ended=ended,
            under=work.under,
            found=found,
        )
        return found


def _says_the_same(one: CustomerBook, other: CustomerBook) -> bool:
    return (one.customers, one.ours, one.account_defaults, one.account_default) == (
        other.customers,
        other.ours,
        other.account_defaults,
        other.account_default,
    )


Under = Mapping[str, Ticket | tuple[Ticket, ...]]
"""The open requests under each address, and under each number: most often one, which then needs no tuple."""


def _all(under: Under, text: str) -> tuple[Ticket, ...]:
    there = under.get(text, ())
    return there if isinstance(there, tuple) else (there,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was found the last time, and from what."""

    tickets: Sequence[Ticket] = ()
    book: CustomerBook | None = None
    sure: SureTies = field(default_factory=SureTies)
    ended: EndedOf = field(default_factory=lambda: NONE_ENDED)
    under: Under = field(default_factory=dict)
    found: Recognised = NOBODY_RECOGNISED


class _Changes:
    """What came and went since the last time, by id and under which address and number."""

    def __init__(self, before: _Made) -> None:
        self._before, self._sure = before, before.sure
        self.gone: dict[TicketId, Ticket] = {}
        self.come: dict[TicketId, Ticket] = {}
        self._left: dict[str, set[TicketId]] = {}
        self._entered: dict[str, list[Ticket]] = {}

    def see(self, tickets: Sequence[Ticket]) -> Iterator[None]:
        """Find them; where nothing moved that is a look at each place."""
        old = self._before.tickets
        for start in range(0, max(len(old), len(tickets)), _STEP):
            pairs = zip_longest(old[start : start + _STEP], tickets[start : start + _STEP])
            moved = [(was, is_now) for was, is_now in pairs if was is not is_now]
            self.gone |= {was.id: was for was, _ in moved if was is not None}
            self.come |= {is_now.id: is_now for _, is_now in moved if is_now is not None}
            yield
        for some in _batched(self.gone.values()):
            for ticket, text in self._texts(some, self.come):
                self._left.setdefault(text, set()).add(ticket.id)
            yield
        for some in _batched(self.come.values()):
            for ticket, text in self._texts(some, self.gone):
                self._entered.setdefault(text, []).append(ticket)
            yield

    def _texts(self, tickets: Iterable[Ticket], others: Mapping[TicketId, Ticket]) -> Iterator[tuple[Ticket, str]]:
        for ticket in tickets:
            if others.get(ticket.id) is not ticket:  # else it stands elsewhere in the list, and is the same
                for text in self._sure.of(ticket.requester).texts:
                    yield ticket, text

    def laid_over(self, under: dict[str, Ticket | tuple[Ticket, ...]]) -> Generator[None, None, set[str]]:
        """Change what is under each address and number, and return under which something has changed."""
        touched: set[str] = set()
        for some in _batched(chain(self._left, self._entered)):
            touched.update(some)
            yield
        for some in _batched(touched):
            for text in some:
                left = self._left.get(text, ())
                stayed = (ticket for ticket in _all(under, text) if ticket.id not in left)
                if now := (*stayed, *self._entered.get(text, ())):
                    under[text] = now[0] if len(now) == 1 else now
                else:
                    under.pop(text, None)
            yield
        yield from self._let_go()
        return touched

    def _let_go(self) -> Iterator[None]:
        """Forget what was found: of a hundred thousand that takes longer than a step.

        Nothing is made meanwhile: Python counts what is made and what goes together, and would put off its collections.
        """
        for under in (self._left, self._entered):
            while under:
                for _ in range(min(_STEP, len(under))):
                    under.popitem()
                yield


class _Work:
    """One look at all requests."""

    def __init__(self, before: _Made, book: CustomerBook, ended: EndedOf) -> None:
        self._before, self._book, self._sure, self._ended = before, book, before.sure, ended
        self.under: dict[str, Ticket | tuple[Ticket, ...]] = {}
        self._known: dict[TicketId, Acquaintance] = {}
        self._completed: dict[TicketId, Ticket] = {}
        self._reached: set[str] = set()

    def look(self, changes: _Changes) -> Iterator[None]:
        """Find out anew whose the requests are under whose address or number something has changed."""
        yield from _copied(self._before.under, self.under)
        yield from _copied(self._before.found.known, self._known)
        yield from _copied(self._before.found.completed, self._completed)
        for ids in _batched(changes.gone):
            for identity in ids:
                if changes.come.get(identity) is not changes.gone[identity]:
                    self._forget(identity)
            yield
        touched = yield from changes.laid_over(self.under)
        was = self._before.ended
        touched |= {text for text in self._ended.keys() | was.keys() if self._ended.get(text) != was.get(text)}
        for some in _batched(touched):
            for text in some:
                if text not in self._reached and not self._is_alone(text):
                    yield from self._recognise(text)
            yield

    def _forget(self, identity: TicketId) -> None:
        self._known.pop(identity, None)
        self._completed.pop(identity, None)

    def _is_alone(self, text: str) -> bool:
        """Tell at a glance that nothing can tie the request under an address or number to another."""
        there = _all(self.under, text)
        if text in self._sure.row_of or text in self._ended or len(there) > 1:
            return False
        return all(ticket.id not in self._known and not ticket.requester.phone for ticket in there)

    def _recognise(self, text: str) -> Iterator[None]:
        """Find out whose the requests are that an address or number may tie together, directly or by others."""
        tickets = yield from self._reach(text)
        ties = {identity: self._sure.of(ticket.requester) for identity, ticket in tickets.items()}
        crowded = {one for tie in ties.values() for one in tie.texts if len(_all(self.under, one)) > MOST}
        by_who: dict[Who, list[Ticket]] = {}
        for identity, who in whose(ties, self._sure, crowded).items():
            self._forget(identity)
            if who != NOBODY:
                by_who.setdefault(who, []).append(tickets[identity])
        for hers in by_who.values():
            self._keep(hers, {ties[ticket.id].address for ticket in hers})
        yield

    def _reach(self, text: str) -> Generator[None, None, Mapping[TicketId, Ticket]]:
        """Return every request that an address or number may tie to another, directly or by others."""
        tickets: dict[TicketId, Ticket] = {}
        coming = {text}
        while coming:
            one = coming.pop()
            self._reached.add(one)
            coming.update(self._sure.row_of.get(one, ()))
            fresh = [ticket for ticket in self._telling(one) if ticket.id not in tickets]
            tickets.update((ticket.id, ticket) for ticket in fresh)
            coming.update(other for ticket in fresh for other in self._sure.of(ticket.requester).texts)
            coming -= self._reached
            if len(tickets) > _FEW:
                yield
        return tickets

    def _telling(self, text: str) -> Sequence[Ticket]:
        """Return what is under an address or number; nothing where too many bear it, as they did before."""
        there, was = _all(self.under, text), _all(self._before.under, text)
        return there if min(len(there), len(was)) <= MOST else ()

    def _keep(self, tickets: Sequence[Ticket], addresses: Iterable[str]) -> None:
        listed = {ticket.id for ticket in tickets}
        ended = {one for address in addresses for one in self._ended.get(address, ()) if one.ticket not in listed}
        if len(tickets) + len(ended) <= 1:
            return
        was, found = self._before.found, acquaintance(tickets, ended)
        same = was.known.get(tickets[0].id)
        self._known |= dict.fromkeys(listed, same if same is not None and same == found else found)
        for ticket in completed(found.tickets, self._book):
            known = was.completed.get(ticket.id)
            self._completed[ticket.id] = known if known is not None and known == ticket else ticket

    def found(self, tickets: Sequence[Ticket]) -> Generator[None, None, Recognised]:
        """Return what was found."""
        if not self._completed:
            return Recognised(tickets=tickets, known=self._known)
        whole: list[Ticket] = []
        for start in range(0, len(tickets), _STEP):
            whole += [self._completed.get(ticket.id, ticket) for ticket in tickets[start : start + _STEP]]
            yield
        return Recognised(tickets=tuple(whole), known=self._known, completed=self._completed)


def _copied(before: Mapping[K, T], after: dict[K, T]) -> Iterator[None]:
    """Copy in short steps, which the built-in copy of a hundred thousand is not."""
    items = iter(before.items())
    while some := tuple(islice(items, _STEP)):
        after.update(some)
        yield


def _batched(things: Iterable[T]) -> Iterator[Sequence[T]]:
    waiting = iter(things)
    while some := tuple(islice(waiting, _FEW)):
        yield some
