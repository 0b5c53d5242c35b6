"""What is learnt one by one is what all ended tickets together teach."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from statistics import median_low

import pytest

from oncall_tui.domain.lessons import BACK_WITHIN, LEAST, MOST_ENDED, MOST_RARE, Lessons
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId
from oncall_tui.domain.ticket_record import TicketRecord
from tests.make import FRIDAY_NIGHT

FAMILIES = ("subject:login fails", "subject:invoice wrong", "")
TICKETS = 60


def some_end(dice: Random, number: int, *, after: timedelta) -> TicketRecord:
    family = dice.choice(FAMILIES)
    kinds = [family] * bool(family) + ["tag:vat"] * dice.randrange(2) + ["tier:gold"]
    return TicketRecord(
        ticket=TicketId(f"desk{dice.randrange(2)}:{number}"),
        ended_at=FRIDAY_NIGHT + after,
        touches=dice.choice([None, 0, 1, 2, 5]),
        kinds=tuple(map(CleanText, kinds)),
        customer=CleanText(dice.choice(["acme", "kobe", ""])),
        known_by=CleanText(dice.choice(["kei@firm.example", "ana@firm.example", ""])),
    )


def usual_of_all(records: Sequence[TicketRecord]) -> Mapping[str, int]:
    counts: dict[str, list[int]] = defaultdict(list)
    matters: dict[tuple[str, str, object], list[TicketRecord]] = defaultdict(list)
    for record in records:
        for kind in map(str, record.kinds if record.touches and record.ended_at else ()):
            if record.known_by and kind.startswith("subject:") and record.ended_at:
                matters[kind, record.known_by, record.ended_at.date()].append(record)
            else:
                counts[kind].append(record.touches or 0)
    for (kind, _, _), together in matters.items():
        touches = [record.touches or 0 for record in together]
        is_one = len({record.ticket.partition(":")[0] for record in together}) > 1
        counts[kind] += [sum(touches)] if is_one else touches
    return {kind: median_low(touches) for kind, touches in counts.items() if len(touches) >= LEAST}


@pytest.mark.parametrize("seed", range(40))
def test_one_by_one_with_tickets_that_come_back_teaches_the_same_as_all_at_once(seed: int) -> None:
    dice, lessons = Random(seed), Lessons()
    ended: dict[TicketId, TicketRecord] = {}
    for number in range(TICKETS):
        record = some_end(dice, number, after=timedelta(hours=8 * number))
        lessons.hear(record, has_ended=True)
        ended[record.ticket] = record
        if dice.random() < 0.2:
            back = ended.pop(dice.choice(list(ended)[-2:]))
            lessons.hear(back, has_ended=False)
    now = FRIDAY_NIGHT + timedelta(hours=8 * TICKETS)
    assert at_once(lessons.usual(now)) == usual_of_all(list(ended.values()))


def test_who_was_here_lately_is_known_by_the_last_three_until_a_week_has_passed() -> None:
    dice, lessons, now = Random(1), Lessons(), FRIDAY_NIGHT + BACK_WITHIN
    records = [
        replace(some_end(dice, number, after=timedelta(days=2 * number)), known_by=CleanText("kei@firm.example"))
        for number in range(-3, 4)
    ]
    for record in records:
        lessons.hear(record, has_ended=True)
    latest = [record.ticket for record in reversed(records)]
    for days, known in ((0, latest[:MOST_ENDED]), (5, latest[:1])):
        of_kei = at_once(lessons.lately(now + timedelta(days=days)))["kei@firm.example"]
        assert [ended.ticket for ended in of_kei] == known
    assert at_once(lessons.lately(now + timedelta(days=9))) == {}


def test_the_last_ticket_of_a_customer_is_the_one_before_when_that_came_back() -> None:
    dice, lessons = Random(2), Lessons()
    first, last = (
        replace(some_end(dice, number, after=timedelta(days=number)), customer=CleanText("acme")) for number in (1, 2)
    )
    for record in (last, first):
        lessons.hear(record, has_ended=True)
    assert (known := at_once(lessons.last_ended())["acme"]).ticket == last.ticket
    assert known.at == last.ended_at
    lessons.hear(last, has_ended=False)
    assert (known := at_once(lessons.last_ended())["acme"]).ticket == first.ticket
    assert known.at == first.ended_at
    lessons.hear(first, has_ended=False)
    assert at_once(lessons.last_ended()) == {}


def test_a_subject_that_never_comes_again_is_forgotten_and_one_that_does_is_not() -> None:
    def named(subject: str, number: int) -> TicketRecord:
        record = some_end(Random(number), number, after=timedelta(minutes=number))
        return replace(record, kinds=(CleanText(subject),), touches=3)

    lessons = Lessons()
    for number in range(LEAST * MOST_RARE):
        lessons.hear(named(f"subject:only {number}", number), has_ended=True)
        if number % (MOST_RARE - 1) == 0:
            lessons.hear(named("subject:now and then", number), has_ended=True)
    now = FRIDAY_NIGHT + timedelta(days=8)
    assert at_once(lessons.usual(now)) == {"subject:now and then": 3}
    seldom = [named("subject:only 1", LEAST * MOST_RARE + number) for number in range(LEAST - 1)]
    for record in seldom:
        lessons.hear(record, has_ended=True)
    assert "subject:only 1" not in at_once(lessons.usual(now))
