"""What each ended request teaches, learnt once for each: how many touches a kind takes, and who was here lately."""

from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low
from typing import Final

from oncall_tui.domain.acquaintance import Ended
from oncall_tui.domain.recognition import EndedOf
from oncall_tui.domain.row_order import batched
from oncall_tui.domain.ticket_record import TicketRecord

LEAST: Final = 5
"""As many tickets of a kind must have ended before anything is called usual."""
SUBJECT: Final = "subject:"
"""Begins the kind that a ticket's subject makes it one of."""
REMEMBERED_FOR: Final = timedelta(days=180)
BACK_WITHIN: Final = timedelta(days=7)
"""A customer whose last ticket ended so recently is back again."""
MOST_ENDED: Final = 3
"""Of so many ended requests of one person somebody wants to know."""
MOST_RARE: Final = 512
"""Of so many kinds that are not usual yet it is known how often they came: most subjects never come again."""
_OF_A_CUSTOMER: Final = 2
"""The last one, and the one before, should the last be reopened."""
_SEVERAL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _End(Ended):
    """The same, and what it teaches."""

    touches: int
    matter: str
    """What it was about, in the words of its subject; empty where nothing can be learnt from it."""

    @property
    def day(self) -> int:
        return self.at.toordinal()

    @property
    def source(self) -> str:
        return self.ticket.partition(":")[0]


class Lessons:
    """What was learnt so far. It grows with customers, people and kinds, and not with every ticket.

    Untouched requests teach no touches. What one person asked in the same words in several help desks, and ended on one
    day, is one matter, as far as her last requests tell.
    """

    def __init__(self) -> None:
        self._touches: dict[str, Counter[tuple[int, int]]] = {}
        """How often a request of a kind ended on a day after so many touches, of kinds that came often enough."""
        self._rare: dict[str, tuple[tuple[int, int], ...]] = {}
        """The day and touches of each request of the others, the kind that came last at the end."""
        self._of_customers: dict[str, tuple[_End, ...]] = {}
        self._of_people: dict[str, tuple[_End, ...]] = {}
        """The latest first, as of customers."""

    def hear(self, record: TicketRecord, has_ended: bool) -> None:  # noqa: FBT001 - as a record is told of
        """Take in a request that ended, or take back what was learnt from one that is open again."""
        self._take(record, 1 if has_ended else -1)

    def usual(self, now: datetime) -> Generator[None, None, Mapping[str, int]]:
        """Return, after short steps, the median of the touches of each kind of which enough requests ended."""
        since = (now - REMEMBERED_FOR).toordinal()
        medians: dict[str, int] = {}
        for some in batched(tuple(self._touches.items())):
            for kind, counted in some:
                for old in [one for one in counted if one[0] < since]:
                    del counted[old]
                if not counted:
                    del self._touches[kind]
                if counted.total() >= LEAST:
                    medians[kind] = median_low(touches for (_, touches), count in counted.items() for _ in range(count))
            yield
        return medians

    def last_ended(self) -> Generator[None, None, Mapping[str, Ended]]:
        """Return, after short steps, the request of each customer that ended last."""
        found: dict[str, Ended] = {}
        for some in batched(tuple(self._of_customers.items())):
            found.update((customer, ends[0]) for customer, ends in some)
            yield
        return found

    def lately(self, now: datetime) -> Generator[None, None, EndedOf]:
        """Return, after short steps, what ended a few days before, by whose mail address, the latest first."""
        for some in batched(tuple(self._of_people.items())):
            for address, ends in some:
                self._forget_old(address, ends, now)
            yield
        return self._of_people.copy()

    def _take(self, record: TicketRecord, times: int) -> None:
        if record.ended_at is None:
            return
        matter = next((kind for kind in record.kinds if kind.startswith(SUBJECT)), "") if record.known_by else ""
        end = _End(
            ticket=record.ticket,
            at=record.ended_at,
            touches=record.touches or 0,
            matter=matter if record.touches else "",
        )
        if record.customer:
            self._take_customer(record.customer, end, times)
        if record.touches:
            for kind in record.kinds:
                if kind != matter:
                    self._count(kind, record.ended_at.toordinal(), record.touches, times)
        if record.known_by:
            self._take_person(record.known_by, end, times)

    def _count(self, kind: str, day: int, touches: int, times: int) -> None:
        counted = self._touches.get(kind)
        if counted is None:
            self._count_rare(kind, (day, touches), times)
        else:
            counted[day, touches] += times
            if counted[day, touches] <= 0:
                del counted[day, touches]

    def _count_rare(self, kind: str, one: tuple[int, int], times: int) -> None:
        came = [*self._rare.pop(kind, ())]
        if times > 0:
            came.append(one)
        elif one in came:
            came.remove(one)
        if len(came) >= LEAST:
            self._touches[kind] = Counter(came)
        elif came:
            self._rare[kind] = tuple(came)
        if len(self._rare) > MOST_RARE:
            del self._rare[next(iter(self._rare))]

    def _take_customer(self, customer: str, end: _End, times: int) -> None:
        before = self._of_customers.get(customer, ())
        others = [other for other in before if (other.ticket, other.at) != (end.ticket, end.at)]
        ends = sorted([*others, end] if times > 0 else others, key=lambda one: one.at, reverse=True)
        self._of_customers[customer] = tuple(ends[:_OF_A_CUSTOMER])
        if not ends:
            del self._of_customers[customer]

    def _take_person(self, address: str, end: _End, times: int) -> None:
        before = self._of_people.get(address, ())
        others = tuple(other for other in before if other.ticket != end.ticket)
        after = (*others, end) if times > 0 else others
        if end.matter:
            for kept, sign in ((before, -1), (after, 1)):
                of_day = [one for one in kept if one.matter == end.matter and one.day == end.day]
                for touches in _matters(of_day):
                    self._count(end.matter, end.day, touches, sign)
            if len(before) == len(after) and times < 0:  # too long ago to be among them
                self._count(end.matter, end.day, end.touches, times)
        self._keep(address, after)

    def _keep(self, address: str, ends: Sequence[_End]) -> None:
        kept = tuple(sorted(ends, key=lambda one: (one.at, one.ticket), reverse=True)[:MOST_ENDED])
        self._of_people[address] = kept
        if not kept:
            del self._of_people[address]

    def _forget_old(self, address: str, ends: Sequence[_End], now: datetime) -> None:
        if now - ends[-1].at > BACK_WITHIN:
            self._keep(address, [one for one in ends if now - one.at <= BACK_WITHIN])


def _matters(ends: Sequence[_End]) -> Iterator[int]:
    """Return the touches of each matter among what one person ended in the same words on one day."""
    touches = [one.touches for one in ends]
    if len({one.source for one in ends}) < _SEVERAL:
        yield from touches
    else:
        yield sum(touches)
