"""Puts tickets into groups, a step at a time, and makes anew only what has changed since the last time."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.experience import NO_EXPERIENCE, Experience, customer_key, touches_elsewhere
from oncall_tui.domain.money import NO_MONEY
from oncall_tui.domain.places import ClockKey, Place, PlaceCache, Places, SeenClock
from oncall_tui.domain.row_order import FEW, batched, group_of, merged
from oncall_tui.domain.runbook import find_runbook
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.ticket import Ticket, TicketId
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.tier import target
from oncall_tui.domain.triage import Group, Row, by_who_feels_it

_NO_RECORDS: Final[Mapping[TicketId, TicketRecord]] = MappingProxyType({})


def group(
    tickets: Sequence[Ticket],
    book: CustomerBook,
    now: datetime,
    *,
    records: Mapping[TicketId, TicketRecord] = _NO_RECORDS,
    experience: Experience = NO_EXPERIENCE,
) -> tuple[Group, ...]:
    """Return tickets by the clock their customers see now, in the order of this module."""
    return Grouping().group(tickets, book, now, records=records, experience=experience)


class Grouping:
    """Groups tickets again and again, and makes anew only what has changed since the last time.

    What was made is replaced at the end of the work only: other work may be done, even begun and ended, in between.
    """

    def __init__(self) -> None:
        self._made = _Made()

    @property
    def rows(self) -> Mapping[TicketId, Row]:
        """Return the row of each ticket that was grouped last; nothing is changed in it later."""
        return _Rows(self._made.known)

    def group(
        self,
        tickets: Sequence[Ticket],
        book: CustomerBook,
        now: datetime,
        *,
        records: Mapping[TicketId, TicketRecord] = _NO_RECORDS,
        experience: Experience = NO_EXPERIENCE,
    ) -> tuple[Group, ...]:
        """Return tickets by the clock their customers see now."""
        return at_once(self.steps(tickets, book, now, records=records, experience=experience))

    def steps(
        self,
        tickets: Sequence[Ticket],
        book: CustomerBook,
        now: datetime,
        *,
        records: Mapping[TicketId, TicketRecord] = _NO_RECORDS,
        experience: Experience = NO_EXPERIENCE,
    ) -> Generator[None, None, tuple[Group, ...]]:
        """Do the same step by step, each short enough for a screen to answer a key in between."""
        before = self._made
        places = Places(book, now, before.places, before.clocks)
        is_same = before.tickets is tickets and before.records == records and before.experience == experience
        if is_same and places.are_as_before():
            return before.groups
        work = _Work(before, places, dict(records), experience)
        yield from work.sort_in(tickets)
        groups = yield from work.groups()
        self._made = _Made(
            tickets=tickets,
            records=work.records,
            experience=experience,
            places=places.cache,
            clocks=places.clocks,
            known=work.known,
            by_offset={group.utc_offset: group for group in groups},
            groups=by_who_feels_it(groups),
        )
        return self._made.groups


@dataclass(frozen=True, slots=True)
class _Known:
    """A row that was made, and the clock it stands under."""

    row: Row
    place: Place
    clock: SeenClock


class _Rows(Mapping[TicketId, Row]):
    """Rows by their tickets, without a table of their own."""

    __slots__ = ("_known",)

    def __init__(self, known: Mapping[TicketId, _Known]) -> None:
        self._known = known

    def __getitem__(self, ticket: TicketId) -> Row:
        return self._known[ticket].row

    def __iter__(self) -> Iterator[TicketId]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was made the last time, and from what."""

    tickets: Sequence[Ticket] | None = None
    records: Mapping[TicketId, TicketRecord] = field(default_factory=dict)
    experience: Experience = NO_EXPERIENCE
    places: PlaceCache = field(default_factory=PlaceCache)
    clocks: Mapping[ClockKey, SeenClock] = field(default_factory=dict)
    known: Mapping[TicketId, _Known] = field(default_factory=dict)
    by_offset: Mapping[timedelta | None, Group] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()


