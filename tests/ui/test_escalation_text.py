from dataclasses import replace
from datetime import timedelta

import pytest

from oncall_tui.domain.escalation import Escalation, EscalationState
from oncall_tui.domain.message import DeliveryState
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.ui.escalation_text import on_strip, proof, strip_text, timeline
from tests import desk_make
from tests.desk_make import ANA, BOTH_ACCEPTED, DANA, MINUTE, NOW, POLICY, SAM, attempt, escalation

ZONE = "America/New_York"
ONE_LEVEL = replace(POLICY, levels=POLICY.levels[:1])


def strip(*escalations: Escalation, width: int = 78) -> tuple[str, str]:
    text = strip_text(on_strip(escalations), NOW, ZONE, width)
    assert text is not None
    return text.first, text.second


def test_nothing_live_means_no_strip() -> None:
    ended = [escalation(state) for state in EscalationState if not state.is_live]
    assert strip_text(on_strip(ended), NOW, ZONE, 78) is None


@pytest.mark.parametrize("width", [30, 50, 78])
def test_an_armed_escalation_always_shows_its_seconds(width: int) -> None:
    armed = escalation(EscalationState.ARMED, level=-1, next_action_at=NOW + timedelta(seconds=3.2))
    first, second = strip(armed, width=width)
    assert "4312" in first
    assert first.endswith("in 4 s") or width < 40
    assert second.endswith("E now · Esc stop")


def test_where_nothing_is_known_of_a_ticket_no_reason_is_made_up() -> None:
    armed = escalation(EscalationState.ARMED, level=-1, next_action_at=NOW + timedelta(seconds=3.2))
    unknown = replace(armed, brief=replace(armed.brief, due_at=None, touches=None, tier=NO_TEXT, why=NO_TEXT))
    assert strip(unknown)[1].strip() == "E now · Esc stop"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.PENDING, "stored 22:01, not sent yet"),
        (DeliveryState.SENDING, "being sent since 22:01"),
        (DeliveryState.RETRYING, "stored 22:01, not accepted yet, tried again: no answer"),
        (DeliveryState.UNKNOWN, "may have arrived 22:01, sent again: no answer"),
        (DeliveryState.ACCEPTED, "accepted 22:01"),
        (DeliveryState.REJECTED, "refused 22:01: no answer"),
        (DeliveryState.DROPPED, "not sent: no longer needed"),
    ],
)
def test_an_attempt_says_no_more_than_was_proved(state: DeliveryState, words: str) -> None:
    assert proof(attempt(state, detail="no answer."), NOW, ZONE) == words


@pytest.mark.parametrize("state", [state for state in DeliveryState if state is not DeliveryState.ACCEPTED])
def test_nothing_but_an_accepted_message_reads_as_accepted(state: DeliveryState) -> None:
    first, _ = strip(escalation(EscalationState.NOTIFYING, attempts=(attempt(state),)))
    assert " accepted 22:01" not in first
    assert "acknowledged" not in first


def test_the_best_proof_for_a_person_counts() -> None:
    attempts = (attempt(DeliveryState.ACCEPTED), attempt(DeliveryState.REJECTED, channel="dana-phone"))
    first, second = strip(escalation(EscalationState.NOTIFYING, attempts=attempts))
    assert first == "▲ 4312 → Dana Lee: accepted 22:01, not acknowledged."
    assert second.startswith("  Next in 1 m 00 s, at 22:06: Sam Cho.")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"attempts": (attempt(DeliveryState.ACCEPTED),)}, "Next in 1 m 00 s, at 22:06: Dana Lee by dana-phone."),
        ({"level": 1, "attempts": ()}, "Next in 1 m 00 s, at 22:06: Sam Cho by sam-push."),
        ({"attempts": BOTH_ACCEPTED, "next_action_at": NOW}, "Next now: Sam Cho."),
        ({"attempts": BOTH_ACCEPTED, "next_action_at": None}, "Nothing more happens by itself: ring somebody."),
        ({"policy": ONE_LEVEL, "attempts": BOTH_ACCEPTED}, "Next in 1 m 00 s, at 22:06: Dana Lee again."),
        (
            {"policy": ONE_LEVEL, "attempts": tuple(replace(a, round=3) for a in BOTH_ACCEPTED), "round": 3},
            "Next in 1 m 00 s, at 22:06: nobody is left, you are told.",
        ),
    ],
)
def test_the_strip_says_who_is_next(more: dict[str, object], words: str) -> None:
    _, second = strip(escalation(EscalationState.NOTIFYING, **more))
    assert words in second


