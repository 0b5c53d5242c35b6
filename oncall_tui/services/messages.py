"""What an escalation decided, written out for a person."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from oncall_tui.domain import brief as briefs
from oncall_tui.domain.escalation import Effect, Escalation, EscalationState, Notify, StandDown
from oncall_tui.domain.events import stream_of
from oncall_tui.domain.message import OutgoingMessage, Purpose
from oncall_tui.domain.outlook import next_step
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import zone_info


def message_for(effect: Effect, escalation: Escalation, now: datetime) -> OutgoingMessage:
    """Return the message that carries out an effect, in the local time of whoever reads it."""
    return OutgoingMessage(
        key=effect.key,
        purpose=Purpose.NOTIFICATION if isinstance(effect, Notify) else Purpose.STAND_DOWN,
        channel=effect.channel,
        person=effect.target.person,
        title=briefs.title(escalation.brief),
        body=_body(effect, escalation, now),
        stream=stream_of(escalation.brief.ticket),
        url=escalation.brief.url,
        is_silent=isinstance(effect, StandDown) and effect.is_silent,
    )


def next_messages(escalation: Escalation, now: datetime) -> Sequence[OutgoingMessage]:
    """Return what its next step says, were it taken now: word for word what is stored then, within a minute."""
    step = next_step(escalation)
    return () if step is None else [message_for(effect, step[0], now) for effect in step[1]]


def _body(effect: Effect, escalation: Escalation, now: datetime) -> CleanText:
    reader: tzinfo = zone_info(effect.target.time_zone) or UTC
    if isinstance(effect, Notify):
        customer = zone_info(escalation.brief.customer_zone)
        return briefs.situation(escalation.brief, now, customer_clock=customer, reader_clock=reader)
    if escalation.acknowledged is not None:
        taken = escalation.acknowledged
        return briefs.stand_down(escalation.brief, taken.name, taken.at, reader_clock=reader)
    is_cleared = escalation.state is EscalationState.CLEARED
    return briefs.no_longer_open(escalation.brief) if is_cleared else briefs.withdrawn(escalation.brief)
