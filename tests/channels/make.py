"""Messages and the clock that the tests of channels share."""

from datetime import UTC, datetime, timedelta

from oncall_tui.domain.message import Awaited, MessageKey, OutgoingMessage, Purpose
from oncall_tui.domain.people import ChannelId, PersonId
from oncall_tui.domain.text import CleanText

NOW = datetime(2026, 11, 21, 3, 5, tzinfo=UTC)
KEY = MessageKey("esc/7 Ä:1:0:dana:dana-push")


def a_message(
    *, body: str = "Login fails for every user.", url: str = "", is_possible_duplicate: bool = False
) -> OutgoingMessage:
    return OutgoingMessage(
        key=KEY,
        purpose=Purpose.NOTIFICATION,
        channel=ChannelId("dana-push"),
        person=PersonId("dana"),
        title=CleanText("4312 Acme KK needs you"),
        body=CleanText(body),
        url=url,
        is_possible_duplicate=is_possible_duplicate,
    )


def awaited(
    *, key: MessageKey = KEY, reference: str = "ref-1", accepted_at: datetime = NOW - timedelta(minutes=2)
) -> Awaited:
    return Awaited(key=key, person=PersonId("dana"), reference=reference, accepted_at=accepted_at)
