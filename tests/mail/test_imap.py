"""Searching a folder."""

from datetime import date

from oncall_tui.mail.imap import sent_by, since


def test_a_search_begins_a_day_early_because_servers_count_days_in_their_own_zone() -> None:
    assert since(date(2026, 3, 1)) == ("SINCE", "28-Feb-2026")


def test_an_address_cannot_leave_its_quotes() -> None:
    assert sent_by('a"b\\c@x.example') == ("FROM", '"a\\"b\\\\c@x.example"')
