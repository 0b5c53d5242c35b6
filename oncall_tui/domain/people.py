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
    accounts: tuple[str, ...] = ()
    """What this person is called in help desks, each as ``SOURCE:NAME``; left out: whoever a source logs in as."""

    def account_in(self, source: str) -> str:
        """Return what this person is called in a help desk; empty when that is not given."""
        named = (account.partition(":") for account in self.accounts)
        return next((name.strip() for wanted, _, name in named if wanted.strip() == source), "")
