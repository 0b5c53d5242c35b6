"""Our own people: whoever can be on call or stand on a level."""

from dataclasses import dataclass
from typing import NewType

PersonId = NewType("PersonId", str)
ChannelId = NewType("ChannelId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of ours, and how to reach them."""

    id: PersonId
    name: str
    time_zone: str
    """IANA name of the zone this person lives in."""
    phone: str = ""
    channels: tuple[ChannelId, ...] = ()
    """How this person is reached, in this order."""
