"""The written procedure for a kind of ticket."""

from dataclasses import dataclass
from functools import lru_cache
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

    def done(self, record: TicketRecord | None) -> tuple[str, ...]:
        """Return its steps that are ticked, in its own order."""
        ticked = record.care.ticked_in(self.name) if record else frozenset[str]()
        return tuple(step for step in self.steps if step in ticked)

    def next_step(self, record: TicketRecord | None) -> str:
        """Return the first step that is not ticked; nothing where all are."""
        done = self.done(record)
        return next((step for step in self.steps if step not in done), "")


def find_runbook(runbooks: tuple[Runbook, ...], ticket: Ticket, tier: str) -> Runbook | None:
    """Return the first procedure for a ticket."""
    return _find(runbooks, ticket.subject, ticket.tags, tier, ticket.source_id) if runbooks else None


@lru_cache(maxsize=8192)  # more would be kept of tickets that ended days ago
def _find(runbooks: tuple[Runbook, ...], subject: str, tags: tuple[str, ...], tier: str, source: str) -> Runbook | None:
    said = _Said(
        subject=subject.casefold(),
        tags=frozenset(tag.casefold() for tag in tags),
        tier=tier.casefold(),
        source=source.casefold(),
    )
    return next((runbook for runbook in runbooks if any(said.has(entry.casefold()) for entry in runbook.when)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a ticket says, in small letters."""

    subject: str
    tags: frozenset[str]
    tier: str
    source: str

    def has(self, entry: str) -> bool:
        sign, _, wanted = (part.strip() for part in entry.partition(":"))
        if not wanted:
            return False
        found = {
            "tag": wanted in self.tags,
            "subject": wanted in self.subject,
            "tier": wanted == self.tier,
            "source": wanted == self.source,
        }
        return found.get(sign, False)
