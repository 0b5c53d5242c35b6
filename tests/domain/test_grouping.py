"""What is made anew when tickets change, and what is not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from oncall_tui.domain.customer_book import CustomerBook
from oncall_tui.domain.experience import Experience
from oncall_tui.domain.grouping import Grouping, group
from oncall_tui.domain.row_order import STEP
from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.triage import Group, Row
from tests.make import FRIDAY_NIGHT, customer, requester, ticket

ZONES = ("Asia/Tokyo", "Asia/Seoul", "Europe/Berlin", "America/New_York", "")
BOOK = CustomerBook(customers=[customer("Berlin shop", match=("firm3.example",), time_zone="Europe/Berlin")])


def open_tickets(count: int) -> tuple[Ticket, ...]:
    return tuple(
        ticket(
            str(number),
            asked_by=requester(email=f"kim@firm{number % 7}.example", time_zone=ZONES[number % len(ZONES)]),
            due_at=FRIDAY_NIGHT + timedelta(minutes=number * 37 % 600 - 90) if number % 3 else None,
            waiting_since=FRIDAY_NIGHT - timedelta(minutes=number % 5) if number % 4 else None,
        )
        for number in range(count)
    )


def rows(groups: Sequence[Group]) -> dict[str, Row]:
    return {row.ticket.id: row for found in groups for row in found.rows}


def shuffled(before: Sequence[Ticket], dice: Random) -> tuple[Ticket, ...]:
    kept = [old for old in before if dice.random() > 0.1]
    changed = [
        replace(old, due_at=FRIDAY_NIGHT + timedelta(minutes=dice.randrange(600))) if dice.random() < 0.1 else old
        for old in kept
    ]
    moved = [
        replace(old, requester=requester(time_zone=dice.choice(ZONES))) if dice.random() < 0.1 else old
        for old in changed
    ]
    new = [ticket(f"N{dice.randrange(10**6)}") for _ in range(dice.randrange(9))]
    dice.shuffle(moved)
    return (*moved, *new)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_kept_from_time_to_time_comes_out_as_if_all_were_made_anew(seed: int) -> None:
    dice = Random(seed)
    grouping, now, tickets = Grouping(), FRIDAY_NIGHT, open_tickets(90)
    for _ in range(6):
        assert grouping.group(tickets, BOOK, now) == group(tickets, BOOK, now)
        tickets = shuffled(tickets, dice)
        now += timedelta(minutes=dice.randrange(400))


def test_the_order_is_that_of_all_rows_whatever_pieces_they_were_sorted_in() -> None:
    tickets = open_tickets(3 * STEP)
    in_one_zone = tuple(replace(known, requester=requester()) for known in tickets)
    (found,) = group(in_one_zone, BOOK, FRIDAY_NIGHT)

    def order(row: Row) -> tuple[datetime, datetime, int]:
        never = FRIDAY_NIGHT + timedelta(days=999)
        return row.due_at or never, row.ticket.waiting_since or never, -int(row.ticket.number)

    assert list(found.rows) == sorted(found.rows, key=order)


def test_nothing_is_made_anew_where_nothing_has_changed() -> None:
    grouping, tickets = Grouping(), open_tickets(30)
    before = grouping.group(tickets, BOOK, FRIDAY_NIGHT)
    assert grouping.group(tickets, BOOK, FRIDAY_NIGHT + timedelta(minutes=1)) is before
    again = grouping.group((*tickets[:9], *tickets[9:]), BOOK, FRIDAY_NIGHT + timedelta(minutes=1))
    assert all(old is new for old, new in zip(before, again, strict=True))


def test_only_a_changed_ticket_and_its_group_are_made_anew() -> None:
    grouping, tickets = Grouping(), open_tickets(30)
    before = grouping.group(tickets, BOOK, FRIDAY_NIGHT)
    touched = replace(tickets[0], touches=9)
    after = grouping.group((touched, *tickets[1:]), BOOK, FRIDAY_NIGHT)
    old, new = rows(before), rows(after)
    assert [identity for identity in new if new[identity] is not old[identity]] == [touched.id]
    assert sum(group not in before for group in after) == 1


def test_other_work_may_be_done_while_one_is_under_way() -> None:
    grouping, first, second = Grouping(), open_tickets(3 * STEP), open_tickets(40)
    under_way = grouping.steps(first, BOOK, FRIDAY_NIGHT)
    next(under_way)
    assert grouping.group(second, BOOK, FRIDAY_NIGHT) == group(second, BOOK, FRIDAY_NIGHT)
    done = []

    def work() -> Iterator[None]:
        done.append((yield from under_way))

    for _ in work():
        pass
    assert done == [group(first, BOOK, FRIDAY_NIGHT)]


def test_what_was_learnt_since_reaches_a_ticket_that_has_not_changed() -> None:
    grouping, tickets = Grouping(), open_tickets(10)
    grouping.group(tickets, BOOK, FRIDAY_NIGHT)
    learnt = Experience(usual={"subject:fails login user": 3}, same_trouble={tickets[0].id: 2})
    after = rows(grouping.group(tickets, BOOK, FRIDAY_NIGHT, experience=learnt))
    assert {row.usual_touches for row in after.values()} == {3}
    assert after[tickets[0].id].same_trouble == 2
