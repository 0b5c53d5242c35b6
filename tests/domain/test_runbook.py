"""Goodwill in one line, and which runbook is for what."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from oncall_tui.domain.care_events import GoodwillSpent, RunbookStepTicked
from oncall_tui.domain.goodwill import SpokenGoodwill, spoken_goodwill
from oncall_tui.domain.handover_events import ShiftFigured
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.runbook import Runbook, find_runbook
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket_record import TicketRecord
from tests.make import FRIDAY_NIGHT, ticket

STEPS = ("Look", "Ask", "Escalate")


@pytest.mark.parametrize(
    ("text", "amount", "words"),
    [
        ("50 refund of shipping", "50", "refund of shipping"),
        (" 12.50  a coffee ", "12.5", "a coffee"),
        ("50,5 a coffee", "50.5", "a coffee"),
        ("0.10 a stamp", "0.1", "a stamp"),
        ("€ 20 flowers", "20", "flowers"),
        ("$20 flowers", "20", "flowers"),
        ("-50 entered twice", "-50", "entered twice"),
        ("-0,05 entered twice", "-0.05", "entered twice"),
        ("9999999.99 a plant", "9999999.99", "a plant"),
    ],
)
def test_goodwill_is_read(text: str, amount: str, words: str) -> None:
    assert spoken_goodwill(text) == SpokenGoodwill(amount=Decimal(amount), words=words)


@pytest.mark.parametrize("amount", [Decimal("Infinity"), Decimal("-Infinity"), Decimal("NaN"), Decimal("1e999")])
def test_an_event_can_hold_no_sum_that_is_none(amount: Decimal) -> None:
    with pytest.raises(ValueError, match="no sum of money"):
        GoodwillSpent(ticket=ticket().id, amount=amount, words=CleanText("flowers"))
    with pytest.raises(ValueError, match="no sum of money"):
        ShiftFigured(shift_starts_at=FRIDAY_NIGHT, shift_ends_at=FRIDAY_NIGHT, person=PersonId("ana"), goodwill=amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "50",
        "flowers",
        "0 nothing",
        "-0 nothing",
        "fifty for flowers",
        "1e9 flowers",
        "1e999 flowers",
        "inf flowers",
        "-inf flowers",
        "nan flowers",
        "Infinity flowers",
        "5.999 x",
        "1.000,50 flowers",
        "1,000.50 flowers",
        "1.000 flowers",
        "10000000 flowers",
        "\u0665\u0660 flowers",
        "--50 flowers",
    ],
)
def test_what_is_no_sum_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        spoken_goodwill(text)


@pytest.mark.parametrize(
    ("when", "is_found"),
    [
        (["tag:login"], True),
        (["TAG: Login"], True),
        (["tag:log"], False),
        (["subject:fails for"], True),
        (["subject:log in"], False),
        (["tier:gold"], True),
        (["source:helpdesk"], True),
        (["subject:invoice", "tag:saml"], True),
        (["login"], False),
        (["tag:"], False),
    ],
)
def test_a_runbook_is_found_by_any_of_its_signs(when: Sequence[str], *, is_found: bool) -> None:
    runbook = Runbook(name="Login outage", when=tuple(when), steps=STEPS)
    made = ticket(subject="Login fails for every user", tags=["login", "saml"])
    assert (find_runbook((runbook,), made, "Gold") == runbook) is is_found


def ticked(*steps: tuple[str, bool]) -> TicketRecord:
    record = TicketRecord(ticket=ticket().id)
    for step, is_ticked in steps:
        event = RunbookStepTicked(
            ticket=record.ticket, runbook=CleanText("Login outage"), step=CleanText(step), is_ticked=is_ticked
        )
        record = record.after(event, FRIDAY_NIGHT) or record
    return record


def test_the_step_reached_is_the_first_that_is_not_ticked() -> None:
    runbook = Runbook(name="Login outage", when=("tag:login",), steps=STEPS)
    assert runbook.next_step(None) == "Look"
    assert runbook.next_step(ticked(("Look", True), ("Escalate", True))) == "Ask"
    assert runbook.done(ticked(("Escalate", True), ("Look", True), ("Look", False))) == ("Escalate",)
    assert runbook.next_step(ticked(*((step, True) for step in STEPS))) == ""
    longer = Runbook(name="Login outage", when=("tag:login",), steps=("First breathe", *STEPS))
    assert longer.next_step(ticked(("Look", True))) == "First breathe"


def test_a_tick_that_changes_nothing_is_not_recorded() -> None:
    once = ticked(("Look", True))
    event = RunbookStepTicked(ticket=once.ticket, runbook=CleanText("Login outage"), step=CleanText("Look"))
    assert once.after(event, FRIDAY_NIGHT) is None