class _Work:
    """One grouping under way."""

    def __init__(
        self, before: _Made, places: Places, records: Mapping[TicketId, TicketRecord], experience: Experience
    ) -> None:
        self._before, self._places, self.records, self._experience = before, places, records, experience
        was = before.experience
        learnt = (experience.usual, experience.last_ended, experience.goodwill)
        self._has_learnt = (was.usual, was.last_ended, was.goodwill) != learnt
        self._persons = experience.recognised.known
        self._has_met = was.recognised is not experience.recognised
        self.known: dict[TicketId, _Known] = {}
        self._sizes: Counter[timedelta | None] = Counter()
        self._fresh: dict[timedelta | None, list[Row]] = {}

    def sort_in(self, tickets: Sequence[Ticket]) -> Iterator[None]:
        """Give each ticket its row: the one it had, where nothing about it has changed."""
        for number, ticket in enumerate(tickets, start=1):
            known = self._before.known.get(ticket.id)
            found = self._row(ticket, known)
            self.known[ticket.id] = found
            self._sizes[found.clock.offset] += 1
            if found is not known:
                self._fresh.setdefault(found.clock.offset, []).append(found.row)
            if number % FEW == 0:
                yield

    def _row(self, ticket: Ticket, known: _Known | None) -> _Known:
        record = self.records.get(ticket.id)
        is_same = known is not None and known.row.ticket is ticket
        place = known.place if known and is_same and self._places.is_same_epoch else self._places.of(ticket)
        clock = self._places.clock(place)
        if known is None or not is_same or not self._teaches_the_same(known.row):
            return _Known(self._new_row(ticket, place, clock), place, clock)
        is_placed = known.clock is clock and (known.place is place or known.place == place)
        if is_placed and known.row.record is record:
            return known
        return _Known(self._new_row(ticket, place, clock), place, clock)

    def _teaches_the_same(self, row: Row) -> bool:
        if self._has_met and row.acquaintance is not self._persons.get(row.ticket.id):
            return False
        if row.same_trouble != self._experience.same_trouble.get(row.ticket.id, 0):
            return False
        return not self._has_learnt or self._learnt(row.ticket) == (
            row.usual_touches,
            row.is_back_again,
            row.goodwill_spent,
        )

    def _learnt(self, ticket: Ticket) -> tuple[int | None, bool, Decimal]:
        """Return what a row says of what was learnt from other tickets of its kind and its customer."""
        experience = self._experience
        return (
            experience.usual_touches(ticket) if experience.usual else None,
            experience.is_back_again(ticket),
            experience.goodwill.get(customer_key(ticket), NO_MONEY) if experience.goodwill else NO_MONEY,
        )

    def _new_row(self, ticket: Ticket, place: Place, clock: SeenClock) -> Row:
        tier_name = (place.customer.tier if place.customer else "") or ticket.tier
        tier = self._places.book.tier(tier_name)
        usual_touches, is_back_again, goodwill_spent = self._learnt(ticket)
        return Row(
            ticket=ticket,
            zone=place.zone,
            day=clock.day,
            customer=place.customer,
            works_today=clock.works_today,
            record=self.records.get(ticket.id),
            tier=tier,
            target=target(ticket, tier, clock.place) if tier else None,
            usual_touches=usual_touches,
            same_trouble=self._experience.same_trouble.get(ticket.id, 0),
            is_back_again=is_back_again,
            goodwill_spent=goodwill_spent,
            runbook=find_runbook(self._places.book.runbooks, ticket, tier_name),
            acquaintance=(person := self._persons.get(ticket.id)),
            touches_elsewhere=touches_elsewhere(ticket, person) if person else 0,
        )

    def groups(self) -> Generator[None, None, Sequence[Group]]:
        """Return the groups, in no order; one of which no row has changed is the one it was."""
        groups = []
        for offset in self._sizes:
            old = self._before.by_offset.get(offset)
            fresh = self._fresh.get(offset, [])
            if old is not None and not fresh and len(old.rows) == self._sizes[offset]:
                groups.append(old)
                continue
            kept: list[Row] = []
            for some in batched(old.rows if old else ()):
                kept += [row for row in some if self._stays(row)]
                yield
            ordered = yield from merged(kept, fresh)
            groups.append((yield from group_of(offset, ordered)))
        return groups

    def _stays(self, row: Row) -> bool:
        known = self.known.get(row.ticket.id)
        return known is not None and known.row is row
