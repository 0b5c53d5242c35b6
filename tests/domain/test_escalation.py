"""The ladder, as the person on call sees it climb."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from oncall_tui.domain.brief import Brief, EscalationId
from oncall_tui.domain.escalation import Effect, Escalation, EscalationState, Notify, StandDown, advance
from oncall_tui.domain.events import (
    EscalationAcknowledged,
    EscalationArmed,
    EscalationEvent,
    EscalationStepped,
    EscalationStopped,
    EscalationWithdrawn,
    NotificationAccepted,
    NotificationDelayed,
    NotificationRejected,
    TicketSolved,
)
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.policy import Level, Policy, Target
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ONE = EscalationId("one")
ANA = PersonId("ana")


def target(name: str, *channels: str) -> Target:
    return Target(person=PersonId(name), name=name.title(), channels=tuple(map(ChannelId, channels)))


DANA = target("dana", "dana-push", "dana-phone")
SAM = target("sam", "sam-push")
LEE = target("lee", "lee-push")
POLICY = Policy(
    levels=(
        Level(targets=(DANA,), wait=timedelta(minutes=5)),
        Level(targets=(SAM, LEE), wait=timedelta(minutes=10)),
    ),
    rounds=2,
)


@dataclass
class Night:
    """One escalation, and everything that left, minute by minute."""

    policy: Policy = POLICY
    by: PersonId | None = ANA
    now: datetime = NIGHT
    escalation: Escalation | None = None
    left: list[tuple[float, Effect]] = field(default_factory=list)

    def happened(self, event: EscalationEvent) -> bool:
        step = advance(self.escalation, event, self.now)
        if step is None:
            return False
        self.escalation, effects = step
        minute = (self.now - NIGHT).total_seconds() / 60
        self.left += [(minute, effect) for effect in effects]
        return True

    def arm(self, identity: EscalationId = ONE) -> bool:
        brief = Brief(ticket=TicketId("helpdesk:4312"), subject=CleanText("Login fails"))
        return self.happened(EscalationArmed(escalation=identity, brief=brief, policy=self.policy, by=self.by))

    def raised(self) -> "Night":
        self.arm()
        self.now += self.policy.undo
        self.step()
        self.now = NIGHT
        return self

    def step(self) -> bool:
        return self.happened(EscalationStepped(escalation=ONE))

    def live_on(self, minutes: float) -> None:
        """Take each step when it is due, as a machine that is awake does."""
        end = NIGHT + timedelta(minutes=minutes)
        while self.known.next_action_at is not None and self.known.next_action_at <= end:
            self.now = max(self.now, self.known.next_action_at)
            self.step()
        self.now = end

    def accepted(self, key: MessageKey) -> None:
        self.happened(NotificationAccepted(escalation=ONE, key=key))

    def acknowledged_by(self, person: str) -> bool:
        return self.happened(
            EscalationAcknowledged(escalation=ONE, person=PersonId(person), acknowledged_at=self.now),
        )

    @property
    def known(self) -> Escalation:
        assert self.escalation is not None
        return self.escalation

    @property
    def state(self) -> EscalationState:
        return self.known.state

    @property
    def notified(self) -> Sequence[str]:
        return [effect.channel for _, effect in self.left if isinstance(effect, Notify)]

    @property
    def stood_down(self) -> Sequence[str]:
        """Return who got a line to read."""
        told = [effect for _, effect in self.left if isinstance(effect, StandDown)]
        return [effect.target.person for effect in told if not effect.is_silent]

    @property
    def silenced(self) -> Sequence[str]:
        """Return the channels whose services are told to ask no more."""
        told = [effect for _, effect in self.left if isinstance(effect, StandDown)]
        return [effect.channel for effect in told if effect.is_silent]

    @property
    def last_key(self) -> MessageKey:
        return self.left[-1][1].key


def test_nothing_leaves_within_the_undo_seconds() -> None:
    night = Night()
    night.arm()
    assert (night.state, night.step(), night.notified) == (EscalationState.ARMED, False, [])


def test_stopping_in_time_sends_nothing_ever() -> None:
    night = Night()
    night.arm()
    night.happened(EscalationStopped(escalation=ONE))
    night.live_on(60)
    assert (night.state, night.notified) == (EscalationState.WITHDRAWN, [])


def test_stopping_too_late_changes_nothing() -> None:
    night = Night().raised()
    assert not night.happened(EscalationStopped(escalation=ONE))
    assert night.notified == ["dana-push"]


def test_a_second_press_sends_now() -> None:
    night = Night()
    night.arm()
    night.happened(EscalationStepped(escalation=ONE, is_by_hand=True))
    assert night.notified == ["dana-push"]


def test_the_whole_ladder_in_its_order_and_at_its_times() -> None:
    night = Night(policy=POLICY).raised()
    night.live_on(60)
    assert [(round(minute, 1), effect.channel) for minute, effect in night.left] == [
        (0.1, "dana-push"),
        (1.1, "dana-phone"),
        (5.1, "sam-push"),
        (5.1, "lee-push"),
        (15.1, "dana-push"),
        (16.1, "dana-phone"),
        (20.1, "sam-push"),
        (20.1, "lee-push"),
    ]
    assert night.state is EscalationState.EXHAUSTED


def test_every_attempt_has_its_own_key_in_every_round() -> None:
    night = Night().raised()
    night.live_on(60)
    keys = [effect.key for _, effect in night.left]
    assert len(keys) == len(set(keys)) == 8


def test_exhausted_rings_again_every_quarter_of_an_hour_for_ever() -> None:
    night = Night().raised()
    night.live_on(30.2)
    first = night.known.next_action_at
    night.live_on(24 * 60)
    later = night.known.next_action_at
    assert first is not None
    assert later is not None
    assert later > NIGHT + timedelta(days=1)
    assert (later - first) % timedelta(minutes=15) == timedelta()


def test_once_more_by_hand_climbs_an_exhausted_ladder_again() -> None:
    night = Night().raised()
    night.live_on(60)
    night.left.clear()
    night.happened(EscalationStepped(escalation=ONE, is_by_hand=True))
    assert (night.notified, night.state) == (["dana-push"], EscalationState.QUEUED)


def test_it_is_notifying_only_once_a_provider_took_a_message() -> None:
    night = Night().raised()
    before = night.state
    night.accepted(night.last_key)
    assert (before, night.state) == (EscalationState.QUEUED, EscalationState.NOTIFYING)


def test_a_rejected_channel_gives_way_to_the_next_at_once() -> None:
    night = Night().raised()
    night.happened(NotificationRejected(escalation=ONE, key=night.last_key, detail=CleanText("no such user")))
    assert night.notified == ["dana-push", "dana-phone"]


def test_a_level_that_cannot_be_delivered_gives_way_to_the_next_at_once() -> None:
    night = Night().raised()
    for _ in range(2):
        night.happened(NotificationRejected(escalation=ONE, key=night.last_key, detail=CleanText("no such user")))
    assert night.notified == ["dana-push", "dana-phone", "sam-push", "lee-push"]


def test_when_every_channel_is_rejected_it_is_exhausted_and_says_so() -> None:
    night = Night(policy=Policy(levels=(Level(targets=(SAM,)),), rounds=1)).raised()
    night.happened(NotificationRejected(escalation=ONE, key=night.last_key, detail=CleanText("gone")))
    assert night.state is EscalationState.EXHAUSTED


@pytest.mark.parametrize("levels", [(), (Level(targets=()),), (Level(targets=(target("dana"),)),)])
def test_nobody_to_reach_is_exhausted_at_once_and_never_silent(levels: tuple[Level, ...]) -> None:
    night = Night(policy=Policy(levels=levels)).raised()
    assert night.state is EscalationState.EXHAUSTED
    assert night.known.next_action_at is not None


def test_a_level_of_only_the_person_who_escalates_is_skipped() -> None:
    night = Night(by=PersonId("dana")).raised()
    assert night.notified == ["sam-push", "lee-push"]


def test_an_acknowledgement_ends_the_ladder_and_stands_the_others_down() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    night.live_on(5.2)
    for _, effect in night.left[-2:]:
        night.accepted(effect.key)
    night.acknowledged_by("sam")
    night.live_on(120)
    assert night.stood_down == ["dana", "lee"]
    assert len(night.notified) == 4
    assert night.known.acknowledged is not None
    assert night.known.acknowledged.name == "Sam"


def test_a_message_that_was_on_its_way_is_stood_down_when_it_arrives() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    night.live_on(5.2)
    on_its_way = night.last_key
    night.acknowledged_by("dana")
    assert night.stood_down == []
    night.accepted(on_its_way)
    assert night.stood_down == ["lee"]


def test_every_channel_of_whoever_took_it_is_silenced_but_the_one_she_answered_through() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    night.live_on(1)
    night.accepted(night.last_key)
    through = ChannelId("dana-phone")
    acknowledged = EscalationAcknowledged(
        escalation=ONE, person=PersonId("dana"), acknowledged_at=night.now, channel=through
    )
    night.happened(acknowledged)
    assert (night.stood_down, night.silenced) == ([], ["dana-push"])


def test_the_person_who_escalates_cannot_be_the_one_who_acknowledges() -> None:
    night = Night().raised()
    assert not night.acknowledged_by("ana")
    assert night.state is EscalationState.QUEUED


def test_a_second_acknowledgement_changes_nothing() -> None:
    night = Night().raised()
    night.acknowledged_by("dana")
    assert not night.acknowledged_by("sam")
    assert night.known.acknowledged is not None
    assert night.known.acknowledged.person == "dana"


def test_a_ticket_has_one_live_escalation_at_most() -> None:
    night = Night().raised()
    assert not night.arm(EscalationId("two"))
    assert night.known.id == "one"


def test_a_ticket_that_comes_back_may_be_escalated_anew() -> None:
    night = Night().raised()
    night.acknowledged_by("dana")
    night.happened(TicketSolved(escalation=ONE))
    assert night.state is EscalationState.RESOLVED
    assert night.arm(EscalationId("two"))


def test_solved_before_anyone_answered_stays_until_somebody_does() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    night.happened(TicketSolved(escalation=ONE))
    assert (night.state, night.stood_down) == (EscalationState.CLEARED, ["dana"])
    night.acknowledged_by("dana")
    assert night.state is EscalationState.RESOLVED


def test_withdrawing_tells_whoever_was_told() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    night.happened(EscalationWithdrawn(escalation=ONE, by=PersonId("ana"), reason=CleanText("my mistake")))
    night.live_on(120)
    assert (night.state, night.stood_down, night.notified) == (EscalationState.WITHDRAWN, ["dana"], ["dana-push"])


def test_a_machine_that_slept_sends_one_message_and_no_burst() -> None:
    night = Night().raised()
    night.now = NIGHT + timedelta(hours=2)
    night.step()
    assert not night.step()
    assert night.notified == ["dana-push", "sam-push", "lee-push"]


def test_a_late_machine_skips_to_the_channel_that_is_due_now() -> None:
    person = target("dana", "mail", "push", "phone")
    night = Night(policy=Policy(levels=(Level(targets=(person,), wait=timedelta(minutes=5)),))).raised()
    night.now = NIGHT + timedelta(minutes=2, seconds=30)
    night.step()
    assert night.notified == ["mail", "phone"]


def test_a_clock_that_jumps_back_repeats_nothing() -> None:
    night = Night().raised()
    night.live_on(2)
    night.now = NIGHT - timedelta(hours=1)
    assert not night.step()
    assert night.notified == ["dana-push", "dana-phone"]


def test_an_ambiguous_outcome_is_shown_as_such_until_it_is_known() -> None:
    night = Night().raised()
    key = night.last_key
    night.happened(
        NotificationDelayed(escalation=ONE, key=key, detail=CleanText("no answer"), may_have_arrived=True),
    )
    assert (night.state, night.known.attempts[0].state) == (EscalationState.QUEUED, DeliveryState.UNKNOWN)
    night.accepted(key)
    assert (night.state, night.known.attempts[0].state) == (EscalationState.NOTIFYING, DeliveryState.ACCEPTED)


def test_an_accepted_message_never_turns_into_anything_less() -> None:
    night = Night().raised()
    night.accepted(night.last_key)
    assert not night.happened(
        NotificationRejected(escalation=ONE, key=night.last_key, detail=CleanText("late refusal"))
    )
    assert night.known.attempts[0].state is DeliveryState.ACCEPTED


def test_asked_by_hand_an_acknowledged_escalation_goes_on_to_the_next_level() -> None:
    night = Night().raised()
    night.acknowledged_by("dana")
    night.happened(EscalationStepped(escalation=ONE, is_by_hand=True))
    assert (night.notified[1:], night.known.acknowledged) == (["sam-push", "lee-push"], None)
