"""Which messages this process is sending, so that no other does, and another does soon after this one died."""

from datetime import datetime, timedelta

from oncall_tui.clock import Clock
from oncall_tui.domain.message import MessageKey
from oncall_tui.ports import Claimed, Hold, Outbox

LEASE = timedelta(seconds=10)
"""How much later another process, or the next start, goes on with what a dead one was sending."""
RENEWED_AFTER = timedelta(seconds=3)
"""Soon enough for the lease of a slow message to survive two renewals that a busy disk or machine holds up."""


class Leases:
    """The messages in hand; one that takes long to send is renewed, for a slow server may take longer than a lease."""

    def __init__(self, outbox: Outbox, clock: Clock, holder: str) -> None:
        self._outbox = outbox
        self._clock = clock
        self._holder = holder
        self._renewed_at: dict[MessageKey, datetime] = {}

    @property
    def hold(self) -> Hold:
        """Return how a message is taken in the very transaction that stores it."""
        return Hold(holder=self._holder, lease=LEASE)

    def took(self, key: MessageKey, at: datetime) -> None:
        """Renew from now on what was taken at an instant."""
        self._renewed_at[key] = at

    async def claim(self) -> Claimed | None:
        """Take the message whose turn it is, or None."""
        now = self._clock()
        claimed = await self._outbox.claim(now=now, holder=self._holder, lease=LEASE)
        if claimed is not None:
            self.took(claimed.message.key, now)
        return claimed

    async def renew(self) -> None:
        """Renew every lease that has run for a while, or that a clock set back made longer than it should be."""
        now = self._clock()
        for key, renewed_at in list(self._renewed_at.items()):
            if timedelta() <= now - renewed_at < RENEWED_AFTER:
                continue
            if await self._outbox.renew(key, now=now, holder=self._holder, lease=LEASE):
                if key in self._renewed_at:  # it may have been sent meanwhile
                    self._renewed_at[key] = now
            else:
                self.let_go(key)

    def let_go(self, key: MessageKey) -> None:
        """Renew a message no more: it was sent, or is somebody else's."""
        self._renewed_at.pop(key, None)
