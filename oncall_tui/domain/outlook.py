"""What an escalation is about to do, while nothing has happened yet."""

from collections.abc import Sequence

from oncall_tui.domain.escalation import Escalation, Notify, advance
from oncall_tui.domain.events import EscalationStepped


def next_step(escalation: Escalation) -> tuple[Escalation, Sequence[Notify]] | None:
    """Return the escalation as its next step leaves it, and whom that tells, as things stand; None where none comes."""
    planned_at = escalation.next_action_at
    if planned_at is None:
        return None
    step = advance(escalation, EscalationStepped(escalation=escalation.id, due_at=planned_at), planned_at)
    return None if step is None else (step[0], [effect for effect in step[1] if isinstance(effect, Notify)])
