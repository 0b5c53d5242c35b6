"""Every measured fault of delivery, exit and disk, and the test that says what the person sees then."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FAULTS = {
    "a message in flight while the dashboard ends": "kills/test_ends.py::test_every_end_at_every_moment",
    "a terminal that goes away without a signal": "kills/test_ends.py::test_a_terminal_that_goes_away_without_a_signal",
    "an answer that does not come while leaving": "kills/test_ends.py::test_an_answer_that_does_not_come_holds",
    "a program that is stopped and goes on": "kills/test_ends.py::test_a_dashboard_that_stood_still",
    "one key, many events": "hostile/test_keys.py::test_an_e_that_is_held_down_is_one_press",
    "a row of the same key": "ui/test_escalate_key.py::test_a_row_of_e_is_one_press",
    "two windows racing": "services/test_escalating.py::test_two_terminals_on_one_store",
    "each fault of HTTP": "channels/test_what_is_seen.py::test_the_screen_says_no_more_than_was_proved",
    "silence and drips": "channels/test_what_is_seen.py::test_an_answer_without_end",
    "TLS that is not trusted": "channels/test_what_is_seen.py::test_a_certificate_nobody_trusts",
    "a connection nobody takes": "test_http_client.py::test_a_door_nobody_opens",
    "TLS spoken to in clear": "test_http_client.py::test_a_server_without_tls",
    "a header that cannot be": "test_http_client.py::test_a_title_that_no_header_can_hold",
    "a lone surrogate": "test_http_client.py::test_half_a_character",
    "a provider that promises less than delivery": "invariants/test_design.py::test_05_what_may_have_arrived_is_shown",
    "a retry under the same key": "invariants/test_design.py::test_04_a_retry_reuses_its_key",
    "a kill at a random moment": "kills/test_kills.py::test_a_dashboard_killed_after_e",
    "settings under which a power cut loses nothing": "store/test_disk.py::test_a_disk_that_cannot_be_made_safe",
    "a full, limited or read-only disk": "services/test_disks.py::test_e_goes_out_on_a_disk_that_takes_nothing",
    "a locked, damaged, emptied or lost file": "services/test_disks.py::test_e_goes_out_on_a_disk_that_breaks",
    "a journal that cannot be opened": "services/test_disks.py::test_e_goes_out_when_the_journal_cannot_be_opened",
    "a read-only file": "services/test_disks.py::test_e_goes_out_when_only_the_file_is_read_only",
    "a disk that hangs": "services/test_disks.py::test_e_goes_out_on_a_disk_that_hangs",
    "text no disk can hold": "services/test_disks.py::test_e_goes_out_with_text_no_disk_can_hold",
}


@pytest.mark.parametrize("test", FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_test(test: str) -> None:
    path, _, name = test.partition("::")
    assert re.search(rf"^(async )?def {name}", (TESTS / path).read_text(encoding="utf-8"), re.MULTILINE)