def test_an_escalation_that_reached_nobody_says_whom_to_ring_and_what_to_say() -> None:
    first, second = strip(escalation(EscalationState.EXHAUSTED, attempts=BOTH_ACCEPTED))
    assert first == "▲ 4312: NOBODY HAS ACKNOWLEDGED. Ring Dana Lee: +1 212 555 0142"
    assert "Say: “Acme KK: Login fails for every user.”" in second


def test_without_any_number_it_names_the_person() -> None:
    policy = replace(POLICY, levels=(replace(POLICY.levels[0], targets=(replace(DANA, phone=""),)),))
    first, _ = strip(escalation(EscalationState.EXHAUSTED, policy=policy))
    assert "Reach Dana Lee yourself" in first


def test_an_acknowledgement_carries_the_words() -> None:
    first, second = strip(*desk_make.acknowledged().escalations)
    assert first == "✓ 4312: acknowledged by Dana Lee at 22:02: “On it.”"
    assert "Nothing more is sent." in second


def test_what_can_still_be_stopped_comes_first_and_the_others_are_counted() -> None:
    armed = escalation(EscalationState.ARMED, level=-1)
    first, second = strip(escalation(EscalationState.NOTIFYING), armed)
    assert first.startswith("▲ Escalating 4312")
    _, second = strip(escalation(EscalationState.NOTIFYING), escalation(EscalationState.ACKNOWLEDGED))
    assert second.endswith("+1 more, X for all of it")


def test_the_timeline_tells_every_attempt_and_how_it_ended() -> None:
    done = escalation(
        EscalationState.WITHDRAWN,
        attempts=BOTH_ACCEPTED,
        ended_at=NOW - MINUTE,
        reason=CleanText("solved itself"),
    )
    assert timeline(done, NOW, ZONE) == (
        "“Login fails for every user”  Late 8 m, 5 touches, gold.",
        "22:01  Dana Lee by dana-push: accepted 22:01",
        "22:01  Dana Lee by dana-phone: accepted 22:01",
        "22:04  withdrawn: solved itself",
    )


def test_the_next_step_counts_down_with_the_clock_and_its_figure_is_never_what_is_cut() -> None:
    live = escalation(EscalationState.NOTIFYING, attempts=BOTH_ACCEPTED)
    seconds = [strip_text([live], NOW + timedelta(seconds=passed), ZONE, 40) for passed in (0, 1, 59, 60)]
    assert [text.second[:24].split(",")[0].rstrip() for text in seconds if text] == [
        "  Next in 1 m 00 s",
        "  Next in 59 s",
        "  Next in 1 s",
        "  Next now: Sam Cho.",
    ]


def test_the_timeline_of_one_that_reached_nobody_says_every_number_and_what_to_say() -> None:
    brief = replace(
        escalation(EscalationState.EXHAUSTED).brief,
        team="Acme Support",
        waiting_since=NOW - timedelta(minutes=85),
        usual_touches=2,
        tried=CleanText("a restart"),
        runbook_step=CleanText("step 4 of 6"),
    )
    told = timeline(escalation(EscalationState.EXHAUSTED, brief=brief), NOW, ZONE)
    assert told == (
        "“Login fails for every user”  Late 8 m, 5 touches where 2 are usual, gold.",
        "Runbook: step 4 of 6",
        "Tried: a restart",
        "Nobody is left to ask. The bell rings again in 1 m 00 s, at 22:06.",
        "Ring Dana Lee: +1 212 555 0142",
        (
            "Say: “This is Ana Ruiz, on call for Acme Support. Acme KK: Login fails for every user, ticket 4312, gold. "
            "They have waited 85 minutes. I need you to decide what we do.”"
        ),
    )


def test_whoever_raised_it_is_not_told_to_ring_herself() -> None:
    policy = replace(POLICY, levels=(replace(POLICY.levels[0], targets=(replace(DANA, person=ANA.id), SAM)),))
    first, _ = strip(escalation(EscalationState.EXHAUSTED, policy=policy))
    assert "Sam Cho" in first
