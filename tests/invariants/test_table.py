"""The twelve invariants of an escalation, each with the tests that hold it and how often the whole run tries it.

``pytest`` takes about a tenth of each count, ``pytest -m full`` the whole, and ``ONCALL_TUI_NIGHTLY=1 pytest -m full
tests/invariants/test_model.py`` the stories of a night too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

import pytest

from tests.hostile import corpus, test_keys, test_pty, test_secrets, test_vte
from tests.invariants import test_a_day_of_failure as day
from tests.invariants import test_counts, test_design, test_faults, test_model, test_planted
from tests.kills import test_ends, test_kills
from tests.services import test_disks
from tests.store import test_power_cuts


@dataclass(frozen=True, slots=True)
class Count:
    """How often something is tried, and where."""

    of: str
    whole: int
    test: Callable[..., object]
    tried: int | None = None
    """How often it is tried where that is not among the test's parameters."""


LISTED = type(pytest.param())
KILLED = (
    Count(
        "dashboards killed",
        60,
        test_kills.test_a_dashboard_killed_after_e_loses_doubles_and_invents_nothing,
    ),
    Count(
        "stations killed",
        940,
        test_kills.test_a_station_killed_after_e_loses_doubles_and_invents_nothing,
    ),
)
TABLE: Mapping[str, tuple[Count, ...]] = {
    "I1 after “queued” is on the screen the leader is paged, whatever dies": (
        *KILLED,
        Count("power cuts", 1500, test_power_cuts.test_no_power_cut_loses_what_was_said_to_be_recorded),
    ),
    "I2 one intent is one key is at most one page": (
        *KILLED,
        Count("keys held down", 50, test_counts.test_a_key_that_repeats_thirty_times_is_one_page),
        Count("races of two windows", 100, test_counts.test_two_windows_that_race_page_once_under_one_key),
    ),
    "I3 accepted and acknowledged are said only of what was": (
        Count(
            "statuses", 30, test_faults.test_i3_no_status_but_the_documented_one_is_accepted, len(test_faults.STATUSES)
        ),
        Count(
            "connections and TLS",
            6,
            test_faults.test_i3_a_connection_that_fails_is_not_accepted,
            len(test_faults.CONNECTIONS),
        ),
        Count("bodies", 4, test_faults.test_i3_no_body_but_the_documented_one_is_accepted, len(test_faults.PAYLOADS)),
        Count(
            "proxies", 7, test_faults.test_i3_nothing_that_somebody_else_answers_is_accepted, len(test_faults.PROXIES)
        ),
    ),
    "I4 unknown is shown as unknown": (
        Count(
            "answers lost", 8, test_faults.test_i4_what_may_have_arrived_is_shown_as_unknown, len(test_faults.AMBIGUOUS)
        ),
    ),
    "I5 every end lets what is being sent finish, and leaves the rest stored": (
        Count("seven ends at six moments", 42, test_ends.test_every_end_at_every_moment_leaves_nothing_broken),
    ),
    "I6 nothing but a person's key sends": (
        Count("answers and pastes", 21, test_keys.test_nothing_a_terminal_answers_escalates, len(corpus.REPLIES)),
        Count("bursts", 4, test_keys.test_an_e_inside_a_burst_is_ignored_and_says_so),
        Count(
            "links in markup", 20, test_pty.test_a_click_on_what_strangers_wrote_runs_nothing, len(test_pty.CLICKABLE)
        ),
        Count("questions to VTE", 1, test_vte.test_no_question_in_a_ticket_is_answered_or_escalates),
    ),
    "I7 no text of a ticket stops an escalation": (
        Count("subjects", 56, test_counts.test_no_text_of_a_ticket_stops_its_escalation),
    ),
    "I8 no disk stops an escalation or makes the screen lie": (
        Count("takes nothing", 3, test_disks.test_e_goes_out_on_a_disk_that_takes_nothing_and_is_recorded_once_it_does),
        Count(
            "file read-only", 1, test_disks.test_e_goes_out_when_only_the_file_is_read_only_and_what_it_holds_is_shown
        ),
        Count(
            "breaks",
            7,
            test_disks.test_e_goes_out_on_a_disk_that_breaks_and_nothing_is_lost_or_sent_twice_once_it_works,
        ),
        Count("text it cannot hold", 1, test_disks.test_e_goes_out_with_text_no_disk_can_hold),
        Count("cannot be opened", 8, test_disks.test_e_goes_out_when_the_journal_cannot_be_opened),
        Count("hangs", 2, test_disks.test_e_goes_out_on_a_disk_that_hangs_and_what_it_writes_late_is_there_once),
    ),
    "I9 a clock that jumps sends, skips and repeats nothing": (
        Count(
            "back by a day, two hours, 40 s",
            3,
            test_design.test_10_a_clock_set_back_neither_repeats_nor_delays,
            len(test_design.JUMPS),
        ),
        Count(
            "on by two hours, a day",
            2,
            test_design.test_10_a_clock_set_forward_repeats_and_skips_nothing_and_is_early_once,
        ),
        Count(
            "summer time, winter time, neither",
            3,
            test_design.test_09_timers_are_instants_so_that_no_change_of_the_wall_clock_by_law_moves_them,
        ),
        Count("clock that stands still", 1, test_design.test_10_a_clock_that_stands_still_delays_nothing),
        Count(
            "stopped for 3 s", 1, test_ends.test_a_dashboard_that_stood_still_for_three_seconds_sends_what_was_due_once
        ),
    ),
    "I10 no secret leaves": (
        Count("crashes", 8, test_secrets.test_no_defect_of_ours_shows_a_secret),
        Count("faults of a server", 11, test_secrets.test_no_fault_of_a_server_that_echoes_credentials_shows_them),
        Count("faults of a delivery", 5, test_secrets.test_no_fault_of_a_delivery_shows_its_credentials),
    ),
    "I11 a restart shows every page that is not settled first": (
        Count("restarts", 100, test_counts.test_a_restart_shows_every_page_that_is_not_settled_first),
    ),
    "I12 no retry ends silently": (
        Count("hours of 503", 24, day.test_i12_a_provider_out_of_order_for_a_day_is_tried_on_and_the_banner_stays),
    ),
    "the model": (
        Count("stories on a change", 1000, test_model.test_the_escalation_holds_whatever_happens_as_often_as_it_takes),
        Count("stories by night", 20_000, test_model.test_the_escalation_holds_whatever_happens_as_often_as_it_takes),
        Count(
            "planted bugs",
            7,
            test_planted.test_a_planted_bug_is_found_within_the_ordinary_budget,
            len(test_planted.FOUND_BY),
        ),
    ),
}


def tries(test: Callable[..., object]) -> set[int]:
    """Return how often a test may try something: by the number of its parameters, or by a count among them."""
    marks = [mark for mark in vars(test).get("pytestmark", []) if mark.name == "parametrize"]
    return {prod(chosen) for chosen in product(*({len(mark.args[1]), *_counts(mark)} for mark in marks))}


def _counts(mark: pytest.Mark) -> Iterator[int]:
    for values in mark.args[1]:
        listed = values.values if isinstance(values, LISTED) else values
        first = listed[0] if isinstance(listed, tuple) else listed
        if isinstance(first, int):
            yield first


ROWS = [pytest.param(count, id=f"{invariant}: {count.of}") for invariant, counts in TABLE.items() for count in counts]


@pytest.mark.parametrize("count", ROWS)
def test_each_line_is_held_as_often_as_it_says(count: Count) -> None:
    assert count.whole in ({count.tried} if count.tried is not None else tries(count.test))


def test_the_counts_that_are_asked_for_are_reached() -> None:
    number = {key.partition(" ")[0]: sum(count.whole for count in counts) for key, counts in TABLE.items()}
    assert number["I1"] == 1000 + 1500
    assert number["I3"] == 47
    assert number["I8"] >= 11
