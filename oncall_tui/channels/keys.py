"""A message's key in the forms that providers take."""

from hashlib import sha256

from oncall_tui.domain.message import MessageKey, OutgoingMessage, Purpose

_OF_AN_ESCALATION = frozenset({Purpose.NOTIFICATION, Purpose.STAND_DOWN})


def fingerprint(key: str) -> str:
    """Return 32 letters and digits that are the same for every try of one message, and for no other message."""
    return sha256(key.encode()).hexdigest()[:32]


def incident_key(message: OutgoingMessage) -> str:
    """Return what one escalation to one person is called by a service that pages by itself.

    All rounds have the same, so that the service goes on with its own incident instead of opening one for each; the
    stand-down has it too, so that it closes what the notification opened instead of paging once more.
    """
    if message.purpose not in _OF_AN_ESCALATION:
        return f"oncall-tui-{fingerprint(message.key)}"
    escalation = message.key.partition("/")[0]
    return f"oncall-tui-{fingerprint(f'{escalation}/{message.person}/{message.channel}')}"


def short_code(key: MessageKey) -> str:
    """Return five digits that a person can type to name a message."""
    return f"{int(fingerprint(key), 16) % 90_000 + 10_000}"
