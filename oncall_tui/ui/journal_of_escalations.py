"""How escalations went, as the journal tells it; pure."""

from oncall_tui.domain import events as of_escalations
from oncall_tui.domain.message import MessageKey
from oncall_tui.ui.journal_words import Said, because, words

_CHANNEL = 4
"""Where a message's key names its channel."""


def _channel(key: MessageKey) -> str:
    parts = key.split("/")
    return parts[_CHANNEL] if len(parts) > _CHANNEL else "a channel"


@words.register
def _(event: of_escalations.EscalationArmed, said: Said) -> str:
    whom = event.policy.levels[0].targets[0].name if event.policy.levels and event.policy.levels[0].targets else ""
    to = f" to {whom}" if whom else ""
    return f"{event.brief.number} escalated{to} by {said.name(event.by)}{because(event.brief.why)}"


@words.register
def _(event: of_escalations.EscalationStopped, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: the escalation was stopped before anything left"


@words.register
def _(event: of_escalations.EscalationStepped, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: the next step was taken at once, by hand" if event.is_by_hand else ""


@words.register
def _(event: of_escalations.NotificationAccepted, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: a message was accepted by {_channel(event.key)}"


@words.register
def _(event: of_escalations.NotificationRejected, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: {_channel(event.key)} refused a message{because(event.detail)}"


@words.register
def _(event: of_escalations.NotificationDelayed, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: {_channel(event.key)} did not take a message{because(event.detail)}"


@words.register
def _(event: of_escalations.EscalationAcknowledged, said: Said) -> str:
    how = f" through {event.channel}" if event.channel else ""
    return f"{said.ticket(event.escalation)}: acknowledged by {said.name(event.person)}{how}{because(event.words)}"


@words.register
def _(event: of_escalations.EscalationWithdrawn, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: withdrawn by {said.name(event.by)}{because(event.reason)}"


@words.register
def _(event: of_escalations.TicketSolved, said: Said) -> str:
    return f"{said.ticket(event.escalation)}: needs nothing more, says the help desk"
