"""Whom nobody can reach, as the handover says it."""

from dataclasses import replace

from oncall_tui.domain.episode import Attempt, EscalationState
from oncall_tui.domain.events import SHIFT_STREAM, Recorded
from oncall_tui.domain.handover_events import HandoverMessageSettled
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId
from oncall_tui.domain.text import NO_TEXT, CleanText
from oncall_tui.domain.unreached import unreached
from tests import desk_make
from tests.desk_make import NOW
from tests.rig import ANA, BEN, DANA, team

PUSH = ChannelId("dana-push")


def used(state: DeliveryState, minutes: int = 0, detail: str = "") -> Attempt:
    return Attempt(
        key=MessageKey(f"k{minutes}"),
        round=1,
        level=0,
        person=DANA.id,
        channel=PUSH,
        state=state,
        at=NOW + minutes * desk_make.MINUTE,
        detail=CleanText(detail),
    )


def said(*attempts: Attempt) -> list[str]:
    escalation = replace(desk_make.escalation(EscalationState.NOTIFYING), attempts=attempts)
    return list(unreached(team().policy, BEN, (escalation,), ()))


def test_a_channel_that_refused_or_fails_is_named_with_its_reason() -> None:
    assert said(used(DeliveryState.REJECTED, detail="no such user")) == [
        "Dana Lee by dana-push, which refuses messages (no such user)"
    ]
    assert said(used(DeliveryState.RETRYING)) == ["Dana Lee by dana-push, which takes no message"]
    assert said(used(DeliveryState.UNKNOWN)) == ["Dana Lee by dana-push, which has not confirmed the last message"]


def test_one_that_works_again_is_not() -> None:
    assert said(used(DeliveryState.REJECTED), used(DeliveryState.ACCEPTED, 5)) == []
    assert said(used(DeliveryState.ACCEPTED), used(DeliveryState.RETRYING, 5)) != []
    assert said(used(DeliveryState.REJECTED), used(DeliveryState.PENDING, 5)) != []


def test_whoever_comes_next_and_refused_the_handover_or_has_no_channel_is_named() -> None:
    refused = HandoverMessageSettled(
        key=MessageKey("h"), is_accepted=False, detail=CleanText("mailbox full"), channel=BEN.channels[0], person=BEN.id
    )
    line = Recorded(seq=1, stream=SHIFT_STREAM, version=1, at=NOW, event=refused)
    assert list(unreached(team().policy, BEN, (), (line,))) == [
        "Ben Okafor by ben-mail, which refuses messages (mailbox full)"
    ]
    taken = replace(line, at=NOW + desk_make.MINUTE, event=replace(refused, is_accepted=True, detail=NO_TEXT))
    assert list(unreached(team().policy, BEN, (), (line, taken))) == []
    assert list(unreached(team().policy, ANA, (), ())) == ["Ana Ruiz: no channel, only by phone"]
