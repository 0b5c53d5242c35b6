"""The handover's own rules: what comes first, what is to be done, and what a page holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall_tui.domain.brief import EscalationId
from oncall_tui.domain.episode import AcknowledgedBy, Escalation, EscalationState
from oncall_tui.domain.frozen_tickets import Severity
from oncall_tui.domain.handover import Handover, entries
from oncall_tui.domain.handover_actions import actions
from oncall_tui.domain.handover_difference import differences, frozen
from oncall_tui.domain.handover_events import NotePart
from oncall_tui.domain.handover_paper import PAGE, markdown, paper
from oncall_tui.domain.people import PersonId
from oncall_tui.domain.rota import Shift
from oncall_tui.domain.severity import proposed, window
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import Priority, TicketId
from oncall_tui.domain.ticket_events import PromiseId, PromiseOutcome
from oncall_tui.domain.ticket_record import Promise, TicketRecord
from oncall_tui.domain.triage import Row
from tests import desk_make, handover_make
from tests.desk_make import HOUR, NOW

ROWS = [row for group in desk_make.groups() for row in group.rows]
NEXT_DAY = replace(desk_make.NEXT, starts_at=desk_make.SHIFT.ends_at, ends_at=desk_make.SHIFT.ends_at + 24 * HOUR)


def row(*, due: timedelta | None = None, priority: Priority | None = None, promised: timedelta | None = None) -> Row:
    due_at = None if due is None else NOW + due
    made = replace(ROWS[0], ticket=replace(ROWS[0].ticket, due_at=due_at, priority=priority))
    record = TicketRecord(ticket=made.ticket.id, promises=(promise(promised),)) if promised is not None else None
    return replace(made, record=record)


def promise(due: timedelta, outcome: PromiseOutcome | None = None, number: int = 1) -> Promise:
    return Promise(
        id=PromiseId(f"p{number}"),
        ticket=ROWS[0].ticket.id,
        due_at=NOW + due,
        words=CleanText("a first answer"),
        by=None,
        made_at=NOW,
        outcome=outcome,
        settled_at=None if outcome is None else NOW,
    )


@pytest.mark.parametrize(
    ("judged", "state", "severity", "because"),
    [
        (row(), EscalationState.NOTIFYING, Severity.RED, "escalated and not acknowledged"),
        (row(), EscalationState.EXHAUSTED, Severity.RED, "escalated and not acknowledged"),
        (row(due=-HOUR), None, Severity.RED, "late"),
        (row(promised=-HOUR), None, Severity.RED, "late"),
        (row(), EscalationState.ACKNOWLEDGED, Severity.WATCH, "escalated and acknowledged"),
        (row(priority=Priority.URGENT), None, Severity.WATCH, "urgent"),
        (row(promised=60 * HOUR), None, Severity.WATCH, "promised for your time"),
        (row(due=80 * HOUR), None, Severity.WATCH, "due in your time"),
        (row(due=90 * HOUR), None, Severity.STEADY, "no rule asks for more"),
        (row(promised=90 * HOUR), None, Severity.STEADY, "no rule asks for more"),
        (row(), EscalationState.WITHDRAWN, Severity.STEADY, "no rule asks for more"),
    ],
)
def test_a_rule_proposes_how_much_a_ticket_needs_the_next_person(
    judged: Row, state: EscalationState | None, severity: Severity, because: str
) -> None:
    escalation = desk_make.escalation(state) if state else None
    verdict = proposed(judged, escalation, window(desk_make.SHIFT, NEXT_DAY, NOW))
    assert (verdict.severity, verdict.because) == (severity, because)


@pytest.mark.parametrize(
    ("following", "hours_after_shift"),
    [(NEXT_DAY, 24), (desk_make.NEXT, 24), (None, 24), (replace(NEXT_DAY, ends_at=NEXT_DAY.ends_at + HOUR), 25)],
)
def test_what_falls_due_before_the_next_shift_ends_is_watched(following: Shift | None, hours_after_shift: int) -> None:
    assert window(desk_make.SHIFT, following, NOW).until == desk_make.SHIFT.ends_at + hours_after_shift * HOUR


def test_what_a_person_chose_counts_and_says_what_the_rules_say() -> None:
    late = ROWS[0].ticket.id
    (first, *_, last) = entries(ROWS, (), window(desk_make.SHIFT, None, NOW), {late: Severity.STEADY})
    assert first.severity is Severity.WATCH
    assert (last.row.ticket.id, last.because) == (late, "chosen by hand; the rules say red")


ENDED = {EscalationState.RESOLVED, EscalationState.WITHDRAWN, EscalationState.CLEARED}


@given(
    st.lists(st.sampled_from(EscalationState), max_size=6),
    st.lists(st.sampled_from([None, *PromiseOutcome]), max_size=6),
    st.booleans(),
)
def test_every_promise_and_escalation_maps_to_an_action_or_to_nothing_to_do_because(
    states: list[EscalationState],
    outcomes: list[PromiseOutcome | None],
    is_open: bool,  # noqa: FBT001 - hypothesis draws it
) -> None:
    handover = _with(states, outcomes, is_open=is_open)
    todo = actions(handover)
    assert sorted(action.about for action in todo) == sorted(
        [e.id for e in handover.escalations] + [p.id for p in handover.promises]
    )
    for action in todo:
        assert action.is_to_do != ("nothing to do, because" in action.what)
        assert action.owner in {"", "Ben Okafor"}
    live = [e.id for e in handover.escalations if e.state not in ENDED]
    assert {action.about for action in todo if action.is_to_do} >= {*live}


def _with(states: list[EscalationState], outcomes: list[PromiseOutcome | None], *, is_open: bool) -> Handover:
    escalations = tuple(
        replace(_escalation(state), id=EscalationId(f"e{number}")) for number, state in enumerate(states)
    )
    promises = tuple(promise(HOUR, outcome, number) for number, outcome in enumerate(outcomes))
    handover = handover_make.handover(rows=ROWS if is_open else ())
    return replace(handover, gone=escalations, records=(TicketRecord(ticket=ROWS[0].ticket.id, promises=promises),))


def _escalation(state: EscalationState) -> Escalation:
    taken = AcknowledgedBy(person=PersonId("dana"), name="Dana Lee", at=NOW, channel=None)
    return replace(desk_make.escalation(state), acknowledged=taken if state is EscalationState.ACKNOWLEDGED else None)


def many(count: int) -> list[Row]:
    return [
        replace(
            ROWS[number % len(ROWS)], ticket=replace(ROWS[number % len(ROWS)].ticket, id=TicketId(f"helpdesk:{number}"))
        )
        for number in range(count)
    ]


def test_an_ordinary_weekend_is_one_page() -> None:
    handover = _with([EscalationState.ACKNOWLEDGED] * 4, [None, PromiseOutcome.KEPT], is_open=True)
    handover = replace(handover, entries=handover_make.handover(rows=many(14)).entries)
    lines = paper(handover)
    assert len(lines) <= PAGE
    assert not any("appendix" in line.text.casefold() for line in lines)


def test_400_open_tickets_are_one_page_that_says_what_it_left_out_and_an_appendix_with_all_of_it() -> None:
    lines = paper(handover_make.handover(rows=many(400)))
    texts = [line.text for line in lines]
    end_of_page = next(number for number, text in enumerate(texts) if text.startswith("# Appendix"))
    assert end_of_page <= PAGE
    assert texts[end_of_page] == "# Appendix: left out above: 391 that need you"
    assert "- … 391 more that need you: in the appendix below" in texts[:end_of_page]
    assert {line.ticket for line in lines} >= {TicketId(f"helpdesk:{number}") for number in range(400)}


def test_it_never_says_that_all_is_well() -> None:
    text = markdown(handover_make.handover(rows=())).casefold()
    assert "as far as the sources above were seen" in text
    assert not {"all clear", "all is well", "nothing to worry"} & {*text.splitlines()}


def test_what_has_to_be_written_and_is_not_is_marked() -> None:
    assert "(STILL TO BE WRITTEN: type “none” when there is nothing)" in markdown(handover_make.handover())
    written = {NotePart.NOT_DONE: CleanText("none"), NotePart.CONTINGENCIES: CleanText("If Acme rings, then Dana")}
    text = markdown(handover_make.handover(written))
    assert "STILL TO BE WRITTEN" not in text
    assert "## If this happens, then\n\n- If Acme rings, then Dana\n" in text


def test_the_difference_names_what_is_new_what_changed_and_what_is_gone() -> None:
    before = tuple(frozen(handover_make.handover(rows=ROWS[:2])))
    seen = window(desk_make.SHIFT, None, NOW)
    after = handover_make.handover(rows=ROWS[1:3])
    chosen = entries(ROWS[1:3], (), seen, {ROWS[1].ticket.id: Severity.RED})
    assert [line.text for line in differences(before, tuple(frozen(replace(after, entries=chosen))), "UTC")] == [
        "+ new, watch: 4330 Najd Pharma: Order stuck at customs",
        "~ watch before, red since: 4321 Kobe Foods: Invoice shows the wrong VAT",
        "- not open any more: 4312 Acme KK: Login fails for every user",
    ]
    assert differences(before, before, "UTC") == ()
