"""Names tokens and keys that are about to end, so that none of them ends in the middle of a weekend unannounced."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo

from oncall_tui.clock import Clock
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.wall_time import local
from oncall_tui.ports import Channel, Expiring, TicketSource
from oncall_tui.services.troubles import Troubles

WARNED = timedelta(days=14)
"""From when on a coming end is said."""
_LOOKED_AT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What opens a help desk or a channel, and may end."""

    name: str
    """What it opens, such as ``source helpdesk``."""
    part: TicketSource | Channel
    written_on: date | None = None
    """The last day it works as the config says; what the vendor says is later knowledge and counts before it."""

    @property
    def ends_on(self) -> date | None:
        """Return the last day it works; None where nobody knows of an end."""
        told = self.part.token_ends_on if isinstance(self.part, Expiring) else None
        return told or self.written_on

    def warning(self, today: date) -> CleanText | None:
        """Return one sentence about an end that has come or will within two weeks."""
        last = self.ends_on
        if last is None or last - today > WARNED:
            return None
        when = f"{last:%a %d %b %Y}"
        if last < today:
            return CleanText(f"its token ended on {when}. Make a new one at the vendor and put it in place.")
        days = (last - today).days
        left = "today is its last day" if not days else f"{days} d left" if days > 1 else "tomorrow is its last day"
        return CleanText(f"its token ends on {when} ({left}). Renew it before the weekend.")


class TokenEnds:
    """Looks at every token now and then."""

    def __init__(
        self, tokens: Sequence[Token], clock: Clock, troubles: Troubles, *, here: Callable[[], tzinfo]
    ) -> None:
        self._tokens = tokens
        self._clock = clock
        self._troubles = troubles
        self._here = here

    def look(self) -> None:
        """Say which tokens end soon, each until it was renewed."""
        today = local(self._clock(), self._here()).date()
        for token in self._tokens:
            warning = token.warning(today)
            if warning is None:
                self._troubles.clear(f"token of {token.name}")
            else:
                self._troubles.say(f"token of {token.name}", CleanText(f"{token.name}: {warning}"))

    async def run(self) -> None:
        """Look for ever."""
        while True:
            self.look()
            await asyncio.sleep(_LOOKED_AT.total_seconds())
