"""The written procedure for a kind of ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from oncall_tui.domain.ticket import Ticket
from oncall_tui.domain.ticket_record import TicketRecord

SIGNS: Final = ("tag:", "subject:", "tier:", "source:")
"""What an entry of ``when`` may begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """A table of ``[[runbooks]]``."""

    name: str
    when: tuple[str, ...]
    """Any of these finds it: a tag, words of the subject, a tier, a source."""
    steps: tuple[str, ...]

    def is_for(self, ticket: Ticket, tier: str) -> bool:
        """Tell whether it is the procedure for a ticket."""
        return any(_says(entry.casefold(), ticket, tier.casefold()) for entry in self.when)

    def done(self, record: TicketRecord | None) -> tuple[str, ...]:
        """Return its steps that are ticked, in its own order."""
        ticked = record.care.ticked_in(self.name) if record else frozenset[str]()
        return tuple(step for step in self.steps if step in ticked)

    def next_step(self, record: TicketRecord | None) -> str:
        """Return the first step that is not ticked; nothing where all are."""
        done = self.done(record)
        return next((step for step in self.steps if step not in done), "")


def find_runbook(runbooks: Iterable[Runbook], ticket: Ticket, tier: str) -> Runbook | None:
    """Return the first procedure for a ticket."""
    return next((runbook for runbook in runbooks if runbook.is_for(ticket, tier)), None)


def _says(entry: str, ticket: Ticket, tier: str) -> bool:
    sign, _, wanted = (part.strip() for part in entry.partition(":"))
    if not wanted:
        return False
    found = {
        "tag": any(tag.casefold() == wanted for tag in ticket.tags),
        "subject": wanted in ticket.subject.casefold(),
        "tier": tier == wanted,
        "source": ticket.source_id.casefold() == wanted,
    }
    return found.get(sign, False)
