from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall_tui.domain.brief import Brief, situation, stand_down, title
from oncall_tui.domain.fitting import fit
from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId

WRITTEN = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
VANCOUVER, TOKYO = ZoneInfo("America/Vancouver"), ZoneInfo("Asia/Tokyo")
BRIEF = Brief(
    ticket=TicketId("helpdesk:4312"),
    subject=CleanText("Login fails for every user"),
    customer=CleanText("Acme KK"),
    requester=CleanText("Kenji Mori"),
    tier=CleanText("gold"),
    customer_zone="Asia/Tokyo",
    waiting_since=WRITTEN - timedelta(hours=2),
    due_at=WRITTEN - timedelta(minutes=8),
    touches=5,
    usual_touches=2,
    tried=CleanText("Restarted the login gateway; the certificate is valid"),
    runbook_step=CleanText("step 4 of 6, “Switch to the second gateway”"),
    url="https://desk.example/4312",
    why=CleanText("Late, and the third shop today"),
    on_call_name="Ana Ruiz",
    on_call_phone="+1 212 555 0100",
)


def written(brief: Brief = BRIEF, at: datetime = WRITTEN) -> str:
    return situation(brief, at, customer_clock=TOKYO if brief.customer_zone else None, reader_clock=VANCOUVER)


def test_the_message_says_everything_a_leader_needs() -> None:
    assert title(BRIEF) == "[4312] Acme KK: Login fails for every user"
    assert written() == (
        "Acme KK (gold) needs a decision: Login fails for every user\n"
        "\n"
        "Why now: Late, and the third shop today\n"
        "\n"
        "Ticket 4312, from Kenji Mori\n"
        "Written Fri 19:05 (your time), Sat 12:05 (theirs)\n"
        "Waiting since Sat 10:05 (theirs): 2 h when this was written\n"
        "Promised for Fri 18:57 (your time): late by 8 m when this was written\n"
        "Touches so far: 5; such a ticket usually takes 2\n"
        "Runbook: step 4 of 6, “Switch to the second gateway”\n"
        "Tried: Restarted the login gateway; the certificate is valid\n"
        "\n"
        "Asked of you: say that you have it, and what to do. On call: Ana Ruiz, +1 212 555 0100.\n"
        "https://desk.example/4312"
    )


def test_nothing_in_it_becomes_untrue_while_it_waits_to_be_delivered() -> None:
    """Every duration says when it was measured, and every time of day whose clock shows it."""
    for line in written().splitlines():
        if any(unit in line for unit in (" h ", " m ")):
            assert line.endswith("when this was written")
        assert line.count(":05") + line.count(":57") <= line.count("(your time)") + line.count("(theirs)")


def test_what_nobody_knows_is_left_out() -> None:
    assert written(Brief(ticket=TicketId("helpdesk:7"), subject=CleanText("Help"))) == (
        "A customer needs a decision: Help\n"
        "\n"
        "Ticket 7\n"
        "Written Fri 19:05 (your time)\n"
        "\n"
        "Asked of you: say that you have it, and what to do."
    )


def test_a_wait_of_weeks_says_which_day_it_began() -> None:
    assert "Waiting since Sat 07 Nov 10:05 (theirs): 14 d when" in written(
        replace(BRIEF, waiting_since=WRITTEN - timedelta(days=14, hours=2))
    )


def test_without_the_customers_clock_the_readers_counts() -> None:
    assert "Waiting since Fri 17:05 (your time): 2 h" in written(replace(BRIEF, customer_zone=""))


def test_a_promise_that_still_can_be_kept_says_how_long() -> None:
    due = replace(BRIEF, due_at=WRITTEN + timedelta(minutes=30))
    assert "Promised for Fri 19:35 (your time): 30 m left when this was written" in written(due)


def test_a_source_whose_clock_is_ahead_makes_no_negative_wait() -> None:
    assert ": 0 m when this was written" in written(replace(BRIEF, waiting_since=WRITTEN + timedelta(minutes=3)))


def test_what_a_stranger_wrote_ends_no_part_of_the_message() -> None:
    assert "Tried: one two" in written(replace(BRIEF, tried=CleanText("one\n\n\ntwo")))


def test_who_took_it_and_when_on_the_readers_clock() -> None:
    line = stand_down(BRIEF, "Sam Cho", WRITTEN, reader_clock=VANCOUVER)
    assert line == (
        "Sam Cho has 4312 (Login fails for every user) since Fri 19:05 (your time). Nothing is asked of you."
    )


@pytest.mark.parametrize("limit", [1000, 1024, 1600, 3500, 4000, 6000])
def test_the_longest_message_keeps_what_matters_within_every_channels_limit(limit: int) -> None:
    """What may be cut is the end of the background; whose, why, since when, what is asked and the link stay."""
    much = CleanText("Zürich 🚨 wartet " * 40)
    brief = replace(BRIEF, subject=much, requester=much, why=much, tried=much, runbook_step=much)
    message = OutgoingMessage(
        key=MessageKey("k"),
        purpose=Purpose.NOTIFICATION,
        channel=ChannelId("dana-push"),
        person=None,
        title=title(brief),
        body=CleanText(written(brief)),
        url=brief.url,
    )
    text = fit(message, limit, is_titled=False, answer="Reply 48213 to take it.")
    assert len(text) <= limit
    for kept in (
        "Acme KK (gold) needs a decision: Zürich",
        "Why now: Zürich",
        "Written Fri 19:05 (your time), Sat 12:05 (theirs)",
        "Waiting since Sat 10:05 (theirs): 2 h when this was written",
        "Promised for Fri 18:57 (your time): late by 8 m when this was written",
        "On call: Ana Ruiz, +1 212 555 0100.",
        "Reply 48213 to take it.",
        "https://desk.example/4312",
    ):
        assert kept in text
