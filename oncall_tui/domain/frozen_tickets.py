"""Every ticket as it stood when a handover was frozen, to be compared with later."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from oncall_tui.domain.document import Packed, to_json
from oncall_tui.domain.text import CleanText
from oncall_tui.domain.ticket import TicketId


class Severity(IntEnum):
    """How much a ticket needs the next person."""

    RED = 1
    WATCH = 2
    STEADY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTicket:
    """One ticket as it stood when the handover was frozen."""

    ticket: TicketId
    name: CleanText
    severity: Severity
    escalation: str = ""
    """The state of its escalation; empty where there is none."""
    promised_at: datetime | None = None
    """When the promise is due that the customer waits for; None where there is none."""


class FrozenTickets(Packed):
    """Holds all of them."""

    __slots__ = ("has_red",)

    def __init__(self, tickets: Iterable[FrozenTicket] = ()) -> None:
        self.has_red = False
        super().__init__(self._written(tickets))

    def _written(self, tickets: Iterable[FrozenTicket]) -> Iterator[str]:
        yield "["
        for number, each in enumerate(tickets):
            self.has_red |= each.severity is Severity.RED
            yield f"{',' if number else ''}{to_json(_fields(each))}"
        yield "]"

    def read(self) -> tuple[FrozenTicket, ...]:
        """Return all of them."""
        return tuple(_ticket(**fields) for fields in json.loads(self.as_json))

    def __repr__(self) -> str:
        """Return the tickets themselves."""
        return f"FrozenTickets({self.read()!r})"


def _fields(each: FrozenTicket) -> dict[str, object]:
    return {
        "ticket": each.ticket,
        "name": each.name,
        "severity": each.severity,
        "escalation": each.escalation,
        "promised_at": each.promised_at.isoformat() if each.promised_at is not None else None,
    }


def _ticket(*, ticket: str, name: str, severity: int, escalation: str, promised_at: str | None) -> FrozenTicket:
    return FrozenTicket(
        ticket=TicketId(ticket),
        name=CleanText(name),
        severity=Severity(severity),
        escalation=escalation,
        promised_at=datetime.fromisoformat(promised_at) if promised_at is not None else None,
    )


NO_TICKETS: Final = FrozenTickets()
