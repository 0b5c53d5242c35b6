"""Services that can do nothing but ring: what is no alarm must not go there."""

from oncall_tui.domain.message import OutgoingMessage, Purpose
from oncall_tui.errors import Rejected
from oncall_tui.http_client import Remote


def refuse_what_only_tells(message: OutgoingMessage, remote: Remote) -> None:
    """Raise ``Rejected`` for a message that neither raises an alarm, in earnest or as a test, nor ends one."""
    if message.purpose not in {Purpose.NOTIFICATION, Purpose.TEST, Purpose.STAND_DOWN}:
        raise Rejected(f"{remote.name} can only ring, and this is no alarm: send it through another channel")
