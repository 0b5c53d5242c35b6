"""The judge of the kill loops takes nobody for lost who was asked, and nobody for asked who was not."""

from collections.abc import Iterable

import pytest

from oncall_tui.domain.escalation import Attempt, Escalation, EscalationState
from oncall_tui.domain.message import DeliveryState, MessageKey
from oncall_tui.domain.people import ChannelId, PersonId
from tests.desk_make import escalation
from tests.kills.evidence import untold
from tests.make import FRIDAY_NIGHT

DANA, SAM = PersonId("dana"), PersonId("sam")


def attempt(key: str, person: PersonId, round_: int, state: DeliveryState, *, is_dropped: bool = False) -> Attempt:
    return Attempt(
        key=MessageKey(key),
        round=round_,
        level=0 if person == DANA else 1,
        person=person,
        channel=ChannelId(f"{person}-hook"),
        state=state,
        at=FRIDAY_NIGHT,
        is_dropped=is_dropped,
    )


def with_attempts(*attempts: Attempt, state: EscalationState = EscalationState.NOTIFYING) -> Escalation:
    return escalation(state, attempts=attempts)


FIRST_DROPPED = attempt("one", DANA, 1, DeliveryState.UNKNOWN, is_dropped=True)
SECOND_ACCEPTED = attempt("two", DANA, 2, DeliveryState.ACCEPTED)
SAM_ACCEPTED = attempt("sam", SAM, 1, DeliveryState.ACCEPTED)


@pytest.mark.parametrize(
    ("judged", "accepted", "lost"),
    [
        pytest.param(with_attempts(FIRST_DROPPED, SECOND_ACCEPTED), {"two"}, [], id="asked in the second round"),
        pytest.param(with_attempts(FIRST_DROPPED, SAM_ACCEPTED), {"sam"}, [DANA], id="only somebody else was asked"),
        pytest.param(with_attempts(SECOND_ACCEPTED), set(), [DANA], id="accepted by nobody but the journal"),
        pytest.param(
            with_attempts(FIRST_DROPPED, state=EscalationState.ACKNOWLEDGED), set(), [], id="not needed any more"
        ),
    ],
)
def test_who_was_asked_by_an_accepted_message_is_not_lost(
    judged: Escalation, accepted: set[str], lost: Iterable[PersonId]
) -> None:
    assert list(untold(judged, accepted)) == lost
