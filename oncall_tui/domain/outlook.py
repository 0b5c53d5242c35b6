"""What an escalation is about to do, while nothing has happened yet."""

from collections.abc import Sequence

from oncall_tui.domain.escalation import Escalation, Notify, advance
from oncall_tui.domain.events import EscalationStepped
from oncall_tui.domain.people import ChannelId


def next_channels(escalation: Escalation) -> Sequence[ChannelId]:
    """Return the channels its next step takes, as things stand."""
    planned_at = escalation.next_action_at
    if planned_at is None:
        return ()
    step = advance(escalation, EscalationStepped(escalation=escalation.id, due_at=planned_at), planned_at)
    return [effect.channel for effect in (step[1] if step is not None else ()) if isinstance(effect, Notify)]
