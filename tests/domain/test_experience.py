"""What the tickets seen so far teach, and when a tier suggests E."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.advice import why_escalate
from oncall_tui.domain.experience import Experience, customer_key, kinds_of, same_trouble
from oncall_tui.domain.lessons import LEAST, Lessons
from oncall_tui.domain.local_day import Day, LocalDay
from oncall_tui.domain.steps import at_once
from oncall_tui.domain.suggestion import Rule, Sign, rule
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.ticket_events import PromiseId, PromiseMade, TicketEnded
from oncall_tui.domain.ticket_record import TicketRecord
from oncall_tui.domain.tier import Tier
from oncall_tui.domain.triage import Row
from oncall_tui.domain.zone_guess import CustomerZone
from tests.make import FRIDAY_NIGHT as NOW
from tests.make import requester, ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ended(made: Ticket, touches: int | None, ago: timedelta = DAY) -> TicketRecord:
    kinds = tuple(map(CleanText, kinds_of(made)))
    event = TicketEnded(ticket=made.id, touches=touches, kinds=kinds, customer=CleanText(customer_key(made)))
    record = TicketRecord(ticket=made.id).after(event, NOW - ago)
    assert record is not None
    return record


def taught(records: Sequence[TicketRecord]) -> Lessons:
    lessons = Lessons()
    for record in records:
        lessons.hear(record, has_ended=True)
    return lessons


def usual(records: Sequence[TicketRecord]) -> Mapping[str, int]:
    return at_once(taught(records).usual(NOW))


def all_ended(subject: str, touches: Sequence[int | None], tags: Sequence[str] = ()) -> list[TicketRecord]:
    return [ended(ticket(str(n), subject=subject, tags=tags), count) for n, count in enumerate(touches)]


@pytest.mark.parametrize(
    ("touches", "expected"),
    [
        ([1, 2, 2, 3, 9], 2),
        ([1, 2, 3, 4, 5, 6], 3),
        ([1, 2, 2, 3], None),  # too few
        ([1, 2, 2, 3, None, 0], None),  # neither an unknown number nor an untouched ticket teaches anything
        ([], None),
    ],
)
def test_the_usual_number_is_learnt_and_never_from_nothing(touches: list[int | None], expected: int | None) -> None:
    known = Experience(usual=usual(all_ended("Login fails for every user", touches)))
    assert known.usual_touches(ticket("9", subject="LOGIN FAILS: every user (2)")) == expected


def test_the_most_special_kind_counts() -> None:
    records = all_ended("Login fails", [4] * LEAST, ["login"]) + all_ended("Other thing", [1] * 20, ["login"])
    known = Experience(usual=usual(records))
    assert known.usual_touches(ticket("8", subject="Login fails")) == 4
    assert known.usual_touches(ticket("9", subject="Nothing like it", tags=["login"])) == 1


def test_what_ended_long_ago_is_forgotten() -> None:
    old = [ended(ticket(str(n)), 2, ago=200 * DAY) for n in range(LEAST)]
    assert usual(old) == {}


def from_(organisation: str, subject: str, number: str, *, tags: Sequence[str] = (), ago: timedelta = HOUR) -> Ticket:
    asks = requester(organisation=organisation, email="")
    return ticket(number, subject=subject, asked_by=asks, tags=tags, waiting_since=NOW - ago)


def test_several_customers_report_the_same_within_hours() -> None:
    one, two = from_("Acme", "Login fails", "1"), from_("Kobe", "login FAILS!", "2")
    assert at_once(same_trouble([one, two], NOW)) == {one.id: 2, two.id: 2}
    tagged = from_("Spree", "Nobody gets past the login page", "3", tags=["saml"])
    also = from_("Lune", "SAML login broken", "4", tags=["saml"])
    assert at_once(same_trouble([tagged, also], NOW)) == {tagged.id: 2, also.id: 2}


@pytest.mark.parametrize(
    "others",
    [
        [from_("Acme", "Login fails", "2")],  # the same customer twice
        [from_("Kobe", "Login fails", "2", ago=7 * HOUR)],  # not at once
        [from_("Kobe", "Invoice wrong", "2")],
        [from_("", "Login fails", "2")],  # nobody knows whose it is
    ],
)
def test_it_is_not_the_same_trouble(others: list[Ticket]) -> None:
    assert at_once(same_trouble([from_("Acme", "Login fails", "1"), *others], NOW)) == {}


@pytest.mark.parametrize(("ago", "is_back"), [(2 * DAY, True), (9 * DAY, False), (timedelta(), False)])
def test_a_customer_is_back_again_within_days(ago: timedelta, *, is_back: bool) -> None:
    before = ended(from_("Acme", "Login fails", "1"), 2, ago=ago)
    known = Experience(last_ended=at_once(taught([before]).last_ended()))
    assert known.is_back_again(from_("Acme", "Invoice wrong", "2")) is is_back
    assert not known.is_back_again(from_("Kobe", "Invoice wrong", "2"))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("late", Rule(sign=Sign.LATE)),
        (" Promise  Broken ", Rule(sign=Sign.PROMISE_BROKEN)),
        ("touches > 4", Rule(more_than=4)),
        ("touches>usual", Rule(more_than=None)),
    ],
)
def test_a_rule_is_read(text: str, read: Rule) -> None:
    assert rule(text) == read


@pytest.mark.parametrize("text", ["", "lat", "touches", "touches > many", "touches < 4", "late and reopened"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no rule"):
        rule(text)


def row(*rules: str, touches: int | None = 5, **known: object) -> Row:
    made = replace(ticket(touches=touches, due_at=NOW - timedelta(minutes=8)))
    tier = Tier(name="gold", rules=tuple(map(rule, rules)))
    plain = Row(ticket=made, zone=CustomerZone(), day=LocalDay(day=Day.UNKNOWN), tier=tier)
    return replace(plain, **known)  # type: ignore[arg-type] # a test's own keywords


BROKEN = TicketRecord(ticket=ticket().id).after(
    PromiseMade(ticket=ticket().id, promise=PromiseId("p"), due_at=NOW - HOUR), NOW - 2 * HOUR
)


@pytest.mark.parametrize(
    ("suggesting", "why"),
    [
        (row("late", "touches > 4", usual_touches=2), "Late 8 m, 5 touches where 2 are usual, gold"),
        (row("touches > 4"), "5 touches, gold"),
        (row("touches > 5"), ""),
        (row("touches > usual", usual_touches=4), "5 touches where 4 are usual, gold"),
        (row("touches > usual"), ""),  # nothing is known to be usual
        (row("touches > 4", touches=None), ""),
        (row("same trouble", same_trouble=3), "3 customers report the same, gold"),
        (row("back again", is_back_again=True), "Back again within days, gold"),
        (row("promise broken", record=BROKEN), "Promise broken, gold"),
        (row("reopened", record=TicketRecord(ticket=ticket().id, reopened=1)), "Reopened, gold"),
        (row("reopened", "back again", "same trouble", "promise broken"), ""),
        (row(), ""),
        (row("late", tier=None), ""),
    ],
)
def test_a_tier_suggests_e_and_says_why(suggesting: Row, why: str) -> None:
    assert why_escalate(suggesting, NOW) == why


def test_what_one_person_asked_in_the_same_words_in_two_help_desks_teaches_its_touches_together() -> None:
    def by(number: int, who: str) -> TicketRecord:
        made = ticket(str(number), source=f"desk{number % 2}")
        kinds = tuple(CleanText(kind) for kind in kinds_of(made))
        event = TicketEnded(ticket=made.id, touches=2, kinds=kinds, known_by=CleanText(who))
        return TicketRecord(ticket=made.id).after(event, NOW) or TicketRecord(ticket=made.id)

    twice = [by(number, f"kei{number // 2}@firm.example") for number in range(10)]
    assert set(usual(twice).values()) == {4}
    assert not usual(twice[:8])
    assert set(usual([by(number, "") for number in range(10)]).values()) == {2}
